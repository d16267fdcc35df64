import { existsSync } from 'node:fs';
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
    | { readonly state: 'dead'; readonly evidence: string; readonly asked: readonly Asked[] }
    | { readonly state: 'unknown'; readonly reason: string; readonly asked: readonly Asked[] }
  );

/** Loads the protocol of `protocols/NAME.ts`, which exports it by default. Throws a QuashError of code `pattern` when there is none. */
export async function loadProtocol(name: string): Promise<Protocol> {
  const refused = (why: string) => new QuashError('pattern', `loading the protocol ${JSON.stringify(name)}: ${why}`);
  // The name comes from a pattern, which may be the user's: nothing but a file of that folder can be meant by it.
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) throw refused('a protocol is named in lower case, with dashes between words');
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const location = new URL(`./protocols/${name}.${extension}`, import.meta.url);
  if (!existsSync(location)) throw refused('there is none of that name');
  const module = (await import(location.href)) as { readonly default?: Protocol };
  if (!module.default) throw new Error(`${location.href} has no default export`);
  return module.default;
}
