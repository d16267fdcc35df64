import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { placeOf } from '../ledger/place.ts';
import { neutralise } from '../report/neutralise.ts';
import { createPaint } from '../report/paint.ts';
import { counted } from '../report/quantities.ts';
import type { Head, JournalLine } from '../revoke/journal.ts';
import { openStore } from './open-store.ts';
import { journalFile, judgeJournal } from './revocation-records.ts';

/** `quash journal show | verify | export-head`: what was done, and whether what is written of it was changed since. */
export async function run(
  options: Options<'journal show' | 'journal verify' | 'journal export-head'>,
  context: Context,
): Promise<Exit> {
  const file = journalFile(options.store, context);
  if (!existsSync(file)) {
    if (options.command === 'journal verify' && (await anchoredHead(options.store, context)))
      throw new QuashError('source', `verifying the journal: ${file} is gone, and the ledger knows a line of it`);
    context.stdout.write(`${file}: there is no journal yet: nothing was revoked here\n`);
    return exits.clean;
  }
  switch (options.command) {
    case 'journal show':
      return show(options, file, context);
    case 'journal verify':
      return verify(options, file, context);
    case 'journal export-head':
      return exportHead(file, context);
    default:
      return options satisfies never;
  }
}

function show({ ids, format }: Options<'journal show'>, file: string, context: Context): Exit {
  const { lines, problem } = judgeJournal(file, []);
  const shown = lines.filter(
    ({ finding, plan }) =>
      ids.length === 0 || ids.some((id) => id.length >= 4 && (finding?.startsWith(id) || plan?.startsWith(id))),
  );
  const paint = createPaint(context.color.stdout);
  for (const line of shown) context.stdout.write(format === 'json' ? `${JSON.stringify(line)}\n` : `${lineText(line, paint)}\n`);
  if (problem === undefined) return exits.clean;
  throw new QuashError('source', `reading the journal ${file}: ${problem}; what comes behind it is not shown`);
}

function lineText(line: JournalLine, paint: ReturnType<typeof createPaint>): string {
  const { seq, at, actor, action, finding, task, step, call, before, after, until, evidence } = line;
  const rest = [
    ...(task === null ? [] : [`${task} ${(step ?? 0) + 1}`]),
    ...(call === null ? [] : [neutralise(call)]),
    ...(before === null && after === null ? [] : [`${before ?? ''}→${after ?? ''}`]),
    ...(until === null ? [] : [`until ${until}`]),
    ...(evidence === null ? [] : [neutralise(evidence)]),
  ];
  return `${String(seq).padStart(5)}  ${at}  ${neutralise(actor)}  ${paint(action.padEnd(9), 'bold')}  ${(finding ?? '').padEnd(12)}  ${rest.join('  ')}`;
}

async function verify({ head: files, store, format }: Options<'journal verify'>, file: string, context: Context): Promise<Exit> {
  const exported = files.map((name) => readHead(resolve(context.cwd, name)));
  const anchored = await anchoredHead(store, context);
  const { lines, problem, torn } = judgeJournal(file, [anchored, ...exported]);
  const last = lines.at(-1);
  if (format === 'json') {
    const head = last ? { seq: last.seq, hash: last.hash } : null;
    context.stdout.write(
      `${JSON.stringify({ file, lines: lines.length, head, anchored: anchored ?? null, holds: problem === undefined, problem: problem ?? null, torn: torn !== '' }, undefined, 2)}\n`,
    );
  } else if (problem === undefined) {
    const against = [
      ...(anchored ? [`line ${anchored.seq}, which the ledger knows`] : []),
      ...exported.map(({ seq }) => `line ${seq}, which was exported`),
    ];
    context.stdout.write(
      `${file}: ${counted(lines.length, 'line')}, none changed, removed or moved${against.length > 0 ? `; so do ${against.join(' and ')}`.replace('so do', 'it still holds') : ''}\n`,
    );
    if (torn !== '')
      context.stdout.write('It ends in half a line: a process was stopped while it wrote. The next run says so in it.\n');
  } else context.stdout.write(`${file}: ${createPaint(context.color.stdout)('tampered with', 'red')}: ${problem}\n`);
  return problem === undefined ? exits.clean : exits.unconfirmed;
}

function exportHead(file: string, context: Context): Exit {
  const { lines, problem } = judgeJournal(file, []);
  if (problem !== undefined) throw new QuashError('source', `exporting the head of the journal ${file}: ${problem}`);
  const last = lines.at(-1);
  context.stdout.write(`${JSON.stringify(last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: '' })}\n`);
  return exits.clean;
}

function readHead(file: string): Head {
  try {
    const { seq, hash } = JSON.parse(readFileSync(file, 'utf8')) as Head;
    if (Number.isInteger(seq) && /^[0-9a-f]{64}$/.test(hash)) return { seq, hash };
  } catch {
    // Told of below: a file that is not there is no head either.
  }
  throw new QuashError('usage', `reading the head ${file}: it is none; quash journal export-head prints one`);
}

/** What the ledger beside the journal knows; a ledger that is not there is not made for it. */
async function anchoredHead(store: string | undefined, context: Context): Promise<Head | undefined> {
  const place = placeOf(store, context.env, context.cwd);
  if (place?.kind !== 'sqlite' || !existsSync(place.file)) return undefined;
  const ledger = await openStore({ store, patterns: [] }, context);
  try {
    return await ledger.journalHead();
  } finally {
    await ledger.close();
  }
}
