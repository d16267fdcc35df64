import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import type { Plan, Purpose } from '../model/plan.ts';
import type { Credential } from '../model/revocation.ts';
import { planText as planPage } from '../report/plan-text.ts';
import { childLine, resultLine, resultsSummary } from '../report/results-text.ts';
import { confirmed } from '../revoke/apply.ts';
import { readNamed } from '../revoke/approval.ts';
import { revokerOf } from '../revoke/load-revokers.ts';
import { planText, readPlan, whyStale } from '../revoke/plan-file.ts';
import type { Policy } from '../revoke/policy.ts';
import { adminCredentials } from './admin-credentials.ts';
import { type Asking, openAsking } from './ask-providers.ts';
import { gatherCredentials, kinOf } from './gather-credentials.ts';
import { openRecords, type Records } from './revocation-records.ts';
import { showStatus } from './revocation-status.ts';
import { type Applied, applyWith, askFirst, planFor, policyFor, refusalsOf } from './revoking.ts';
import { askPerson, hasPerson } from './terminal-prompt.ts';

export type RevokeOptions = Options<'revoke' | 'revoke finalise' | 'revoke undo'>;

/** `quash revoke`, `revoke finalise`, `revoke undo` and `revoke status`: plans, and with `--apply` does what was planned. */
export async function run(options: RevokeOptions | Options<'revoke status'>, context: Context): Promise<Exit> {
  if (options.command === 'revoke status') return showStatus(options, context);
  checkFlags(options, context);
  const warn = (text: string) => {
    if (!options.quiet) context.stderr.write(`quash: ${text}\n`);
  };
  const purpose: Purpose = options.command === 'revoke' ? 'revoke' : options.command === 'revoke undo' ? 'undo' : 'finalise';
  const saved =
    options.plan === undefined ? undefined : readPlan(readNamed(resolve(context.cwd, options.plan), 'the plan'), options.plan);
  if (saved && saved.purpose !== purpose) {
    const right = { revoke: 'quash revoke', finalise: 'quash revoke finalise', undo: 'quash revoke undo' }[saved.purpose];
    throw new QuashError('usage', `applying the plan ${options.plan}: it is one of ${right}, and that is what runs it`);
  }
  const gathered = await gatherCredentials(options, context, { warn, plan: saved, purpose });
  const asking = await openAsking({ ...options, verdictAge: undefined }, context, { warn });
  let records: Records | undefined;
  try {
    records = await openRecords(options, context, gathered.ledger);
    const kin = await kinOf(gathered, options.patterns);
    return await revoke({ options, context, purpose, saved, asking, records, found: gathered.credentials, kin });
  } finally {
    await records?.close();
    await asking.close();
    await gathered.ledger?.close();
  }
}

function checkFlags({ apply, yes, plan, offline, save }: RevokeOptions, context: Context): void {
  const problem =
    yes && plan === undefined
      ? '--yes is only for a plan that was looked at: save it with --save FILE, and apply it with --plan FILE --apply --yes'
      : apply && offline
        ? '--apply asks providers, which --offline forbids'
        : save !== undefined && plan !== undefined
          ? '--save writes a plan that is made now, and --plan takes one that was: leave one out'
          : apply && !yes && !hasPerson(context)
            ? 'there is no terminal at which to confirm it: save the plan with --save FILE, and apply it with --plan FILE --apply --yes'
            : undefined;
  if (problem !== undefined) throw new QuashError('usage', `revoking: ${problem}`);
}

interface Scene {
  readonly options: RevokeOptions;
  readonly context: Context;
  readonly purpose: Purpose;
  readonly saved: Plan | undefined;
  readonly asking: Asking;
  readonly records: Records;
  readonly found: readonly Credential[];
  readonly kin: readonly Credential[];
}

