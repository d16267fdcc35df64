import { createHash } from 'node:crypto';
import { chmodSync, closeSync, constants, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { QuashError } from '../errors.ts';
import { withLock } from './journal-lock.ts';
import type { Task } from './revoker-schema.ts';

/** What was done, or is about to be. `begun` is written before a call leaves, whatever comes of it behind. */
export const journalActions = [
  'planned',
  'approved',
  'claimed',
  'released',
  'verified',
  'begun',
  'answered',
  'in-doubt',
  'proved',
  'unproved',
  'refused',
  'failed',
  'undone',
  'healed',
  'policy',
] as const;
export type JournalAction = (typeof journalActions)[number];

/** One thing that was done, free of secrets. */
export interface JournalEntry {
  readonly action: JournalAction;
  /** Who, as the operating system knows them: `ann@host`. */
  readonly actor: string;
  readonly plan: string | null;
  /** The finding's id; null of what concerns a whole plan. */
  readonly finding: string | null;
  /** Which steps of its revoker, and which of them, counted from 0. */
  readonly task: Task | null;
  readonly step: number | null;
  /** The call, redacted. */
  readonly call: string | null;
  readonly before: string | null;
  readonly after: string | null;
  /** Until when it can be taken back. */
  readonly until: string | null;
  readonly evidence: string | null;
}

export interface JournalLine extends JournalEntry {
  readonly seq: number;
  readonly at: string;
  /** The hash of the line before; of the first, 64 zeros. */
  readonly prev: string;
  /** SHA-256, hex, of the line without it. */
  readonly hash: string;
}

export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** An append-only record, which several processes may write to at once: a file, or a table that several machines share. */
export interface Journal {
  /** Writes lines, in one piece and on disk before it is done. */
  readonly append: (...entries: readonly NewEntry[]) => Soon<readonly JournalLine[]>;
  /**
   * Writes what `decide` wants written once it has seen everything that any process wrote before: nobody writes in between.
   */
  readonly appendIf: (decide: (lines: readonly JournalLine[]) => readonly NewEntry[]) => Soon<readonly JournalLine[]>;
  /** All lines, with what other processes wrote in the meantime. */
  readonly lines: () => Soon<readonly JournalLine[]>;
  readonly head: () => Head | undefined;
  readonly close: () => void;
}

/** A journal in a file does everything before its functions return; a server has to be waited for. */
export interface FileJournal extends Journal {
  readonly append: (...entries: readonly NewEntry[]) => readonly JournalLine[];
  readonly appendIf: (decide: (lines: readonly JournalLine[]) => readonly NewEntry[]) => readonly JournalLine[];
  readonly lines: () => readonly JournalLine[];
}

export type Soon<T> = T | Promise<T>;

export type NewEntry = Partial<JournalEntry> & Pick<JournalEntry, 'action'>;

const firstHash = '0'.repeat(64);

const empty: Omit<JournalEntry, 'action' | 'actor'> = {
  plan: null,
  finding: null,
  task: null,
  step: null,
  call: null,
  before: null,
  after: null,
  until: null,
  evidence: null,
};

/** Who writes, and by which clock. */
export interface Writing {
  readonly actor: string;
  readonly now?: () => Date;
}

/**
 * Opens the journal in a file, which is made, readable by its owner only. Half a line at its end, which a process that was
 * killed leaves behind, is kept where it is, closed by a line break, and told of by a line of its own.
 */
export function openJournal(file: string, { actor, now = () => new Date() }: Writing): FileJournal {
  const descriptor = openForAppending(file);
  const locks = `${file}.lock`;
  const lines: JournalLine[] = [];
  let readBytes = 0;

  /** Reads what was added since, by whoever. Within the lock, what has no end never gets one, and is closed. */
  function readOn(isLocked: boolean): void {
    const added = readFrom(descriptor, readBytes);
    const { lines: read, problem, torn } = readJournal(added, lines);
    if (problem !== undefined)
      throw new QuashError(
        'source',
        `reading the journal ${file}: ${problem}; nothing is revoked on a journal that was tampered with: quash journal verify`,
      );
    lines.push(...read);
    readBytes += added.length - torn.length;
    if (!isLocked || torn === '') return;
    // The whole of a line but for its end is a line: only half a line is to be told of.
    const whole = readJournal(`${torn}\n`, lines);
    const isWhole = whole.problem === undefined && whole.torn === '' && whole.lines.length > 0;
    const what = isWhole ? 'the end of the line before was missing' : `half a line stands before this one, ${cutOff(torn)}`;
    if (isWhole) lines.push(...whole.lines);
    readBytes += torn.length;
    write([{ action: 'healed', evidence: `${what}: the process that wrote it was stopped` }], '\n');
  }

  function write(entries: readonly NewEntry[], before = ''): readonly JournalLine[] {
    const added = chained(entries, lines.at(-1), { actor, at: now() });
    if (added.length === 0) return added;
    const text = `${before}${added.map((line) => `${asciiJson(line)}\n`).join('')}`;
    writeWhole(descriptor, text);
    fsyncSync(descriptor);
    readBytes += text.length;
    lines.push(...added);
    return added;
  }

  const appendIf: FileJournal['appendIf'] = (decide) =>
    withLock(locks, () => {
      readOn(true);
      return write(decide(lines));
    });

  try {
    withLock(locks, () => readOn(true));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return {
    append: (...entries) => appendIf(() => entries),
    appendIf,
    lines: () => {
      readOn(false);
      return lines;
    },
    head: () => headOf(lines),
    close: () => closeSync(descriptor),
  };
}

/** The lines that entries make behind a last one. What is written at once has one time. */
export function chained(
  entries: readonly NewEntry[],
  before: JournalLine | undefined,
  { actor, at }: { readonly actor: string; readonly at: Date },
): readonly JournalLine[] {
  let last = before;
  return entries.map((entry) => {
    const body = {
      seq: (last?.seq ?? 0) + 1,
      at: at.toISOString(),
      actor,
      ...empty,
      ...entry,
      prev: last?.hash ?? firstHash,
    };
    last = { ...body, hash: hashOf(body) };
    return last;
  });
}

function readFrom(descriptor: number, position: number): string {
  const size = fstatSync(descriptor).size;
  if (size < position)
    throw new QuashError('source', 'reading the journal: it became shorter while it was open; quash journal verify');
  const bytes = Buffer.alloc(size - position);
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done).toString('latin1');
}

/** What tells half a line from any other, in the line that tells of it. */
function cutOff(text: string): string {
  return `${text.length} bytes with SHA-256 ${createHash('sha256').update(text, 'latin1').digest('hex')}`;
}

/** A line of plain ASCII: half of it is text as well, and bytes are characters. */
export function asciiJson(line: JournalLine): string {
  return JSON.stringify(line).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function openForAppending(file: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(file, constants.O_APPEND | constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW, 0o600);
    chmodSync(file, 0o600);
    return descriptor;
  } catch (cause) {
    throw new QuashError(
      'output',
      `opening the journal ${file}: ${(cause as NodeJS.ErrnoException).code}; nothing is revoked that cannot be written down, name a file that you can write to`,
      { cause },
    );
  }
}

function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
}

