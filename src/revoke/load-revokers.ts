import { existsSync, readdirSync } from 'node:fs';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';
import { type ReadyRevoker, readyRevoker } from './revoker-schema.ts';

const isSource = import.meta.url.endsWith('.ts');

/** Where the revokers are: the folder is their registry. Nothing but this module loads from it. */
const folder = isSource ? new URL('../../revokers/', import.meta.url) : new URL('revokers/', distFolder);

/** The providers that there is a file for. */
export function revokerNames(): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((file) => /^([a-z0-9-]+)\.[jt]s$/.exec(file)?.[1] ?? [])
    .sort();
}

const loaded = new Map<string, Promise<readonly ReadyRevoker[]>>();

/** The revokers of `revokers/PROVIDER.ts`, the same objects each time. Throws a QuashError of code `pattern` when there are none, or what is there is none. */
export function loadRevokers(provider: string): Promise<readonly ReadyRevoker[]> {
  const known = loaded.get(provider) ?? load(provider);
  loaded.set(provider, known);
  return known;
}

async function load(provider: string): Promise<readonly ReadyRevoker[]> {
  // The name comes from a pattern, which may be the user's: nothing but a file of that folder can be meant by it.
  if (!revokerNames().includes(provider))
    throw new QuashError(
      'pattern',
      `loading the revoker ${JSON.stringify(provider)}: there is none; quash revokers list shows all`,
    );
  const location = new URL(`${provider}.${isSource ? 'ts' : 'js'}`, folder);
  const { default: exported } = (await import(location.href)) as { readonly default?: unknown };
  return [exported].flat().map((one) => {
    const read = readyRevoker(one);
    if ('problem' in read)
      throw new QuashError('pattern', `loading revokers/${provider}: it is no revoker:\n${read.problem}\ncorrect it there`);
    if (read.value.provider !== provider)
      throw new QuashError('pattern', `loading revokers/${provider}: it says to be of ${read.value.provider}; correct it there`);
    return read.value;
  });
}

/** The revoker of a pattern, of those that its provider has. */
export async function revokerOf(pattern: { readonly id: string; readonly revoker?: string }): Promise<ReadyRevoker | undefined> {
  if (pattern.revoker === undefined) return undefined;
  const all = await loadRevokers(pattern.revoker);
  return all.find(({ patterns }) => patterns.includes(pattern.id));
}
