import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { type Document, isMap, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { type ConfigFile, type ConfigPlace, isWithin } from './config.ts';
import { suggest } from './did-you-mean.ts';
import { QuashError } from './errors.ts';
import type { Flag } from './flags/declaration.ts';
import { type Reading, readYaml, type Value } from './flags/values.ts';
import { configurableFlags, longForm } from './flags.ts';

const maxBytes = 1_000_000;
const maxProblems = 5;

/** Reads a `quash.yaml`. Throws a config error that names file, line and column of what is wrong. Loads the YAML parser. */
export function readConfigFile({ path, owner }: ConfigPlace): ConfigFile {
  const shown = shownPath(path);
  const lines = new LineCounter();
  const document = parseDocument(readSmallFile(path, shown), { lineCounter: lines, prettyErrors: false, schema: 'core' });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, place: `${shown}:${line}:${col}` };
  };
  const syntax = document.errors[0];
  // The parser's own message may quote the file: its code says enough.
  if (syntax) throw new QuashError('config', `reading ${at(syntax.pos[0]).place}: not YAML (${syntax.code}); correct it there`);

  const entries = new Map<string, { readonly value: Value | readonly Value[]; readonly line: number }>();
  const warnings: string[] = [];
  const problems: string[] = [];
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return { path, owner, entries, warnings };
  if (!isMap(contents))
    throw new QuashError('config', `reading ${shown}:1:1: not a list of settings; write lines such as "min-severity: high"`);

  for (const pair of contents.items as readonly Pair<Node, Node | null>[]) {
    const { line, place } = at(pair.key.range?.[0] ?? 0);
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const flag = configurableFlags().find((candidate) => candidate.name === key);
    if (!flag) {
      problems.push(`${place}: ${unknownKey(key)}`);
      continue;
    }
    if (owner === 'target' && flag.config === 'user') {
      warnings.push(
        `${place}: ${key} is ignored, because what is scanned cannot decide it; use ${longForm(flag)}, or your own config file`,
      );
      continue;
    }
    const readings = readEntry(pair.value, document, flag);
    const problem = readings.find((reading) => 'problem' in reading);
    if (problem) {
      problems.push(`${at(pair.value?.range?.[0] ?? pair.key.range?.[0] ?? 0).place}: ${key} ${problem.problem}`);
      continue;
    }
    let values = readings.flatMap((reading) => ('value' in reading ? [reading.value] : []));
    if (flag.kind === 'file') {
      const files = values.map((value) => resolve(dirname(path), String(value)));
      const outside = owner === 'target' ? files.filter((file) => !staysWithin(file, dirname(path))) : [];
      if (outside.length > 0)
        warnings.push(`${place}: ${key} names a file outside of the folder of this quash.yaml, which is ignored`);
      values = files.filter((file) => !outside.includes(file));
      if (values.length === 0) continue;
    }
    entries.set(key, { value: flag.repeatable ? values : values[0]!, line });
  }
  if (problems.length > 0) throw new QuashError('config', listProblems(problems));
  return { path, owner, entries, warnings };
}

function readEntry(node: Node | null, document: Document, flag: Flag): readonly Reading[] {
  let raw: unknown;
  try {
    raw = node?.toJS(document);
  } catch {
    // The parser's bound on how far aliases may multiply.
    return [{ problem: 'repeats itself through too many aliases; write it out' }];
  }
  if (!Array.isArray(raw)) return [readYaml(raw, flag)];
  return flag.repeatable ? raw.map((item: unknown) => readYaml(item, flag)) : [{ problem: 'takes one value, not a list' }];
}

function unknownKey(key: string): string {
  const keys = configurableFlags().map((flag) => flag.name);
  const positive = key.replace(/^no-/, '');
  if (positive !== key && keys.includes(positive)) return `there is no such key; write "${positive}: false"`;
  const meant = suggest(key, keys);
  return `there is no such key; ${meant ? `did you mean ${meant}?` : `the keys are ${keys.join(', ')}`}`;
}

function listProblems(problems: readonly string[]): string {
  const more = problems.length - maxProblems;
  const shown = problems.slice(0, maxProblems).map((problem) => `reading ${problem}`);
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/** A missing file is left to whoever reads it, so that its absence is told; a `..` or a symlink out is not followed. */
function staysWithin(file: string, folder: string): boolean {
  if (relative(folder, file).split(/[\\/]/)[0] === '..') return false;
  return !existsSync(file) || isWithin(file, folder);
}

function readSmallFile(path: string, shown: string): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    if (fstatSync(descriptor).size > maxBytes)
      throw new QuashError('config', `reading ${shown}: larger than 1 MB; this is no config file`);
    return readFileSync(descriptor, 'utf8');
  } catch (error) {
    if (error instanceof QuashError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new QuashError('config', `reading ${shown}: ${code ?? 'it could not be read'}; check its permissions`, {
      cause: error,
    });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** A path as a person would type it from here. */
function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') || fromHere === '' ? path : fromHere;
}
