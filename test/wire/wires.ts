import { onTestFinished } from 'vitest';
import { type HostileServer, startHostile } from '../../fixtures/servers/hostile.ts';
import type { WireFailure } from '../../src/wire/failure.ts';
import type { Sent } from '../../src/wire/http.ts';
import { createWire, type Destination, type Wire, type WireOptions } from '../../src/wire/wire.ts';

/** A wire that is closed when the test is over; nothing of this machine's environment reaches it. */
export function openWire(options: Partial<WireOptions> = {}): Wire {
  const wire = createWire({
    allowHosts: [],
    endpoints: [],
    env: {},
    signal: new AbortController().signal,
    lookup: () => Promise.reject(Object.assign(new Error('no names here'), { code: 'ENOTFOUND' })),
    ...options,
  });
  onTestFinished(() => wire.close());
  return wire;
}

/** A hostile server that is closed when the test is over. */
export async function hostile(tls?: { readonly key: string; readonly cert: string }): Promise<HostileServer> {
  const server = await startHostile(tls);
  onTestFinished(() => server.close());
  return server;
}

export const acme: Destination = { provider: 'acme', hosts: ['api.acme.test'] };

/** A GET of a path of the provider. */
export function get(path: string, host = 'https://api.acme.test'): { method: string; url: URL; headers: Record<string, string> } {
  return { method: 'GET', url: new URL(path, host), headers: {} };
}

/** The failure, or undefined. */
export function failureIn(sent: object): WireFailure | undefined {
  return 'failure' in sent ? (sent as { failure: WireFailure }).failure : undefined;
}

/** The body of the answer, as text. */
export function textOf(sent: Sent): string | undefined {
  return 'answer' in sent ? Buffer.from(sent.answer.body).toString() : undefined;
}
