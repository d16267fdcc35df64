import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { planText } from '../report/plan-text.ts';
import { approvePlan, defaultKey, readNamed } from '../revoke/approval.ts';
import { readPlan } from '../revoke/plan-file.ts';
import { actorOf } from './revocation-records.ts';

/** `quash approve PLAN`: shows a plan and signs its hash with an SSH key of whoever approves it. */
export async function run({ plan: named, key }: Options<'approve'>, context: Context): Promise<Exit> {
  const file = resolve(context.cwd, named);
  const plan = readPlan(readNamed(file, 'the plan'), named);
  if (plan.by === actorOf())
    throw new QuashError('usage', `approving the plan ${named}: you made it, as ${plan.by}; a second person approves it`);
  context.stdout.write(planText(plan, { color: context.color.stdout }));
  const sshFolder = join(context.env.HOME || homedir(), '.ssh');
  const signature = approvePlan(plan.hash, file, key === undefined ? defaultKey(sshFolder) : resolve(context.cwd, key));
  context.stdout.write(`\nApproved: ${signature}, which belongs beside the plan.\n`);
  return exits.clean;
}
