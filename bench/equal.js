// Scans a repository's objects twice: by its deltas, as `quash scan` does, and each object whole, as `git cat-file` gives it.
// Prints both sets of matches and their difference, which must be empty.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildDeltaForest } from '../dist/src/git/delta-tree.js';
import { openObjectStore } from '../dist/src/git/object-store.js';
import { packTypes, readPackEntries } from '../dist/src/git/pack.js';
import { createDocumentScanner } from '../dist/src/scan/documents.js';
import { createHistoryRunner, matchesOf } from '../dist/src/scan/history-job.js';
import { kernelModule } from '../dist/src/scan/kernel/kernel.js';

const patterns = JSON.parse(readFileSync(new URL('../dist/scan-patterns.json', import.meta.url), 'utf8')).patterns;
const maxBytes = 256 << 20;

function describe(name, { decision, start, end, line, column, endLine, endColumn }) {
  const value = createHash('sha256')
    .update(JSON.stringify([decision.secret, decision.parts, decision.confidence, decision.allowedBy ?? '']))
    .digest('hex')
    .slice(0, 12);
  const { id } = patterns[decision.pattern];
  return `${name} ${id} ${start}-${end} ${line}:${column}-${endLine}:${endColumn} ${decision.decoded?.join('+') ?? 'plain'} ${value}`;
}

async function byDeltas(gitDir, minConfidence) {
  const store = openObjectStore(gitDir);
  const packs = [];
  const chunks = [];
  let firstObject = 0;
  for (const index of store.packs) {
    const { entries } = readPackEntries(index);
    const forest = buildDeltaForest(entries, () => true);
    chunks.push({ pack: packs.length, roots: forest.roots.filter((root) => entries.type[root] !== packTypes.tree) });
    packs.push({
      packPath: index.packPath,
      entries,
      firstChild: forest.firstChild,
      children: forest.children,
      names: index.names,
      firstObject,
    });
    firstObject += index.count;
  }
  const counters = new Int32Array(new SharedArrayBuffer(16));
  const job = {
    patterns,
    minConfidence,
    module: kernelModule(),
    maxBytes,
    hashBytes: store.hashBytes,
    packs,
    chunks,
    loose: store.loose,
    firstLoose: firstObject,
    counters,
  };
  const part = await createHistoryRunner(job).scan();
  const nameOf = (object) => {
    if (object >= firstObject) return store.loose[object - firstObject].name;
    const pack = packs.findLast((one) => one.firstObject <= object);
    const at = (object - pack.firstObject) * store.hashBytes;
    return Buffer.from(pack.names.subarray(at, at + store.hashBytes)).toString('hex');
  };
  return new Set([...matchesOf(part)].map((match) => describe(nameOf(match.object), match)));
}

async function whole(gitDir, minConfidence) {
  const scanner = createDocumentScanner(patterns, { minConfidence });
  const { kernel } = scanner;
  const found = new Set();
  const child = spawn('git', ['--git-dir', gitDir, 'cat-file', '--batch', '--batch-all-objects', '--unordered'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let pending = Buffer.alloc(0);
  let head;
  for await (const chunk of child.stdout) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      if (!head) {
        const end = pending.indexOf(10);
        if (end < 0) break;
        const [name, type, size] = pending.toString('latin1', 0, end).split(' ');
        pending = pending.subarray(end + 1);
        if (type === 'missing') continue;
        head = { name, type, size: Number(size) };
      }
      if (pending.length < head.size + 1) {
        // A long object would be copied once a chunk: the rest is waited for in one piece.
        const parts = [pending];
        let have = pending.length;
        while (have < head.size + 1) {
          const more =
            child.stdout.read() ??
            (await new Promise((resolve) => child.stdout.once('readable', () => resolve(child.stdout.read()))));
          if (!more) continue;
          parts.push(more);
          have += more.length;
        }
        pending = Buffer.concat(parts);
      }
      if (head.type !== 'tree' && head.size <= maxBytes) {
        const address = kernel.allocate(head.size);
        kernel.bytes().set(pending.subarray(0, head.size), address);
        scanner.scan(address, head.size, (match) => found.add(describe(head.name, match)));
        kernel.free(address);
      }
      pending = pending.subarray(head.size + 1);
      head = undefined;
    }
  }
  return found;
}

/** Compares both ways of scanning; true when they find the same. */
export async function compare(gitDir, name, minConfidence, print) {
  const deltas = await byDeltas(gitDir, minConfidence);
  const plain = await whole(gitDir, minConfidence);
  const missed = [...plain].filter((one) => !deltas.has(one));
  const added = [...deltas].filter((one) => !plain.has(one));
  print(
    `${name}, confidence ${minConfidence} and up: ${deltas.size} matches by deltas, ${plain.size} in whole objects; missed ${missed.length}, added ${added.length}`,
  );
  for (const one of missed.slice(0, 20)) print(`  missed  ${one}`);
  for (const one of added.slice(0, 20)) print(`  added   ${one}`);
  return { name, minConfidence, deltas: deltas.size, whole: plain.size, missed: missed.length, added: added.length };
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').pop())) {
  const [, , gitDir, confidence = '0.5'] = process.argv;
  const { missed, added } = await compare(gitDir, 'repository', Number(confidence), console.log);
  process.exitCode = missed + added > 0 ? 1 : 0;
}
