import type { ListedFinding, StoredFinding } from '../model/stored-finding.ts';
import { countWords } from '../report/findings-table.ts';
import { neutralise } from '../report/neutralise.ts';
import type { Paint } from '../report/paint.ts';
import { counted } from '../report/quantities.ts';
import { resultLine, resultsSummary } from '../report/results-text.ts';
import { type ActionName, actions, keyName, matchingActions } from './actions.ts';
import { confirmationOf } from './confirmation.ts';
import { detailLines, placeMark } from './detail-lines.ts';
import { cutLine, type Line, line, paintedLine, type Span, wrapped } from './line.ts';
import { listHead, listLines } from './list-lines.ts';
import { questionsOf } from './questions.ts';
import { bodyHeight, type ScanState, type Screen, type TriageState } from './state.ts';

/** The screen as it is drawn: three lines of head, the body, and two of foot. */
export interface Drawn<L = Line> {
  readonly head: readonly L[];
  readonly body: readonly L[];
  readonly foot: readonly L[];
}

/** What is to be seen of a state. Every line fits the terminal. */
export function drawnOf(state: TriageState): Drawn {
  const cut = (lines: readonly Line[]) => lines.map((one) => cutLine(one, state.columns));
  const height = bodyHeight(state);
  const body = bodyLines(state);
  const top = topOf(state, body.length);
  return { head: cut(headLines(state)), body: cut(body.slice(top, top + height)), foot: cut(footLines(state)) };
}

/** The same with its looks written out, or left out. */
export function paintedOf({ head, body, foot }: Drawn, paint: Paint): Drawn<string> {
  const painted = (lines: readonly Line[]) => lines.map((one) => paintedLine(one, paint));
  return { head: painted(head), body: painted(body), foot: painted(foot) };
}

/** How many lines what is shown is long, in and outside of the window. */
export function lineCount(state: TriageState): number {
  return bodyLines(state).length;
}

/** The line of what is shown on which the marked place stands. */
export function markedLine(state: TriageState): number {
  return Math.max(
    0,
    bodyLines(state).findIndex(([first]) => first?.text.startsWith(placeMark)),
  );
}

function topOf({ screen, ...state }: TriageState, count: number): number {
  if (!('top' in screen)) return 0;
  const last = Math.max(0, count - bodyHeight(state));
  return Math.min(screen.top ?? last, last);
}

function headLines(state: TriageState): readonly Line[] {
  const { screen, isLoading, scan } = state;
  const title = titleOf(screen);
  const counts = countsOf(state);
  return [
    [
      { text: 'quash triage', bold: true },
      { text: `  ${title}` },
      ...(scan ? [scanSpan(scan)] : isLoading ? [{ text: '  reading the ledger …' }] : []),
    ],
    line(counts, { dim: true }),
    screen.kind === 'list' ? listHead(state.columns) : line('─'.repeat(state.columns), { dim: true }),
  ];
}

function scanSpan(scan: ScanState): Span {
  if (scan.state === 'running') return { text: neutralise(`  scanning: ${scan.progress || '…'}`), color: 'cyan' };
  if (scan.gaps === 0) return { text: '' };
  return { text: `  incomplete: ${counted(scan.gaps, 'place')} could not be read`, color: 'yellow' };
}

function titleOf(screen: Screen): string {
  switch (screen.kind) {
    case 'list':
      return 'findings';
    case 'detail':
      return `finding ${screen.id}`;
    case 'plan':
      return `the plan to ${screen.purpose} ${counted(screen.ids.length, 'credential')}; nothing was done yet`;
    case 'confirm':
      return `confirm plan ${screen.planned.plan.id}`;
    case 'proof':
      return `plan ${screen.planned.plan.id}${screen.isOver ? ', over' : ' is being done'}`;
    case 'help':
      return 'keys';
    case 'palette':
      return 'actions';
    default:
      return screen satisfies never;
  }
}

const counts = new WeakMap<TriageState['listed'], string>();

function findingsOf(rows: TriageState['listed']): readonly ListedFinding[] {
  const findings: ListedFinding[] = [];
  for (const row of rows) if (row.kind === 'finding') findings.push(row.finding);
  return findings;
}

