import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { exits } from './exit.ts';

/** Why a connection or a name was refused. Its `code` is `EGRESS`. */
export class EgressError extends Error {
  readonly code = 'EGRESS';

  constructor(destination: string) {
    super(`QUASH_EGRESS=loopback refuses ${destination.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)}`);
    this.name = 'EgressError';
  }
}

/** Whether a host is this machine by definition: `localhost`, a name below it, or a loopback address. */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (net.isIPv4(plain)) return plain.startsWith('127.');
  if (net.isIPv6(plain)) return plain === '::1' || /^::ffff:(127\.\d+\.\d+\.\d+|7f[\da-f]{2}:[\da-f]{1,4})$/.test(plain);
  return /(^|\.)localhost\.?$/.test(plain);
}

/**
 * Makes this thread refuse every connection and every name outside loopback, and the process exit with 70 once one was tried.
 * git, which quash starts, is sent to a proxy that is not there for all but loopback, and cannot start ssh or
 * speak its own protocol. Nothing undoes it.
 */
export function guardEgress(env: NodeJS.ProcessEnv = process.env): void {
  guardSockets();
  guardDatagrams();
  guardNames();
  guardChildren(env);
  syncBuiltinESMExports();
}

function refuse(destination: string): EgressError {
  const error = new EgressError(destination);
  process.stderr.write(`quash: ${error.message}\n`);
  failRun();
  return error;
}

let isFailed = false;

/** An explicit `process.exit(0)` must not hide it: the last word on the exit code is had on the way out. */
function failRun(): void {
  if (isFailed) return;
  isFailed = true;
  process.on('exit', () => {
    process.exitCode = exits.bug;
  });
}

// Everything in Node that speaks TCP (net, tls, http, fetch) goes through this method.
function guardSockets(): void {
  const connect = net.Socket.prototype.connect as (this: net.Socket, ...args: unknown[]) => net.Socket;
  function connectWithinLoopback(this: net.Socket, ...args: unknown[]): net.Socket {
    const { host, path } = destinationOf(args);
    if (path !== undefined) return connect.apply(this, args);
    if (!isLoopback(host)) {
      const error = refuse(`a connection to ${host}`);
      // The way of a name that does not resolve is the one refusal that every caller is prepared for.
      const lookup = (_host: string, _options: unknown, done: (error: Error) => void) => setImmediate(() => done(error));
      return connect.call(this, { host: 'refused.invalid', port: 1, lookup });
    }
    // A name such as localhost may have been pointed elsewhere: what it resolved to counts.
    this.on('lookup', (_error, address: string | undefined) => {
      if (address && !isLoopback(address)) this.destroy(refuse(`a connection to ${host}, which is ${address}`));
    });
    return connect.apply(this, args);
  }
  net.Socket.prototype.connect = connectWithinLoopback as typeof net.Socket.prototype.connect;
}

/** As `net.connect` takes it: options, a path, or a port with a host. Node's own callers pass all that as one list. */
function destinationOf(args: readonly unknown[]): { readonly host: string; readonly path?: string } {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as readonly unknown[]) : args;
  if (typeof first === 'object' && first !== null) {
    const { host, path } = first as { readonly host?: string; readonly path?: string | null };
    return path ? { host: '', path } : { host: host || 'localhost' };
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { host: '', path: first };
  return { host: typeof second === 'string' ? second : 'localhost' };
}

function guardDatagrams(): void {
  const { send, connect } = dgram.Socket.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  function check(args: readonly unknown[]): void {
    const address = args.slice(1).find((arg) => typeof arg === 'string') as string | undefined;
    if (address !== undefined && !isLoopback(address)) throw refuse(`a datagram to ${address}`);
  }
  Object.assign(dgram.Socket.prototype, {
    send(this: dgram.Socket, ...args: unknown[]) {
      check(args);
      return send!.apply(this, args);
    },
    connect(this: dgram.Socket, ...args: unknown[]) {
      check(args);
      return connect!.apply(this, args);
    },
  });
}

type Resolve = (this: unknown, name: string, ...rest: unknown[]) => unknown;

function guardNames(): void {
  const places = [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype];
  for (const place of places as unknown as Record<string, Resolve>[]) {
    const isPromise = place === (dns.promises as unknown) || place === (dns.promises.Resolver.prototype as unknown);
    for (const name of namesOf(place)) {
      const original = place[name]!;
      place[name] = function resolveWithinLoopback(this: unknown, host, ...rest) {
        if (typeof host !== 'string' || host === '' || isLoopback(host)) return original.call(this, host, ...rest);
        const error = refuse(`the name ${host}`);
        if (isPromise) return Promise.reject(error);
        const callback = rest.at(-1);
        if (typeof callback !== 'function') throw error;
        process.nextTick(() => callback(error));
        return undefined;
      };
    }
  }
}

function namesOf(place: object): readonly string[] {
  const own = [...Object.getOwnPropertyNames(place), ...Object.getOwnPropertyNames(Object.getPrototypeOf(place))];
  return [...new Set(own)].filter((name) => /^(lookup|lookupService|reverse|resolve.*)$/.test(name));
}

/** Another process is out of reach: what its environment tells it has to do. git's own settings for a proxy come before the usual ones. */
function guardChildren(env: NodeJS.ProcessEnv): void {
  const nowhere = 'http://127.0.0.1:9';
  const own = 'localhost,127.0.0.1,::1';
  for (const name of ['http_proxy', 'https_proxy', 'all_proxy'])
    Object.assign(env, { [name]: nowhere, [name.toUpperCase()]: nowhere });
  Object.assign(env, { no_proxy: own, NO_PROXY: own, GIT_SSH_COMMAND: 'false', GIT_PROXY_COMMAND: 'false' });
  const settings = { 'http.proxy': nowhere, 'core.gitProxy': 'false' };
  let count = Number(env.GIT_CONFIG_COUNT ?? 0);
  for (const [key, value] of Object.entries(settings)) {
    env[`GIT_CONFIG_KEY_${count}`] = key;
    env[`GIT_CONFIG_VALUE_${count}`] = value;
    count++;
  }
  env.GIT_CONFIG_COUNT = String(count);
}
