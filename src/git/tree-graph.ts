import type { CommitGraph } from './commit-graph.ts';
import { findInTable, type NameTable } from './name-table.ts';
import { hasObject, type ObjectSet } from './object-set.ts';

/** What one reader saw in trees: which tree holds which, and where the wanted blobs stand. Numbers are positions in the tables. */
export interface TreeLinks {
  /** Triples: child tree, parent tree, entry name (position in `names`). */
  readonly trees: Uint32Array;
  /** Triples: blob, tree that holds it, entry name. */
  readonly blobs: Uint32Array;
  /** Pairs: tree that holds a submodule's link, entry name. */
  readonly submodules: Uint32Array;
  /** Files and folders whose object is not there: hex names, and triples: position among them, tree that holds it, entry name. */
  readonly missing: { readonly objects: readonly string[]; readonly links: Uint32Array };
  readonly names: readonly string[];
}

/** Collects links as trees are read. */
export interface TreeCollector {
  /** Takes the tree object at [start, end); `tree` is its position in the table of trees. */
  add(tree: number, bytes: Buffer, start: number, end: number): void;
  /** For a reader that takes trees apart itself: the number of a file's or folder's name. */
  nameNumber(bytes: Buffer, from: number, to: number): number;
  /** Notes an entry's object when it is not there; whether it need not be looked up again. */
  lookUp(bytes: Buffer, object: number, tree: number, name: number, nameEnd: number): boolean;
  addTree(child: number, tree: number, name: number): void;
  addBlob(blob: number, tree: number, name: number): void;
  addSubmodule(tree: number, name: number): void;
  links(): TreeLinks;
}

/**
 * `objects` are all that are there: an entry that names another is noted as missing. Of a partial clone, which misses
 * them by the million, each is noted once or a few times, not in every tree.
 */
export function createTreeCollector(
  trees: NameTable,
  blobs: NameTable,
  { objects, isPartial = false }: { readonly objects?: ObjectSet; readonly isPartial?: boolean } = {},
): TreeCollector {
  const { hashBytes } = trees;
  const treeLinks = triples();
  const blobLinks: number[] = [];
  const submodules: number[] = [];
  const nameNumbers = new Map<string, number>();
  const wanted = blobFilter(blobs);
  // Trees repeat most of their entries from one version to the next: the object last looked up is remembered by its first
  // two bytes, and told by the four that follow.
  const lookedUp = new Int32Array(65536);
  const missing = new Map<string, number>();
  const missingLinks: number[] = [];

  function lookUp(bytes: Buffer, object: number, tree: number, name: number, nameEnd: number): boolean {
    if (hasObject(objects!, bytes, object)) return true;
    const hex = bytes.toString('hex', object, object + hashBytes);
    let number = missing.get(hex);
    if (number === undefined) {
      number = missing.size;
      missing.set(hex, number);
    } else if (isPartial) return true;
    missingLinks.push(number, tree, nameNumber(bytes, name, nameEnd));
    return isPartial;
  }

  function nameNumber(bytes: Buffer, from: number, to: number): number {
    const name = bytes.toString('utf8', from, to);
    let number = nameNumbers.get(name);
    if (number === undefined) {
      number = nameNumbers.size;
      nameNumbers.set(name, number);
    }
    return number;
  }

  return {
    add(tree, bytes, start, end) {
      // An entry is `mode SP name NUL` and the raw object name; the mode of a tree is 40000, of a submodule 160000.
      let at = start;
      while (at < end) {
        // Some old tools padded the mode with zeros.
        let mode = at;
        while (mode < end && bytes[mode] === 0x30) mode++;
        const first = bytes[mode];
        const second = bytes[mode + 1];
        let name = at + 5;
        while (name < end && bytes[name - 1] !== 0x20) name++;
        let nameEnd = name;
        while (nameEnd < end && bytes[nameEnd] !== 0) nameEnd++;
        const object = nameEnd + 1;
        if (object + hashBytes > end) return;
        const key = bytes[object] | (bytes[object + 1] << 8);
        const isSubmodule = first === 0x31 && second === 0x36;
        if (first === 0x34) {
          const child = findInTable(trees, bytes, object);
          if (child >= 0) treeLinks.push(child, tree, nameNumber(bytes, name, nameEnd));
        } else if (isSubmodule) {
          submodules.push(tree, nameNumber(bytes, name, nameEnd));
        } else if (wanted[key]) {
          const blob = findInTable(blobs, bytes, object);
          if (blob >= 0) blobLinks.push(blob, tree, nameNumber(bytes, name, nameEnd));
        }
        if (objects && !isSubmodule) {
          const told = bytes[object + 2] | (bytes[object + 3] << 8) | (bytes[object + 4] << 16) | (bytes[object + 5] << 24);
          if (lookedUp[key] !== told && lookUp(bytes, object, tree, name, nameEnd)) lookedUp[key] = told;
        }
        at = object + hashBytes;
      }
    },
    nameNumber,
    lookUp,
    addTree: (child, tree, name) => treeLinks.push(child, tree, name),
    addBlob: (blob, tree, name) => blobLinks.push(blob, tree, name),
    addSubmodule: (tree, name) => submodules.push(tree, name),
    links: () => ({
      trees: treeLinks.taken(),
      blobs: Uint32Array.from(blobLinks),
      submodules: Uint32Array.from(submodules),
      missing: { objects: [...missing.keys()], links: Uint32Array.from(missingLinks) },
      names: [...nameNumbers.keys()],
    }),
  };
}

