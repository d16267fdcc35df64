import { existsSync, readdirSync } from 'node:fs';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';
import type { ProtocolContext } from './protocol.ts';

/** A way of acting that is not one HTTP request after another: a file of `transports/`, by its name. */
export interface Transport {
  /** The file's name. */
  readonly name: string;
  readonly actions: Readonly<Record<string, TransportAction>>;
}

export interface TransportAction {
  /** A sentence for the plan. */
  readonly does: string;
  /** Fields of `with` that must be there, and those that may. */
  readonly needs: readonly string[];
  readonly takes: readonly string[];
  act(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<Acted>;
}

/** What came of it; the evidence is a phrase without secrets. */
export type Acted =
  /** It was done, or there was nothing to do any more. `kept` is what a look-up found. */
  | { readonly outcome: 'accepted' | 'gone'; readonly evidence: string; readonly kept?: Readonly<Record<string, string>> }
  /** It was not done, for sure; or whether it was cannot be told. `isMissing`: a look-up found nothing that is this one. */
  | { readonly outcome: 'refused' | 'in-doubt'; readonly evidence: string; readonly isMissing?: true };

const isSource = import.meta.url.endsWith('.ts');
const folder = isSource ? new URL('./transports/', import.meta.url) : new URL('src/wire/transports/', distFolder);

/** The names of all transports: the folder is their registry. */
export function transportNames(): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((file) => /^([a-z0-9-]+)\.[jt]s$/.exec(file)?.[1] ?? [])
    .sort();
}

/** Loads the transport of `transports/NAME.ts`, which exports it by default. Throws a QuashError of code `pattern` when there is none. */
export async function loadTransport(name: string): Promise<Transport> {
  if (!transportNames().includes(name))
    throw new QuashError(
      'pattern',
      `loading the transport ${JSON.stringify(name)}: there is none; known: ${transportNames().join(', ')}`,
    );
  const location = new URL(`${name}.${isSource ? 'ts' : 'js'}`, folder);
  const module = (await import(location.href)) as { readonly default?: Transport };
  if (!module.default) throw new Error(`${location.href} has no default export`);
  return module.default;
}
