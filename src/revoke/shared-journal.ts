import pLimit from 'p-limit';
import { QuashError } from '../errors.ts';
import {
  asciiJson,
  chained,
  headOf,
  type Journal,
  type JournalLine,
  type NewEntry,
  readJournal,
  type Writing,
} from './journal.ts';

/** A line of the journal as a database keeps it. */
export interface JournalRow {
  readonly seq: number;
  readonly hash: string;
  /** The whole line, as it stands in a file. */
  readonly line: string;
}

/** What a database that several machines share does for the journal. */
export interface JournalRows {
  /** The rows from a number on, in order. */
  readonly read: (from: number) => Promise<readonly JournalRow[]>;
  /**
   * Adds what `decide` wants added once it saw the rows from a number on. Nobody adds in between, whatever the machine, and it is
   * on disk when this is done.
   */
  readonly append: (from: number, decide: (rows: readonly JournalRow[]) => readonly JournalRow[]) => Promise<void>;
}

/** Opens the journal in a database. `name` is what messages call it. Throws a QuashError when it was tampered with. */
export async function openSharedJournal(
  rows: JournalRows,
  name: string,
  { actor, now = () => new Date() }: Writing,
): Promise<Journal> {
  const lines: JournalLine[] = [];

  /** Takes in what was read from the last known line on: that one has to be there still. */
  function follow(read: readonly JournalRow[]): void {
    const last = lines.at(-1);
    const [first, ...others] = read;
    if (last && (first?.seq !== last.seq || first.hash !== last.hash))
      throw damaged(name, `line ${last.seq}, which was there before, is gone or another one`);
    const { lines: added, problem } = readRows(last ? others : read, lines);
    if (problem !== undefined) throw damaged(name, problem);
    lines.push(...added);
  }

  const from = () => lines.at(-1)?.seq ?? 0;
  // What is read goes on from what was read before: one after the other.
  const inTurn = pLimit(1);
  const appendIf = (decide: (seen: readonly JournalLine[]) => readonly NewEntry[]) =>
    inTurn(async () => {
      let added: readonly JournalLine[] = [];
      await rows.append(from(), (read) => {
        follow(read);
        added = chained(decide(lines), lines.at(-1), { actor, at: now() });
        return added.map((line) => ({ seq: line.seq, hash: line.hash, line: asciiJson(line) }));
      });
      lines.push(...added);
      return added;
    });

  follow(await rows.read(0));
  return {
    append: (...entries) => appendIf(() => entries),
    appendIf,
    lines: () =>
      inTurn(async () => {
        follow(await rows.read(from()));
        return lines;
      }),
    head: () => headOf(lines),
    close: () => {},
  };
}

/** Reads rows and checks their chain, as that of a file is checked. `before` are the lines in front of them. */
export function readRows(rows: readonly JournalRow[], before: readonly JournalLine[] = []): ReturnType<typeof readJournal> {
  const text = rows.map(({ line }) => `${line}\n`).join('');
  const read = readJournal(text, before);
  if (read.problem !== undefined) return read;
  const wrong = rows.find(({ seq, hash }, index) => read.lines[index]?.seq !== seq || read.lines[index]?.hash !== hash);
  // A row that holds several lines, or one under another number, is none that was written here.
  return wrong ? { ...read, problem: `line ${wrong.seq} is not what its row says` } : read;
}

function damaged(name: string, problem: string): QuashError {
  return new QuashError(
    'source',
    `reading the journal of ${name}: ${problem}; nothing is revoked on a journal that was tampered with: quash journal verify`,
  );
}
