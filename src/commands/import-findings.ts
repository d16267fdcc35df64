import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { actorOf } from '../ledger/actor.ts';
import { type ForeignEntry, type ForeignReport, readForeignReport } from '../ledger/compat/foreign-report.ts';
import { findingId, fingerprint } from '../ledger/fingerprint.ts';
import { fingerprintKey } from '../ledger/key.ts';
import { keyCheck } from '../ledger/key-check.ts';
import { patternOfCard } from '../ledger/pattern-card.ts';
import type { Ledger } from '../ledger/store.ts';
import { readSealedLine } from '../ledger/transfer.ts';
import type { Candidate } from '../model/candidate.ts';
import type { Finding } from '../model/finding.ts';
import type { Location } from '../model/location.ts';
import type { Pattern } from '../model/pattern.ts';
import { Secret } from '../model/secret.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';
import { neutralise } from '../report/neutralise.ts';
import { counted, formatCount } from '../report/quantities.ts';
import { foldFindings } from '../scan/fold.ts';
import { createScanner } from '../scan/scanner.ts';
import { readVersion } from '../version.ts';
import { outcomeWords } from './keep-findings.ts';
import { openOrMakeStore } from './open-store.ts';
import { identifyWith } from './settle-findings.ts';

const mostBytes = 256_000_000;

/** `quash findings import`: takes over reports of other scanners, and exports of other ledgers. */
export async function importFindings(options: Options<'findings import'>, context: Context): Promise<Exit> {
  const tell = (line: string) => {
    if (!options.quiet) context.stderr.write(`quash: ${neutralise(line)}\n`);
  };
  const ledger = await openOrMakeStore(options, context);
  try {
    for (const file of options.files) {
      const values = await readValues(file);
      const lines = values.flatMap((value) => readSealedLine(value) ?? []);
      if (lines.length > 0) {
        const { new: added, known } = await ledger.importSealed(lines);
        tell(`${file}, an export of quash: ${formatCount(added)} new, ${formatCount(known)} known`);
        continue;
      }
      if (values.flat().length === 0) {
        tell(`${file}: it holds no findings`);
        continue;
      }
      const report = readForeignReport(values);
      if (!report) throw unknownReport(file);
      await importReport(report, file, ledger, options, context, tell);
    }
  } finally {
    await ledger.close();
  }
  return exits.clean;
}

async function importReport(
  { tool, entries }: ForeignReport,
  file: string,
  ledger: Ledger,
  { patterns: files }: Options<'findings import'>,
  context: Context,
  tell: (line: string) => void,
): Promise<void> {
  const { set } = await loadPatterns({ files });
  const { key, notice } = await fingerprintKey(context.env);
  if (notice) throw new QuashError('config', `importing ${file}: ${notice}`);
  const recognise = recogniser(set.patterns);
  const valued = entries.filter(({ value }) => value !== undefined);
  const candidates = valued.map((entry) => recognise(entry, tool));
  const findings = foldFindings(candidates, identifyWith(key));
  const hashes = hashedFindings(entries, tool, key);
  const at = new Date().toISOString();
  const outcome = await ledger.recordScan(
    {
      startedAt: at,
      endedAt: at,
      actor: actorOf(context.env),
      host: hostname(),
      version: readVersion(),
      bytes: 0,
      objects: entries.length,
      root: context.cwd,
      targets: [],
      keyCheck: keyCheck(key),
      importedFrom: tool,
    },
    [...findings, ...hashes],
    [],
  );
  tell(`${file}, a report of ${tool}: ${outcomeWords(outcome)}`);
  if (hashes.length > 0) {
    tell(
      `${counted(hashes.length, 'value')} of it known by a hash alone: listed, but nothing can be asked or revoked; scan where they stand`,
    );
  }
  const left = entries.length - valued.length - entries.filter(({ hash }) => hash !== undefined).length;
  if (left > 0) tell(`${formatCount(left)} left out: the report shows no value of them; write it without redaction, or scan`);
}

