import { identityToRecipient } from 'age-encryption';
import type { CommandModule, Context } from '../cli-context.ts';
import { type Exit, exits } from '../exit.ts';
import { keyFiles } from '../ledger/key-files.ts';
import { initKeys, type Keys, readKeys } from '../ledger/keys.ts';

/** `quash keys init | show`. */
export const run: CommandModule<'keys init' | 'keys show'>['run'] = async (options, context) => {
  switch (options.command) {
    case 'keys init':
      return init(options.recipient, context);
    case 'keys show':
      return show(options.format, context);
    default:
      return options satisfies never;
  }
};

async function init(recipients: readonly string[], context: Context): Promise<Exit> {
  const keys = await initKeys(context.env, recipients);
  context.stdout.write(await words(keys, context));
  return exits.clean;
}

async function show(format: 'text' | 'json', context: Context): Promise<Exit> {
  const keys = await readKeys(context.env);
  const { recipients, identity } = keys;
  const own = identity === undefined ? undefined : await identityToRecipient(identity);
  context.stdout.write(
    format === 'json'
      ? `${JSON.stringify({ recipients, identity: own ?? null, files: keyFiles(context.env) }, undefined, 2)}\n`
      : await words(keys, context),
  );
  return exits.clean;
}

async function words({ recipients, identity }: Keys, { env }: Context): Promise<string> {
  const files = keyFiles(env);
  if (recipients.length === 0 && identity === undefined) {
    return 'There are no keys, so findings are not kept; quash keys init makes them.\n';
  }
  const own = identity === undefined ? undefined : await identityToRecipient(identity);
  const lines = recipients.map((one) => `sealed to  ${one}${one === own ? '  (the identity here)' : ''}`);
  if (recipients.length === 0) lines.push(`sealed to  nobody: ${files.recipients} is missing, so findings are not kept`);
  lines.push(
    own === undefined
      ? `identity   none here: this machine can write, and not read`
      : `identity   ${files.identity}; keep a copy where it cannot be lost`,
  );
  return `${lines.join('\n')}\n`;
}
