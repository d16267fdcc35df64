import type { Readable } from 'node:stream';
import { QuashError } from '../errors.ts';

/** First and last line, both added; lines count from 1. */
export type LineRange = readonly [first: number, last: number];

/** All lines of a file that is new. */
export const everyLine: readonly LineRange[] = [[1, Number.POSITIVE_INFINITY]];

/** What one record of `git diff-index` or `git diff-tree`, called with `diffArguments`, tells. */
export type DiffRecord =
  | {
      readonly kind: 'commit';
      readonly commit: string;
      readonly author: string;
      readonly email: string;
      readonly date: string;
      readonly message: Buffer;
    }
  | {
      readonly kind: 'entry';
      readonly path: string;
      readonly mode: string;
      readonly blob: string;
      readonly oldBlobs: readonly string[];
      readonly status: string;
    }
  | { readonly kind: 'hunk'; readonly blob: string; readonly oldBlobs: readonly string[]; readonly added: readonly LineRange[] };

/**
 * The arguments whose output `readDiff` understands: first each file as a raw record (names unquoted, ended by NUL), then
 * the patch without context, from which only line numbers are taken. `--text` because a `binary` or `-diff` attribute in
 * the repository must not hide lines; no external diff and no textconv because nothing of the repository is executed.
 */
export const diffArguments: readonly string[] = [
  '--raw',
  '--patch',
  '-z',
  '--unified=0',
  '--inter-hunk-context=0',
  '--text',
  '--no-renames',
  '--full-index',
  '--no-abbrev',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-relative',
  '--submodule=short',
  '--ignore-submodules=none',
];

/** The header before each commit's records, for `git diff-tree --stdin`. No field can hold a NUL. */
export const commitFormat = '--format=commit %H%x00%an%x00%ae%x00%aI%x00%B%x00';

const newline = 0x0a;
const backslash = 0x5c;
const minus = 0x2d;
const plus = 0x2b;

interface Hunk {
  readonly added: [number, number][];
  /** Lines still to come of each old side, and of the new one. */
  readonly oldLeft: number[];
  newLeft: number;
  /** The new side's number of the next line. */
  line: number;
}

/** Reads the records of a diff as git writes them. The contents of lines are read over by count, so nothing in them can be taken for a record. */
export async function* readDiff(stdout: Readable): AsyncGenerator<DiffRecord> {
  let buffer: Buffer = Buffer.alloc(0);
  let at = 0;
  let section: { readonly blob: string; readonly oldBlobs: readonly string[] } | undefined;
  let hunk: Hunk | undefined;
  let isInsideLine = false;

  /** The text up to `end`, which is passed over too; undefined while it has not all arrived. */
  function take(end: number): Buffer | undefined {
    const stop = buffer.indexOf(end, at);
    if (stop < 0) return undefined;
    const bytes = buffer.subarray(at, stop);
    at = stop + 1;
    return bytes;
  }

  /** `count` fields ended by NUL, or nothing of them. */
  function takeFields(count: number): Buffer[] | undefined {
    const start = at;
    const fields: Buffer[] = [];
    while (fields.length < count) {
      const field = take(0);
      if (field === undefined) {
        at = start;
        return undefined;
      }
      fields.push(field);
    }
    return fields;
  }

  /** Passes over lines of the hunk, noting those that are new against every old side. False when more bytes are needed. */
  function readHunk(current: Hunk): boolean {
    const columns = current.oldLeft.length;
    for (;;) {
      if (isInsideLine) {
        const stop = buffer.indexOf(newline, at);
        at = stop < 0 ? buffer.length : stop + 1;
        if (stop < 0) return false;
        isInsideLine = false;
      }
      if (current.newLeft <= 0 && current.oldLeft.every((left) => left <= 0)) return true;
      if (buffer.length - at < columns && buffer[at] !== backslash) return false;
      isInsideLine = true;
      if (buffer[at] === backslash) continue;
      // The diff of a first commit is all its lines: nothing here allocates by line.
      let isRemoved = false;
      let isNew = true;
      for (let column = 0; column < columns; column++) {
        isRemoved ||= buffer[at + column] === minus;
        isNew &&= buffer[at + column] === plus;
      }
      for (let column = 0; column < columns; column++) {
        const mark = buffer[at + column];
        if (isRemoved ? mark === minus : mark !== plus) current.oldLeft[column]! -= 1;
      }
      if (isRemoved) continue;
      if (isNew) addLine(current.added, current.line);
      current.newLeft -= 1;
      current.line += 1;
    }
  }

  /** The next record that is complete in the buffer. */
  function next(): DiffRecord | 'more' | 'again' {
    if (hunk !== undefined) {
      if (!readHunk(hunk)) return 'more';
      const { added } = hunk;
      hunk = undefined;
      return section ? { kind: 'hunk', ...section, added } : 'again';
    }
    const start = at;
    const first = buffer[at];
    if (first === undefined) return 'more';
    if (first === 0 || first === newline) {
      at += 1;
      return 'again';
    }
    if (first === 0x3a) {
      const fields = takeFields(2);
      return fields === undefined ? 'more' : parseEntry(fields[0]!.toString('latin1'), fields[1]!.toString());
    }
    // `commit ` and a NUL-ended header, or a line of the patch; the longest of those is known from its first letters.
    if (buffer.length - at < 7 && buffer.indexOf(newline, at) < 0) return 'more';
    if (buffer.toString('latin1', at, at + 7) === 'commit ') {
      const fields = takeFields(5);
      if (fields === undefined) return 'more';
      const [commit, author, email, date, message] = fields as [Buffer, Buffer, Buffer, Buffer, Buffer];
      return {
        kind: 'commit',
        commit: commit.toString('latin1', 7),
        author: author.toString(),
        email: email.toString(),
        date: date.toString(),
        message,
      };
    }
    const line = take(newline)?.toString('latin1');
    if (line === undefined) {
      at = start;
      return 'more';
    }
    if (line.startsWith('diff ')) section = undefined;
    else if (line.startsWith('index ')) section = parseIndexLine(line);
    else if (line.startsWith('@@')) hunk = parseHunkHeader(line);
    return 'again';
  }

  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    buffer = at < buffer.length ? Buffer.concat([buffer.subarray(at), chunk]) : chunk;
    at = 0;
    for (let record = next(); record !== 'more'; record = next()) if (record !== 'again') yield record;
  }
  // A hunk that ends in an unterminated line is complete by count only.
  if (hunk !== undefined && hunk.newLeft <= 0 && section) yield { kind: 'hunk', ...section, added: hunk.added };
}

