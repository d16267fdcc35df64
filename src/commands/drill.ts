import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context } from '../cli-context.ts';
import { plantLeaks } from '../drill/plant.ts';
import { startDrillProviders } from '../drill/providers.ts';
import { type DrillQuash, quashIn } from '../drill/run-quash.ts';
import { createStory, type DrillFinding, type DrillResult } from '../drill/story.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';

/**
 * `quash drill`: a leak from commit to proved dead, on loopback. Everything is done by the commands that a person would type,
 * each a process of its own that may reach nothing but this machine.
 */
export async function run(options: Options<'drill'>, context: Context): Promise<Exit> {
  const startedAt = performance.now();
  const folder = folderOf(options, context);
  const { set } = await loadPatterns({ withExamples: true });
  const story = createStory(context, { isTold: options.format === 'text', startedAt });
  const providers = await startDrillProviders(set.patterns, { ANTHROPIC_ADMIN_KEY: 'anthropic', SENDGRID_ADMIN_KEY: 'sendgrid' });
  try {
    const { planted, endpoints, admins, names } = providers;
    story.tell('started', `${names.join(', ')} on loopback`);
    const leak = join(folder, 'leak');
    await plantLeaks(leak, planted);
    story.tell('leaked', `${planted.length} live credentials: in a repository’s history, a CI log and a Slack export`);

    const quash = quashIn(folder, { ...admins }, context.signal);
    const at = endpoints.flatMap((endpoint) => ['--endpoint', endpoint]);
    await quash.run(['keys', 'init'], [exits.clean]);
    const scanned = JSON.parse(await quash.run(['scan', ...at, '--format', 'json', leak], [exits.live])) as {
      readonly findings: readonly DrillFinding[];
    };
    const before = scanned.findings;
    story.tell(
      'found',
      `${before.length} secrets in ${before.reduce((sum, { locations }) => sum + locations.length, 0)} places; ${before.filter(({ verdict }) => verdict.state === 'live').length} of them live`,
    );
    if (options.triage) return await byHand(quash, at, story, options.keep === undefined ? undefined : folder);

    const planFile = join(folder, 'plan.json');
    const terms = ['--grace', '0s', ...at];
    const planned = JSON.parse(
      await quash.run(['revoke', '--where', 'verdict=live', '--save', planFile, '--format', 'json', ...terms], [exits.clean]),
    ) as {
      readonly plan: { readonly steps: readonly { readonly calls: readonly unknown[]; readonly findings: readonly string[] }[] };
    };
    const { steps } = planned.plan;
    story.tell(
      'planned',
      `${steps.reduce((sum, { calls }) => sum + calls.length, 0)} calls for ${steps.reduce((sum, { findings }) => sum + findings.length, 0)} credentials`,
    );
    const applied = JSON.parse(
      await quash.run(
        ['revoke', '--plan', planFile, '--apply', '--yes', '--format', 'json', ...terms],
        [exits.clean, exits.unconfirmed],
      ),
    ) as { readonly results: readonly DrillResult[]; readonly children: readonly { readonly verdict: string }[] };
    const { results, children } = applied;
    story.tell(
      'revoked',
      `${results.filter(({ state }) => state === 'revoked').length}, each only called so once its provider said that it is dead`,
    );

    const along = results.filter(hasDiedAlong).length;
    if (along > 0) story.tell('along', `${along} died with the OAuth grant that it was of, and was not called for`);

    const checked = JSON.parse(
      await quash.run(['verify', '--all', ...at, '--format', 'json'], [exits.clean, exits.findings, exits.live]),
    ) as {
      readonly findings: readonly DrillFinding[];
    };
    await quash.run(['journal', 'verify'], [exits.clean]);
    story.tell('checked', 'every credential again, and the journal: its chain holds');
    story.table(before, results, checked.findings);
    const isProved =
      before.length === planted.length &&
      before.every(({ id }) => results.some((one) => one.finding === id && (one.state === 'revoked' || hasDiedAlong(one)))) &&
      children.every(({ verdict }) => verdict === 'dead');
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    story.end(isProved, seconds, options.keep === undefined ? undefined : folder);
    if (options.format === 'json') {
      const kept = { folder, store: join(folder, 'data/quash/ledger.db'), journal: join(folder, 'data/quash/journal.jsonl') };
      context.stdout.write(
        `${JSON.stringify({ plan: planned.plan, results, children, seconds, ...(options.keep === undefined ? {} : { kept }) }, undefined, 2)}\n`,
      );
    }
    return isProved ? exits.clean : exits.unconfirmed;
  } finally {
    await providers.close();
    if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Leaves it to a person in the terminal UI, and tells what became of it. */
async function byHand(
  quash: DrillQuash,
  at: readonly string[],
  story: ReturnType<typeof createStory>,
  folder: string | undefined,
): Promise<Exit> {
  story.tell('yours', 'R takes back, ? shows the keys, q ends the drill');
  const exit = await quash.runAtTerminal(['triage', ...at]);
  if (exit !== exits.clean && exit !== exits.interrupted) return exit as Exit;
  await quash.run(['journal', 'verify'], [exits.clean]);
  const listed = JSON.parse(await quash.run(['findings', 'list', '--format', 'json'], [exits.clean])) as {
    readonly findings: readonly DrillFinding[];
  };
  const live = listed.findings.filter(({ verdict }) => verdict.state === 'live').length;
  const dead = listed.findings.filter(({ verdict }) => verdict.state === 'dead').length;
  story.leave({ dead, live, folder });
  return exit;
}

/** Of one grant, what is called for first takes the rest along. */
function hasDiedAlong({ state, evidence }: DrillResult): boolean {
  return state === 'already-dead' && evidence.startsWith('died with ');
}

function folderOf({ keep }: Options<'drill'>, { cwd }: Context): string {
  if (keep === undefined || keep === '') return mkdtempSync(join(tmpdir(), 'quash-drill-'));
  const folder = resolve(cwd, keep);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
