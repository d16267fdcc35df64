import { type Failed, failed, type WireFailure } from './failure.ts';

/** So many hosts that cannot be reached without one that can, and it is the network that is down. */
const hostsUntilDown = 5;

/** What is known of the network from all hosts together: where none can be reached, each further one would cost its whole patience. */
export interface Network {
  /** Why a host is not even tried. */
  refusal(host: string): Failed | undefined;
  /** The same for one that is about to be tried: every now and then one is let through, all the same. */
  lastRefusal(host: string): Failed | undefined;
  /** Takes note of what came of trying a host. */
  note(host: string, failure: WireFailure | undefined): void;
}

export function watchNetwork(downMs: number): Network {
  const unreached = new Set<string>();
  let tryAgainAt = 0;
  function refusal(host: string): Failed | undefined {
    if (unreached.size < hostsUntilDown || Date.now() >= tryAgainAt) return undefined;
    return failed('host-down', `no host can be reached, ${host} neither: the network seems to be down`);
  }
  return {
    refusal,
    lastRefusal(host) {
      const refused = refusal(host);
      if (!refused && unreached.size >= hostsUntilDown) tryAgainAt = Date.now() + downMs;
      return refused;
    },
    note(host, failure) {
      if (failure?.kind === 'host-down' || failure?.kind === 'cancelled') return;
      if (failure?.kind !== 'timeout' && failure?.kind !== 'connection') {
        // Whatever was wrong, somebody was there to say so.
        unreached.clear();
        return;
      }
      unreached.add(host);
      if (unreached.size >= hostsUntilDown) tryAgainAt = Date.now() + downMs;
    },
  };
}
