import { sinceOf } from '../ledger/since.ts';
import type { ListedFinding } from '../model/stored-finding.ts';
import { placeName } from '../report/description.ts';
import { neutralise } from '../report/neutralise.ts';
import { formatCount } from '../report/quantities.ts';
import { type Color, fitted, type Line, line, type Span } from './line.ts';
import type { Row } from './rows.ts';
import { bodyHeight, type TriageState } from './state.ts';

const colors: Readonly<Record<string, Color>> = {
  live: 'red',
  dead: 'green',
  unknown: 'yellow',
  critical: 'magenta',
  revoked: 'green',
  disabled: 'green',
  'already-dead': 'green',
};

interface Column {
  readonly title: string;
  readonly width: number;
  readonly text: (finding: ListedFinding, now: Date) => string;
  readonly isColored?: true;
}

const columns: readonly Column[] = [
  { title: 'VERDICT', width: 8, text: ({ verdict }) => verdict.state, isColored: true },
  { title: 'SEVERITY', width: 8, text: ({ pattern }) => pattern.severity, isColored: true },
  { title: 'PATTERN', width: 18, text: ({ pattern }) => pattern.id },
  { title: 'OWNER', width: 10, text: ({ owner }) => owner ?? '-' },
  { title: 'AGE', width: 4, text: (finding, now) => ageOf(finding, now) },
  { title: 'STATE', width: 8, text: ({ state, revocation }) => revocation ?? state, isColored: true },
];

/** The head of the list's columns. */
export function listHead(width: number): Line {
  const titles = widths(width).map((columnWidth, at) => fitted(columns[at]?.title ?? 'WHERE', columnWidth));
  return [{ text: `    ${titles.join(' ')}`.trimEnd(), dim: true }];
}

/** The rows of the list that are in the window: however many there are, no more are looked at. */
export function listLines(state: TriageState): readonly Line[] {
  const { listed, top, cursor, selected, now, isLoading, scan, findings, filter } = state;
  if (scan && findings.length === 0)
    return [line(scan.state === 'running' || isLoading ? 'Nothing was found yet.' : 'Nothing was found.')];
  if (isLoading && findings.length === 0) return [line('Reading the ledger …', { dim: true })];
  if (findings.length === 0) return [line('The ledger holds no findings: quash scan keeps what it finds there.')];
  if (listed.length === 0) return [line(`No finding matches ${filter === '' ? '' : 'the filter'}; Esc drops it.`)];
  return listed.slice(top, top + bodyHeight(state)).map((row, index) => {
    const isUnder = top + index === cursor;
    return rowLine(row, {
      isUnder,
      isSelected: row.kind === 'finding' && selected.has(row.finding.id),
      width: state.columns,
      now,
    });
  });
}

function rowLine(
  row: Row,
  {
    isUnder,
    isSelected,
    width,
    now,
  }: { readonly isUnder: boolean; readonly isSelected: boolean; readonly width: number; readonly now: Date },
): Line {
  const mark = `${isUnder ? '>' : ' '} ${isSelected ? '*' : ' '} `;
  const look = isUnder ? ({ inverse: true } as const) : {};
  if (row.kind === 'heading')
    return [
      { text: mark, ...look },
      { text: fitted(`${row.title} (${formatCount(row.count)})`, width - 4), bold: true, ...look },
    ];
  const { finding } = row;
  const all = widths(width);
  const cells = columns.map(({ text, isColored }, at): Span => {
    const cell = text(finding, now);
    const color = isColored ? colors[cell] : undefined;
    return { text: `${fitted(cell, all[at] ?? 0)} `, ...look, ...(color && { color }), ...(cell === 'live' && { bold: true }) };
  });
  const whereWidth = all.at(-1) ?? 0;
  // Only the bar of the cursor goes on to the edge: Ink looks at every space several times.
  const where = isUnder ? fitted(whereOf(finding), whereWidth) : neutralise(whereOf(finding), whereWidth);
  return [{ text: mark, ...look }, ...cells, { text: where, ...look }];
}

/** The widths of the columns, the last of them WHERE. What a wide terminal has to spare goes to pattern, owner and where. */
function widths(width: number): readonly number[] {
  const fixed = columns.reduce((sum, column) => sum + column.width + 1, 4);
  const spare = Math.max(0, width - fixed - 24);
  const own = columns.map(({ title, width: least }) =>
    title === 'PATTERN'
      ? least + Math.min(14, Math.floor(spare / 4))
      : title === 'OWNER'
        ? least + Math.min(16, Math.floor(spare / 4))
        : least,
  );
  const taken = own.reduce((sum, one) => sum + one + 1, 4);
  return [...own, Math.max(4, width - taken)];
}

function whereOf({ locations }: ListedFinding): string {
  const standing = locations.filter(({ gone }) => gone === undefined);
  const shown = standing.length > 0 ? standing : locations;
  const [first] = shown;
  if (!first) return '-';
  // How many copies there are matters more than the end of a path.
  return shown.length > 1 ? `${shown.length}× ${placeName(first)}` : placeName(first);
}

/** `9m`, `5h`, `12d`, `3y`. */
export function ageOf(finding: ListedFinding, now: Date): string {
  const minutes = Math.max(0, (now.getTime() - sinceOf(finding)) / 60_000);
  if (minutes < 60) return `${Math.floor(minutes)}m`;
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)}h`;
  const days = Math.floor(minutes / (60 * 24));
  return days < 1000 ? `${days}d` : `${Math.floor(days / 365)}y`;
}
