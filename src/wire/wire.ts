import { setMaxListeners } from 'node:events';
import type { Secret } from '../model/secret.ts';
import { readVersion } from '../version.ts';
import { inAttempts } from './attempts.ts';
import { createDispatch } from './dispatch.ts';
import { applyEndpoint, parseEndpoint } from './endpoints.ts';
import { type Failed, failed, failureOf } from './failure.ts';
import { follow } from './follow.ts';
import { createGate } from './gate.ts';
import { isAddress, normaliseHost, parseAllowance } from './hosts.ts';
import type { HttpRequest, Sent } from './http.ts';
import { createLane, type Lane, type Limits } from './lane.ts';
import { watchNetwork } from './network.ts';
import { createResolver, type Lookup } from './resolve.ts';
import { sendable } from './sendable.ts';
import { readTrust, type Trust } from './trust.ts';

/** How long things may take, in milliseconds. */
export interface Timeouts {
  /** Until a connection stands, its name resolved and its TLS agreed on: 5 s. */
  readonly connectMs: number;
  /** From the request to the answer's headers: 10 s. */
  readonly headersMs: number;
  /** The whole exchange, to the body's last byte: 15 s. */
  readonly totalMs: number;
  /** What is waited for a host that says Retry-After, without a word from it in between: 30 s. */
  readonly retryAfterMs: number;
  /** Until a host that was down is tried again: 30 s. */
  readonly downMs: number;
}

export interface WireOptions {
  /** What the user allows beyond the providers' hosts: host, `*.domain`, host:port, address, CIDR. */
  readonly allowHosts: readonly string[];
  /** `PROVIDER=URL`, `PROVIDER@HOST=URL`. */
  readonly endpoints: readonly string[];
  /** For the proxy and the certificates. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly timeouts?: Partial<Timeouts>;
  readonly maxBodyBytes?: number;
  /** The system's resolver unless given. */
  readonly lookup?: Lookup;
}

/** Whom a request is meant for. */
export interface Destination {
  readonly provider: string;
  /** The provider's hosts, literal or `*.domain`. */
  readonly hosts: readonly string[];
  readonly limits?: Limits;
}

/** Where a connection may be made to: the address is the one that was checked, the name is for TLS. */
export interface Reached {
  readonly address: string;
  readonly port: number;
  readonly servername: string;
}

/** The one way out: every connection to a provider is made through it. */
export interface Wire {
  /** What every TLS connection that a protocol makes is to be given. */
  readonly trust: Trust;
  /** Sends one request within the host's limits, waits out Retry-After within reason. `hide` are the values that no detail may show. */
  send(request: HttpRequest, to: Destination, hide: readonly Secret[]): Promise<Sent>;
  /** Where another protocol may connect: checks the host against what is allowed, resolves it, checks every address. */
  reach(host: string, port: number, to: Destination): Promise<Reached | Failed>;
  /**
   * Runs `work` within the limits, the deadline and the circuit breaker of a host. What it throws of connections, names, TLS and
   * time comes back as a failure; anything else is thrown on. Its signal ends with the run and with the deadline.
   */
  within<T>(host: string, to: Destination, work: (signal: AbortSignal) => Promise<T>): Promise<T | Failed>;
  /** Where a URL is really asked: its host replaced by the endpoint that stands in for it. For signatures over the host. */
  endpointOf(url: URL, to: Destination): URL;
  close(): Promise<void>;
}

const defaultTimeouts: Timeouts = {
  connectMs: 5_000,
  headersMs: 10_000,
  totalMs: 15_000,
  retryAfterMs: 30_000,
  downMs: 30_000,
};
const defaultMaxBodyBytes = 1_000_000;

const cancelled = failed('cancelled', 'the run was stopped');

