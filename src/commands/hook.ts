import { relative } from 'node:path';
import type { CommandModule, Context } from '../cli-context.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { type HookType, hookTypes } from '../hook/hook-script.ts';
import type { HookChange } from '../hook/install.ts';

type HookCommand = 'hook install' | 'hook uninstall' | 'hook run';

/** `quash hook install | uninstall | run`. */
export const run: CommandModule<HookCommand>['run'] = async (options, context) => {
  switch (options.command) {
    case 'hook install':
      return install(options.stages as readonly HookType[], context);
    case 'hook uninstall':
      return uninstall(options.stages as readonly HookType[], context);
    case 'hook run':
      return runStage(options, context);
    default:
      return options satisfies never;
  }
};

async function install(types: readonly HookType[], context: Context): Promise<Exit> {
  const { installHook } = await import('../hook/install.ts');
  // As it was started, not where links lead: the path in a package manager's store changes with every version.
  const launcher = { node: process.execPath, quash: process.argv[1] ?? '' };
  for (const type of types) tell(await installHook(type, { cwd: context.cwd, launcher }), context);
  return exits.clean;
}

async function uninstall(types: readonly HookType[], context: Context): Promise<Exit> {
  const { uninstallHook } = await import('../hook/install.ts');
  const isAsked = types.length > 0;
  for (const type of isAsked ? types : hookTypes) {
    const change = await uninstallHook(type, { cwd: context.cwd });
    if (isAsked || change.state === 'removed') tell(change, context);
  }
  return exits.clean;
}

async function runStage(options: Options<'hook run'>, context: Context): Promise<Exit> {
  const { runHook } = await import('../hook/run-hook.ts');
  return runHook(options.stage as HookType, {
    args: options.hookArguments,
    cwd: context.cwd,
    env: context.env,
    stdin: context.stdin,
    maxSize: options.maxSize,
    failOnGap: options.failOnGap,
    // Nobody is asked from a hook, so nothing is known to be live.
    failOnFindings: options.failOn === 'any',
    openScanner: async () => (await import('./hook-scanner.ts')).openHookScanner(options, context),
    print: (text) => context.stdout.write(text),
    warn: (text) => context.stderr.write(text),
    signal: context.signal,
  });
}

function tell({ type, path, state, chained }: HookChange, { cwd, stdout }: Context): void {
  const place = relative(cwd, path).startsWith('..') ? path : relative(cwd, path);
  const sentence = {
    installed: `${type}: installed in ${place}`,
    updated: `${type}: updated in ${place}`,
    unchanged: `${type}: is installed in ${place} already`,
    removed: `${type}: taken out of ${place}`,
    absent: `${type}: was not installed`,
    foreign: `${type}: ${place} is not quash's, and was left alone`,
  }[state];
  stdout.write(`${sentence}${chained ? '; the hook that was there runs first' : ''}\n`);
}
