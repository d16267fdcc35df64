import { promises as dns } from 'node:dns';
import { canonicalAddress } from './addresses.ts';
import { type Failed, failed, failureOf } from './failure.ts';
import { isAddress } from './hosts.ts';

/** Gives the addresses of a name; throws as `dns.lookup` does. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export interface Resolved {
  readonly addresses: readonly string[];
}

export interface ResolverTerms {
  readonly lookup?: Lookup;
  readonly connectMs: number;
  readonly downMs: number;
}

/** So many hosts without a resolver that answers, and it is the network that is down. */
const hostsUntilDown = 3;

/**
 * Resolves names for the wire; connections to one host that are made at once share one question. Where the resolver itself does not
 * answer (EAI_AGAIN, or silence), for three different hosts and never a word from it, every other name fails at once, until one is
 * let through again. That a name does not exist is an answer, and costs milliseconds: a few dead hosts in old code must not stop a run.
 */
export function createResolver({
  lookup = systemLookup,
  connectMs,
  downMs,
}: ResolverTerms): (host: string) => Promise<Resolved | Failed> {
  const asked = new Map<string, Promise<Resolved | Failed>>();
  const unanswered = new Set<string>();
  let tryAgainAt = 0;

  async function ask(host: string): Promise<Resolved | Failed> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Failed>((resolve) => {
      timer = setTimeout(() => resolve(failed('timeout', `the name ${host} was not resolved in time`)), connectMs);
    });
    try {
      return await Promise.race([look(host), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function look(host: string): Promise<Resolved | Failed> {
    try {
      const found = (await lookup(host)).map((address) => canonicalAddress(address) ?? address);
      return found.length > 0 ? { addresses: [...new Set(found)] } : failed('name', `the name ${host} has no address`);
    } catch (error) {
      const failure = failureOf(error, host);
      if (!failure) throw error;
      return failure;
    }
  }

  function note(host: string, found: Resolved | Failed): void {
    const isSilent = 'failure' in found && (found.failure.kind === 'timeout' || found.failure.detail.endsWith('(EAI_AGAIN)'));
    if (!isSilent) {
      unanswered.clear();
      return;
    }
    unanswered.add(host);
    if (unanswered.size >= hostsUntilDown) tryAgainAt = Date.now() + downMs;
  }

  return async function resolve(host) {
    if (isAddress(host)) return { addresses: [canonicalAddress(host) ?? host] };
    const shared = asked.get(host);
    if (shared) return shared;
    if (unanswered.size >= hostsUntilDown) {
      if (Date.now() < tryAgainAt)
        return failed('host-down', `no name can be resolved, ${host} neither: the network seems to be down`);
      tryAgainAt = Date.now() + downMs;
    }
    const answer = ask(host)
      .then((found) => {
        note(host, found);
        return found;
      })
      .finally(() => asked.delete(host));
    asked.set(host, answer);
    return answer;
  };
}

async function systemLookup(host: string): Promise<readonly string[]> {
  return (await dns.lookup(host, { all: true })).map(({ address }) => address);
}
