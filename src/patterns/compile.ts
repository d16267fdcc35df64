import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import glob from 'fast-glob';
import RE2 from 're2';
import { suggest } from '../did-you-mean.ts';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';
import {
  type Boundary,
  type Decoder,
  decoders,
  type Literal,
  type Pattern,
  type PatternPart,
  type PatternSet,
} from '../model/pattern.ts';
import type { Runbook } from '../model/revoker.ts';
import { checksums } from '../scan/checksums.ts';
import { detectorWindow } from '../scan/detector-window.ts';
import { followOfDetector } from '../scan/generic-follow.ts';
import { lintVerification } from '../verify/lint.ts';
import { protocolNames } from '../wire/protocol.ts';
import { AnalysisError, analysePattern, detectorReach } from './analyse.ts';
import { type LoadedPatternFile, loadPatternFiles, type PatternProblem, throwProblems } from './load.ts';
import { findGroup, groupNames, parseRegex, RegexError } from './regex.ts';
import type { PatternDefinition } from './schema.ts';
import { verificationOf } from './verify-schema.ts';

/** The folder of the pattern files that come with quash. */
export const patternsFolder: string = fileURLToPath(new URL('../patterns', distFolder));

/** Compiles every `*.yaml` of a folder, in the order of their names; throws one `pattern` error that lists all problems. */
export function compilePatterns(folder: string): PatternSet {
  const names = glob.sync('*.yaml', { cwd: folder }).sort();
  const loaded = loadPatternFiles(names.map((name) => join(folder, name)));
  // Where the folder lies on the machine that built is nobody's business.
  const files = loaded.map((file) => ({ ...file, file: `${basename(folder)}/${basename(file.file)}` }));
  const misnamed = files.flatMap(({ file, definition, place }) =>
    basename(file, '.yaml') === definition.provider
      ? []
      : [
          {
            file,
            ...place(['provider']),
            message: `provider is ${definition.provider}; name it ${basename(file, '.yaml')} as its file, or rename the file`,
          },
        ],
  );
  return patternSet(compileFiles(files, misnamed));
}

/** Compiles pattern files of a user's own; their names are free. A folder stands for all YAML files in it, and globs are followed. */
export function compileUserPatterns(paths: readonly string[]): readonly Pattern[] {
  return compileFiles(loadPatternFiles(paths.flatMap(filesAt)), []);
}

function filesAt(path: string): readonly string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) {
    const names = glob.sync('**/*.{yaml,yml}', { cwd: path, followSymbolicLinks: false }).sort();
    if (names.length === 0)
      throw new QuashError(
        'pattern',
        `reading the patterns in ${path}: no YAML file is in it; name a file, or a folder that holds some`,
      );
    return names.map((name) => join(path, name));
  }
  if (stats || !glob.isDynamicPattern(path)) return [path];
  const found = glob.sync(path, { followSymbolicLinks: false }).sort();
  if (found.length === 0) throw new QuashError('pattern', `reading the patterns ${path}: nothing matches it; check the path`);
  return found;
}

/** A set whose version changes whenever a pattern does. */
export function patternSet(patterns: readonly Pattern[]): PatternSet {
  const version = createHash('sha256').update(JSON.stringify(patterns)).digest('hex').slice(0, 16);
  return { version, patterns };
}

