import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { readDescriptions } from '../../fixtures/providers/description.ts';
import { type KnownCredential, type ProviderServer, startProviderServer } from '../../fixtures/providers/server.ts';
import type { PatternSet } from '../../src/model/pattern.ts';

const descriptions = readDescriptions(new URL('../../fixtures/providers/', import.meta.url));
const { patterns }: PatternSet = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../dist/scan-patterns.json', import.meta.url)), 'utf8'),
);

/** What a program that asks providers is run with: it may ask, on loopback. */
export const asking = { QUASH_OFFLINE: '' } as const;

export interface Providers {
  readonly server: ProviderServer;
  /** `--endpoint` flags for every provider that is played. */
  readonly flags: readonly string[];
  readonly know: (pattern: string, secret: string, state: KnownCredential['state']) => void;
  /** How many questions were asked in all. */
  readonly asked: () => number;
}

const open: ProviderServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** Plays the providers of the patterns that are named, until the test ends. */
export async function playProviders(...ids: readonly string[]): Promise<Providers> {
  const server = await startProviderServer(descriptions);
  open.push(server);
  const names = new Set(ids.map((id) => patterns.find((pattern) => pattern.id === id)!.provider));
  return {
    server,
    flags: [...names].flatMap((provider) => server.endpoints(provider)).flatMap((endpoint) => ['--endpoint', endpoint]),
    know: (pattern, secret, state) => server.add({ pattern, secret, parts: {}, state }),
    asked: () => [...server.asked.values()].reduce((sum, count) => sum + count, 0),
  };
}
