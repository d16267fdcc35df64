import type { Transform } from 'node:stream';
import {
  constants,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  type Zlib,
} from 'node:zlib';
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
  const unpacked = isOver ? inflateFollowing(kind, concat(first)) : undefined;
  if (unpacked !== undefined) {
    outcome.consumed = unpacked.consumed;
    if (unpacked.error !== undefined) outcome.error = unpacked.error;
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

interface Unpacked {
  readonly bytes: Uint8Array;
  readonly consumed: number;
  readonly error?: string;
}

/** Unpacks what is small, and what follows it: zlib passes over all that stands behind zeros, which pad a file of tapes. */
function inflateFollowing(kind: keyof typeof streams, packed: Uint8Array): Unpacked | undefined {
  const given: Uint8Array[] = [];
  for (let at = 0; ; ) {
    const one = inflateSmall(kind, packed.subarray(at));
    if (one === undefined) return undefined;
    given.push(one.bytes);
    const consumed = at + one.consumed;
    at = consumed;
    while (packed[at] === 0) at++;
    if (kind !== 'gzip' || one.error !== undefined || at >= packed.length || one.consumed === 0)
      return { ...one, bytes: concat(given), consumed };
  }
}

/** Unpacks what is small; undefined where it unpacks to more than that. Of what is damaged it gives all before the damage. */
function inflateSmall(kind: keyof typeof streams, packed: Uint8Array): Unpacked | undefined {
  const whole = attempt(kind, packed, constants.Z_FINISH);
  if (whole === undefined || !('failure' in whole)) return whole;
  // zlib gives nothing of a call that fails. Cut off in front of the damage it fails no more: the longest such part is looked for.
  let best: Unpacked = { bytes: new Uint8Array(0), consumed: 0 };
  let low = 0;
  let high = packed.length;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const part = attempt(kind, packed.subarray(0, middle), constants.Z_SYNC_FLUSH);
    if (part === undefined) return undefined;
    if ('failure' in part) high = middle - 1;
    else {
      best = part;
      low = middle + 1;
    }
  }
  return { ...best, error: whole.failure };
}

/** One call of zlib: undefined where it gives too much. */
function attempt(
  kind: keyof typeof streams,
  packed: Uint8Array,
  finishFlush: number,
): Unpacked | { readonly failure: string } | undefined {
  try {
    // With `info` it gives the engine as well, which its types do not know.
    const { buffer, engine } = atOnce[kind](packed, { maxOutputLength: smallOutput, finishFlush, info: true }) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: Zlib & { readonly bytesWritten: number };
    };
    return { bytes: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ERR_BUFFER_TOO_LARGE' ? undefined : { failure: message };
  }
}

async function* inflateStream(
  kind: keyof typeof streams,
  source: AsyncIterable<Uint8Array>,
  outcome: Outcome,
): AsyncGenerator<Uint8Array> {
  const input = source[Symbol.asyncIterator]();
  let pushedBack: Uint8Array | undefined;
  let last: Uint8Array = new Uint8Array(0);
  let fed = 0;
  const following: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const held = pushedBack;
        pushedBack = undefined;
        const taken = held ? { done: false as const, value: held } : await input.next();
        if (taken.done) return taken;
        last = taken.value;
        fed += last.length;
        return taken;
      },
    }),
  };
  try {
    do {
      fed = 0;
      yield* inflateOne(kind, following, outcome);
      if (kind !== 'gzip' || outcome.error !== undefined) return;
      // zlib passes over all that stands behind zeros.
      pushedBack = last.subarray(Math.max(0, last.length - Math.max(0, fed - outcome.consumed)));
      for (let zeros = leadingZeros(pushedBack); zeros === pushedBack.length; zeros = leadingZeros(pushedBack)) {
        const { done, value } = await input.next();
        if (done) return;
        pushedBack = value;
      }
      pushedBack = pushedBack.subarray(leadingZeros(pushedBack));
    } while (outcome.consumed > 0);
  } finally {
    await input.return?.();
  }
}

function leadingZeros(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && bytes[at] === 0) at++;
  return at;
}

async function* inflateOne(
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
