import type { Context } from '../cli-context.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { mapStrings } from '../model/conceal.ts';
import { neutralise } from '../report/neutralise.ts';
import { createPaint } from '../report/paint.ts';
import { counted } from '../report/quantities.ts';
import type { JournalLine } from '../revoke/journal.ts';
import { type Standing, standingsOf } from '../revoke/standing.ts';
import { readRecords } from './revocation-records.ts';

/** `quash revoke status`: how far each credential has come, by the journal. */
export async function showStatus({ ids, store, format }: Options<'revoke status'>, context: Context): Promise<Exit> {
  const read = await readRecords(store, context);
  const rows = statusRows(read?.lines ?? []).filter(
    ({ finding }) => ids.length === 0 || ids.some((id) => id.length >= 4 && finding.startsWith(id)),
  );
  if (format === 'json') {
    context.stdout.write(`${JSON.stringify({ revocations: rows }, undefined, 2)}\n`);
    return exits.clean;
  }
  const paint = createPaint(context.color.stdout);
  for (const { finding, state, since, undoUntil, plan } of rows.map((row) => mapStrings(row, (text) => neutralise(text)))) {
    const undo = undoUntil === null ? '' : `  can be undone until ${undoUntil}`;
    context.stdout.write(
      `${paint(state.padEnd(10), isOver(state) ? 'green' : 'yellow')}  ${finding}  since ${since}  plan ${plan}${undo}\n`,
    );
  }
  context.stdout.write(`${rows.length > 0 ? '\n' : ''}${counted(rows.length, 'credential')} in the journal\n`);
  return exits.clean;
}

/** The findings that were switched off, and whose time to be switched on again is over. */
export function dueToFinalise(lines: readonly JournalLine[], now: Date): readonly string[] {
  return statusRows(lines)
    .filter(({ state, undoUntil }) => state === 'disabled' && undoUntil !== null && Date.parse(undoUntil) <= now.getTime())
    .map(({ finding }) => finding);
}

interface StatusRow {
  readonly finding: string;
  readonly state:
    | 'in-doubt'
    | 'requested'
    | 'disabled'
    | 'revoked'
    | 'refused'
    | 'failed'
    | 'enabled'
    | 'already-dead'
    | 'planned';
  readonly since: string;
  readonly undoUntil: string | null;
  readonly plan: string | null;
}

function statusRows(lines: readonly JournalLine[]): readonly StatusRow[] {
  const last = new Map<string, JournalLine>();
  for (const line of lines) {
    if (line.finding !== null && line.action !== 'claimed' && line.action !== 'released') last.set(line.finding, line);
  }
  const standings = standingsOf(lines);
  return [...last].map(([finding, line]) => ({ finding, plan: line.plan, ...stateOf(line, standings.get(finding)) }));
}

function stateOf(line: JournalLine, standing: Standing | undefined): Pick<StatusRow, 'state' | 'since' | 'undoUntil'> {
  const { open, done = [], disabled, revoked } = standing ?? {};
  const plain = (state: StatusRow['state'], since: string) => ({ state, since, undoUntil: null });
  if (open) return plain('in-doubt', open.at);
  if (done.length > 0) return plain('requested', done.at(-1)?.at ?? line.at);
  if (disabled) return { state: 'disabled', since: disabled.at, undoUntil: disabled.until };
  if (revoked) return plain('revoked', revoked.at);
  if (line.action === 'proved') return plain('enabled', line.at);
  if (line.action === 'unproved') return plain('requested', line.at);
  if (line.action === 'refused') return plain('refused', line.at);
  return plain(line.after === 'already-dead' ? 'already-dead' : 'failed', line.at);
}

function isOver(state: StatusRow['state']): boolean {
  return state === 'revoked' || state === 'disabled' || state === 'already-dead' || state === 'enabled';
}
