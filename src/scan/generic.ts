import { findAssignedValue, findConnectionString, type GenericMatch } from './generic-assigned.ts';
import { findHighEntropy } from './generic-entropy.ts';
import { findAuthorization, findCurlUser } from './generic-header.ts';

export type { GenericMatch } from './generic-assigned.ts';

/**
 * The detectors that a pattern may name in place of a regex. `text` is what lies around a hit of one of the pattern's literals, one
 * character a byte: at most 256 bytes before and 512 behind, cut at the ends of the file. A detector reads nothing else, so what it decides can be
 * carried over with an unchanged stretch of bytes, and it gives one span for one value whichever of several keywords led to it.
 */
export const detectors: Readonly<Record<string, (text: string, hitStart: number, hitEnd: number) => GenericMatch | undefined>> = {
  'assigned-value': findAssignedValue,
  'connection-string': findConnectionString,
  authorization: findAuthorization,
  'curl-user': findCurlUser,
  'high-entropy': findHighEntropy,
};