/** Finds the pattern of ours that knows a value, with its parts in what the report shows around it; else one that only has a name. */
function recogniser(patterns: readonly Pattern[]): (entry: ForeignEntry, tool: string) => Candidate {
  const scanner = createScanner(patterns, { minConfidence: 0, keepsOverlaps: true });
  return ({ value = '', rule, around, origin, line, column }, tool) => {
    const location: Location = {
      origin,
      start: 0,
      end: Buffer.byteLength(value),
      line,
      column,
      endLine: line + value.split('\n').length - 1,
      endColumn: column + value.length,
    };
    const matches = scanner
      .scan(Buffer.from([...around, value].join('\n')))
      .filter(({ secret, parts }) => secret === value || Object.values(parts).includes(value))
      .map((match) => ({ ...match, of: patterns[match.pattern]! }))
      .sort((a, b) => weight(b) - weight(a));
    const [best] = matches;
    if (!best) {
      const pattern = patternOfCard({
        id: `${tool}-${slug(rule)}`,
        name: rule,
        provider: 'generic',
        severity: 'medium',
        identity: 'unknown',
        generic: true,
        confidence: 0.5,
        parts: [],
      });
      return { pattern, secret: new Secret(value), parts: {}, confidence: 0.5, location };
    }
    return {
      pattern: best.of,
      secret: new Secret(best.secret),
      parts: Object.fromEntries(Object.entries(best.parts).map(([name, part]) => [name, new Secret(part)])),
      confidence: best.confidence,
      location,
    };
  };
}

function weight({
  of,
  parts,
  confidence,
}: {
  readonly of: Pattern;
  readonly parts: object;
  readonly confidence: number;
}): number {
  return (of.generic ? 0 : 100) + Object.keys(parts).length * 10 + confidence;
}

function slug(rule: string): string {
  return (
    rule
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'unnamed'
  );
}

/** What is known by a hash alone: told from each other by it, and sealed nowhere. */
function hashedFindings(entries: readonly ForeignEntry[], tool: string, key: Uint8Array): readonly Finding[] {
  const byHash = new Map<string, ForeignEntry[]>();
  for (const entry of entries) {
    if (entry.hash !== undefined) byHash.set(entry.hash, [...(byHash.get(entry.hash) ?? []), entry]);
  }
  return [...byHash].map(([hash, some]): Finding => {
    const print = fingerprint(key, tool, ['sha1', hash]);
    const { rule } = some[0]!;
    return {
      id: findingId(print),
      fingerprint: print,
      pattern: patternOfCard({
        id: `${tool}-${slug(rule)}`,
        name: rule,
        provider: 'generic',
        severity: 'medium',
        identity: 'unknown',
        generic: true,
        confidence: 0.5,
        parts: [],
      }),
      secret: new Secret(''),
      parts: {},
      entropy: 0,
      confidence: 0.5,
      verdict: { state: 'unverifiable' },
      locations: some.map(({ origin, line, column }) => ({
        origin,
        start: 0,
        end: 0,
        line,
        column,
        endLine: line,
        endColumn: column,
      })),
    };
  });
}

/** A file's JSON: one document, or one a line. */
async function readValues(file: string): Promise<readonly unknown[]> {
  let content: string;
  try {
    const { size } = await stat(file);
    if (size > mostBytes) throw new QuashError('usage', `importing ${file}: it is larger than 256 MB; import it in parts`);
    content = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof QuashError) throw cause;
    throw new QuashError('usage', `importing ${file}: ${(cause as NodeJS.ErrnoException).code}; check the path`, { cause });
  }
  const whole = parse(content);
  if (whole !== undefined) return [whole];
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  const values = lines.map(parse);
  // Scanners may write log lines in between.
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) throw unknownReport(file);
  return known;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function unknownReport(file: string): QuashError {
  return new QuashError(
    'usage',
    `importing ${file}: it is no JSON report of gitleaks, Betterleaks, TruffleHog, Kingfisher, detect-secrets or quash that holds a finding`,
  );
}
