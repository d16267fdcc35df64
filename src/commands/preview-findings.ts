import { hostname } from 'node:os';
import type { Context } from '../cli-context.ts';
import type { Ignores } from '../ledger/ignores.ts';
import { fingerprintKey } from '../ledger/key.ts';
import { placeOfFolder } from '../ledger/locations.ts';
import type { Candidate } from '../model/candidate.ts';
import { concealing, mapStrings } from '../model/conceal.ts';
import type { StoredFinding } from '../model/stored-finding.ts';
import { foldFindings } from '../scan/fold.ts';
import { identifyWith } from './settle-findings.ts';

/**
 * Findings of a scan that is not over, to be looked at: as the ledger will give them, without their values. What comes later
 * may still join them, or show that a guess was none. Called with all candidates of a target so far.
 */
export function createPreview({ env, cwd }: Context, show: (findings: readonly StoredFinding[]) => void) {
  const sofar = new Map<Ignores, readonly Candidate[]>();
  const place = placeOfFolder(hostname(), cwd);
  return async (candidates: readonly Candidate[], ignores: Ignores): Promise<void> => {
    if (candidates.length === 0 && sofar.size === 0) return;
    sofar.set(ignores, candidates);
    const { key, notice } = await fingerprintKey(env);
    if (notice) return;
    const identify = identifyWith(key);
    const at = new Date().toISOString();
    const shown = new Map<string, StoredFinding>();
    for (const [rules, some] of sofar) {
      const folded = foldFindings(some, identify);
      const conceal = concealing(folded.flatMap(({ secret, parts }) => [secret, ...Object.values(parts)]));
      await rules.prepare(folded);
      for (const { secret, parts, ...finding } of folded) {
        const { reported } = rules.sift({ ...finding, secret, parts });
        if (reported.length === 0 || shown.has(finding.id)) continue;
        shown.set(finding.id, {
          ...finding,
          ...(finding.first && { first: mapStrings(finding.first, conceal) }),
          redacted: String(secret),
          redactedParts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, String(part)])),
          locations: reported.map((location) => ({ ...mapStrings(location, conceal), place, firstSeen: at, lastSeen: at })),
          firstSeen: at,
          lastSeen: at,
          state: 'open',
        });
      }
    }
    show([...shown.values()]);
  };
}
