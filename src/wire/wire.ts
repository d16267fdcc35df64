import type { Secret } from '../model/secret.ts';
import type { WireFailure } from './failure.ts';
import type { HttpRequest, Sent } from './http.ts';

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

/** Gives the addresses of a name; throws as `dns.lookup` does. */
export type Lookup = (host: string) => Promise<readonly string[]>;

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
  readonly limits?: { readonly concurrency?: number; readonly perSecond?: number };
}

/** Where a connection may be made to: the address is the one that was checked, the name is for TLS. */
export interface Reached {
  readonly address: string;
  readonly port: number;
  readonly servername: string;
}

/** The one way out: every connection to a provider is made through it. */
export interface Wire {
  /** Sends one request within the host's limits, waits out Retry-After within reason. `hide` are the values that no detail may show. */
  send(request: HttpRequest, to: Destination, hide: readonly Secret[]): Promise<Sent>;
  /** Where another protocol may connect: checks the host against what is allowed, resolves it, checks every address. */
  reach(host: string, port: number, to: Destination): Promise<Reached | { readonly failure: WireFailure }>;
  /**
   * Runs `work` within the limits, the deadline and the circuit breaker of a host. What it throws of connections, names, TLS and
   * time comes back as a failure; anything else is thrown on. Its signal ends with the run and with the deadline.
   */
  within<T>(
    host: string,
    to: Destination,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | { readonly failure: WireFailure }>;
  /** Where a URL is really asked: its host replaced by the endpoint that stands in for it. For signatures over the host. */
  endpointOf(url: URL, to: Destination): URL;
  close(): Promise<void>;
}

export declare function createWire(options: WireOptions): Wire;
