import { dirname, resolve } from 'node:path';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import type { KeptPolicy, Ledger } from '../ledger/store.ts';
import { neutralise } from '../report/neutralise.ts';
import { readNamed } from '../revoke/approval.ts';
import { mayRevoke, parsePolicy } from '../revoke/policy.ts';
import { policyEntry, type SharedPolicy } from '../revoke/shared-policy.ts';
import { openStore } from './open-store.ts';
import { actorOf, openJournalOf } from './revocation-records.ts';

/** `quash policy set | show | clear`: what everybody who shares the ledger is held to. */
export async function run(options: Options<'policy set' | 'policy show' | 'policy clear'>, context: Context): Promise<Exit> {
  const ledger = await openStore({ store: options.store, patterns: [] }, context);
  try {
    switch (options.command) {
      case 'policy set':
        return await set(readShared(resolve(context.cwd, options.file)), { ledger, options, context });
      case 'policy clear':
        return await set(undefined, { ledger, options, context });
      case 'policy show':
        return show(await ledger.policy(), options.format, context);
      default:
        return options satisfies never;
    }
  } finally {
    await ledger.close();
  }
}

function readShared(file: string): SharedPolicy {
  const text = readNamed(file, 'the policy');
  const { approval } = parsePolicy(text, file);
  return { text, signers: approval ? readNamed(resolve(dirname(file), approval.signers), 'the signers of the policy') : null };
}

async function set(
  policy: SharedPolicy | undefined,
  {
    ledger,
    options,
    context,
  }: { readonly ledger: Ledger; readonly options: Options<'policy set' | 'policy clear'>; readonly context: Context },
): Promise<Exit> {
  const by = actorOf();
  const before = await ledger.policy();
  if (before && !mayRevoke(parsePolicy(before.text, 'of the ledger'), by))
    throw new QuashError(
      'usage',
      `changing the policy of the ledger: by it ${by} may not revoke, nor change it; ask ${before.by}`,
    );
  const journal = await openJournalOf(ledger, options.store, context);
  try {
    // The line first: when this is stopped in between, nothing is revoked until it is said again.
    await journal.append(policyEntry(policy));
    await ledger.setPolicy(policy && { ...policy, by, at: new Date().toISOString() });
    const head = journal.head();
    if (head && !ledger.journal) await ledger.anchor(head);
  } finally {
    journal.close();
  }
  context.stdout.write(
    policy
      ? `Everybody who revokes on ${ledger.place} is held to this policy.\n`
      : `The ledger ${ledger.place} has no policy any more; that of each responder still holds.\n`,
  );
  return exits.clean;
}

function show(policy: KeptPolicy | undefined, format: 'text' | 'json', context: Context): Exit {
  if (format === 'json') context.stdout.write(`${JSON.stringify({ policy: policy ?? null }, undefined, 2)}\n`);
  else if (!policy) context.stdout.write('The ledger has no policy: that of each responder holds alone.\n');
  else {
    const lines = policy.text.trimEnd().split('\n');
    context.stdout.write(
      `# set by ${neutralise(policy.by)} at ${neutralise(policy.at)}\n${lines.map((line) => neutralise(line)).join('\n')}\n`,
    );
    const signers = policy.signers?.trimEnd().split('\n') ?? [];
    if (policy.signers !== null)
      context.stdout.write(`# signers\n${signers.map((line) => `#   ${neutralise(line)}`).join('\n')}\n`);
  }
  return exits.clean;
}
