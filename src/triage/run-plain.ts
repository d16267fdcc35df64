import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { byUrgency } from '../ledger/by-urgency.ts';
import type { Purpose } from '../model/plan.ts';
import type { ListedFinding } from '../model/stored-finding.ts';
import { placeName } from '../report/description.ts';
import { countWords } from '../report/findings-table.ts';
import { neutralise } from '../report/neutralise.ts';
import { counted } from '../report/quantities.ts';
import { resultLine, resultsSummary } from '../report/results-text.ts';
import { confirmationOf, isConfirmed } from './confirmation.ts';
import { detailLines } from './detail-lines.ts';
import { ageOf } from './list-lines.ts';
import { questionsOf } from './questions.ts';
import { rowsOf } from './rows.ts';
import type { Work } from './session.ts';

export interface PlainOptions {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly work: Work;
  readonly filter: string;
  readonly signal: AbortSignal;
  readonly messageOf: (error: unknown) => string;
}

const pageLength = 20;
/** Text is broken by whoever reads it out. */
const noLimit = 100_000;

const help = `list              the findings, ${pageLength} at a time; list again for more
filter WORDS      list only what matches; filter alone lists all
show N            all that is known of finding number N
verify N...       ask its provider again
ignore N...       call it a false alarm
accept N...       bear the risk until a day
assign N...       say whose task it is
reopen N...       take back that it is ignored or accepted
revoke N...       show the plan, and after the confirmation do it
undo N...         switch on again what was switched off
finalise N...     make final what was switched off
quit
N is the number in the list, a range such as 2-5, an id, or all.`;

