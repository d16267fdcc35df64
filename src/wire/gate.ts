import { isMetadata, whyNotPublic } from './addresses.ts';
import { printable } from './conceal.ts';
import { applyEndpoint, type Endpoint, overrideFor } from './endpoints.ts';
import { type Failed, failed } from './failure.ts';
import {
  type Allowance,
  isAddress,
  isAddressAllowed,
  isHostAllowed,
  matchesHost,
  normaliseHost,
  normalisePattern,
} from './hosts.ts';
import type { Limits } from './lane.ts';
import type { Destination } from './wire.ts';

/** What may be contacted: a provider's own hosts, what the user allows, and the endpoints that stand in for them. */
export interface Gate {
  /** Where a URL is asked, its host replaced by an endpoint if there is one. `host` is the one that was meant. */
  admitUrl(url: URL, to: Destination): { readonly host: string; readonly url: URL; readonly limits: Limits } | Failed;
  /** Where a connection that is not HTTP goes. */
  admitHost(host: string, port: number, to: Destination): { readonly host: string; readonly port: number } | Failed;
  endpointFor(host: string, to: Destination): Endpoint | undefined;
  /** Why a host may not be connected to, seen from the addresses that it resolved to. */
  refuseAddresses(addresses: readonly string[], host: string, port: number): Failed | undefined;
}

export function createGate(allowances: readonly Allowance[], endpoints: readonly Endpoint[]): Gate {
  const endpointFor = (host: string, to: Destination) => overrideFor(endpoints, to.provider, host);

  function refuseHost(host: string, port: number, to: Destination): Failed | undefined {
    const isOwn = to.hosts.some((pattern) => matchesHost(normalisePattern(pattern) ?? '', host));
    if (isOwn || isHostAllowed(allowances, host, port)) return undefined;
    return failed(
      'host-refused',
      `${printable(host, 253)} is no host of ${to.provider}, and nothing is sent to it unless you allow it: --allow-host ${printable(host, 253)}`,
    );
  }

  return {
    endpointFor,

    admitUrl(url, to) {
      const name = normaliseHost(url.hostname);
      if (name === undefined) return failed('host-refused', `${printable(url.hostname, 253)} is no host`);
      const endpoint = endpointFor(name, to);
      const plain = new URL(url);
      plain.hostname = bracketed(name);
      const limits = { ...to.limits, ...endpoint?.limits };
      if (endpoint?.url.protocol === 'tcp:')
        return failed('host-refused', `the endpoint of ${to.provider} is tcp://, and ${name} is asked over HTTP`);
      if (endpoint) return { host: plain.host, url: applyEndpoint(plain, endpoint), limits };
      return refuseHost(name, portOf(plain), to) ?? { host: plain.host, url: plain, limits };
    },

    admitHost(host, port, to) {
      const name = normaliseHost(host);
      if (name === undefined) return failed('host-refused', `${printable(host, 253)} is no host`);
      if (!Number.isInteger(port) || port < 1 || port > 65_535)
        return failed('host-refused', `${name} is given no port that there is`);
      const endpoint = endpointFor(name, to);
      if (endpoint) return { host: hostOf(endpoint.url), port: portOf(endpoint.url) };
      return refuseHost(name, port, to) ?? { host: name, port };
    },

    // All of them have to be allowed. To connect to the others alone would do, but a name that is public and private at once is a
    // mistake or a trap, and the next answer of its resolver may hold the private one only.
    refuseAddresses(addresses, host, port) {
      const isEndpoint = endpoints.some(({ url }) => hostOf(url) === host && portOf(url) === port);
      for (const address of addresses) {
        const why = whyNotPublic(address);
        if (why === undefined || isAddressAllowed(allowances, address, host, port)) continue;
        if (isEndpoint && (isAddress(host) || !isMetadata(address))) continue;
        const named = address === host ? host : `${host}, which is ${address},`;
        return failed(
          'address-refused',
          `${named} is ${why}, and nothing is sent to it unless you allow it: --allow-host ${address}`,
        );
      }
      return undefined;
    },
  };
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}
