import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { QuashError } from '../errors.ts';
import type { Failed } from './failure.ts';
import { isAddress, normaliseHost } from './hosts.ts';
import type { Resolved } from './resolve.ts';
import type { Trust } from './trust.ts';

/** What a connection that was not to be made ends in, through undici's callbacks. */
export class RefusedConnection extends Error {
  readonly failed: Failed;

  constructor(failed: Failed) {
    super(failed.failure.detail);
    this.name = 'RefusedConnection';
    this.failed = failed;
  }
}

export interface DispatchTerms {
  readonly env: NodeJS.ProcessEnv;
  readonly trust: Trust;
  readonly connectMs: number;
  readonly headersMs: number;
  /** The checked addresses of a host. */
  readonly check: (host: string, port: number) => Promise<Resolved | Failed>;
}

export interface Dispatch {
  /** What sends a request for a host. */
  readonly to: (host: string) => Dispatcher;
  close(): Promise<void>;
}

/**
 * Makes HTTP connections: straight ones to addresses that were checked, or through the proxy of HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
 * A proxy resolves by itself, so nothing can be checked: it gets names alone, which are a provider's or allowed. An address never
 * goes through it, nor does this machine.
 */
export function createDispatch({ env, trust, connectMs, headersMs, check }: DispatchTerms): Dispatch {
  const connect = checkedConnector(check, trust, connectMs);
  const options = { connect, headersTimeout: headersMs, bodyTimeout: 0, connections: null, pipelining: 1 };
  const straight = new Agent(options);
  const proxies = proxySettings(env);
  const tls = { ...trust, timeout: connectMs };
  const proxied = proxies && openProxy({ ...options, ...proxies, requestTls: tls, proxyTls: tls });
  return {
    to: (host) => (!proxied || isAddress(host) || /(?:^|\.)localhost$/.test(host) ? straight : proxied),
    close: async () => {
      await Promise.all([straight.destroy(), proxied?.destroy()]);
    },
  };
}

/**
 * The address that was checked is the one that is connected to: the connection gets the checked addresses in place of a resolver,
 * so a name that resolves otherwise a moment later changes nothing. Host and TLS keep the name.
 */
function checkedConnector(check: DispatchTerms['check'], trust: Trust, connectMs: number): buildConnector.connector {
  return (target, callback) => {
    const host = normaliseHost(target.hostname) ?? target.hostname;
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    check(host, port).then(
      (checked) => {
        if ('failure' in checked) return callback(new RefusedConnection(checked), null);
        const lookup = given(checked.addresses);
        buildConnector({ ...trust, timeout: connectMs, lookup, autoSelectFamily: true } as buildConnector.BuildOptions)(
          target,
          callback,
        );
      },
      (error: Error) => callback(error, null),
    );
  };
}

function given(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, done) => {
    // After a turn, as a resolver would: the socket is not ready for an answer within the call.
    setImmediate(() => (options.all ? done(null, all) : done(null, all[0]!.address, all[0]!.family)));
  };
}

function proxySettings(env: NodeJS.ProcessEnv): { httpProxy: string; httpsProxy: string; noProxy: string } | undefined {
  // Within loopback there is no proxy to go through, and the guard must see the names themselves to refuse them.
  if (env.QUASH_EGRESS === 'loopback') return undefined;
  const read = (name: string) => env[name.toLowerCase()] || env[name] || '';
  const httpProxy = read('HTTP_PROXY');
  const httpsProxy = read('HTTPS_PROXY');
  return httpProxy || httpsProxy ? { httpProxy, httpsProxy, noProxy: read('NO_PROXY') } : undefined;
}

function openProxy(options: EnvHttpProxyAgent.Options): EnvHttpProxyAgent {
  try {
    return new EnvHttpProxyAgent(options);
  } catch (cause) {
    // Its value is not quoted: it may hold a password.
    throw new QuashError('config', 'reading HTTP_PROXY and HTTPS_PROXY: not the URL of a proxy; write http://host:port', {
      cause,
    });
  }
}
