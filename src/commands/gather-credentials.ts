import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { parseFilter } from '../ledger/filter.ts';
import type { Ledger } from '../ledger/store.ts';
import type { Plan, Purpose } from '../model/plan.ts';
import type { Credential } from '../model/revocation.ts';
import type { StoredFinding } from '../model/stored-finding.ts';
import { toldOf } from '../model/verdict.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';
import { counted } from '../report/quantities.ts';
import { revokerOf } from '../revoke/load-revokers.ts';
import { openStore } from './open-store.ts';
import { readRecords } from './revocation-records.ts';
import { dueToFinalise } from './revocation-status.ts';
import type { RevokeOptions } from './revoke.ts';
import { findingsOnStdin } from './stdin-findings.ts';

export interface Gathered {
  readonly credentials: readonly Credential[];
  /** Absent where nothing is kept: what came from stdin. */
  readonly ledger?: Ledger;
}

/** What the ledger knows of kinds that can be children of what was gathered, with its values. */
export async function kinOf({ credentials, ledger }: Gathered, patternFiles: readonly string[]): Promise<readonly Credential[]> {
  const kinds = await childKinds(credentials);
  const known = new Set(credentials.map(({ id }) => id));
  const found = credentials.filter(({ pattern }) => kinds.has(pattern.id));
  if (!ledger || kinds.size === 0) return found;
  const others = await ledger.find(
    ({ id, pattern, state, sealed }) => kinds.has(pattern.id) && !known.has(id) && state !== 'ignored' && sealed !== undefined,
  );
  return [...found, ...(await credentialsOf(ledger, others, patternFiles))];
}

/** The kinds that die with credentials, by their revokers. */
async function childKinds(credentials: readonly Credential[]): Promise<ReadonlySet<string>> {
  const revokers = await Promise.all([...new Set(credentials.map(({ pattern }) => pattern))].map(revokerOf));
  return new Set(revokers.flatMap((revoker) => revoker?.children ?? []));
}

/** The credentials that a command line means: of stdin, of the ledger by id or filter, or those of a plan. */
export async function gatherCredentials(
  options: RevokeOptions,
  context: Context,
  {
    warn,
    plan,
    purpose,
  }: {
    readonly warn: (text: string) => void;
    readonly plan: Plan | undefined;
    readonly purpose: Purpose;
  },
): Promise<Gathered> {
  const { ids } = options;
  const where = 'where' in options ? options.where : undefined;
  const isStdin = ids.includes('-');
  const ways = [isStdin, ids.length > 0 && !isStdin, where !== undefined].filter(Boolean).length;
  if (isStdin && ids.length > 1) throw usage('- reads the secret from stdin, and stands alone');
  if (ways > 1) throw usage('name findings by their ids, by --where, or write a secret to stdin with -: one of them');
  if (plan && ways > 0 && !isStdin) throw usage('--plan names its findings itself; leave the others out');
  if (isStdin) return { credentials: await fromStdin(options, context, warn) };
  if (ways === 0 && !plan && purpose !== 'finalise')
    throw usage('name findings by their ids, by --where FILTER, or write a secret to stdin with -');

  const ledger = await openStore(options, context);
  try {
    const wanted = plan
      ? plan.steps.flatMap(({ findings }) => findings)
      : ids.length > 0
        ? ids
        : where === undefined
          ? dueToFinalise((await readRecords(options.store, context))?.lines ?? [], new Date())
          : undefined;
    const stored = wanted ? await Promise.all(wanted.map((id) => ledger.get(id))) : await findWhere(ledger, where ?? '', warn);
    return { credentials: await credentialsOf(ledger, stored, options.patterns), ledger };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

/** Findings of the ledger with their values and all that their patterns say, each once. */
export async function credentialsOf(
  ledger: Ledger,
  stored: readonly StoredFinding[],
  patternFiles: readonly string[],
): Promise<readonly Credential[]> {
  const credentials = await Promise.all(
    [...new Map(stored.map((one) => [one.fingerprint, one])).values()].map(async (finding) => {
      const values = await ledger.unseal(finding);
      const { id, pattern, verdict, lastTold, locations } = finding;
      // Of what is dead its provider tells nothing any more, and what is left to do may need it.
      return { id, pattern, verdict: { ...toldOf(lastTold ?? {}), ...verdict }, locations, ...values };
    }),
  );
  return withWholePatterns(credentials, patternFiles);
}

/** What matches and can be opened. What is called a false alarm is meant only by its id. */
async function findWhere(ledger: Ledger, where: string, warn: (text: string) => void): Promise<readonly StoredFinding[]> {
  const matches = parseFilter(where);
  const found = await ledger.find((finding, now) => matches(finding, now) && finding.state !== 'ignored');
  const sealed = found.filter((finding) => finding.sealed !== undefined);
  if (sealed.length < found.length)
    warn(`${counted(found.length - sealed.length, 'finding')} left out: only hashes of them are known`);
  return sealed;
}

async function fromStdin(options: RevokeOptions, context: Context, warn: (text: string) => void): Promise<readonly Credential[]> {
  const { findings } = await findingsOnStdin({ pattern: options.pattern, patterns: options.patterns }, context, {
    warn,
    doing: 'revoking',
  });
  const credentials = findings.map(({ id, pattern, secret, parts, otherParts, verdict, locations }) => ({
    id,
    pattern,
    secret,
    parts,
    ...(otherParts && { otherParts }),
    verdict,
    locations,
  }));
  return withWholePatterns(credentials, options.patterns);
}

/** What a scan runs with leaves out what a plan tells: runbooks, and how death is proved. */
async function withWholePatterns(credentials: readonly Credential[], files: readonly string[]): Promise<readonly Credential[]> {
  const { set } = await loadPatterns({ files, withExamples: true });
  const byId = new Map(set.patterns.map((pattern) => [pattern.id, pattern]));
  return credentials.map((one) => ({ ...one, pattern: byId.get(one.pattern.id) ?? one.pattern }));
}

function usage(problem: string): QuashError {
  return new QuashError('usage', `revoking: ${problem}`);
}
