import type { Transform } from 'node:stream';
import { createGunzip, createInflate, createInflateRaw, gunzipSync, inflateRawSync, inflateSync, type Zlib } from 'node:zlib';
import { concat } from './member-document.ts';

/** How unpacking went, to be looked at once its bytes have ended. */
export interface Outcome {
  /** What was wrong with the packed bytes; what came before it was given. */
  error?: string;
  /** Packed bytes that were used. */
  consumed: number;
}

/** Unpacks a stream of bytes. Never throws for what is in them. */
export type Unpack = (source: AsyncIterable<Uint8Array>, outcome: Outcome) => AsyncIterable<Uint8Array>;

const streams = { raw: createInflateRaw, zlib: createInflate, gzip: createGunzip } as const;

const atOnce = { raw: inflateRawSync, zlib: inflateSync, gzip: gunzipSync } as const;

/** What is packed into less, and unpacks to less, is unpacked in one call: a stream costs half a millisecond. */
const smallPacked = 65_536;
const smallOutput = 1 << 20;
const chunkSize = 65_536;
const mostQueued = 1 << 20;
/** Up to this much is done again to give what a failing call of zlib kept to itself. */
const mostReplayed = 1 << 20;
const mostReplayedOutput = 4 << 20;

/** Unpacks DEFLATE with zlib: bare (of a zip), in zlib's wrapping, or as gzip, of which there may be several in a row. */
export function inflate(kind: keyof typeof streams): Unpack {
  return (source, outcome) => inflateAny(kind, source, outcome);
}

async function* inflateAny(
  kind: keyof typeof streams,
  source: AsyncIterable<Uint8Array>,
  outcome: Outcome,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  let isOver = false;
  while (length <= smallPacked && !isOver) {
    const { done, value } = await iterator.next();
    if (done) isOver = true;
    else {
      first.push(value);
      length += value.length;
    }
  }
  const unpacked = isOver ? inflateSmall(kind, concat(first)) : undefined;
  if (unpacked !== undefined) {
    outcome.consumed = unpacked.consumed;
    if (unpacked.bytes.length > 0) yield unpacked.bytes;
    return;
  }
  async function* rejoined(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      if (isOver) return;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  yield* inflateStream(kind, rejoined(), outcome);
}

function inflateSmall(
  kind: keyof typeof streams,
  packed: Uint8Array,
): { readonly bytes: Uint8Array; readonly consumed: number } | undefined {
  try {
    // With `info` it gives the engine as well, which its types do not know.
    const { buffer, engine } = atOnce[kind](packed, { maxOutputLength: smallOutput, info: true }) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: Zlib & { readonly bytesWritten: number };
    };
    return { bytes: buffer, consumed: engine.bytesWritten };
  } catch {
    // Damaged, or larger than is worth it: a stream gives what there is.
    return undefined;
  }
}

async function* inflateStream(
  kind: keyof typeof streams,
  source: AsyncIterable<Uint8Array>,
  outcome: Outcome,
): AsyncGenerator<Uint8Array> {
  let kept: Uint8Array[] | undefined = [];
  let keptBytes = 0;
  async function* keeping(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      keptBytes += chunk.length;
      if (keptBytes > mostReplayed) kept = undefined;
      kept?.push(chunk);
      yield chunk;
    }
  }
  let given = 0;
  for await (const chunk of run(streams[kind]({ chunkSize }), keeping(), outcome)) {
    given += chunk.length;
    yield chunk;
  }
  if (outcome.error === undefined || kept === undefined || given > mostReplayedOutput) return;
  // zlib gives nothing of the call that fails, which is up to `chunkSize` bytes: with less and less in a call it gives all.
  const packed = concat(kept);
  let good = outcome.consumed;
  for (const pieceBytes of [256, 1]) {
    let skip = given;
    const again: Outcome = { consumed: 0 };
    for await (const chunk of run(streams[kind]({ chunkSize }), pieces(packed, good, pieceBytes), again)) {
      if (chunk.length > skip) {
        given += chunk.length - skip;
        yield chunk.subarray(skip);
      }
      skip = Math.max(0, skip - chunk.length);
    }
    good = Math.max(good, again.consumed);
  }
}

/** Bytes up to `start` at once, and then in pieces. */
async function* pieces(bytes: Uint8Array, start: number, pieceBytes: number): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, start);
  for (let at = start; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

type ZlibStream = Transform & Zlib & { readonly bytesWritten: number };

/** Runs a zlib stream by its events: its own iterator would drop what it had given before an error. */
async function* run(stream: ZlibStream, source: AsyncIterable<Uint8Array>, outcome: Outcome): AsyncGenerator<Uint8Array> {
  const queue: Uint8Array[] = [];
  let queued = 0;
  let isOver = false;
  let isTaken = true;
  let wake: () => void = () => {};
  const over = () => {
    isOver = true;
    wake();
  };
  stream.on('data', (chunk: Uint8Array) => {
    queue.push(chunk);
    queued += chunk.length;
    if (queued >= mostQueued) stream.pause();
    wake();
  });
  stream.on('end', over);
  stream.on('error', (error) => {
    outcome.error = error.message;
    over();
  });
  const taken = () => {
    isTaken = true;
    wake();
  };

  async function* drain(isDone: () => boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) {
        queued -= chunk.length;
        yield chunk;
      }
      if (stream.isPaused()) stream.resume();
      if (isDone()) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (queue.length > 0 || isDone()) resolve();
      });
    }
  }

  try {
    for await (const chunk of source) {
      if (chunk.length === 0) continue;
      isTaken = false;
      stream.write(chunk, taken);
      yield* drain(() => isTaken || isOver);
      if (isOver) break;
    }
    if (!isOver) stream.end();
    yield* drain(() => isOver && queue.length === 0);
    outcome.consumed = stream.bytesWritten;
  } finally {
    stream.destroy();
  }
}