/** What names a change of content: the blob and what it replaced. Its lines are the same at every path. */
function contentKey(change: { readonly blob: string; readonly oldBlobs: readonly string[] }): string {
  return `${change.oldBlobs.join(',')}..${change.blob}`;
}

/** Whether a blob's id stands for "no blob". */
function isNullId(id: string): boolean {
  return /^0+$/.test(id);
}

/** `:100644 100644 OLD NEW M`, or with one more colon, mode and id for each further parent of a merge. */
function parseEntry(text: string, path: string): DiffRecord {
  const parents = /^:+/.exec(text)![0].length;
  const words = text.slice(parents).split(' ');
  const mode = words[parents];
  const blob = words[2 * parents + 1];
  const status = words[2 * parents + 2];
  if (mode === undefined || blob === undefined || status === undefined) throw misread(text);
  return { kind: 'entry', path, mode, blob, oldBlobs: words.slice(parents + 1, 2 * parents + 1), status };
}

/** `index OLD[,OLD]..NEW[ MODE]` */
function parseIndexLine(line: string): { readonly blob: string; readonly oldBlobs: readonly string[] } {
  const words = /^index ([0-9a-f,]+)\.\.([0-9a-f]+)/.exec(line);
  if (words === null) throw misread(line);
  return { blob: words[2]!, oldBlobs: words[1]!.split(',') };
}

/** `@@ -A,B +C,D @@`, or with one more `@` and one more old side for each further parent. A count of 1 is left out. */
function parseHunkHeader(line: string): Hunk {
  const words = /^@@+ ((?:-\d+(?:,\d+)? )+)\+(\d+)(?:,(\d+))? @@/.exec(line);
  if (words === null) throw misread(line);
  const oldLeft = words[1]!
    .trim()
    .split(' ')
    .map((side) => Number(side.split(',')[1] ?? 1));
  return { added: [], oldLeft, newLeft: Number(words[3] ?? 1), line: Number(words[2]) };
}

function addLine(added: [number, number][], line: number): void {
  const last = added.at(-1);
  if (last !== undefined && last[1] === line - 1) last[1] = line;
  else added.push([line, line]);
}

function misread(record: string): QuashError {
  return new QuashError(
    'source',
    `reading a diff from git: the record "${record.slice(0, 20)}…" has an unknown form; report it with the output of git --version`,
  );
}

/** A file that one diff says has changed, with what is new in it. */
export interface ChangedFile {
  readonly path: string;
  readonly mode: string;
  readonly blob: string;
  readonly status: string;
  /** Whether it is a regular file in its new state; a link, a submodule or a conflict is not. */
  readonly holdsText: boolean;
  readonly added: readonly LineRange[];
}

/**
 * The files of one diff. Deletions, and changes that add no line, are left out. A file that has no hunks though its
 * content changed (it was a link before, or git took a merge's side for binary) counts as new all through.
 */
export function collectFiles(records: readonly DiffRecord[]): ChangedFile[] {
  const hunks = new Map<string, LineRange[]>();
  for (const record of records) {
    if (record.kind !== 'hunk') continue;
    const known = hunks.get(contentKey(record));
    if (known === undefined) hunks.set(contentKey(record), [...record.added]);
    else known.push(...record.added);
  }
  const files: ChangedFile[] = [];
  for (const record of records) {
    if (record.kind !== 'entry' || (record.status !== 'U' && record.mode === '000000')) continue;
    // A change of mode only, unless it made a file out of a link.
    if (record.oldBlobs.includes(record.blob) && !record.status.includes('T')) continue;
    const added = record.oldBlobs.every(isNullId) ? everyLine : (hunks.get(contentKey(record)) ?? everyLine);
    if (added.length > 0) files.push({ ...record, holdsText: record.mode.startsWith('100'), added });
  }
  return files;
}
