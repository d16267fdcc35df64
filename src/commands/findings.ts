import type { CommandModule, Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { keepers } from '../flags/command-sets.ts';
import type { Options } from '../flags.ts';
import { actorOf } from '../ledger/actor.ts';
import { byUrgency } from '../ledger/by-urgency.ts';
import { type Filter, parseFilter } from '../ledger/filter.ts';
import type { Ledger } from '../ledger/store.ts';
import type { DecisionInput, ListedFinding } from '../model/stored-finding.ts';
import { findingPage } from '../report/finding-page.ts';
import { findingsTable } from '../report/findings-table.ts';
import { jsonText } from '../report/json-text.ts';
import { createPaint } from '../report/paint.ts';
import { counted } from '../report/quantities.ts';
import { storedLocationRecord, storedRecord } from '../report/stored-record.ts';
import { openStore, type StoreOptions } from './open-store.ts';

type FindingsCommand = (typeof keepers)[number];

/** `quash findings list | show | ignore | accept | assign | reopen | export | import`. */
export const run: CommandModule<FindingsCommand>['run'] = async (options, context) => {
  switch (options.command) {
    case 'findings list':
      return withStore(options, context, (ledger) => list(ledger, options, context));
    case 'findings show':
      return withStore(options, context, (ledger) => show(ledger, options, context));
    case 'findings ignore':
    case 'findings accept':
    case 'findings assign':
    case 'findings reopen':
      return withStore(options, context, (ledger) => decide(ledger, options, context));
    case 'findings export': {
      const { exportFindings } = await import('./export-findings.ts');
      return withStore(options, context, (ledger) => exportFindings(ledger, options, context));
    }
    case 'findings import': {
      const { importFindings } = await import('./import-findings.ts');
      return importFindings(options, context);
    }
    default:
      return options satisfies never;
  }
};

async function withStore(options: StoreOptions, context: Context, work: (ledger: Ledger) => Promise<Exit>): Promise<Exit> {
  const ledger = await openStore(options, context);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

async function list(ledger: Ledger, { where, format }: Options<'findings list'>, { stdout, color }: Context): Promise<Exit> {
  const matches = parseFilter(where ?? '');
  if (format === 'json') {
    const findings = await ledger.find(matches);
    stdout.write(`{"findings":[${findings.map((one) => `\n${jsonText(storedRecord(one))}`).join(',')}]}\n`);
    return exits.clean;
  }
  const findings = await listed(ledger, matches);
  if (findings.length === 0) {
    stdout.write(where === undefined ? 'The ledger holds no findings.\n' : 'No finding matches.\n');
  } else stdout.write(findingsTable(findings, createPaint(color.stdout)));
  return exits.clean;
}

/** Those that match, the most urgent first, by the severity that their patterns have today. */
async function listed(ledger: Ledger, matches: Filter): Promise<readonly ListedFinding[]> {
  const now = new Date();
  const found = new Map<string, ListedFinding>();
  for await (const page of ledger.list()) for (const finding of page) if (matches(finding, now)) found.set(finding.id, finding);
  return [...found.values()].sort(byUrgency);
}

async function show(ledger: Ledger, { ids, format }: Options<'findings show'>, { stdout, color }: Context): Promise<Exit> {
  const pages: string[] = [];
  for (const id of ids) {
    const finding = await ledger.get(id);
    const history = await ledger.history(id);
    const record = { ...storedRecord(finding), history: { ...history, locations: history.locations.map(storedLocationRecord) } };
    pages.push(format === 'json' ? `${jsonText(record)}\n` : findingPage(finding, history, createPaint(color.stdout)));
  }
  stdout.write(pages.join('\n'));
  return exits.clean;
}

type DecideOptions = Options<'findings ignore' | 'findings accept' | 'findings assign' | 'findings reopen'>;

async function decide(ledger: Ledger, options: DecideOptions, context: Context): Promise<Exit> {
  const decision = decisionOf(options);
  const ids = await chosenIds(ledger, options, options.command);
  await ledger.decide(ids, decision, actorOf(context.env));
  const done = { ignore: 'ignored', accept: 'accepted', assign: 'assigned', reopen: 'reopened' }[decision.kind];
  if (!options.quiet) context.stderr.write(`quash: ${counted(ids.length, 'finding')} ${done}\n`);
  return exits.clean;
}

/** The findings that ids, or a filter, stand for. */
async function chosenIds(
  ledger: Ledger,
  { ids, where }: { readonly ids: readonly string[]; readonly where: string | undefined },
  command: string,
): Promise<readonly string[]> {
  if (ids.length > 0 === (where !== undefined)) {
    throw new QuashError(
      'usage',
      `choosing findings: quash ${command} takes either ids or --where; quash findings list shows what a filter means`,
    );
  }
  if (where === undefined) return [...new Set(await Promise.all(ids.map(async (id) => (await ledger.get(id)).id)))];
  const found = await ledger.find(parseFilter(where));
  if (found.length === 0) throw new QuashError('usage', 'choosing findings: no finding matches --where; see quash findings list');
  return found.map(({ id }) => id);
}

function decisionOf(options: DecideOptions): DecisionInput {
  switch (options.command) {
    case 'findings ignore':
      return { kind: 'ignore', reason: needed(options.reason, '--reason, for whoever reads it later', options.command) };
    case 'findings accept': {
      const until = needed(options.until, '--until, the day on which it ends', options.command);
      const reason = needed(options.reason, '--reason, for whoever reads it later', options.command);
      return { kind: 'accept', reason, until: until.toISOString() };
    }
    case 'findings assign':
      return { kind: 'assign', to: needed(options.to, '--to', options.command) };
    case 'findings reopen':
      return { kind: 'reopen', ...(options.reason !== undefined && { reason: options.reason }) };
    default:
      return options satisfies never;
  }
}

function needed<T>(value: T | undefined, what: string, command: string): T {
  if (value !== undefined) return value;
  throw new QuashError('usage', `reading the command line: quash ${command} needs ${what}`);
}
