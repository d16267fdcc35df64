import { readFileSync, statSync } from 'node:fs';
import { CST, type Document, isMap, isNode, isScalar, isSeq, Lexer, LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { z } from 'zod';
import { suggest } from '../did-you-mean.ts';
import { QuashError } from '../errors.ts';
import { printable } from './printable.ts';
import { boundarySidesSchema, type PatternFile, patternFileSchema, patternJsonSchema } from './schema.ts';

/** One thing wrong in a pattern file, and where. `line` and `column` start at 1. */
export interface PatternProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong; after a semicolon, what to do. */
  readonly message: string;
}

/** A pattern file that was read and is well-formed, with the way back from its fields to its lines. */
export interface LoadedPatternFile {
  readonly file: string;
  readonly definition: PatternFile;
  /** Where the field at `path`, such as `['patterns', 0, 'regex']`, stands; the nearest parent when it is absent. */
  readonly place: (path: readonly PropertyKey[]) => { readonly line: number; readonly column: number };
}

export interface PatternFileText {
  /** As it stands in messages. */
  readonly file: string;
  readonly text: string;
}

const maxFileBytes = 1024 * 1024;
// The parser is recursive; no pattern file comes near this.
const maxDepth = 60;

/** Reads and validates pattern files; throws one error that lists everything wrong in any of them. */
export function loadPatternFiles(paths: readonly string[]): readonly LoadedPatternFile[] {
  const loaded: LoadedPatternFile[] = [];
  const problems: PatternProblem[] = [];
  for (const path of paths) {
    const result = readText(path);
    const parsed = 'text' in result ? parsePatternFile(result) : result;
    if ('definition' in parsed) loaded.push(parsed);
    else problems.push(...parsed.problems);
  }
  throwProblems(problems);
  return loaded;
}

