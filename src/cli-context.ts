import type { Config } from './config.ts';
import type { Exit } from './exit.ts';
import type { CommandName } from './flags/declaration.ts';
import type { Options } from './flags.ts';

/** What a command gets of the process it runs in. */
export interface Context {
  /** Aborted by Ctrl-C, SIGTERM, a closed terminal, or a reader of stdout that went away. */
  readonly signal: AbortSignal;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly cwd: string;
  /** Whether colours may be written there: a terminal, no `--no-color`, no `NO_COLOR`, or `FORCE_COLOR`. */
  readonly color: { readonly stdout: boolean; readonly stderr: boolean };
  /** Where the settings in `options` came from. */
  readonly config: Config;
}

/** What `src/commands/<word>.ts` exports; `options.command` tells the commands under one word apart. */
export interface CommandModule<Name extends CommandName> {
  readonly run: (options: Options<Name>, context: Context) => Promise<Exit>;
}
