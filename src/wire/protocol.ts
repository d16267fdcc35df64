import { readdirSync } from 'node:fs';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';
import type { Secret } from '../model/secret.ts';
import type { Asked, Told } from '../model/verdict.ts';
import type { Destination, Wire } from './wire.ts';

/** A way of asking that is not one HTTP request after another: a file of `protocols/`, by its name. */
export interface Protocol {
  /** The file's name. */
  readonly name: string;
  /** Fields of `with` that must be there, and those that may. */
  readonly needs: readonly string[];
  readonly takes: readonly string[];
  /** The hosts that it speaks to whatever the fields say; none when the host comes from the fields. */
  readonly hosts: readonly string[];
  /** What is sent, and what asking brings about: one phrase each, for `quash egress`. */
  readonly sends: string;
  readonly effects?: string;
  ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer>;
}

export interface ProtocolContext {
  readonly wire: Wire;
  readonly to: Destination;
  /** What no phrase may show. */
  readonly hide: readonly Secret[];
  readonly now: () => Date;
}

export type ProtocolAnswer = Told &
  (
    | { readonly state: 'live'; readonly evidence: string; readonly asked: readonly Asked[] }
    /** `about: 'secret'`: it is dead whatever stands beside it. Else what was refused is the pair. */
    | { readonly state: 'dead'; readonly evidence: string; readonly asked: readonly Asked[]; readonly about?: 'secret' }
    /** `about: 'pair'`: the secret is known, and what stands beside it is not its own. */
    | { readonly state: 'unknown'; readonly reason: string; readonly asked: readonly Asked[]; readonly about?: 'pair' }
  );

/** Where the protocols are: beside this file, or of the bundle, where each is a file of its own still. */
const folder = import.meta.url.endsWith('.ts')
  ? new URL('./protocols/', import.meta.url)
  : new URL('src/wire/protocols/', distFolder);

/** The names of all protocols: the folder is their registry. */
export function protocolNames(): readonly string[] {
  return readdirSync(folder)
    .flatMap((file) => /^([a-z0-9-]+)\.[jt]s$/.exec(file)?.[1] ?? [])
    .sort();
}

/** Loads the protocol of `protocols/NAME.ts`, which exports it by default. Throws a QuashError of code `pattern` when there is none. */
export async function loadProtocol(name: string): Promise<Protocol> {
  // The name comes from a pattern, which may be the user's: nothing but a file of that folder can be meant by it.
  if (!protocolNames().includes(name))
    throw new QuashError(
      'pattern',
      `loading the protocol ${JSON.stringify(name)}: there is none; known: ${protocolNames().join(', ')}`,
    );
  const location = new URL(`${name}.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, folder);
  const module = (await import(location.href)) as { readonly default?: Protocol };
  if (!module.default) throw new Error(`${location.href} has no default export`);
  return module.default;
}