/** Throws a `pattern` error that lists the problems, one a line; does nothing when there are none. */
export function throwProblems(problems: readonly PatternProblem[]): void {
  if (problems.length === 0) return;
  const lines = [...problems]
    .sort((a, b) => (a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1))
    .map(formatProblem);
  const files = new Set(problems.map(({ file }) => file)).size;
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in ${files} ${files === 1 ? 'file' : 'files'}`;
  throw new QuashError('pattern', `reading patterns: ${count}\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

/** `file:line:column: what; hint`, with nothing in it that a terminal would obey. */
export function formatProblem({ file, line, column, message }: PatternProblem): string {
  return printable(`${file}:${line}:${column}: ${message}`);
}

function readText(path: string): PatternFileText | { readonly problems: readonly PatternProblem[] } {
  const problem = (message: string) => ({ problems: [{ file: path, line: 1, column: 1, message }] });
  try {
    const { size } = statSync(path);
    if (size > maxFileBytes)
      return problem(`the file has ${size} bytes; pattern files may have up to ${maxFileBytes}, split it by provider`);
    const bytes = readFileSync(path);
    return { file: path, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return problem('the file is not UTF-8; save it as UTF-8');
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return problem('there is no such file; check the path');
    if (code === 'EISDIR') return problem('this is a folder; name its .yaml files');
    if (code === 'EACCES' || code === 'EPERM') return problem('the file may not be read; check its permissions');
    throw error;
  }
}

/** Parses and validates the text of one pattern file. */
export function parsePatternFile({
  file,
  text,
}: PatternFileText): LoadedPatternFile | { readonly problems: readonly PatternProblem[] } {
  const lineCounter = new LineCounter();
  const lineAt = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (isNestedTooDeeply(text)) {
    return {
      problems: [
        { file, line: 1, column: 1, message: `the YAML is nested more than ${maxDepth} levels deep; a pattern file needs six` },
      ],
    };
  }
  const document = parseDocument(text, { lineCounter, uniqueKeys: true, prettyErrors: false, strict: true, customTags: [] });
  if (document.errors.length > 0) {
    // What follows a first syntax error is mostly its echo.
    const first = document.errors[0]!;
    return { problems: [{ file, ...lineAt(first.pos[0]), message: explainSyntax(first, text) }] };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return {
      problems: [
        {
          file,
          line: 1,
          column: 1,
          message: `the YAML's aliases expand too far or lead nowhere (${error.message}); write the values out`,
        },
      ],
    };
  }
  const place = (path: readonly PropertyKey[]) => lineAt(offsetOf(document, path, 'value'));
  if (value === null || value === undefined) {
    return { problems: [{ file, line: 1, column: 1, message: 'the file is empty; it must hold provider and patterns' }] };
  }
  const parsed = patternFileSchema.safeParse(value);
  if (parsed.success) return { file, definition: parsed.data, place };
  const problems = parsed.error.issues.flatMap((issue) =>
    explainIssue(issue, value).map(({ path, isKey, message }) => ({
      file,
      ...lineAt(offsetOf(document, path, isKey ? 'key' : 'value')),
      message,
    })),
  );
  return { problems };
}

/** Whether composing the document could exhaust the stack. Reads tokens only, which needs none. */
function isNestedTooDeeply(text: string): boolean {
  // Block collections: each level takes at least one column of what a line begins with.
  if (/^[ \t]*(?:[-?][ \t]+){60}/m.test(text) || /^ {200}/m.test(text)) return true;
  let depth = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const type = CST.tokenType(lexeme);
    if (type === 'flow-seq-start' || type === 'flow-map-start') depth++;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') depth--;
    if (depth > maxDepth) return true;
  }
  return false;
}

/** Where the value at a path begins, or its key. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], of: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (!pair) return offset;
      // A value that is missing is told of at its key.
      const hasValue = isNode(pair.value) && pair.value.range && pair.value.range[0] < pair.value.range[1];
      const target: unknown = hasValue && !(of === 'key' && index === path.length - 1) ? pair.value : pair.key;
      offset = isNode(target) ? (target.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (!isNode(item)) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}

const quoteHint = "put the value in single quotes ('…'), where only ' itself needs doubling";

function explainSyntax({ code, message, pos }: YAMLError, text: string): string {
  const line = text.slice(text.lastIndexOf('\n', pos[0] - 1) + 1, pos[0]);
  switch (code) {
    case 'BAD_DQ_ESCAPE':
      return `${lowerFirst(message)}; a backslash means something else in double quotes, ${quoteHint}`;
    case 'DUPLICATE_KEY':
      return 'this key stands here a second time; remove one';
    case 'TAB_AS_INDENT':
      return 'a tab is used to indent; YAML allows spaces only';
    case 'BAD_ALIAS':
      return `${lowerFirst(message)}; a value that begins with * or & must be quoted, ${quoteHint}`;
    case 'BLOCK_AS_IMPLICIT_KEY':
      return `a second ": " on one line reads as a nested map; ${quoteHint}`;
    case 'BAD_SCALAR_START':
      return `a value may not begin with ${text[pos[0]] ?? 'this character'}; ${quoteHint}`;
    case 'MULTIPLE_DOCS':
      return 'the file holds several documents; keep one, and remove ---';
    case 'RESOURCE_EXHAUSTION':
      return 'the YAML is nested too deeply; a pattern file needs six levels';
    default:
      if (/(?:regex|text|examples?|why|literals)\b.*:|\{\{/.test(line) || line.trimStart().startsWith('- ')) {
        return `${lowerFirst(message)}; characters such as [ ] { } , : # have a meaning in YAML, ${quoteHint}`;
      }
      return `${lowerFirst(message)}; check the indentation and quotes of this line and the one before`;
  }
}

interface Explained {
  readonly path: readonly PropertyKey[];
  /** Whether the key at the path is wrong, and not its value. */
  readonly isKey?: true;
  readonly message: string;
}

