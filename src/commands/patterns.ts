import type { Context } from '../cli-context.ts';
import { suggest } from '../did-you-mean.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import type { Literal, Pattern, PatternSet } from '../model/pattern.ts';
import type { Verification } from '../model/verification.ts';
import type { CheckProblem, CheckResult } from '../patterns/check.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';
import { printable } from '../patterns/printable.ts';
import { checksums } from '../scan/checksums.ts';
import type { Match } from '../scan/match.ts';

/** `quash patterns list | show ID | check [FILES]`: what is looked for, and whether it holds what it says. */
export async function run(
  options: Options<'patterns list' | 'patterns show' | 'patterns check'>,
  context: Context,
): Promise<Exit> {
  switch (options.command) {
    case 'patterns list':
      return list(options, context);
    case 'patterns show':
      return show(options, context);
    case 'patterns check':
      return check(options, context);
    default:
      return options satisfies never;
  }
}

async function load(files: readonly string[], { stderr }: Context): Promise<PatternSet> {
  const { set, notices } = await loadPatterns({ files, withExamples: true });
  for (const notice of notices) stderr.write(`quash: ${printable(notice)}\n`);
  return set;
}

async function list({ patterns: files, format }: Options<'patterns list'>, context: Context): Promise<Exit> {
  const { patterns } = await load(files, context);
  const { stdout, color } = context;
  if (format === 'json') {
    const rows = patterns.map(({ id, name, provider, severity, identity, generic, docs, source }) => ({
      id,
      name,
      provider,
      severity,
      identity,
      generic,
      docs: docs ?? null,
      source,
    }));
    stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return exits.clean;
  }
  const rows = patterns.map(({ id, provider, severity, name }) => [id, provider, severity, printable(name)] as const);
  const header = ['ID', 'PROVIDER', 'SEVERITY', 'NAME'] as const;
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  ');
  const bold = (text: string) => (color.stdout ? `\u001b[1m${text}\u001b[22m` : text);
  const providers = new Set(patterns.map(({ provider }) => provider)).size;
  stdout.write(
    `${[bold(line(header)), ...rows.map(line)].join('\n')}\n\n${patterns.length} patterns of ${providers} providers\n`,
  );
  return exits.clean;
}

async function show({ ids, patterns: files, format }: Options<'patterns show'>, context: Context): Promise<Exit> {
  const { patterns } = await load(files, context);
  const chosen = ids.map((id) => find(patterns, id));
  const { stdout, color } = context;
  stdout.write(
    format === 'json'
      ? `${JSON.stringify(chosen, null, 2)}\n`
      : chosen.map((pattern) => describe(pattern, color.stdout)).join('\n'),
  );
  return exits.clean;
}

function find(patterns: readonly Pattern[], id: string): Pattern {
  const found = patterns.find((pattern) => pattern.id === id);
  if (found) return found;
  const alike = patterns.filter((pattern) => pattern.provider === id || pattern.id.startsWith(id)).map((pattern) => pattern.id);
  const meant = suggest(
    id,
    patterns.map((pattern) => pattern.id),
  );
  const hint =
    alike.length > 0 ? `there are ${alike.join(', ')}` : meant ? `did you mean ${meant}?` : 'quash patterns list shows all';
  throw new QuashError('usage', `showing a pattern: there is no pattern ${printable(id)}; ${hint}`);
}