export function headOf(lines: readonly JournalLine[]): Head | undefined {
  const last = lines.at(-1);
  return last && { seq: last.seq, hash: last.hash };
}

/** The hash of a line: over its values in the order of its keys, without the hash. */
export function hashOf(line: Omit<JournalLine, 'hash'>): string {
  const { seq, at, actor, action, plan, finding, task, step, call, before, after, until, evidence, prev } = line;
  const canonical = JSON.stringify([
    seq,
    at,
    actor,
    action,
    plan,
    finding,
    task,
    step,
    call,
    before,
    after,
    until,
    evidence,
    prev,
  ]);
  return createHash('sha256').update(canonical).digest('hex');
}

export interface ReadJournal {
  readonly lines: readonly JournalLine[];
  /** The first thing that is wrong, with the line that it is in. */
  readonly problem?: string;
  /** What stands at the end without one: whoever wrote it was stopped. */
  readonly torn: string;
}

/**
 * Reads a journal's text, as Latin-1, and checks its chain: a line that was edited, removed, moved or put in is told of.
 * `before` are the lines that stand in front of it.
 */
export function readJournal(text: string, before: readonly JournalLine[] = []): ReadJournal {
  const raw = text.split('\n');
  const rest = raw.pop() ?? '';
  const lines: JournalLine[] = [];
  const half: string[] = [];
  let last = before.at(-1);
  for (const [index, one] of raw.entries()) {
    const broken = (problem: string, at = index): ReadJournal => ({
      lines,
      problem: `line ${before.length + at + 1} ${problem}`,
      torn: '',
    });
    const line = parseLine(one);
    if (!line) {
      half.push(one);
      continue;
    }
    // Half a line that was healed is followed by a line that says which; anything else is damage.
    const isHealed = line.action === 'healed' && line.evidence?.includes(cutOff(half.join('\n')));
    if (half.length > 0 && !isHealed) return broken('is not a line of a journal', index - half.length);
    half.length = 0;
    const wanted = (last?.seq ?? 0) + 1;
    if (line.seq !== wanted) return broken(`has number ${line.seq} where ${wanted} belongs: a line was removed, moved or put in`);
    if (line.prev !== (last?.hash ?? firstHash)) return broken('does not follow the line before it: one of the two was changed');
    if (hashOf(line) !== line.hash) return broken('was changed after it was written');
    lines.push(line);
    last = line;
  }
  if (half.length > 0 && rest === '')
    return { lines, problem: `line ${before.length + raw.length - half.length + 1} is not a line of a journal`, torn: '' };
  return { lines, torn: [...half, rest].join('\n') };
}

/** What is wrong with a journal in the light of a head that was kept elsewhere; undefined when it holds. */
export function problemAgainst({ lines, problem }: ReadJournal, anchor: Head | undefined): string | undefined {
  if (problem !== undefined) return problem;
  if (!anchor) return undefined;
  const line = lines[anchor.seq - 1];
  if (!line) return `it ends at number ${lines.length}, and number ${anchor.seq} was anchored: lines were cut off its end`;
  if (line.hash !== anchor.hash) return `number ${anchor.seq} is not the one that was anchored: the journal was written anew`;
  return undefined;
}

const keys = ['seq', 'at', 'actor', 'action', 'prev', 'hash', ...Object.keys(empty)].sort().join();

function parseLine(text: string): JournalLine | undefined {
  try {
    const value = JSON.parse(text) as JournalLine;
    // A key that the hash does not cover is one that somebody put in.
    return typeof value === 'object' && value !== null && Object.keys(value).sort().join() === keys ? value : undefined;
  } catch {
    // No JSON is no line.
    return undefined;
  }
}
