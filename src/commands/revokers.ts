import type { Context } from '../cli-context.ts';
import { suggest } from '../did-you-mean.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';
import { createPaint } from '../report/paint.ts';
import { counted } from '../report/quantities.ts';
import { lintRevoker } from '../revoke/lint-revoker.ts';
import { loadRevokers, revokerNames } from '../revoke/load-revokers.ts';
import { plannedCall } from '../revoke/plan.ts';
import type { ReadyRevoker, ReadyStep } from '../revoke/revoker-schema.ts';

/** `quash revokers list | show`: what can be taken back by an API, with what authority, and by which calls. */
export async function run(options: Options<'revokers list' | 'revokers show'>, context: Context): Promise<Exit> {
  const names = options.command === 'revokers show' ? options.providers : revokerNames();
  for (const name of names) if (!revokerNames().includes(name)) throw unknown(name);
  const { set } = await loadPatterns({ withExamples: true });
  const revokers = (await Promise.all(names.map((name) => loadRevokers(name)))).flat();
  const problems = revokers.flatMap((one) =>
    lintRevoker(one, set.patterns).map((problem) => `revokers/${one.provider}: ${problem}`),
  );
  if (problems.length > 0) throw new QuashError('pattern', `loading the revokers: ${problems.join('\n')}`);
  if (options.format === 'json') {
    context.stdout.write(`${JSON.stringify({ revokers: revokers.map(rowOf) }, undefined, 2)}\n`);
    return exits.clean;
  }
  if (options.command === 'revokers show') {
    context.stdout.write(revokers.map((one) => pageOf(one, context.color.stdout)).join('\n'));
    return exits.clean;
  }
  const rows = revokers.map(({ provider, authority, batch, tasks, patterns }) => [
    provider,
    authority,
    batch.max > 1 ? `${batch.max} at once` : '',
    tasks.disable ? 'can be undone' : '',
    patterns.join(', '),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    context.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  const left = set.patterns.filter(({ revoker, generic }) => revoker === undefined && !generic).length;
  const taken = revokers.reduce((sum, { patterns }) => sum + patterns.length, 0);
  context.stdout.write(
    `\n${counted(taken, 'kind')} of credentials of ${counted(names.length, 'provider')} are taken back by an API; ${left} by a person\n`,
  );
  return exits.clean;
}

function rowOf(revoker: ReadyRevoker) {
  const { provider, patterns, docs, hosts, authority, admin, batch, limits, cascade, survives, mints, tasks, takesUpToMs } =
    revoker;
  return {
    provider,
    patterns,
    docs,
    hosts,
    authority,
    admin: admin ?? null,
    batch: batch.max,
    limits: limits ?? null,
    cascade: cascade ?? null,
    survives: survives ?? null,
    mints: mints ?? false,
    reversible: tasks.disable !== undefined,
    takesUpToSeconds: takesUpToMs / 1000,
    calls: Object.fromEntries(
      Object.entries(withConfirm(revoker)).map(([task, steps]) => [task, steps.map((step) => plannedCall(step, revoker, []))]),
    ),
  };
}

/** Its steps by what they are for. */
function withConfirm({ tasks, confirm }: ReadyRevoker): Readonly<Record<string, readonly ReadyStep[]>> {
  return { ...tasks, ...(confirm && { confirm }) };
}

function pageOf(revoker: ReadyRevoker, hasColor: boolean): string {
  const paint = createPaint(hasColor);
  const { provider, patterns, docs, hosts, authority, admin, batch, cascade, survives, mints } = revoker;
  const lines = [
    paint(`${provider}: ${patterns.join(', ')}`, 'bold'),
    `  needs     ${admin ? `${admin.what} (${admin.env})` : authority === 'self' ? 'the leaked credential' : 'nothing but the value'}`,
    `  at once   ${batch.max}`,
    `  hosts     ${hosts.join(', ')}`,
    ...(mints ? ['  order     before others: it can make more'] : []),
    ...(cascade === undefined ? [] : [`  takes     ${cascade}`]),
    ...(survives === undefined ? [] : [`  leaves    ${survives}`]),
    ...docs.map((page, index) => `  ${index === 0 ? 'docs' : '    '}      ${page}`),
  ];
  for (const [task, steps] of Object.entries(withConfirm(revoker))) {
    lines.push(`  ${task}`);
    for (const step of steps) {
      const { method, url, body, does } = plannedCall(step, revoker, []);
      lines.push(`    ${method} ${url}${body === null ? '' : `  ${body}`}`, paint(`      ${does}`, 'dim'));
    }
  }
  return `${lines.join('\n')}\n`;
}

function unknown(name: string): QuashError {
  const meant = suggest(name, revokerNames());
  const shown = /^[a-z0-9-]{1,40}$/.test(name) ? name : 'of that name';
  return new QuashError(
    'usage',
    `showing a revoker: there is none ${shown}; ${meant ? `did you mean ${meant}?` : 'quash revokers list shows all'}`,
  );
}