function compileFiles(files: readonly LoadedPatternFile[], known: readonly PatternProblem[]): Pattern[] {
  const problems: PatternProblem[] = [...known];
  const patterns: Pattern[] = [];
  const seen = new Map<string, string>();
  for (const { file, definition, place } of files) {
    for (const [index, pattern] of definition.patterns.entries()) {
      const at = (...path: readonly PropertyKey[]) => place(['patterns', index, ...path]);
      const report = (path: readonly PropertyKey[], message: string) => problems.push({ file, ...at(...path), message });
      const where = `${file}:${at('id').line}`;
      const twin = seen.get(pattern.id);
      if (twin) report(['id'], `the id ${pattern.id} is taken by ${twin}; choose another`);
      seen.set(pattern.id, where);
      if (pattern.id !== definition.provider && !pattern.id.startsWith(`${definition.provider}-`)) {
        report(['id'], `the id ${pattern.id} must begin with its provider; call it ${definition.provider}-${pattern.id}`);
      }
      const before = problems.length;
      for (const { path, message } of problemsOf(pattern)) report(path, message);
      if (problems.length > before) continue;
      try {
        patterns.push(
          compilePattern(pattern, {
            provider: definition.provider,
            docs: pattern.docs ?? definition.docs,
            runbook: pattern.runbook ?? definition.runbook,
            source: { file, line: at('id').line },
          }),
        );
      } catch (error) {
        if (error instanceof AnalysisError) report([error.field], `${pattern.id}: ${error.message}`);
        else throw error;
      }
    }
  }
  throwProblems(problems);
  return patterns;
}

export interface CompileContext {
  readonly provider: string;
  readonly docs: string | undefined;
  readonly runbook?: Runbook | undefined;
  readonly source: Pattern['source'];
  /** See `AnalysisInput.trustsLiterals`. */
  readonly trustsLiterals?: boolean;
}

/** What the scanner runs, from what a pattern's YAML says. Throws `AnalysisError` or `RegexError`. */
export function compilePattern(definition: PatternDefinition, context: CompileContext): Pattern {
  const boundary = sides(definition.boundary);
  const parts: PatternPart[] = definition.parts.map((part) => ({ ...part }));
  const analysis =
    definition.regex === undefined
      ? detectorAnalysis(definition.literals, definition.detector ?? '')
      : analysePattern({
          regex: definition.regex,
          literals: definition.literals,
          boundary,
          parts,
          ...(definition.maxLength !== undefined && { maxLength: definition.maxLength }),
          ...(context.trustsLiterals && { trustsLiterals: true }),
        });
  const paths = definition.paths;
  return {
    id: definition.id,
    name: definition.name,
    provider: context.provider,
    ...(context.docs !== undefined && { docs: context.docs }),
    regex: definition.regex ?? '',
    ...(definition.detector !== undefined && { detector: definition.detector }),
    literals: analysis.literals,
    boundary,
    entropy: definition.entropy,
    ...(definition.checksum !== undefined && { checksum: definition.checksum }),
    parts,
    decoders: decoderList(definition.decoders),
    ...(paths && { paths: { ...(paths.only && { only: paths.only }), ...(paths.not && { not: paths.not }) } }),
    severity: definition.severity,
    identity: definition.identity,
    ...(definition.lifetime !== undefined && { lifetime: definition.lifetime }),
    allow: definition.allow,
    generic: definition.generic ?? definition.detector !== undefined,
    confidence: definition.confidence,
    ...(definition.verify !== undefined && { verify: verificationOf(definition.verify) }),
    ...(definition.unverified !== undefined && { unverified: definition.unverified }),
    ...(definition.revoker !== undefined && { revoker: definition.revoker }),
    ...(context.runbook && { runbook: context.runbook }),
    examples: definition.examples.map((example) => (typeof example === 'string' ? example : example.text)),
    counterExamples: definition.counterExamples,
    minLength: analysis.minLength,
    maxLength: analysis.maxLength,
    reach: analysis.reach,
    source: context.source,
  };
}

function sides(boundary: PatternDefinition['boundary']): { readonly left: Boundary; readonly right: Boundary } {
  return typeof boundary === 'string' ? { left: boundary, right: boundary } : boundary;
}

function decoderList(choice: PatternDefinition['decoders']): readonly Decoder[] {
  if (choice === 'all') return decoders;
  return choice === 'none' ? [] : decoders.filter((decoder) => choice.includes(decoder));
}

