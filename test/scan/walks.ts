import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isolatedEnvironment } from '../../fixtures/repositories/builder.ts';
import { buildDeltaForest } from '../../src/git/delta-tree.ts';
import { packTypes, readPackEntries } from '../../src/git/pack.ts';
import { readPackIndex } from '../../src/git/pack-index.ts';
import type { Pattern } from '../../src/model/pattern.ts';
import { createDocumentScanner, type DocumentScanner, type Emitted } from '../../src/scan/documents.ts';
import { walkDeltaTrees } from '../../src/scan/walk.ts';

/** What a walk found, one line a match, and how much it had to decide for that. */
export interface WalkResult {
  readonly matches: ReadonlySet<string>;
  /** How often a hit was decided by a regex or a detector, rather than known from a base. */
  readonly decided: number;
  readonly objects: number;
  readonly bytes: number;
  /** Documents scanned as the result of a delta on a base with hits, rather than whole. */
  readonly deltas: number;
  readonly faults: readonly string[];
}

/** Counts what a scanner decides, and leaves it as it is. */
function counted(scanner: DocumentScanner, counts: { decided: number }): DocumentScanner {
  const { engine } = scanner;
  const { decide } = engine;
  Object.assign(engine, {
    decide: (...args: Parameters<typeof decide>) => {
      counts.decided++;
      return decide(...args);
    },
  });
  return scanner;
}

function lineOf(name: string, { decision, ...place }: Emitted): string {
  const { start, end, line, column, endLine, endColumn } = place;
  const { pattern, secret, parts, confidence, decoded, context, allowedBy } = decision;
  return JSON.stringify([
    name,
    pattern,
    start,
    end,
    line,
    column,
    endLine,
    endColumn,
    secret,
    parts,
    confidence,
    decoded,
    allowedBy,
    context,
  ]);
}

/** Walks the delta trees of every pack in a git directory. */
export function walkDeltas(gitDir: string, patterns: readonly Pattern[], minConfidence: number, hashBytes = 20): WalkResult {
  const counts = { decided: 0, deltas: 0 };
  const scanner = counted(createDocumentScanner(patterns, { minConfidence }), counts);
  const matches = new Set<string>();
  const faults: string[] = [];
  let objects = 0;
  let bytes = 0;
  const folder = join(gitDir, 'objects/pack');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.idx'))) {
    const index = readPackIndex(join(folder, file), hashBytes);
    const { entries, faults: unreadable } = readPackEntries(index);
    faults.push(...unreadable.map(({ detail }) => detail));
    const forest = buildDeltaForest(entries, (type) => type !== packTypes.tree);
    const nameOf = (entry: number) =>
      index.names.toString('hex', hashBytes * entries.name[entry], hashBytes * (entries.name[entry] + 1));
    const { deltas } = walkDeltaTrees(scanner, index.packPath, entries, forest, forest.roots, 100e6, {
      match: (entry, match) => matches.add(lineOf(nameOf(entry), match)),
      fault: (entry, reason, detail) => faults.push(`${nameOf(entry)} ${reason}: ${detail}`),
      orphan: (entry) => faults.push(`${nameOf(entry)} has no base`),
      object(_, __, length) {
        objects++;
        bytes += length;
      },
    });
    counts.deltas += deltas;
  }
  return { matches, ...counts, objects, bytes, faults };
}

/** Scans every object that git gives, each whole. */
export function walkPlainly(gitDir: string, patterns: readonly Pattern[], minConfidence: number): WalkResult {
  const counts = { decided: 0, deltas: 0 };
  const scanner = counted(createDocumentScanner(patterns, { minConfidence }), counts);
  const { kernel } = scanner;
  const matches = new Set<string>();
  let objects = 0;
  let bytes = 0;
  const output = execFileSync('git', ['cat-file', '--batch', '--batch-all-objects'], {
    cwd: gitDir,
    env: isolatedEnvironment(),
    maxBuffer: 4 << 30,
  });
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf(10, at);
    const [name, type, length] = output.toString('latin1', at, lineEnd).split(' ');
    const object = output.subarray(lineEnd + 1, lineEnd + 1 + Number(length));
    at = lineEnd + 2 + object.length;
    if (type === 'tree') continue;
    const address = kernel.allocate(object.length);
    kernel.bytes().set(object, address);
    scanner.scan(address, object.length, (match) => matches.add(lineOf(name, match)));
    kernel.free(address);
    objects++;
    bytes += object.length;
  }
  return { matches, ...counts, objects, bytes, faults: [] };
}

/** Matches of one set and not of the other. */
export function differenceBetween(
  ours: ReadonlySet<string>,
  theirs: ReadonlySet<string>,
): { readonly missing: string[]; readonly extra: string[] } {
  return { missing: [...theirs].filter((one) => !ours.has(one)), extra: [...ours].filter((one) => !theirs.has(one)) };
}
