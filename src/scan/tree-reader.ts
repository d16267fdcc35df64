import { findInTable, type NameTable } from '../git/name-table.ts';
import type { ObjectSet } from '../git/object-set.ts';
import { blobFilter, type TreeCollector } from '../git/tree-graph.ts';
import { type Kernel, linkKinds, linkWords } from './kernel/kernel.ts';

/** Trees being read in a kernel. */
export interface TreeReader {
  readonly kernel: Kernel;
  /** Gives the collector what it was not given yet, and ends the reading. */
  end(): void;
}

const linkRoom = 1 << 14;

/**
 * Starts to read trees in a kernel, for the walks to come (assembly/trees.ts), as the collector's `add` does outside; the
 * collector gets what is found.
 */
export function startTreeReader(
  kernel: Kernel,
  collector: TreeCollector,
  trees: NameTable,
  blobs: NameTable,
  objects: ObjectSet | undefined,
): TreeReader {
  const { exports } = kernel;
  const wanted = kernel.allocate(65536);
  const caches = kernel.allocate(exports.treeCacheBytes());
  const links = kernel.allocate(linkRoom * linkWords * 4);
  kernel.bytes().set(blobFilter(blobs), wanted);
  exports.configureTrees(trees.hashBytes, wanted, caches, links, linkRoom, objects ? 1 : 0);
  kernel.treeHost = {
    objectNumber: (kind, object) => findInTable(kind === linkKinds.tree ? trees : blobs, kernel.bytes(), object),
    nameNumber: (from, to) => collector.nameNumber(kernel.bytes(), from, to),
    lookUp: (tree, name, nameEnd, object) => collector.lookUp(kernel.bytes(), object, tree, name, nameEnd),
    takeLinks(count) {
      const words = kernel.words();
      for (let at = links >> 2; at < (links >> 2) + count * linkWords; at += linkWords) {
        const kind = words[at];
        if (kind === linkKinds.tree) collector.addTree(words[at + 1], words[at + 2], words[at + 3]);
        else if (kind === linkKinds.blob) collector.addBlob(words[at + 1], words[at + 2], words[at + 3]);
        else collector.addSubmodule(words[at + 2], words[at + 3]);
      }
    },
  };
  return {
    kernel,
    end() {
      exports.endTrees();
      kernel.treeHost = undefined;
      for (const address of [wanted, caches, links]) kernel.free(address);
    },
  };
}
