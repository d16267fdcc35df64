import { Readable } from 'node:stream';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import type { Options } from '../flags.ts';
import { findingId, fingerprint, identifying } from '../ledger/fingerprint.ts';
import { fingerprintKey } from '../ledger/key.ts';
import type { Finding, Summary } from '../model/finding.ts';
import type { Pattern } from '../model/pattern.ts';
import { Secret } from '../model/secret.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';
import { shannonEntropy } from '../scan/entropy.ts';
import { readStdin } from '../sources/stdin.ts';
import { scanTargets } from './scan-targets.ts';
import type { Scanned } from './scanned.ts';
import { settleFindings } from './settle-findings.ts';

const mostBytes = 1_000_000;

export interface StdinFindings {
  readonly findings: readonly Finding[];
  readonly ignored: Summary['ignored'];
  readonly scanned: Scanned;
}

/** The secrets that were written to stdin, with what stands beside them. `doing` begins what an error says. */
export async function findingsOnStdin(
  options: Pick<Options<'verify'>, 'pattern' | 'patterns'> & Partial<Options<'verify'>>,
  context: Context,
  { warn, doing }: { readonly warn: (text: string) => void; readonly doing: string },
): Promise<StdinFindings> {
  const { bytes, gap } = await readStdin(context.stdin, mostBytes, context.signal);
  if (gap) throw new QuashError('usage', `${doing} what came from stdin: it is more than 1 MB; scan it with quash scan -`);
  const scanned = await scanTargets(
    { ...everything, ...options, targets: ['-'] } as Parameters<typeof scanTargets>[0],
    { ...context, stdin: Readable.from([Buffer.from(bytes)]) as unknown as NodeJS.ReadStream },
    { warn },
  );
  const { findings, ignored } = await settleFindings(scanned, context, warn);
  return { findings: findings.length > 0 ? findings : [await asPattern(bytes, options, context, doing)], ignored, scanned };
}

/** What a scan of text on stdin leaves out that a scan of a tree may be told of. */
const everything = {
  history: false,
  tree: true,
  range: undefined,
  since: undefined,
  sinceCommit: undefined,
  branch: [],
  unreachable: false,
  include: [],
  exclude: [],
  maxSize: mostBytes,
  limit: [],
  openBlobs: false,
  as: undefined,
  minSeverity: 'info',
  minConfidence: 0,
  ignore: false,
  output: undefined,
  jobs: 1,
} as const;

/** What came in as a value of the pattern that `--pattern` names, where its shape alone does not tell. */
async function asPattern(
  bytes: Uint8Array,
  options: Pick<Options<'verify'>, 'pattern' | 'patterns'>,
  context: Context,
  doing: string,
): Promise<Finding> {
  const value = new TextDecoder().decode(bytes).trim();
  if (value === '') throw new QuashError('usage', `${doing} what came from stdin: it is empty; write the secret to stdin`);
  const [wanted, ...others] = options.pattern;
  if (wanted === undefined || others.length > 0)
    throw new QuashError(
      'usage',
      `${doing} what came from stdin: no pattern knows it; name one with --pattern (quash patterns list), or add what stands beside it`,
    );
  const { set } = await loadPatterns({ files: options.patterns });
  const pattern = set.patterns.find(({ id }) => id === wanted) as Pattern;
  const { key } = await fingerprintKey(context.env);
  const secret = new Secret(value);
  const print = fingerprint(key, pattern.provider, identifying(pattern, secret, {}));
  const length = Buffer.byteLength(value);
  return {
    id: findingId(print),
    fingerprint: print,
    pattern,
    secret,
    parts: {},
    entropy: shannonEntropy(value),
    confidence: pattern.confidence,
    verdict: { state: 'unasked' },
    locations: [
      { origin: { kind: 'stdin' }, start: 0, end: length, line: 1, column: 1, endLine: 1, endColumn: value.length + 1 },
    ],
  };
}
