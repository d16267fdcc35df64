// What the host calls. Bytes go in once, numbers come back; addresses and lengths are in bytes.

export { inflate, adler32, consumed } from './inflate';
export { applyDelta, carryHits, readDeltaSizes, deltaBaseSize, deltaResultSize, segmentCount, countLines, hasZero } from './delta';
export { configure, setHits, hitCount, hitsFull, scanDocument, scanRange, turnDown, wrappedEnd } from './prefilter';
export { configureTrees, endTrees, readTree, treeCacheBytes } from './trees';
export { configureWalk, endWalks, isWide, walkRecords, walkedBytes, walkedDeltas, walkedObjects } from './walk';

export function heapBase(): usize {
  return __heap_base;
}