function explainIssue(issue: z.core.$ZodIssue, root: unknown): Explained[] {
  const { path } = issue;
  const field = String(path.findLast((key) => typeof key === 'string') ?? 'the file');
  const value = valueAt(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = knownKeys(path);
        const meant = suggest(key, known);
        const isTornText = /\s/.test(key) && valueAt(root, [...path, key]) === null;
        if (isTornText) {
          const what = `${JSON.stringify(key)} reads as a key of its own, since a comma ends a value within { }`;
          return { path: [...path, key], isKey: true, message: `${what}; ${quoteHint}` };
        }
        const hint = meant ? `did you mean ${meant}?` : `known here: ${known.join(', ')}`;
        return { path: [...path, key], isKey: true, message: `unknown key ${JSON.stringify(key)}; ${hint}` };
      });
    case 'invalid_type':
      return [{ path, message: explainType(field, issue.expected, value, path) }];
    case 'invalid_value': {
      if (value === undefined || value === null) return [{ path, message: `${field} is missing` }];
      // Of a union zod tells what its plain branch wanted, though the value is of the other branch.
      const sides = field === 'boundary' && typeof value === 'object' ? boundarySidesSchema.safeParse(value) : undefined;
      if (sides?.error) {
        return sides.error.issues.flatMap((inner) => explainIssue({ ...inner, path: [...path, ...inner.path] }, root));
      }
      const allowed = issue.values.map(String);
      const meant = typeof value === 'string' ? suggest(value, allowed) : undefined;
      const hint = meant ? `did you mean ${meant}? Allowed: ${allowed.join(', ')}` : `allowed: ${allowed.join(', ')}`;
      return [{ path, message: `${field} is ${show(value)}; ${hint}` }];
    }
    case 'invalid_union':
      return explainUnion(issue, root);
    case 'too_small':
    case 'too_big': {
      const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
      const unit = { string: ' characters', array: ' entries', number: '', int: '' }[issue.origin as string] ?? '';
      return [{ path, message: `${field} is too ${issue.code === 'too_small' ? 'small' : 'large'}; it takes ${bound}${unit}` }];
    }
    case 'invalid_format':
      return [
        {
          path,
          message: issue.format === 'url' ? `${field} is no URL; it must begin with https://` : `${field} ${issue.message}`,
        },
      ];
    default:
      return [{ path, message: `${field}: ${issue.message}` }];
  }
}

function explainType(field: string, expected: string, value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined || value === null) return `${field} is missing; it must be ${article(expected)}`;
  if (expected === 'string' && Array.isArray(value)) return `${field} reads as a YAML list, since it begins with [; ${quoteHint}`;
  if (expected === 'string' && typeof value === 'object') return `${field} reads as a YAML map; ${quoteHint}`;
  if (expected === 'string')
    return `${typeof path.at(-1) === 'number' ? `an entry of ${field}` : field} is ${show(value)}; put it in quotes`;
  if (expected === 'array' && typeof value === 'string') return `${field} must be a list; write [${JSON.stringify(value)}]`;
  if (expected === 'array') return `${field} must be a list; begin each entry with "- "`;
  if ((expected === 'number' || expected === 'int' || expected === 'boolean') && typeof value === 'string') {
    return `${field} must be ${article(expected)}, not text; remove the quotes`;
  }
  return `${field} is ${show(value)}; it must be ${article(expected)}`;
}

// Of the alternatives, the one that fits the value's type has the message that helps.
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, root: unknown): Explained[] {
  const { path } = issue;
  const field = String(path.findLast((key) => typeof key === 'string') ?? 'the file');
  const value = valueAt(root, path);
  const closestBranch = issue.errors.find(
    (issues) => !issues.some((inner) => inner.code === 'invalid_type' && inner.path.length === 0),
  );
  if (field === 'literals') {
    if (typeof value === 'string')
      return [{ path, message: `literals must be a list, or none; write [${JSON.stringify(value)}]` }];
    const inner = issue.errors
      .at(-1)!
      .map((one) => explainIssue({ ...one, path: [...path, ...one.path] } as z.core.$ZodIssue, root));
    if (Array.isArray(value)) return inner.flat();
  }
  if (closestBranch && closestBranch.length > 0) {
    return closestBranch.flatMap((inner) => explainIssue({ ...inner, path: [...path, ...inner.path] } as z.core.$ZodIssue, root));
  }
  if (field === 'examples') return [{ path, message: `an example is ${show(value)}; write a quoted text, or {text: '…'}` }];
  return [{ path, message: `${field} is ${show(value)}, which it may not be; see the JSON Schema patterns/schema.json` }];
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** The keys that the schema knows at a path. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let nodes: readonly SchemaNode[] = [JSON.parse(patternJsonSchema()) as SchemaNode];
  for (const key of path) {
    nodes = nodes
      .flatMap((node) => [node, ...(node.anyOf ?? [])])
      .flatMap((node) => (typeof key === 'number' ? (node.items ?? []) : (node.properties?.[String(key)] ?? [])));
  }
  return nodes.flatMap((node) => [node, ...(node.anyOf ?? [])]).flatMap((node) => Object.keys(node.properties ?? {}));
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'a map',
    string: 'text',
    int: 'a whole number',
    boolean: 'true or false',
  };
  return names[type] ?? `a ${type}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