/**
 * Which blobs may be wanted, by the first two bytes of their names (little-endian): most entries are blobs that nobody asks
 * about.
 */
export function blobFilter({ names, hashBytes }: NameTable): Uint8Array {
  const wanted = new Uint8Array(65536);
  for (let at = 0; at < names.length; at += hashBytes) wanted[names[at] | (names[at + 1] << 8)] = 1;
  return wanted;
}

/** A list of triples that grows: a large history has millions. */
function triples() {
  let room = new Uint32Array(3 << 10);
  let length = 0;
  return {
    push(first: number, second: number, third: number): void {
      if (length === room.length) {
        const larger = new Uint32Array(2 * length);
        larger.set(room);
        room = larger;
      }
      room[length] = first;
      room[length + 1] = second;
      room[length + 2] = third;
      length += 3;
    },
    taken: () => room.slice(0, length),
  };
}

/** A path at which an object stood, and the first and last commit (by rank) whose tree holds it there. */
export interface Appearance {
  readonly path: string;
  readonly first: number;
  readonly last: number;
}

/** Paths nested deeper than this are not followed; git itself has trouble with them. */
const deepest = 4096;
/** Paths of one object at most: ten folders that hold each other's twins ten deep already make ten thousand millions. */
const mostPlaces = 1 << 10;

/** git knows the tree that holds nothing without having it stored. Of SHA-1 and of SHA-256. */
const emptyTrees = [
  '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
];

/** Answers at which paths, and from which commit to which, blobs stood. */
export interface TreeGraph {
  /** Appearances of a blob (its position in the table of blobs), over the commits given to `buildTreeGraph`. */
  appearances(blob: number): readonly Appearance[];
  readonly submodulePaths: () => readonly Appearance[];
  /** Files and folders whose object is not there, one for each path; the path of a commit's own tree is empty. */
  readonly missing: () => readonly (Appearance & { readonly object: string })[];
  /** Whether an object stood at more paths than are told of, or deeper than is followed; known once it was asked about. */
  readonly isCut: () => boolean;
}

