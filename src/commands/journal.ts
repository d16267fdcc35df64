import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { mapStrings } from '../model/conceal.ts';
import { neutralise } from '../report/neutralise.ts';
import { createPaint } from '../report/paint.ts';
import { counted } from '../report/quantities.ts';
import { type Head, type JournalLine, problemAgainst, type ReadJournal } from '../revoke/journal.ts';
import { anchoredHead, journalPlace, readRecords } from './revocation-records.ts';

/** `quash journal show | verify | export-head`: what was done, and whether what is written of it was changed since. */
export async function run(
  options: Options<'journal show' | 'journal verify' | 'journal export-head'>,
  context: Context,
): Promise<Exit> {
  const { name } = journalPlace(options.store, context);
  // The head first: what others write in between stands behind it.
  const anchored = options.command === 'journal verify' ? await anchoredHead(options.store, context) : undefined;
  const read = await readRecords(options.store, context);
  if (!read) {
    if (anchored) throw new QuashError('source', `verifying the journal: ${name} is gone, and the ledger knows a line of it`);
    context.stdout.write(`${name}: there is no journal yet: nothing was revoked here\n`);
    return exits.clean;
  }
  switch (options.command) {
    case 'journal show':
      return show(options, { name, read }, context);
    case 'journal verify':
      return verify(options, { name, read, anchored }, context);
    case 'journal export-head':
      return exportHead({ name, read }, context);
    default:
      return options satisfies never;
  }
}

interface Shown {
  /** What the journal is called: its path, or the URL of what it is in. */
  readonly name: string;
  readonly read: ReadJournal;
}

function show({ ids, format }: Options<'journal show'>, { name, read: { lines, problem } }: Shown, context: Context): Exit {
  const shown = lines.filter(
    ({ finding, plan }) =>
      ids.length === 0 || ids.some((id) => id.length >= 4 && (finding?.startsWith(id) || plan?.startsWith(id))),
  );
  const paint = createPaint(context.color.stdout);
  for (const line of shown)
    context.stdout.write(
      format === 'json'
        ? `${JSON.stringify(line)}\n`
        : `${lineText(
            mapStrings(line, (text) => neutralise(text)),
            paint,
          )}\n`,
    );
  if (problem === undefined) return exits.clean;
  throw new QuashError('source', `reading the journal ${name}: ${problem}; what comes behind it is not shown`);
}

/** A line for a person. Its texts are neutralised: whoever shares the journal may have written them. */
function lineText(line: JournalLine, paint: ReturnType<typeof createPaint>): string {
  const { seq, at, actor, action, finding, task, step, call, before, after, until, evidence } = line;
  const rest = [
    ...(task === null ? [] : [`${task} ${(step ?? 0) + 1}`]),
    ...(call === null ? [] : [call]),
    ...(before === null && after === null ? [] : [`${before ?? ''}→${after ?? ''}`]),
    ...(until === null ? [] : [`until ${until}`]),
    ...(evidence === null ? [] : [evidence]),
  ];
  return `${String(seq).padStart(5)}  ${at}  ${actor}  ${paint(action.padEnd(9), 'bold')}  ${(finding ?? '').padEnd(12)}  ${rest.join('  ')}`;
}

function verify(
  { head: files, format }: Options<'journal verify'>,
  { name, read, anchored }: Shown & { readonly anchored: Head | undefined },
  context: Context,
): Exit {
  const exported = files.map((file) => readHead(resolve(context.cwd, file)));
  const { lines, torn } = read;
  const problem = [undefined, anchored, ...exported].map((head) => problemAgainst(read, head)).find((one) => one !== undefined);
  const last = lines.at(-1);
  if (format === 'json') {
    const head = last ? { seq: last.seq, hash: last.hash } : null;
    context.stdout.write(
      `${JSON.stringify({ file: name, lines: lines.length, head, anchored: anchored ?? null, holds: problem === undefined, problem: problem ?? null, torn: torn !== '' }, undefined, 2)}\n`,
    );
  } else if (problem === undefined) {
    const against = [
      ...(anchored ? [`line ${anchored.seq}, which the ledger knows`] : []),
      ...exported.map(({ seq }) => `line ${seq}, which was exported`),
    ];
    context.stdout.write(
      `${name}: ${counted(lines.length, 'line')}, none changed, removed or moved${against.length > 0 ? `; so do ${against.join(' and ')}`.replace('so do', 'it still holds') : ''}\n`,
    );
    if (torn !== '')
      context.stdout.write('It ends in half a line: a process was stopped while it wrote. The next run says so in it.\n');
  } else context.stdout.write(`${name}: ${createPaint(context.color.stdout)('tampered with', 'red')}: ${problem}\n`);
  return problem === undefined ? exits.clean : exits.unconfirmed;
}

function exportHead({ name, read: { lines, problem } }: Shown, context: Context): Exit {
  if (problem !== undefined) throw new QuashError('source', `exporting the head of the journal ${name}: ${problem}`);
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
