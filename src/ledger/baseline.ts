import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { QuashError } from '../errors.ts';
import type { Finding } from '../model/finding.ts';
import { writeAtomically } from './atomic-write.ts';
import { detectSecretsRules, isDetectSecretsBaseline } from './compat/detect-secrets.ts';
import { identifying } from './fingerprint.ts';
import type { IgnoreCandidate, IgnoreRules } from './ignored.ts';
import { maxSalts, newSalt, type SaltedHash, saltedHash, saltedHashPattern, saltedLookup, saltPattern } from './salted-hash.ts';

/**
 * A baseline: the credentials that were known when it was made, as hashes under its own salt. It holds no value, path, line or time,
 * so it changes only when the set of credentials does; entries are sorted and stand one a line, so that branches seldom collide, and
 * a merge is the entries and the salts of both sides.
 */
const baselineSchema = z.object({
  quash: z.literal('baseline'),
  version: z.literal(1),
  salts: z.array(z.string().regex(saltPattern, 'not 32 to 64 hex digits')).max(maxSalts),
  findings: z.array(
    z.object({
      fingerprint: z.string().regex(saltedHashPattern, 'not a fingerprint of a baseline'),
      pattern: z.string(),
    }),
  ),
});

export type Baseline = z.infer<typeof baselineSchema>;

/** What an update did to the entries of a baseline. */
export interface BaselineUpdate {
  readonly added: number;
  readonly kept: number;
  readonly removed: number;
}

/**
 * The text of the baseline of `findings`. `before`, a baseline that is there already, gives its salts, and the entries of what is still
 * found stay as they are; with `keep: 'all'` the entries of what was not found now stay too, for a baseline that several scans share.
 */
export async function updateBaseline(
  findings: readonly Pick<Finding, 'pattern' | 'secret' | 'parts'>[],
  { before = emptyBaseline(), keep = 'found' }: { readonly before?: Baseline; readonly keep?: 'found' | 'all' } = {},
): Promise<{ readonly text: string; readonly update: BaselineUpdate }> {
  const salts = before.salts.length > 0 ? before.salts : [newSalt()];
  const known = new Map(before.findings.map((entry) => [entry.fingerprint, entry.pattern]));
  const lookup = saltedLookup(salts, patternsByHash(before));
  const after = new Map<SaltedHash, string>(keep === 'all' ? known : []);
  let added = 0;
  for (const { pattern, secret, parts } of findings) {
    const fields = identifying(pattern, secret, parts);
    await lookup.prepare(pattern.id, pattern.provider, fields);
    const old = lookup.find(pattern.id, pattern.provider, fields);
    const hash = old ?? (await saltedHash(salts[0]!, pattern.provider, fields));
    if (!known.has(hash) && !after.has(hash)) added += 1;
    after.set(hash, known.get(hash) ?? pattern.id);
  }
  const kept = after.size - added;
  return { text: baselineText(salts, after), update: { added, kept, removed: known.size - kept } };
}

/** Brings the baseline in `file` up to date with `findings`, as `updateBaseline` does, or makes it. */
export async function writeBaseline(
  findings: readonly Pick<Finding, 'pattern' | 'secret' | 'parts'>[],
  file: string,
  options: { readonly keep?: 'found' | 'all' } = {},
): Promise<BaselineUpdate> {
  const text = await readIfThere(file);
  const { text: after, update } = await updateBaseline(findings, {
    ...options,
    ...(text === undefined ? {} : { before: parseBaseline(text, file) }),
  });
  await writeAtomically(file, after);
  return update;
}

function emptyBaseline(): Baseline {
  return { quash: 'baseline', version: 1, salts: [], findings: [] };
}

/** Written by hand and not by JSON.stringify: one line an entry is what git merges line by line. */
function baselineText(salts: readonly string[], entries: ReadonlyMap<SaltedHash, string>): string {
  const list = (lines: readonly string[]) =>
    lines.length === 0 ? '[]' : `[\n${lines.map((line) => `    ${line}`).join(',\n')}\n  ]`;
  const findings = [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([fingerprint, pattern]) => `{ "fingerprint": ${JSON.stringify(fingerprint)}, "pattern": ${JSON.stringify(pattern)} }`);
  return `{
  "quash": "baseline",
  "version": 1,
  "salts": ${list([...salts].sort().map((salt) => JSON.stringify(salt)))},
  "findings": ${list(findings)}
}
`;
}

/** Reads the text of a baseline of quash; `file` is its name in messages. */
export function parseBaseline(text: string, file: string): Baseline {
  const result = baselineSchema.safeParse(parseJson(text, file));
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue?.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
    throw new QuashError(
      'config',
      `reading the baseline: ${file}${where ? ` at ${where.slice(1)}` : ''}: ${issue?.message}; make it anew with \`quash baseline\``,
    );
  }
  if (result.data.findings.length > 0 && result.data.salts.length === 0) {
    throw new QuashError(
      'config',
      `reading the baseline: ${file} has lost its salts, so nothing in it can be checked; make it anew with \`quash baseline\``,
    );
  }
  return result.data;
}

/** What a file that was given as a baseline ignores: one of quash, or one of detect-secrets. `warnings` are for the user. */
export async function readBaseline(file: string): Promise<{ readonly rules: IgnoreRules; readonly warnings: readonly string[] }> {
  const text = await readIfThere(file);
  if (text === undefined) {
    throw new QuashError(
      'config',
      `reading the baseline: ${file} is not there; make it with \`quash baseline --output ${file}\``,
    );
  }
  const json = parseJson(text, file);
  if (isDetectSecretsBaseline(json)) return detectSecretsRules(json, file);
  return { rules: baselineRules(parseBaseline(text, file), file), warnings: [] };
}

/** A baseline, ready to be asked. */
export function baselineRules(baseline: Baseline, file: string): IgnoreRules {
  const lookup = saltedLookup(baseline.salts, patternsByHash(baseline));
  const ask = ({ pattern, secret, parts }: Omit<IgnoreCandidate, 'location'>) =>
    [pattern.id, pattern.provider, identifying(pattern, secret, parts)] as const;
  return {
    ignores(candidate) {
      const hash = lookup.find(...ask(candidate));
      if (hash === undefined) return undefined;
      return {
        by: 'baseline',
        entry: `${file}: ${hash.replace(/^(.*?[0-9a-f]{12})[0-9a-f]*$/, '$1')}`,
        reason: 'known when the baseline was made',
      };
    },
    prepare: (credential) => lookup.prepare(...ask(credential)),
  };
}

function patternsByHash(baseline: Baseline): ReadonlyMap<SaltedHash, ReadonlySet<string>> {
  return new Map(baseline.findings.map(({ fingerprint, pattern }) => [fingerprint, new Set([pattern])]));
}

function parseJson(text: string, file: string): unknown {
  const conflict = text.split('\n').findIndex((line) => /^<{7} /.test(line));
  if (conflict >= 0) {
    throw new QuashError(
      'config',
      `reading the baseline: ${file}:${conflict + 1}:1: an unresolved merge; keep the lines of both sides`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new QuashError('config', `reading the baseline: ${file} is no JSON; make it anew with \`quash baseline\``, {
      cause: error,
    });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new QuashError('config', `reading the baseline: ${file} cannot be read; check its permissions`, { cause: error });
  }
}