async function revoke(scene: Scene): Promise<Exit> {
  const { options, context, purpose, saved, records, found } = scene;
  const admins = adminCredentials(options.admin, context);
  const credentials = saved ? found : await askFirst(scene);
  const byId = new Map(credentials.map((one) => [one.id, one]));
  const plan = saved ?? (await planFor(scene, credentials, admins));
  if (saved) {
    const stale = await whyStale(saved, byId, { now: new Date(), revokerOf });
    if (stale !== undefined)
      throw new QuashError('usage', `applying the plan ${options.plan}: it has gone stale, since ${stale}; make it anew`);
  }
  const policy = policyFor(plan, scene);
  if (options.save !== undefined) savePlan(plan, resolve(context.cwd, options.save));
  if (!options.apply) {
    show(plan, byId, policy, scene);
    return exits.clean;
  }
  if (options.format === 'text') show(plan, byId, policy, scene);
  if (!options.yes) await confirm(plan, context);
  records.keepPlan(plan);
  const redacted = new Map(plan.steps.flatMap((step) => step.credentials.map((one) => [one.finding, one.redacted])));
  const { results, children } = await applyWith(plan, byId, scene, {
    admins,
    policy,
    journal: records.journal,
    onResult: (result) => {
      if (options.format === 'text')
        context.stdout.write(resultLine(result, redacted.get(result.finding) ?? '', context.color.stdout));
    },
  });
  writeResults(plan, { results, children }, scene);
  // Whoever asks for what is off to be made final, or on again, is told when it was not.
  const isWhole = purpose === 'revoke' || plan.left.length === 0;
  const isProved = results.every(({ state }) => confirmed.has(state)) && children.every(({ verdict }) => verdict !== 'live');
  return isWhole && isProved ? exits.clean : exits.unconfirmed;
}

function savePlan(plan: Plan, file: string): void {
  try {
    writeFileSync(file, planText(plan), { mode: 0o600 });
  } catch (cause) {
    throw new QuashError(
      'output',
      `writing the plan to ${file}: ${(cause as NodeJS.ErrnoException).code}; name a file in a folder that you can write to`,
      { cause },
    );
  }
}

function show(plan: Plan, credentials: ReadonlyMap<string, Credential>, policy: Policy, { options, context }: Scene): void {
  const refusals = refusalsOf(plan, credentials, policy);
  if (options.format === 'json') {
    const refused = [...refusals].map(([finding, why]) => ({ finding, why }));
    context.stdout.write(`${JSON.stringify({ plan, refusals: refused }, undefined, 2)}\n`);
    return;
  }
  context.stdout.write(planPage(plan, { color: context.color.stdout, refusals }));
  if (plan.steps.length > 0 && !options.apply && !options.quiet)
    context.stdout.write(
      `\nNothing was done. ${options.plan === undefined ? '--apply does it, --save FILE keeps the plan.' : '--apply does it.'}\n`,
    );
}

/** The number is to be typed: a thumb that hits Enter takes nothing back. */
async function confirm(plan: Plan, context: Context): Promise<void> {
  const count = plan.steps.reduce((sum, { findings, manual }) => sum + (manual ? 0 : findings.length), 0);
  if (count === 0) return;
  const verb = { revoke: 'take back', finalise: 'make final', undo: 'switch on again' }[plan.purpose];
  const answer = await askPerson(`\nType the number of credentials to ${verb}, ${count}, to go on: `, { signal: context.signal });
  if (answer !== String(count))
    throw new QuashError(
      'interrupted',
      `revoking: ${answer === undefined ? 'there is no terminal to confirm it at' : 'the number was not typed'}, and nothing was done`,
    );
}

function writeResults(plan: Plan, { results, children }: Applied, { options, context, records }: Scene): void {
  if (options.format === 'json') {
    const journal = records.journal.head() ?? null;
    context.stdout.write(`${JSON.stringify({ plan, results, children, journal }, undefined, 2)}\n`);
    return;
  }
  for (const child of children) context.stdout.write(childLine(child, context.color.stdout));
  if (!options.quiet) context.stdout.write(results.length === 0 ? '\nThere was nothing to do.\n' : resultsSummary(results));
}