/** Opens the wire. Throws a QuashError when an allowed host, an endpoint, a proxy or a file of certificates is not one. */
export function createWire(options: WireOptions): Wire {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const maxBodyBytes = options.maxBodyBytes ?? defaultMaxBodyBytes;
  const userAgent = `quash/${readVersion()}`;
  const gate = createGate(options.allowHosts.map(parseAllowance), options.endpoints.map(parseEndpoint));
  const trust = readTrust(options.env);
  const resolve = createResolver({ ...timeouts, ...(options.lookup && { lookup: options.lookup }) });
  const check = async (host: string, port: number) => {
    const found = await resolve(host);
    return 'failure' in found ? found : (gate.refuseAddresses(found.addresses, host, port) ?? found);
  };
  const dispatch = createDispatch({ ...timeouts, env: options.env, trust, check });

  // One listener on the run's signal, whatever the number of requests in the air.
  const ended = new AbortController();
  setMaxListeners(0, ended.signal);
  const endings = new Set<() => void>();
  function endAll(): void {
    options.signal.removeEventListener('abort', endAll);
    ended.abort();
    for (const end of endings) end();
    endings.clear();
  }
  if (options.signal.aborted) endAll();
  else options.signal.addEventListener('abort', endAll, { once: true });

  /** Runs work that ends at once when the run does, even if it does not listen. */
  function endable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | Failed> {
    if (ended.signal.aborted) return Promise.resolve(cancelled);
    return new Promise((done, reject) => {
      const own = new AbortController();
      const end = () => {
        done(cancelled);
        own.abort();
      };
      endings.add(end);
      work(own.signal)
        .then(done, reject)
        .finally(() => endings.delete(end));
    });
  }

  const network = watchNetwork(timeouts.downMs);
  const lanes = new Map<string, Lane>();
  function laneOf(host: string, target: string): Lane {
    const key = `${host} ${target}`;
    const lane = lanes.get(key) ?? createLane(host, { ...timeouts, network, signal: ended.signal });
    lanes.set(key, lane);
    return lane;
  }

  return {
    trust,

    async send(given, to, hide) {
      const request = sendable(given, userAgent, hide);
      if ('failure' in request) return request;
      const place = gate.admitUrl(request.url, to);
      if ('failure' in place) return failed(place.failure.kind, place.failure.detail, hide);
      const { host, url, limits } = place;
      const lane = laneOf(host, url.host);
      const sent = { ...request, url };
      const dispatcher = dispatch.to(url.hostname.replace(/^\[(.*)\]$/, '$1'));
      return endable((signal) =>
        lane.run(limits, () =>
          inAttempts(lane, { method: request.method, host, hide, signal }, () =>
            inTime(signal, timeouts.totalMs, (until, isLate) =>
              follow(sent, dispatcher, { maxBodyBytes, hide, signal: until, isLate }),
            ),
          ),
        ),
      );
    },

    async reach(named, namedPort, to) {
      const place = gate.admitHost(named, namedPort, to);
      if ('failure' in place) return place;
      const { host, port } = place;
      return endable(async () => {
        const found = await check(host, port);
        return 'failure' in found ? found : { address: found.addresses[0]!, port, servername: isAddress(host) ? '' : host };
      });
    },

    within(named, to, work) {
      const host = normaliseHost(named) ?? named;
      const endpoint = gate.endpointFor(host, to);
      const lane = laneOf(host, endpoint?.url.host ?? host);
      return endable((signal) =>
        lane.run({ ...to.limits, ...endpoint?.limits }, () =>
          lane.attempt(signal, () => inTime(signal, timeouts.totalMs, (until) => caught(host, until, work))),
        ),
      );
    },

    endpointOf(url, to) {
      const endpoint = gate.endpointFor(normaliseHost(url.hostname) ?? url.hostname, to);
      return endpoint && endpoint.url.protocol !== 'tcp:' ? applyEndpoint(url, endpoint) : url;
    },

    async close() {
      endAll();
      await dispatch.close();
    },
  };
}

/** Runs work with a signal that ends with `signal` and when its time is up; `isLate` tells which it was. */
async function inTime<T>(
  signal: AbortSignal,
  ms: number,
  work: (signal: AbortSignal, isLate: () => boolean) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    own.abort(new DOMException('the time is up', 'TimeoutError'));
  }, ms);
  const end = () => own.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await work(own.signal, () => isLate);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** The work of a protocol, which may not listen to the signal, and throws what its library does. */
async function caught<T>(host: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T | Failed> {
  const over = new Promise<never>((_, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  try {
    return await Promise.race([work(signal), over]);
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error;
    const failure = failureOf(reason, host) ?? (signal.aborted ? cancelled : undefined);
    if (!failure) throw error;
    return failure;
  }
}
