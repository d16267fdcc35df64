import { readFileSync } from 'node:fs';
import { distFolder } from './dist-folder.ts';

/** quash's version, from its package.json. */
export function readVersion(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', distFolder), 'utf8')) as { version: string }).version;
}
