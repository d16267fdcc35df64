import { fstatSync, writeSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import type { CommandModule, Context } from './cli-context.ts';
import { type Invocation, parse, type Request } from './cli-parse.ts';
import { type Config, loadConfig, resolveOptions } from './config.ts';
import { QuashError } from './errors.ts';
import { type Exit, exits, mergeExits } from './exit.ts';
import { groups } from './flags/commands.ts';
import type { CommandName } from './flags/declaration.ts';
import { flagsOf } from './flags.ts';
import { readVersion } from './version.ts';

type FirstWord<Name extends string> = Name extends `${infer Word} ${string}` ? Word : Name;
type Word = FirstWord<CommandName>;
type NamesUnder<W extends Word, Name extends CommandName = CommandName> = Name extends W | `${W} ${string}` ? Name : never;

/** The module of each command; only the one that was asked for is loaded. */
const modules: { readonly [W in Word]: () => Promise<CommandModule<NamesUnder<W>>> } = {
  scan: () => import('./commands/scan.ts'),
  verify: () => import('./commands/verify.ts'),
  findings: () => import('./commands/findings.ts'),
  keys: () => import('./commands/keys.ts'),
  drill: () => import('./commands/drill.ts'),
  revoke: () => import('./commands/revoke.ts'),
  triage: () => import('./commands/triage.ts'),
  approve: () => import('./commands/approve.ts'),
  journal: () => import('./commands/journal.ts'),
  policy: () => import('./commands/policy.ts'),
  revokers: () => import('./commands/revokers.ts'),
  egress: () => import('./commands/egress.ts'),
  hook: () => import('./commands/hook.ts'),
  patterns: () => import('./commands/patterns.ts'),
  baseline: () => import('./commands/baseline.ts'),
  config: () => import('./commands/config.ts'),
  completion: () => import('./commands/completion.ts'),
};

/** Runs one command line, and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const controller = new AbortController();
  process.on('uncaughtException', (error) => exitWithBug(error));
  process.on('unhandledRejection', (reason) => exitWithBug(reason));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // The first asks for an orderly end, in which temporary folders go; a second time somebody is in a hurry.
      if (controller.signal.aborted) process.exit(exits.interrupted);
      controller.abort();
    });
  }
  let lost: NodeJS.ErrnoException | undefined;
  writeWholeFiles(process.stdout);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    lost ??= error;
    controller.abort();
  });
  // With nobody to tell, the exit code still tells.
  process.stderr.on('error', () => {});

  const exit = await runGuarded(args, controller.signal);
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  // `quash scan | head`: nobody reads on, which is no error to tell of.
  if (lost && lost.code !== 'EPIPE') {
    await complain(`writing to stdout: ${lost.code ?? 'it failed'}; make room, or write elsewhere with --output`);
    process.exit(exit === exits.bug ? exit : exits.usage);
  }
  process.exit(controller.signal.aborted ? mergeExits(exit, exits.interrupted) : exit);
}

async function runGuarded(args: readonly string[], signal: AbortSignal): Promise<Exit> {
  try {
    await guardEgress(process.env.QUASH_EGRESS);
    cacheCompiledCode(process.env);
    return await answer(await parse(args), signal);
  } catch (error) {
    const isAbort = error instanceof QuashError || (error instanceof Error && error.name === 'AbortError');
    if (signal.aborted && isAbort) return exits.interrupted;
    if (!(error instanceof QuashError)) return reportBug(error);
    await complain(error.message);
    return error.code === 'interrupted' ? exits.interrupted : exits.usage;
  }
}

async function guardEgress(wanted: string | undefined): Promise<void> {
  if (!wanted) return;
  // Whoever set it counts on it: a word that we do not know must not mean "anything goes".
  if (wanted !== 'loopback') throw new QuashError('usage', 'reading the environment: QUASH_EGRESS must be loopback, or not set');
  const { guardEgress: guard } = await import('./egress-guard.ts');
  guard();
}

/** Lets Node (22.1 and later) keep compiled code between runs, in the user's own cache: in a shared folder others could plant some. */
function cacheCompiledCode(env: Readonly<NodeJS.ProcessEnv>): void {
  const { enableCompileCache } = module as { readonly enableCompileCache?: (folder: string) => unknown };
  const home = env.HOME || homedir();
  if (home) enableCompileCache?.(join(env.XDG_CACHE_HOME || join(home, '.cache'), 'quash'));
}

async function answer(request: Request, signal: AbortSignal): Promise<Exit> {
  switch (request.kind) {
    case 'version':
      process.stdout.write(`${readVersion()}\n`);
      return exits.clean;
    case 'help':
      return help(request);
    case 'run':
      return run(request.invocation, signal);
    default:
      return request satisfies never;
  }
}

/** A command line without a command is no success: in a pipeline it would look like a clean scan. */
async function help({ of, asked }: Extract<Request, { kind: 'help' }>): Promise<Exit> {
  const { helpForCommand, helpForGroup, helpForQuash, manualForCommand } = await import('./cli-help.ts');
  const text =
    of === undefined
      ? helpForQuash()
      : isGroup(of)
        ? helpForGroup(of)
        : asked === 'manual'
          ? manualForCommand(of)
          : helpForCommand(of);
  (asked === 'missing' ? process.stderr : process.stdout).write(text);
  return asked === 'missing' ? exits.usage : exits.clean;
}

function isGroup(word: string): word is keyof typeof groups {
  return Object.hasOwn(groups, word);
}

async function run(invocation: Invocation, signal: AbortSignal): Promise<Exit> {
  const { command, flags, positionals } = invocation;
  const env = process.env;
  const cwd = process.cwd();
  const readsConfig = flagsOf(command).some((flag) => flag.name === 'config');
  // What takes back is not about what lies around here: only the user's own settings count.
  const targets = command.startsWith('revoke') ? [] : [positionals.targets ?? positionals.target ?? '.'].flat().map(String);
  const explicit = flags.get('config')?.toString();
  const config: Config = readsConfig ? await loadConfig(targets, { cwd, env, explicit }) : { files: [], warnings: [] };
  const options = resolveOptions(invocation, config, env);
  if (!options.quiet) for (const warning of config.warnings) await complain(warning);

  const context: Context = {
    signal,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env,
    cwd,
    color: { stdout: hasColor(1, options.color, env), stderr: hasColor(2, options.color, env) },
    config,
  };
  const word = command.split(' ')[0] as Word;
  // Which options go with which module is checked where `modules` is declared; the pairing is lost by the index.
  const { run: runCommand } = (await modules[word]()) as CommandModule<CommandName>;
  return runCommand(options, context);
}

/** See https://no-color.org and https://force-color.org. */
function hasColor(descriptor: 1 | 2, isWanted: boolean, env: Readonly<NodeJS.ProcessEnv>): boolean {
  if (!isWanted || env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return isatty(descriptor) && env.TERM !== 'dumb';
}

async function exitWithBug(error: unknown): Promise<never> {
  process.exit(await reportBug(error));
}

async function reportBug(error: unknown): Promise<Exit> {
  const { describeBug } = await import('./cli-bug.ts');
  const { node } = process.versions;
  process.stderr.write(
    `quash: this is a bug in quash; please report it with these lines (quash ${readVersion()}, Node ${node}, ${process.platform})\n${describeBug(error)}\n`,
  );
  return exits.bug;
}

/** A message may name a file of the scanned repository, which may try to drive the terminal. */
async function complain(message: string): Promise<void> {
  const { neutralise } = await import('./report/neutralise.ts');
  process.stderr.write(
    `quash: ${message
      .split('\n')
      .map((line) => neutralise(line))
      .join('\n')}\n`,
  );
}

/** Node takes a write to a file for done when a part of it was: on a full disk a report would end in the middle, and nobody know. */
function writeWholeFiles(stream: typeof process.stdout): void {
  if (!fstatSync(stream.fd).isFile()) return;
  stream._write = (chunk: Uint8Array | string, encoding, done) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(stream.fd, bytes, written);
      done();
    } catch (error) {
      done(error as Error);
    }
  };
}

async function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writable) await new Promise<void>((resolve) => stream.write('', () => resolve()));
  // What went wrong with it is told in an event of its own, a little later.
  await new Promise((resolve) => setImmediate(resolve));
}