function detectorAnalysis(literals: PatternDefinition['literals'], detector: string) {
  const keywords: readonly string[] = literals === 'none' ? [] : literals;
  const short = keywords.find((text) => Buffer.byteLength(text) < 3);
  if (short !== undefined) {
    throw new AnalysisError(
      'literals',
      `the keyword ${JSON.stringify(short)} is shorter than three bytes, too common to search for; take a longer one`,
    );
  }
  return {
    minLength: 1,
    maxLength: detectorWindow.after,
    literals: keywords.map((text): Literal => {
      const follow = followOfDetector(detector, text);
      return { text, caseSensitive: false, minOffset: 0, maxOffset: 0, ...(follow && { follow }) };
    }),
    reach: detectorReach,
  };
}

interface FieldProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What the schema cannot say: regexes that do not compile, names that do not exist, fields that exclude each other. */
function problemsOf(pattern: PatternDefinition): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = (path: readonly PropertyKey[], message: string) => problems.push({ path, message });
  if (pattern.regex === undefined && pattern.detector === undefined) report(['id'], `${pattern.id} has no regex; add one`);
  if (pattern.regex !== undefined && pattern.detector !== undefined)
    report(['detector'], 'regex and detector exclude each other; remove one');
  if (pattern.regex !== undefined) {
    const problem = regexProblem(pattern.regex);
    if (problem) report(['regex'], problem);
  }
  for (const [index, part] of pattern.parts.entries()) {
    const problem = regexProblem(part.regex);
    if (problem) report(['parts', index, 'regex'], problem);
    if (pattern.parts.findIndex(({ name }) => name === part.name) < index) {
      report(['parts', index, 'name'], `a second part is called ${part.name}; choose another name`);
    }
  }
  if (pattern.checksum !== undefined && !Object.hasOwn(checksums, pattern.checksum)) {
    const known = Object.keys(checksums);
    const meant = suggest(pattern.checksum, known);
    report(
      ['checksum'],
      `there is no checksum ${pattern.checksum}; ${meant ? `did you mean ${meant}?` : `known: ${known.join(', ')}`}`,
    );
  }
  for (const [index, value] of pattern.allow.entries()) {
    const problem = value.startsWith('re:') ? regexProblem(value.slice(3)) : undefined;
    if (problem) report(['allow', index], problem);
  }
  if (pattern.verify !== undefined && pattern.unverified !== undefined)
    report(['unverified'], `${pattern.id}: it has a verify; take one of the two out`);
  if (pattern.verify !== undefined) {
    const parts = pattern.parts.map(({ name }) => name);
    for (const { path, message } of lintVerification(verificationOf(pattern.verify), { parts, protocols: protocolNames() }))
      report(['verify', ...path], `${pattern.id}: ${message}`);
  }
  return problems;
}

/** Why RE2 or the analysis cannot take a regex, with the place in it. */
function regexProblem(source: string): string | undefined {
  try {
    const expression = parseRegex(source);
    new RE2(source, 'u');
    const group = groupNames(expression).find((name) => name !== 'secret' && suggest(name, ['secret']) === 'secret');
    if (group !== undefined && !findGroup(expression, 'secret')) return `a group is called ${group}; did you mean secret?`;
    return undefined;
  } catch (error) {
    if (error instanceof RegexError) return describe(error.message, source, error.index);
    if (!(error instanceof SyntaxError)) throw error;
    // RE2 names the piece it stumbled over behind a colon.
    const piece = error.message.slice(error.message.lastIndexOf(': ') + 2);
    return describe(error.message, source, Math.max(0, source.indexOf(piece)));
  }
}

function describe(message: string, source: string, index: number): string {
  const rest = source.slice(index, index + 20);
  const near = rest === '' ? 'at its end' : `at character ${index + 1}, ${JSON.stringify(rest)}`;
  const hint = /lookahead|lookbehind|invalid perl operator: \(\?[=!<]/.test(message)
    ? 'say what may not touch the match with boundary, or exclude it with entropy, checksum or allow'
    : /backreference/.test(message)
      ? 'write the alternatives out'
      : 'see https://github.com/google/re2/wiki/Syntax';
  return `the regex is not valid RE2: ${message} ${near}; ${hint}`;
}
