import { Readable } from 'node:stream';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import type { Exit } from '../exit.ts';
import type { Options } from '../flags.ts';
import { findingId, fingerprint, identifying } from '../ledger/fingerprint.ts';
import { fingerprintKey } from '../ledger/key.ts';
import type { Finding } from '../model/finding.ts';
import type { Pattern } from '../model/pattern.ts';
import { Secret } from '../model/secret.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';
import { shannonEntropy } from '../scan/entropy.ts';
import { readStdin } from '../sources/stdin.ts';
import { askProviders } from './ask-providers.ts';
import { checkDestinations } from './check-destinations.ts';
import { reportFindings } from './report-findings.ts';
import { scanTargets } from './scan-targets.ts';
import { settleFindings } from './settle-findings.ts';

const mostBytes = 1_000_000;

/** `quash verify`: asks about findings of the ledger; with `-` about the secret on stdin, of which nothing is kept. */
export async function run(options: Options<'verify'>, context: Context): Promise<Exit> {
  await checkDestinations(options);
  const warn = (text: string) => {
    if (!options.quiet) context.stderr.write(`quash: ${text}\n`);
  };
  const isStdin = options.ids.length === 1 && options.ids[0] === '-';
  const isTyped = options.ids.length > 0 || options.all || options.where !== undefined;
  if (isTyped && !isStdin) {
    if (options.ids.some((id) => !/^[0-9a-f]{1,64}$/i.test(id))) {
      throw new QuashError(
        'usage',
        'verifying: a secret on the command line is not taken, since others can read it there; write it to stdin: quash verify - < FILE. Ids are made of the digits 0-9 and a-f',
      );
    }
    const { verifyStored } = await import('./verify-stored.ts');
    return verifyStored(options, context, warn);
  }
  if (!isTyped && context.stdin.isTTY) {
    throw new QuashError('usage', 'verifying: say what; ids of findings, --all, or - for a secret on stdin');
  }
  const { bytes, gap } = await readStdin(context.stdin, mostBytes, context.signal);
  if (gap) throw new QuashError('usage', 'verifying what came from stdin: it is more than 1 MB; scan it with quash scan -');
  const scanned = await scanTargets(
    { ...everything, ...options, targets: ['-'] },
    { ...context, stdin: Readable.from([Buffer.from(bytes)]) as unknown as NodeJS.ReadStream },
    { warn },
  );
  const { findings, ignored } = await settleFindings(scanned, context, warn);
  const found = findings.length > 0 ? findings : [await asPattern(bytes, options, context)];
  const startedAt = performance.now();
  const judged = await askProviders(found, options, context, { warn });
  context.signal.throwIfAborted();
  return reportFindings(judged, { ...scanned, ignored, startedAt }, { ...options, failOn: 'any' }, context);
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
  as: undefined,
  minSeverity: 'info',
  minConfidence: 0,
  ignore: false,
  output: undefined,
  jobs: 1,
} as const;

/** What came in as a value of the pattern that `--pattern` names, where its shape alone does not tell. */
async function asPattern(bytes: Uint8Array, options: Options<'verify'>, context: Context): Promise<Finding> {
  const value = new TextDecoder().decode(bytes).trim();
  if (value === '') throw new QuashError('usage', 'verifying what came from stdin: it is empty; write the secret to stdin');
  const [wanted, ...others] = options.pattern;
  if (wanted === undefined || others.length > 0)
    throw new QuashError(
      'usage',
      'verifying what came from stdin: no pattern knows it; name one with --pattern (quash patterns list), or add what stands beside it',
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
