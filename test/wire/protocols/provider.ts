import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import type { ProtocolContext } from '../../../src/wire/protocol.ts';
import { createWire } from '../../../src/wire/wire.ts';

export interface Received {
  readonly method: string;
  /** The provider's host that was meant; it stands in front of the path. */
  readonly host: string;
  /** The path at the provider. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** As it was received. */
  readonly rawPath: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly form: URLSearchParams;
}

export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Provider {
  /** For protocols to ask with; `hide` is made of the values given. */
  context(...hide: readonly string[]): ProtocolContext;
  readonly received: readonly Received[];
  /** What overrides the endpoints of a provider, as `--endpoint` takes it. */
  endpoints(provider: string): readonly string[];
  /** Ends the run, as Ctrl-C does. */
  stop(): void;
}

/** A provider on loopback that plays all of its hosts; a host is the first part of the path. */
export async function startProvider(
  hosts: readonly string[],
  answer: (request: Received) => Answer | Promise<Answer>,
  now: () => Date = () => new Date(),
): Promise<Provider> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '/', 'http://loopback');
    const [, host = '', ...path] = url.pathname.split('/');
    const one: Received = {
      method: request.method ?? '',
      host,
      path: `/${path.join('/')}`,
      query: url.searchParams,
      rawPath: request.url ?? '/',
      headers: request.headers,
      body,
      form: new URLSearchParams(body),
    };
    received.push(one);
    const { status, json, text = JSON.stringify(json), headers = {} } = await answer(one);
    const type = json === undefined ? 'text/xml' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(status === 204 ? undefined : text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = new AbortController();
  const wire = createWire({
    allowHosts: [],
    endpoints: hosts.map((host) => `cloud@${host}=${base}/${host}`),
    env: {},
    signal: run.signal,
  });
  onTestFinished(async () => {
    await wire.close();
    server.closeAllConnections();
    server.close();
  });
  return {
    received,
    endpoints: (provider) => hosts.map((host) => `${provider}@${host}=${base}/${host}`),
    stop: () => run.abort(),
    context: (...hide) => ({ wire, to: { provider: 'cloud', hosts }, hide: hide.map((value) => new Secret(value)), now }),
  };
}
