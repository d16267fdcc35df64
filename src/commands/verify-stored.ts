import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import type { Exit } from '../exit.ts';
import type { Options } from '../flags.ts';
import { parseFilter } from '../ledger/filter.ts';
import type { Ledger } from '../ledger/store.ts';
import type { Finding } from '../model/finding.ts';
import type { StoredFinding } from '../model/stored-finding.ts';
import { counted } from '../report/quantities.ts';
import { type AskOptions, askProviders } from './ask-providers.ts';
import { openStore } from './open-store.ts';
import { reportFindings } from './report-findings.ts';

/** `quash verify ID... | --all | --where`: opens what the ledger holds, asks again, and keeps the answers. */
export async function verifyStored(options: Options<'verify'>, context: Context, warn: (text: string) => void): Promise<Exit> {
  const startedAt = performance.now();
  const ledger = await openStore(options, context);
  try {
    const chosen = await choose(ledger, options);
    const judged = await askAgain(ledger, chosen, options, context, warn);
    const patterns = [...new Map(judged.map(({ pattern }) => [pattern.id, pattern])).values()];
    const nothing = { candidates: [], gaps: [], bytes: 0, objects: judged.length, ignored: { comment: 0, file: 0, baseline: 0 } };
    return await reportFindings(
      judged,
      { ...nothing, patterns, root: context.cwd, startedAt },
      { ...options, failOn: 'any' },
      context,
    );
  } finally {
    await ledger.close();
  }
}

/** Opens the values of findings, asks their providers, and keeps what they say. */
export async function askAgain(
  ledger: Ledger,
  chosen: readonly StoredFinding[],
  options: AskOptions,
  context: Context,
  warn: (text: string) => void,
): Promise<readonly Finding[]> {
  const findings = await unsealAll(ledger, chosen, warn);
  const judged = await askProviders(findings, options, context, { warn });
  const resurrected: string[] = [];
  for (const { id, fingerprint, verdict } of judged) {
    if ((await ledger.recordVerdict(fingerprint, verdict)) === 'resurrected') resurrected.push(id);
  }
  if (resurrected.length > 0) warn(`live again after being dead: ${resurrected.join(', ')}`);
  return judged;
}

async function choose(ledger: Ledger, { all, where, ids }: Options<'verify'>): Promise<readonly StoredFinding[]> {
  if (ids.length > 0 && (all || where !== undefined)) {
    throw new QuashError('usage', 'choosing what to verify: ids, --all and --where are three ways; take one');
  }
  if (ids.length === 0) {
    const wanted = parseFilter(where ?? '');
    return ledger.find((finding, now) => wanted(finding, now) && (where !== undefined || finding.state !== 'ignored'));
  }
  const chosen: StoredFinding[] = [];
  for (const id of ids) chosen.push(await ledger.get(id));
  return [...new Map(chosen.map((finding) => [finding.fingerprint, finding])).values()];
}

/** Findings with their values. What was imported as a hash has none, and cannot be asked about. */
async function unsealAll(
  ledger: Ledger,
  chosen: readonly StoredFinding[],
  warn: (text: string) => void,
): Promise<readonly Finding[]> {
  const sealed = chosen.filter((finding) => finding.sealed !== undefined);
  if (sealed.length < chosen.length) {
    warn(`${counted(chosen.length - sealed.length, 'finding')} left out: only hashes of them are known`);
  }
  const findings: Finding[] = [];
  for (const finding of sealed) {
    const values = await ledger.unseal(finding);
    const standing = finding.locations.filter(({ gone }) => gone === undefined);
    findings.push({ ...finding, ...values, locations: standing.length > 0 ? standing : finding.locations });
  }
  return findings;
}