/** The counts of what is listed, made once for a list. */
function countsOf({ listed, findings, selected, sort, grouping }: TriageState): string {
  const words = counts.get(listed) ?? countWords(findingsOf(listed));
  counts.set(listed, words);
  return [
    words,
    `of ${findings.length}`,
    ...(selected.size > 0 ? [`${selected.size} selected`] : []),
    `by ${sort}`,
    ...(grouping === 'nothing' ? [] : [`under ${grouping}`]),
  ].join('  ');
}

function bodyLines(state: TriageState): readonly Line[] {
  const { screen, columns, findings, now } = state;
  switch (screen.kind) {
    case 'list':
      return listLines(state);
    case 'detail': {
      if (!findings.some(({ id }) => id === screen.id)) return [line('It is not in the ledger any more.')];
      if (!screen.finding) return [line('Reading it …', { dim: true })];
      return detailOf(screen.finding, screen.history, {
        all: findings,
        columns,
        now,
        at: screen.at,
        ...(screen.revealed !== undefined && { revealed: screen.revealed }),
      });
    }
    case 'plan':
      return screen.planned
        ? textLines(screen.planned.text, columns)
        : [line('Asking the providers, and making the plan …', { dim: true })];
    case 'confirm':
      return confirmLines(screen, columns);
    case 'proof':
      return proofLines(screen, columns);
    case 'help':
      return helpLines();
    case 'palette':
      return paletteLines(screen, bodyHeight(state));
    default:
      return screen satisfies never;
  }
}

type DetailArguments = Parameters<typeof detailLines>;
const details = new WeakMap<StoredFinding, { readonly by: readonly unknown[]; readonly lines: readonly Line[] }>();

/** The lines of a finding, made once as long as nothing of them changes: a key that scrolls needs them twice. What is revealed is not kept. */
function detailOf(finding: StoredFinding, history: DetailArguments[1], shown: DetailArguments[2]): readonly Line[] {
  if (shown.revealed !== undefined) return detailLines(finding, history, shown);
  const by = [history, shown.all, shown.columns, shown.now, shown.at];
  const known = details.get(finding);
  if (known && by.every((one, at) => one === known.by[at])) return known.lines;
  const lines = detailLines(finding, history, shown);
  details.set(finding, { by, lines });
  return lines;
}

/** What is chosen stays in sight, below what is typed. */
function paletteLines({ typed, at, back }: Extract<Screen, { kind: 'palette' }>, height: number): readonly Line[] {
  const found = matchingActions(back.kind, typed);
  const from = Math.max(0, at + 2 - height);
  return [
    [{ text: `: ${neutralise(typed)}▏` }],
    ...found.slice(from, from + height - 1).map(({ name, keys, title }, index): Line => {
      const isChosen = from + index === at;
      const text = `${isChosen ? '>' : ' '} ${name.padEnd(nameWidth)} ${keyName(keys[0] ?? '').padEnd(8)} ${title}`;
      return [{ text, ...(isChosen && { inverse: true as const }) }];
    }),
  ];
}

/** A text that is neutralised already, such as a plan, broken to the terminal's width. */
function textLines(text: string, columns: number): readonly Line[] {
  return text
    .trimEnd()
    .split('\n')
    .flatMap((one) => {
      const look = /^\S/.test(one) ? { bold: true as const } : /^ {3}call /.test(one) ? { color: 'red' as const } : {};
      return wrapped(one, columns).map((part): Line => [{ text: part, ...look }]);
    });
}

function confirmLines({ planned, typed, isWrong }: Extract<Screen, { kind: 'confirm' }>, columns: number): readonly Line[] {
  const confirmation = confirmationOf(planned.plan);
  if (!confirmation) return [];
  const { answer, what, why } = confirmation;
  const steps = planned.plan.steps.filter(({ manual }) => manual === null);
  return [
    line(why, { bold: true }),
    ...steps.flatMap(({ provider, findings, survives, cascade }) =>
      [
        `  ${provider}: ${counted(findings.length, 'credential')}`,
        cascade && `    takes ${cascade}`,
        survives && `    leaves ${survives}`,
      ]
        .filter((text) => text !== null && text !== '')
        .flatMap((text) => wrapped(neutralise(text as string), columns).map((part): Line => [{ text: part }])),
    ),
    [],
    ...textLines(`Type ${what}, ${answer}, and Enter. Esc goes back, and nothing is done.`, columns),
    [{ text: `> ${neutralise(typed)}▏` }],
    ...(isWrong ? [line('That is not it, and nothing was done.', { color: 'red' })] : []),
  ];
}

