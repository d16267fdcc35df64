import type { Context } from '../cli-context.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';
import { createPaint } from '../report/paint.ts';
import { counted } from '../report/quantities.ts';
import { egressOfRevoker } from '../revoke/egress.ts';
import { loadRevokers, revokerNames } from '../revoke/load-revokers.ts';
import { type EgressRow, egressOf, joinRows } from '../verify/egress.ts';
import { loadProtocol } from '../wire/protocol.ts';
import { checkDestinations } from './check-destinations.ts';

/** `quash egress`: every host that may be contacted, with what is sent there and what that brings about. Contacts nothing. */
export async function run(options: Options<'egress'>, context: Context): Promise<Exit> {
  await checkDestinations(options);
  const { set } = await loadPatterns({ files: options.patterns, withExamples: true });
  const rows: EgressRow[] = [];
  for (const pattern of set.patterns) {
    if (pattern.verify) rows.push(...(await egressOf(pattern, pattern.verify, loadProtocol)));
  }
  const verified = new Set(rows.flatMap(({ patterns }) => patterns)).size;
  for (const name of revokerNames()) rows.push(...(await loadRevokers(name)).flatMap(egressOfRevoker));
  const joined = joinRows(rows);
  const unverified = set.patterns.flatMap(({ id, verify, unverified: why }) => (verify || !why ? [] : [{ pattern: id, why }]));
  const allowed = { endpoints: options.endpoint, allowHosts: options.allowHost };
  context.stdout.write(
    options.format === 'json'
      ? `${JSON.stringify({ egress: joined, patterns: set.patterns.length, verified, unverified, ...allowed }, undefined, 2)}\n`
      : tableText(joined, { ...allowed, verified, unverified, patterns: set.patterns.length }, context),
  );
  return exits.clean;
}

const purposes: Readonly<Record<EgressRow['purpose'], string>> = {
  verify: '',
  'clean up': '  (takes back what asking made)',
  'look up': '  (only with quash revoke --apply)',
  'take back': '  (only with quash revoke --apply)',
};

function tableText(
  rows: readonly EgressRow[],
  {
    endpoints,
    allowHosts,
    verified,
    unverified,
    patterns,
  }: {
    readonly endpoints: readonly string[];
    readonly allowHosts: readonly string[];
    readonly verified: number;
    readonly unverified: readonly { readonly pattern: string; readonly why: string }[];
    readonly patterns: number;
  },
  context: Context,
): string {
  const paint = createPaint(context.color.stdout);
  const lines: string[] = [];
  let before: EgressRow | undefined;
  for (const row of rows) {
    if (row.provider !== before?.provider) lines.push(`${before ? '\n' : ''}${paint(row.provider, 'bold')}`);
    if (row.provider !== before?.provider || row.host !== before.host) lines.push(`  ${paint(row.host, 'cyan')}`);
    lines.push(`    ${`${row.method} ${row.path}`.trimEnd()}${purposes[row.purpose]}`);
    lines.push(paint(`      sends ${row.sends}; for ${row.patterns.join(', ')}`, 'dim'));
    if (row.effects !== null) lines.push(`      ${paint('effect', 'yellow')} ${row.effects}`);
    before = row;
  }
  const hosts = new Set(rows.map(({ host }) => host)).size;
  const widest = Math.max(0, ...unverified.map(({ pattern }) => pattern.length));
  lines.push(
    '',
    paint('Nobody is asked about', 'bold'),
    ...unverified.map(({ pattern, why }) => `  ${pattern.padEnd(widest)}  ${paint(why, 'dim')}`),
  );
  lines.push(
    '',
    `${counted(hosts, 'host')} for ${verified} of ${counted(patterns, 'pattern')}. Nothing else is contacted; with --offline, nothing at all.`,
    'A host that is named beside a secret is contacted only when --allow-host allows it.',
    ...endpoints.map((endpoint) => `endpoint   ${endpoint}`),
    ...allowHosts.map((host) => `allowed    ${host}`),
  );
  return `${lines.join('\n')}\n`;
}
