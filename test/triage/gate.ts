import { createServer, request as requestOf } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A provider that takes its time: what is asked waits in front of it until it is let through. */
export interface Gate {
  /** The flags of the providers behind it, by way of it. */
  readonly flags: readonly string[];
  /** Resolves once so many requests have come, those that were let through among them. */
  readonly came: (count: number, method?: string) => Promise<void>;
  /** Lets through what waits, and all that comes. */
  readonly open: () => void;
}

/** Puts a gate before a server, for requests of one method or all; it is gone when the test has ended. */
export async function putGate(
  { url, flags }: { readonly url: string; readonly flags: readonly string[] },
  only?: string,
): Promise<Gate> {
  let isOpen = false;
  const seen: string[] = [];
  const waiting = new Set<() => void>();
  const watchers = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk);
    const method = request.method ?? '';
    const pass = () => {
      const { pathname, search } = new URL(request.url ?? '/', url);
      const onward = requestOf(`${url}${pathname}${search}`, { method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      onward.end(Buffer.concat(body));
    };
    seen.push(method);
    for (const watch of watchers) watch();
    if (isOpen || (only !== undefined && method !== only)) pass();
    else waiting.add(pass);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    flags: flags.map((flag) => flag.replace(url, own)),
    came: (count, method) =>
      new Promise((resolve) => {
        const watch = () => {
          if (seen.filter((one) => method === undefined || one === method).length < count) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
      }),
    open() {
      isOpen = true;
      for (const pass of waiting) pass();
      waiting.clear();
    },
  };
}