function proofLines({ planned, lines, results, isOver }: Extract<Screen, { kind: 'proof' }>, columns: number): readonly Line[] {
  const redacted = new Map(planned.plan.steps.flatMap((step) => step.credentials.map((one) => [one.finding, one.redacted])));
  const wrap = (text: string) => wrapped(text, columns);
  return [
    ...lines.flatMap((text) => wrap(neutralise(text)).map((part): Line => [{ text: part, dim: true }])),
    ...(results.length > 0 ? [[]] : []),
    ...results.flatMap((result) => {
      const text = resultLine(result, redacted.get(result.finding) ?? '', false).trimEnd();
      const isGood = ['revoked', 'disabled', 'enabled', 'already-dead'].includes(result.state);
      return wrap(text).map((part): Line => [{ text: part, bold: true, color: isGood ? 'green' : 'red' }]);
    }),
    ...(isOver ? textLines(resultsSummary(results), columns).map((one): Line => one.map(({ text }) => ({ text }))) : []),
    ...(isOver ? [] : [line('…', { dim: true })]),
  ];
}

const keysWidth = Math.max(...actions.map(({ keys }) => keys.map(keyName).join(' ').length)) + 2;
const nameWidth = Math.max(...actions.map(({ name }) => name.length));

function helpLines(): readonly Line[] {
  return [
    ...actions.map(
      ({ keys, title, on }): Line => [
        { text: `  ${keys.map(keyName).join(' ').padEnd(keysWidth)}`, bold: true },
        { text: title },
        { text: on.includes('list') ? '' : `  (${on.join(', ')})`, dim: true },
      ],
    ),
    [],
    line('  Enter keeps a filter, Esc drops it. Words are looked for in all that the list shows;'),
    line('  field=value, !=, <, > and ~ are those of quash findings list --where.'),
    line('  What is pasted is text, and never a key.'),
  ];
}

function footLines(state: TriageState): readonly Line[] {
  const { question, filterBefore, filter, filterProblem, message, busy } = state;
  return [firstFoot(), hintLine(state)];

  function firstFoot(): Line {
    if (question) {
      const asked = questionsOf(question.kind)[question.answers.length];
      const problem = question.problem === undefined ? '' : `  (${question.problem})`;
      return [
        { text: `${question.kind} ${counted(question.ids.length, 'finding')}. ${asked}: `, bold: true },
        { text: `${tailOf(question.typed)}▏${problem}` },
      ];
    }
    if (filterBefore !== undefined)
      return [
        { text: `/${tailOf(filter)}▏` },
        ...(filterProblem === undefined ? [] : line(`  ${filterProblem}`, { color: 'yellow' })),
      ];
    if (message !== undefined) return line(message, { color: 'yellow' });
    if (busy.length > 0) return line(`${busy.join(', ')} …`, { color: 'cyan' });
    if (filterProblem !== undefined) return line(`filter: ${filterProblem}`, { color: 'yellow' });
    return filter === '' ? [] : line(`filter: ${filter}`, { color: 'cyan' });
  }
}

/** The end of what is typed: that is where one types. */
function tailOf(typed: string): string {
  const safe = neutralise(typed);
  return safe.length > 40 ? `…${safe.slice(-40)}` : safe;
}

const hints: { readonly [Kind in Screen['kind']]: readonly ActionName[] } = {
  list: ['open', 'select', 'filter', 'verify', 'revoke', 'help', 'quit'],
  detail: ['back', 'verify', 'revoke', 'ignore', 'edit', 'browse', 'copy', 'help', 'quit'],
  plan: ['confirm', 'back', 'help', 'quit'],
  proof: ['back', 'help', 'quit'],
  help: ['back', 'quit'],
  confirm: [],
  palette: [],
};

function hintLine({ screen, question, filterBefore }: TriageState): Line {
  if (question || screen.kind === 'confirm' || screen.kind === 'palette')
    return line('Enter goes on  Esc goes back', { dim: true });
  if (filterBefore !== undefined) return line('Enter keeps it  Esc drops it', { dim: true });
  const words = hints[screen.kind].flatMap((name) => {
    const action = actions.find((one) => one.name === name);
    return action ? [`${keyName(action.keys[0] ?? '')} ${name}`] : [];
  });
  return line(words.join('  '), { dim: true });
}