/** Builds the graph from what the readers saw. Only commits marked in `commits` count. */
export function buildTreeGraph(
  parts: readonly TreeLinks[],
  trees: NameTable,
  graph: CommitGraph,
  commits: Uint8Array,
): TreeGraph {
  const { hashBytes } = trees;
  const treeCount = trees.names.length / hashBytes;
  // Which commits have a tree as their root: the first and the last of them.
  const rootFirst = new Int32Array(treeCount).fill(-1);
  const rootLast = new Int32Array(treeCount).fill(-1);
  const rootless: number[] = [];
  for (let commit = 0; commit < graph.count; commit++) {
    if (!commits[commit]) continue;
    const tree = findInTable(trees, graph.trees, commit * hashBytes);
    if (tree < 0) {
      rootless.push(commit);
      continue;
    }
    if (rootFirst[tree] < 0 || graph.rank[commit] < graph.rank[rootFirst[tree]]) rootFirst[tree] = commit;
    if (rootLast[tree] < 0 || graph.rank[commit] > graph.rank[rootLast[tree]]) rootLast[tree] = commit;
  }

  const total = parts.reduce((sum, part) => sum + part.trees.length / 3, 0);
  const firstLink = new Uint32Array(treeCount + 1);
  for (const { trees: links } of parts) for (let i = 0; i < links.length; i += 3) firstLink[links[i] + 1]++;
  for (let tree = 0; tree < treeCount; tree++) firstLink[tree + 1] += firstLink[tree];
  const parentOf = new Uint32Array(total);
  const partOf = new Uint8Array(total);
  const nameOf = new Uint32Array(total);
  const filled = firstLink.slice(0, treeCount);
  parts.forEach(({ trees: links }, part) => {
    for (let i = 0; i < links.length; i += 3) {
      const slot = filled[links[i]]++;
      parentOf[slot] = links[i + 1];
      nameOf[slot] = links[i + 2];
      partOf[slot] = part;
    }
  });

  const known = new Map<number, readonly Appearance[]>();
  let isCut = false;

  /** Where a tree stood: the paths of it end in `/`, or are empty for a root. */
  function placesOf(tree: number, depth: number): readonly Appearance[] {
    const memo = known.get(tree);
    if (memo) return memo;
    const found = new Map<string, Appearance>();
    if (rootFirst[tree] >= 0) found.set('', { path: '', first: rootFirst[tree], last: rootLast[tree] });
    known.set(tree, []);
    if (depth >= deepest) isCut = true;
    else {
      for (let link = firstLink[tree]; link < firstLink[tree + 1]; link++) {
        if (found.size === mostPlaces) {
          isCut = true;
          break;
        }
        const name = parts[partOf[link]].names[nameOf[link]];
        for (const place of placesOf(parentOf[link], depth + 1)) merge(found, `${place.path}${name}/`, place);
      }
    }
    const places = [...found.values()];
    known.set(tree, places);
    return places;
  }

  function merge(found: Map<string, Appearance>, path: string, { first, last }: Appearance): void {
    const other = found.get(path);
    if (!other) {
      if (found.size < mostPlaces) found.set(path, { path, first, last });
      else isCut = true;
      return;
    }
    const { rank } = graph;
    if (rank[first] >= rank[other.first] && rank[last] <= rank[other.last]) return;
    found.set(path, {
      path,
      first: rank[first] < rank[other.first] ? first : other.first,
      last: rank[last] > rank[other.last] ? last : other.last,
    });
  }

  const blobLinks = new Map<number, number[]>();
  parts.forEach(({ blobs }, part) => {
    for (let i = 0; i < blobs.length; i += 3) {
      const list = blobLinks.get(blobs[i]);
      if (list) list.push(part, blobs[i + 1], blobs[i + 2]);
      else blobLinks.set(blobs[i], [part, blobs[i + 1], blobs[i + 2]]);
    }
  });

  return {
    appearances(blob) {
      const found = new Map<string, Appearance>();
      const links = blobLinks.get(blob) ?? [];
      for (let i = 0; i < links.length; i += 3) {
        const name = parts[links[i]].names[links[i + 2]];
        for (const place of placesOf(links[i + 1], 0)) merge(found, place.path + name, place);
      }
      return [...found.values()];
    },
    submodulePaths() {
      const found = new Map<string, Appearance>();
      for (const { submodules, names } of parts) {
        for (let i = 0; i < submodules.length; i += 2) {
          for (const place of placesOf(submodules[i], 0)) merge(found, place.path + names[submodules[i + 1]], place);
        }
      }
      return [...found.values()];
    },
    missing() {
      const places = new Map<string, Map<string, Appearance>>();
      for (const commit of rootless) {
        const object = Buffer.from(graph.trees.subarray(commit * hashBytes, (commit + 1) * hashBytes)).toString('hex');
        const found = places.get(object) ?? new Map<string, Appearance>();
        places.set(object, found);
        merge(found, '', { path: '', first: commit, last: commit });
      }
      for (const { missing, names } of parts) {
        for (let i = 0; i < missing.links.length; i += 3) {
          const object = missing.objects[missing.links[i]];
          const found = places.get(object) ?? new Map<string, Appearance>();
          places.set(object, found);
          for (const place of placesOf(missing.links[i + 1], 0)) merge(found, place.path + names[missing.links[i + 2]], place);
        }
      }
      for (const empty of emptyTrees) places.delete(empty);
      return [...places].flatMap(([object, found]) => [...found.values()].map((place) => ({ ...place, object })));
    },
    isCut: () => isCut,
  };
}