/** The same as the screen, a line at a time: for screen readers, dumb terminals and pipes. */
export async function runPlain({ stdin, stdout, work, filter: first, signal, messageOf }: PlainOptions): Promise<void> {
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY, terminal: false });
  signal.addEventListener('abort', () => lines.close(), { once: true });
  const typed = lines[Symbol.asyncIterator]();
  const say = (text: string) => stdout.write(`${text}\n`);
  let filter = first;
  let listed: readonly ListedFinding[] = [];
  let from = 0;

  async function ask(question: string): Promise<string | undefined> {
    stdout.write(question);
    const { value, done } = await typed.next();
    return done ? undefined : String(value).trim();
  }

  async function read(): Promise<void> {
    const all = new Map<string, ListedFinding>();
    for await (const page of work.list()) for (const finding of page) all.set(finding.id, finding);
    const rows = rowsOf([...all.values()].sort(byUrgency), { filter, sort: 'urgency', grouping: 'nothing', now: new Date() });
    listed = rows.flatMap((row) => (row.kind === 'finding' ? [row.finding] : []));
    from = 0;
  }

  function list(): void {
    if (from === 0) say(`${countWords(listed)}${filter === '' ? '' : ', by the filter'}.`);
    const page = listed.slice(from, from + pageLength);
    for (const [at, finding] of page.entries()) say(`${from + at + 1}. ${summaryOf(finding)}`);
    from = from + page.length < listed.length ? from + page.length : 0;
    if (from > 0) say(`${listed.length - from} more: list`);
  }

  function chosen(words: readonly string[]): readonly string[] {
    const ids = words.flatMap((word) => {
      if (word === 'all') return listed.map(({ id }) => id);
      const [, low, high] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(word) ?? [];
      const byNumber = low === undefined ? [] : listed.slice(Number(low) - 1, Number(high ?? low)).map(({ id }) => id);
      const byId = word.length >= 4 ? listed.filter(({ id }) => id.startsWith(word)).map(({ id }) => id) : [];
      return byNumber.length > 0 ? byNumber : byId.length === 1 ? byId : [];
    });
    if (ids.length === 0) say('There is no finding of that number; list shows them.');
    return [...new Set(ids)];
  }

  async function show(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const [finding] = await work.read([id]);
      if (!finding) continue;
      const history = await work.history(id);
      const page = detailLines(finding, history, { all: listed, columns: noLimit, now: new Date() });
      say(page.map((spans) => spans.map(({ text }) => neutralise(text)).join('')).join('\n'));
    }
  }

  async function decide(kind: 'ignore' | 'accept' | 'assign', ids: readonly string[]): Promise<void> {
    const answers: string[] = [];
    for (const question of questionsOf(kind)) {
      const answer = await ask(`${question}: `);
      if (!answer) return void say('Nothing was changed.');
      answers.push(answer);
    }
    await work.decide(ids, kind, answers);
    say(`${counted(ids.length, 'finding')}: ${kind} is kept.`);
  }

  async function takeBack(purpose: Purpose, ids: readonly string[]): Promise<void> {
    const planned = await work.plan(ids, purpose);
    say(planned.text.trimEnd());
    const confirmation = confirmationOf(planned.plan);
    if (!confirmation) return void say('There is nothing in it that can be done by an API.');
    const answer = await ask(`${confirmation.why} Type ${confirmation.what}, ${confirmation.answer}, to go on: `);
    if (answer === undefined || !isConfirmed(answer, confirmation)) return void say('Nothing was done.');
    const redacted = new Map(planned.plan.steps.flatMap((step) => step.credentials.map((one) => [one.finding, one.redacted])));
    const results = await work.apply(planned, {
      onStep: (line) => say(neutralise(line)),
      onResult: (result) => say(resultLine(result, redacted.get(result.finding) ?? '', false).trimEnd()),
    });
    say(resultsSummary(results).trim());
  }

  async function obey(line: string): Promise<'quit' | undefined> {
    const [command = '', ...words] = line.split(/\s+/);
    switch (command.toLowerCase()) {
      case '':
        return undefined;
      case 'quit':
      case 'q':
        return 'quit';
      case 'help':
      case '?':
        say(help);
        return undefined;
      case 'list':
        list();
        return undefined;
      case 'filter':
        return void (await refilter(line.replace(/^\S+\s*/, '')));
      default:
        return void (await act(command.toLowerCase(), words));
    }
  }

  /** A filter that is not understood changes nothing. */
  async function refilter(text: string): Promise<void> {
    const before = filter;
    filter = text;
    try {
      await read();
    } catch (error) {
      filter = before;
      throw error;
    }
    list();
  }

  async function act(command: string, words: readonly string[]): Promise<void> {
    const known = ['show', 'verify', 'ignore', 'accept', 'assign', 'reopen', 'revoke', 'undo', 'finalise'] as const;
    const wanted = known.find((one) => one === command);
    if (!wanted) return void say('That is no command; help lists them.');
    const ids = chosen(words);
    if (ids.length === 0) return;
    if (wanted === 'show') return show(ids);
    if (wanted === 'verify') say(await work.verify(ids));
    else if (wanted === 'reopen') await work.decide(ids, wanted, []);
    else if (wanted === 'ignore' || wanted === 'accept' || wanted === 'assign') await decide(wanted, ids);
    else await takeBack(wanted, ids);
    // The numbers stay what they were: only what is said of each is read anew.
    const now = new Map((await work.read(ids)).map((finding) => [finding.id, finding]));
    listed = listed.map((finding) => now.get(finding.id) ?? finding);
    for (const id of ids) {
      const at = listed.findIndex((one) => one.id === id);
      const finding = listed[at];
      if (finding) say(`${at + 1}. ${summaryOf(finding)}`);
    }
  }

  /** A line a stage: a line a number would never end being read out. */
  async function scan(): Promise<void> {
    if (!work.scan) return;
    let stage = '';
    const onProgress = (progress: string) => {
      const name = progress.replace(/ \d.*/, '');
      if (name !== stage) say(`${neutralise(name)} ...`);
      stage = name;
    };
    const { summary, gaps } = await work.scan({ onProgress, onFound: () => {}, onChange: () => {} }, signal);
    say(`${summary}${gaps === 0 ? '' : `; incomplete: ${counted(gaps, 'place')} could not be read`}.`);
  }

  try {
    await scan();
    await read();
    list();
    say('help tells what can be typed.');
    while (!signal.aborted) {
      const line = await ask('> ');
      if (line === undefined) return;
      try {
        if ((await obey(line)) === 'quit') return;
      } catch (error) {
        say(neutralise(messageOf(error)));
      }
    }
  } finally {
    lines.close();
  }
}

function summaryOf(finding: ListedFinding): string {
  const { id, pattern, verdict, owner, state, revocation, locations, redacted } = finding;
  const [first] = locations;
  const where =
    first === undefined
      ? 'nowhere'
      : `${placeName(first)}${locations.length > 1 ? ` and ${counted(locations.length - 1, 'more place')}` : ''}`;
  return neutralise(
    [
      `${verdict.state}, ${pattern.severity}`,
      `${pattern.name} ${redacted}`,
      owner === undefined ? 'owner not known' : `of ${owner}`,
      `${ageOf(finding, new Date())} old`,
      revocation ?? state,
      `in ${where}`,
      `id ${id}`,
    ].join(', '),
    600,
  );
}
