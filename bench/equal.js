// Scans a repository's objects twice: by its deltas, as `quash scan` does, and each object whole, as `git cat-file` gives it.
// `node bench/equal.js DIR [CONFIDENCE]` prints both sets of matches and their difference, which must be empty; without DIR it
// does so for a repository built to be difficult. Secrets are shown as hashes.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDeltaForest } from '../dist/src/git/delta-tree.js';
import { openObjectStore } from '../dist/src/git/object-store.js';
import { packTypes, readPackEntries } from '../dist/src/git/pack.js';
import { createDocumentScanner } from '../dist/src/scan/documents.js';
import { createHistoryRunner, matchesOf } from '../dist/src/scan/history-job.js';
import { kernelModule } from '../dist/src/scan/kernel/kernel.js';
import { buildDifficult } from './repositories.js';

const patterns = JSON.parse(readFileSync(new URL('../dist/scan-patterns.json', import.meta.url), 'utf8')).patterns;
const maxBytes = 256 << 20;

/** A match as one line: the object, the pattern, where, how it was decoded, and a hash of everything that was decided. */
function describe(name, { decision, start, end, line, column, endLine, endColumn }) {
  const value = createHash('sha256')
    .update(JSON.stringify([decision.secret, decision.parts, decision.confidence, decision.allowedBy ?? '']))
    .digest('hex')
    .slice(0, 12);
  const { id } = patterns[decision.pattern];
  return `${name} ${id} ${start}-${end} ${line}:${column}-${endLine}:${endColumn} ${decision.decoded?.join('+') ?? 'plain'} ${value}`;
}

/** What the walk over deltas finds, in every object that is there, whether or not a ref leads to it. */
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
    counters: new Int32Array(new SharedArrayBuffer(16)),
  };
  const part = await createHistoryRunner(job).scan();
  if (part.faults.length + part.orphans.length > 0) throw new Error(`${part.faults.length} objects cannot be read; run git fsck`);
  const nameOf = (object) => {
    if (object >= firstObject) return store.loose[object - firstObject].name;
    const pack = packs.findLast((one) => one.firstObject <= object);
    const at = (object - pack.firstObject) * store.hashBytes;
    return Buffer.from(pack.names.subarray(at, at + store.hashBytes)).toString('hex');
  };
  const found = new Set();
  for (const match of matchesOf(part)) found.add(describe(nameOf(match.object), match));
  return { found, objects: job.counters[2] };
}

/** The objects of a repository one by one, whole, as git gives them. */
async function* objectsOf(gitDir) {
  const child = spawn('git', ['--git-dir', gitDir, 'cat-file', '--batch', '--batch-all-objects', '--unordered'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let chunks = [];
  let have = 0;
  let head;
  for await (const chunk of child.stdout) {
    chunks.push(chunk);
    have += chunk.length;
    // A long object is joined once, when all of it is there.
    if (head && have < head.size + 1) continue;
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      if (!head) {
        const end = rest.indexOf(10);
        if (end < 0) break;
        const [name, type, size] = rest.toString('latin1', 0, end).split(' ');
        rest = rest.subarray(end + 1);
        if (type === 'missing') continue;
        head = { name, type, size: Number(size) };
      }
      if (rest.length < head.size + 1) break;
      yield { ...head, bytes: rest.subarray(0, head.size) };
      rest = rest.subarray(head.size + 1);
      head = undefined;
    }
    chunks = [rest];
    have = rest.length;
  }
  const status = await ended;
  if (status !== 0 || head || have > 0) throw new Error(`git cat-file ended with ${status}, and with ${have} bytes left over`);
}

async function inWholeObjects(gitDir, minConfidence) {
  const scanner = createDocumentScanner(patterns, { minConfidence });
  const { kernel } = scanner;
  const found = new Set();
  let objects = 0;
  for await (const { name, type, bytes } of objectsOf(gitDir)) {
    if (type === 'tree' || bytes.length > maxBytes) continue;
    objects++;
    const address = kernel.allocate(bytes.length);
    kernel.bytes().set(bytes, address);
    scanner.scan(address, bytes.length, (match) => found.add(describe(name, match)));
    kernel.free(address);
  }
  return { found, objects };
}

/**
 * Compares both ways of scanning: gives the union of the two sets, sorted, each line led by `=` (in both), `-` (only in the whole
 * objects: missed) or `+` (only by the deltas: added), and how many there are of each.
 */
export async function compare(gitDir, minConfidence) {
  const deltas = await byDeltas(gitDir, minConfidence);
  const whole = await inWholeObjects(gitDir, minConfidence);
  const lines = [...new Set([...whole.found, ...deltas.found])]
    .sort()
    .map((one) => `${whole.found.has(one) ? (deltas.found.has(one) ? '=' : '-') : '+'} ${one}`);
  return {
    lines,
    objects: deltas.objects,
    wholeObjects: whole.objects,
    deltas: deltas.found.size,
    whole: whole.found.size,
    missed: lines.filter((line) => line.startsWith('-')).length,
    added: lines.filter((line) => line.startsWith('+')).length,
    digests: [deltas, whole].map(({ found }) =>
      createHash('sha256')
        .update([...found].sort().join('\n'))
        .digest('hex')
        .slice(0, 16),
    ),
  };
}

/** The same for the difficult repository, with what was planted there and is not where it should be. */
export async function compareDifficult(scratch, minConfidence) {
  const { gitDir, planted } = buildDifficult(join(scratch, `difficult-${minConfidence}`));
  const result = await compare(gitDir, minConfidence);
  const found = new Set(result.lines.map((line) => line.split(' ').slice(1, 3).join(' ')));
  const wrong = planted.filter(({ object, pattern, isThere }) => found.has(`${object} ${pattern}`) !== isThere);
  return { ...result, planted, wrong };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [, , gitDir, confidence = '0.5'] = process.argv;
  const scratch = mkdtempSync(join(tmpdir(), 'quash-equal-'));
  try {
    const result = gitDir ? await compare(gitDir, Number(confidence)) : await compareDifficult(scratch, Number(confidence));
    for (const line of result.lines) console.log(line);
    console.log(
      `${result.deltas} matches in ${result.objects} objects by deltas (${result.digests[0]}), ${result.whole} in ${result.wholeObjects} whole objects (${result.digests[1]}); missed ${result.missed}, added ${result.added}`,
    );
    for (const { scenario, pattern, version, isThere } of result.wrong ?? [])
      console.log(`wrong: ${scenario} (${pattern}), version ${version}: ${isThere ? 'not found' : 'found'}`);
    if (result.planted)
      console.log(`${result.planted.length} places where a secret must stand, or must not: ${result.wrong.length} wrong`);
    process.exitCode = result.missed + result.added + (result.wrong?.length ?? 0) > 0 ? 1 : 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
