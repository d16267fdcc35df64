import { dirname, join } from 'node:path';
import { QuashError } from '../errors.ts';
import { keyFile } from './key.ts';

export interface KeyFiles {
  readonly identity: string;
  readonly recipients: string;
}

/** Where the keys of the ledger lie: `identity` and `recipients` in `$XDG_CONFIG_HOME/quash`, in the formats of age. */
export function keyFiles(env: Readonly<NodeJS.ProcessEnv>): KeyFiles {
  const key = keyFile(env);
  if (!key) throw new QuashError('config', 'looking for the keys of the ledger: no home directory is known; set XDG_CONFIG_HOME');
  const folder = dirname(key);
  return { identity: join(folder, 'identity'), recipients: join(folder, 'recipients') };
}
