import type { Context } from '../cli-context.ts';
import { findingId, fingerprint, identifying } from '../ledger/fingerprint.ts';
import { fingerprintKey } from '../ledger/key.ts';
import type { Finding } from '../model/finding.ts';
import { foldFindings, type Identify } from '../scan/fold.ts';
import type { Scanned } from './scanned.ts';

/** Folds what was found and takes out what comments, ignore files and baselines know. */
export async function settleFindings(scanned: Scanned, context: Context, warn: (text: string) => void) {
  const ignored = { comment: scanned.allowed.length, file: 0, baseline: 0 };
  const findings: Finding[] = [];
  /** What stands there and is not reported, as it is known. */
  const known: Pick<Finding, 'fingerprint' | 'locations'>[] = [];
  if (scanned.candidates.length === 0) return { findings, ignored, known };
  const { key, notice } = await fingerprintKey(context.env);
  if (notice) warn(notice);
  const folded = foldFindings(scanned.candidates, identifyWith(key));
  await scanned.ignores.prepare(folded);
  for (const finding of folded) {
    const { reported, ignored: left } = scanned.ignores.sift(finding);
    if (reported.length === finding.locations.length) {
      findings.push(finding);
      continue;
    }
    known.push(finding);
    if (reported.length > 0) findings.push({ ...finding, locations: reported });
    else ignored[left[0]?.why.by ?? 'file']++;
  }
  return { findings, ignored, known };
}

/** How findings get their fingerprints and ids. */
export function identifyWith(key: Uint8Array): Identify {
  return (pattern, secret, parts) => {
    const print = fingerprint(key, pattern.provider, identifying(pattern, secret, parts));
    return { fingerprint: print, id: findingId(print) };
  };
}
