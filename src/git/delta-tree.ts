import type { PackEntries } from './pack.ts';

/**
 * A pack's deltas as trees: each entry's children, so that a walk from the roots has every base in memory when a child
 * needs it. The child with the largest subtree comes last: its base can be let go first, and a walk holds no more than
 * the logarithm of the tree's size.
 */
export interface DeltaForest {
  /** Whole objects of the wanted types, in the order they stand in the pack. */
  readonly roots: Uint32Array;
  /** Children of entry `e` are `children[firstChild[e]]` up to, not including, `children[firstChild[e + 1]]`. */
  readonly firstChild: Uint32Array;
  readonly children: Uint32Array;
  /** Work in the tree below an entry, itself included: bytes to inflate. */
  readonly weight: Float64Array;
}

/** Builds the trees of the wanted object types; gives deltas their root's type. Deltas without a root keep type 0. */
export function buildDeltaForest(entries: PackEntries, wanted: (type: number) => boolean): DeltaForest {
  const { count, base, type, size } = entries;
  const firstChild = sharedWords(count + 1);
  for (let entry = 0; entry < count; entry++) if (base[entry] >= 0) firstChild[base[entry] + 1]++;
  for (let entry = 0; entry < count; entry++) firstChild[entry + 1] += firstChild[entry];
  const children = sharedWords(firstChild[count]);
  const filled = firstChild.slice(0, count);
  for (let entry = 0; entry < count; entry++) if (base[entry] >= 0) children[filled[base[entry]]++] = entry;

  // Breadth first from the roots: a parent always stands before its children in `order`, whatever the pack's order is.
  const order = new Uint32Array(count);
  let length = 0;
  const roots: number[] = [];
  for (let entry = 0; entry < count; entry++) {
    if (base[entry] !== -1 || type[entry] === 0 || !wanted(type[entry])) continue;
    roots.push(entry);
    order[length++] = entry;
  }
  for (let next = 0; next < length; next++) {
    const parent = order[next];
    for (let i = firstChild[parent]; i < firstChild[parent + 1]; i++) {
      type[children[i]] = type[parent];
      order[length++] = children[i];
    }
  }
  const weight = new Float64Array(count);
  for (let i = length - 1; i >= 0; i--) {
    const entry = order[i];
    // A constant stands for what every object costs, however small.
    weight[entry] += size[entry] + 200;
    if (base[entry] >= 0) weight[base[entry]] += weight[entry];
  }
  for (let i = 0; i < length; i++) {
    const parent = order[i];
    const first = firstChild[parent];
    const last = firstChild[parent + 1] - 1;
    if (last <= first) continue;
    let heaviest = last;
    for (let j = first; j < last; j++) if (weight[children[j]] > weight[children[heaviest]]) heaviest = j;
    const child = children[heaviest];
    children[heaviest] = children[last];
    children[last] = child;
  }
  return { roots: Uint32Array.from(roots), firstChild, children, weight };
}

function sharedWords(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(Math.max(4, 4 * count)));
}
