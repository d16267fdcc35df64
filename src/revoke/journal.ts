import { createHash } from 'node:crypto';
import { chmodSync, closeSync, constants, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { QuashError } from '../errors.ts';

/** What was done, or is about to be. `begun` is written before a call leaves, whatever comes of it behind. */
export const journalActions = [
  'planned',
  'approved',
  'claimed',
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
  /** Which step of its revoker, counted from 0. */
  readonly step: number | null;
  /** The call, redacted. */
  readonly call: string | null;
  readonly before: string | null;
  readonly after: string | null;
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

/** An append-only record. Each line is on disk before `append` returns. */
export interface Journal {
  readonly append: (entry: Partial<JournalEntry> & Pick<JournalEntry, 'action'>) => JournalLine;
  readonly lines: () => readonly JournalLine[];
  readonly head: () => Head | undefined;
  readonly close: () => void;
}

export const firstHash = '0'.repeat(64);

const empty: Omit<JournalEntry, 'action' | 'actor'> = {
  plan: null,
  finding: null,
  step: null,
  call: null,
  before: null,
  after: null,
  evidence: null,
};

/**
 * Opens the journal in a file, which is made, readable by its owner only. Half a line at its end, which a process that was
 * killed leaves behind, is kept where it is, closed by a line break, and told of by a line of its own.
 */
export function openJournal(
  file: string,
  { actor, now = () => new Date() }: { readonly actor: string; readonly now?: () => Date },
): Journal {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const descriptor = openForAppending(file);
  const read = readJournal(readFileSync(file, 'utf8'));
  if (read.problem !== undefined) {
    closeSync(descriptor);
    throw new QuashError(
      'source',
      `opening the journal ${file}: ${read.problem}; nothing is revoked on a journal that was tampered with: quash journal verify`,
    );
  }
  const lines = [...read.lines];
  if (read.isTorn) {
    writeWhole(descriptor, '\n');
    append({ action: 'healed', evidence: 'the line before was cut off: the process that wrote it was stopped' });
  }

  function append(entry: Partial<JournalEntry> & Pick<JournalEntry, 'action'>): JournalLine {
    const last = lines.at(-1);
    const body = { seq: (last?.seq ?? 0) + 1, at: now().toISOString(), actor, ...empty, ...entry, prev: last?.hash ?? firstHash };
    const line: JournalLine = { ...body, hash: hashOf(body) };
    writeWhole(descriptor, `${JSON.stringify(line)}\n`);
    fsyncSync(descriptor);
    lines.push(line);
    return line;
  }

  return {
    append,
    lines: () => lines,
    head: () => headOf(lines),
    close: () => closeSync(descriptor),
  };
}

function openForAppending(file: string): number {
  try {
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

function headOf(lines: readonly JournalLine[]): Head | undefined {
  const last = lines.at(-1);
  return last && { seq: last.seq, hash: last.hash };
}

/** The hash of a line: over its JSON in the order of its keys as they are written, without the hash. */
export function hashOf(line: Omit<JournalLine, 'hash'>): string {
  const { seq, at, actor, action, plan, finding, step, call, before, after, evidence, prev } = line;
  const canonical = JSON.stringify([seq, at, actor, action, plan, finding, step, call, before, after, evidence, prev]);
  return createHash('sha256').update(canonical).digest('hex');
}

export interface ReadJournal {
  readonly lines: readonly JournalLine[];
  /** The first thing that is wrong, with the line that it is in. */
  readonly problem?: string;
  /** The last line has no end: whoever wrote it was stopped. */
  readonly isTorn: boolean;
}

/** Reads a journal's text and checks its chain: a line that was edited, removed, moved or put in is told of. */
export function readJournal(text: string): ReadJournal {
  const raw = text.split('\n');
  const rest = raw.pop() ?? '';
  const lines: JournalLine[] = [];
  for (const [index, one] of raw.entries()) {
    const place = `line ${index + 1}`;
    const parsed = parseLine(one);
    if (!parsed) {
      // Half a line that was healed is followed by a line that says so; anything else is damage.
      const next = parseLine(raw[index + 1] ?? '');
      if (next?.action === 'healed') continue;
      return { lines, problem: `${place} is not a line of a journal`, isTorn: false };
    }
    const last = lines.at(-1);
    if (parsed.seq !== (last?.seq ?? 0) + 1)
      return {
        lines,
        problem: `${place} has number ${parsed.seq} where ${(last?.seq ?? 0) + 1} belongs: a line was removed, moved or put in`,
        isTorn: false,
      };
    if (parsed.prev !== (last?.hash ?? firstHash))
      return { lines, problem: `${place} does not follow the line before it: one of the two was changed`, isTorn: false };
    const { hash, ...body } = parsed;
    if (hashOf(body) !== hash) return { lines, problem: `${place} was changed after it was written`, isTorn: false };
    lines.push(parsed);
  }
  return { lines, isTorn: rest !== '' };
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

function parseLine(text: string): JournalLine | undefined {
  try {
    const value = JSON.parse(text) as JournalLine;
    return typeof value === 'object' && value !== null && typeof value.seq === 'number' && typeof value.hash === 'string'
      ? value
      : undefined;
  } catch {
    // No JSON is no line.
    return undefined;
  }
}