function describe(pattern: Pattern, hasColor: boolean): string {
  const { boundary, reach } = pattern;
  const rows: (readonly [name: string, ...values: readonly string[]])[] = [
    ['provider', pattern.provider],
    ['severity', pattern.severity],
    ['identity', pattern.identity],
    ['lifetime', pattern.lifetime ?? 'unknown'],
    ...(pattern.docs === undefined ? [] : [['docs', pattern.docs] as const]),
    pattern.detector === undefined ? ['regex', pattern.regex] : ['detector', pattern.detector],
    [
      'literals',
      ...(pattern.literals.length > 0 ? pattern.literals.map(describeLiteral) : ['none: the regex runs on everything']),
    ],
    ['boundary', boundary.left === boundary.right ? boundary.left : `${boundary.left} before it, ${boundary.right} behind it`],
    ['entropy', pattern.entropy > 0 ? `at least ${pattern.entropy} bits per character` : 'any'],
    ...(pattern.checksum === undefined
      ? []
      : [['checksum', pattern.checksum, checksums[pattern.checksum]?.description ?? ''] as const]),
    ...(pattern.parts.length === 0 ? [] : [['parts', ...pattern.parts.flatMap(describePart)] as const]),
    ...(pattern.allow.length === 0 ? [] : [['allow', ...pattern.allow] as const]),
    ['decoders', pattern.decoders.join(', ') || 'none'],
    ...(pattern.paths === undefined ? [] : [['paths', ...describePaths(pattern.paths)] as const]),
    ['length', `${span(pattern.minLength, pattern.maxLength)} bytes`],
    ['reach', `${reach.before} bytes before a literal, ${reach.after} from its start on`],
    ...(pattern.generic ? [['generic', 'yes: it yields to the patterns of providers'] as const] : []),
    ['confidence', String(pattern.confidence)],
    [
      'verified',
      ...(pattern.verify === undefined
        ? [`no: ${pattern.unverified ?? 'of no provider that could be asked'}`]
        : describeVerification(pattern.verify)),
    ],
    ['revoker', pattern.revoker ?? 'none'],
    ...(pattern.examples.length === 0 ? [] : [['found in', ...pattern.examples] as const]),
    ...(pattern.counterExamples.length === 0
      ? []
      : [['not in', ...pattern.counterExamples.map(({ text, why }) => `${text}   (${why})`)] as const]),
    ['source', `${pattern.source.file}:${pattern.source.line}`],
  ];
  const title = `${pattern.id}: ${printable(pattern.name)}`;
  const body = rows.flatMap(([name, ...values]) =>
    values
      .filter((value) => value !== '')
      .map((value, index) => `  ${(index === 0 ? name : '').padEnd(10)}  ${printable(value.trimEnd().replaceAll('\n', ' ⏎ '))}`),
  );
  return `${hasColor ? `\u001b[1m${title}\u001b[22m` : title}\n${body.join('\n')}\n`;
}

function describeVerification(verification: Verification): readonly string[] {
  if ('protocol' in verification) return [`by ${verification.protocol}`];
  return verification.steps.map(({ method, url }) => `${method} ${url}`);
}

function describeLiteral({ text, caseSensitive, minOffset, maxOffset, follow }: Literal): string {
  const place =
    minOffset === 0 && maxOffset === 0 ? 'a match begins with it' : `${span(minOffset, maxOffset)} bytes into a match`;
  const details = [
    place,
    ...(caseSensitive ? [] : ['in any case']),
    ...(follow ? [`${follow.count} bytes of a known class follow`] : []),
  ];
  return `${JSON.stringify(text)}: ${details.join(', ')}`;
}

function describePart({ name, regex, within, required, identifies, direction }: Pattern['parts'][number]): string[] {
  const side = { around: 'on either side', after: 'behind the match', before: 'before the match' }[direction];
  const role = [required ? 'required' : 'optional', ...(identifies ? ['identifies the credential'] : [])];
  return [`${name}: within ${within} bytes ${side}, ${role.join(', ')}`, `  ${regex}`];
}

function describePaths({ only = [], not = [] }: NonNullable<Pattern['paths']>): string[] {
  return [...only.map((glob) => `only ${glob}`), ...not.map((glob) => `not ${glob}`)];
}

function span(least: number, most: number): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

async function check({ files, patterns: configured, ...options }: Options<'patterns check'>, context: Context): Promise<Exit> {
  const own = [...new Set([...files, ...configured])];
  const { compilePatterns, compileUserPatterns, patternsFolder } = await import('../patterns/compile.ts');
  const { checkPatterns } = await import('../patterns/check.ts');
  const { mergePatterns } = await import('../patterns/pattern-set.ts');
  // Beside a user's files the built-in ones only have to be there; they are proved from their YAML when they are what is checked.
  const builtIn = own.length > 0 ? (await loadPatterns({ withExamples: true })).set : compilePatterns(patternsFolder);
  const added = own.length > 0 ? compileUserPatterns(own) : [];
  const { set, notices } = mergePatterns(builtIn, added);
  const { stdout, stderr, signal } = context;
  for (const notice of notices) stderr.write(`quash: ${printable(notice)}\n`);
  const scan = await scanWithEach(set);
  const isAdded = new Set(added);
  const result = await checkPatterns(
    set,
    (patterns, bytes) => {
      signal.throwIfAborted();
      return scan(patterns, bytes);
    },
    own.length > 0 ? { only: (pattern) => isAdded.has(pattern) } : {},
  );
  const isJson = 'format' in options && options.format === 'json';
  stdout.write(isJson ? `${JSON.stringify(result, null, 2)}\n` : summarise(result));
  return result.problems.some(({ level }) => level === 'error') ? exits.usage : exits.clean;
}

/** Scans with a set: the scanner of the whole one is kept, and one other, since the check goes through providers in turn. */
async function scanWithEach(whole: PatternSet): Promise<(set: PatternSet, bytes: Uint8Array) => readonly Match[]> {
  const { createScanner } = await import('../scan/scanner.ts');
  const make = (set: PatternSet) => ({ set, scanner: createScanner(set.patterns, { minConfidence: 0.3, keepsOverlaps: true }) });
  const kept = make(whole);
  let other = kept;
  return (set, bytes) => {
    if (set !== kept.set && set !== other.set) other = make(set);
    const { scanner } = set === kept.set ? kept : other;
    // Detectors are held to the default threshold, or to what they say of themselves when that is lower.
    return scanner
      .scan(bytes)
      .filter(({ pattern, confidence }) => confidence >= Math.min(0.5, set.patterns[pattern]!.confidence));
  };
}

function summarise({ patterns, examples, counterExamples, problems }: CheckResult): string {
  const errors = problems.filter(({ level }) => level === 'error').length;
  const warnings = problems.length - errors;
  const counts = `${count(patterns, 'pattern')}, ${count(examples, 'example')}, ${count(counterExamples, 'counter-example')}`;
  const verdict =
    problems.length === 0
      ? 'all hold'
      : [count(errors, 'error'), count(warnings, 'warning')].filter((text) => !text.startsWith('0 ')).join(', ');
  return `${problems.map(problemLine).join('')}${counts}: ${verdict}\n`;
}

function problemLine({ level, pattern, file, line, message }: CheckProblem): string {
  return printable(`${file}:${line}: ${level}: ${pattern}: ${message}`).concat('\n');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
