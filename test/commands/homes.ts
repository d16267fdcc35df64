import { join } from 'node:path';
import { type Ended, runQuash, temporaryFolder } from '../cli/binary.ts';

/** A user of a machine, with a home and a repository of their own. */
export interface Home {
  readonly folder: string;
  readonly repository: string;
  readonly store: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs quash as them, in their repository. */
  readonly quash: (
    args: readonly string[],
    over?: { readonly stdin?: string; readonly env?: Record<string, string> },
  ) => Promise<Ended>;
}

export function newHome(): Home {
  const folder = temporaryFolder();
  const repository = temporaryFolder();
  const env = {
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    QUASH_OFFLINE: '',
    QUASH_STORE: '',
  };
  return {
    folder,
    repository,
    store: join(folder, 'data', 'quash', 'ledger.db'),
    env,
    quash: (args, over = {}) =>
      runQuash(args, { cwd: repository, env: { ...env, ...over.env }, ...(over.stdin !== undefined && { stdin: over.stdin }) }),
  };
}
