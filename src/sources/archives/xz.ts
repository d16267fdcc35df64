import { createRequire } from 'node:module';
import type { Outcome } from './inflate.ts';

interface Instance {
  readonly exports: {
    readonly memory: WebAssembly.Memory;
    create_context(): number;
    destroy_context(context: number): void;
    supply_input(context: number, length: number): void;
    get_next_output(context: number): number;
  };
}

interface XzStreamClass {
  _moduleInstance: Instance;
  _getModuleInstance(): Promise<void>;
}

const endOfStream = 1;
/** https://tukaani.org/xz/embedded.html, xz.h */
const memoryErrors: readonly number[] = [3, 4];
const bufferError = 8;

/**
 * Unpacks xz with the WebAssembly of xz-decompress (xz-embedded). Its own stream is passed by: it holds a lock from its start
 * to its end, on which an xz within an xz would wait for ever, and one memory for all, which never shrinks.
 */
export async function* unxz(source: AsyncIterable<Uint8Array>, outcome: Outcome): AsyncGenerator<Uint8Array> {
  const { exports } = await instanceOfXz();
  const decoder = createDecoder(exports);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source)
      for (let at = 0; at < chunk.length; at += decoder.room) yield chunk.subarray(at, at + decoder.room);
    // Nothing more comes: only then it tells whether the last of several streams has ended.
    yield new Uint8Array(0);
  }
  let state = 0;
  try {
    for await (const piece of pieces()) {
      decoder.supply(piece);
      outcome.consumed += piece.length;
      for (let isDone = false; !isDone; ) {
        const given = decoder.next();
        state = given.state;
        if (given.output.length > 0) yield given.output;
        isDone = state !== 0 || (given.left === 0 && given.output.length < decoder.room);
      }
      if (state !== 0) break;
    }
  } finally {
    // The memory is one for all, and whoever reads may stop at any time.
    decoder.close();
  }
  if (state === endOfStream) return;
  if (state === 0 || state === bufferError) outcome.error = 'it ends too early';
  else if (memoryErrors.includes(state)) outcome.error = 'it asks for more memory than is given';
  else outcome.error = `xz says ${state}: it is damaged`;
}

/** A dictionary may take 64 MB, and a memory never shrinks. */
const mostMemory = 80_000_000;
let instance: Instance | undefined;

/** The instance that all share, which compiling takes longer for than most files; a new one where that has grown too large. */
async function instanceOfXz(): Promise<Instance> {
  if (instance !== undefined && instance.exports.memory.buffer.byteLength <= mostMemory) return instance;
  const { XzReadableStream } = createRequire(import.meta.url)('xz-decompress') as { XzReadableStream: XzStreamClass };
  await XzReadableStream._getModuleInstance();
  instance = XzReadableStream._moduleInstance;
  return instance;
}

interface Decoder {
  readonly room: number;
  supply(bytes: Uint8Array): void;
  next(): { readonly output: Uint8Array; readonly left: number; readonly state: number };
  close(): void;
}

// The context: the room of both buffers, then address, position and size of the input, then address and position of the output.
function createDecoder(exports: Instance['exports']): Decoder {
  const context = exports.create_context();
  const words = () => new Uint32Array(exports.memory.buffer, context, 8);
  const room = words()[0];
  return {
    room,
    supply(bytes) {
      new Uint8Array(exports.memory.buffer, words()[1], room).set(bytes);
      exports.supply_input(context, bytes.length);
    },
    next() {
      words()[5] = 0;
      const state = exports.get_next_output(context);
      const [, , used, length, output, given] = words();
      return { output: new Uint8Array(exports.memory.buffer, output, given).slice(), left: length - used, state };
    },
    close: () => exports.destroy_context(context),
  };
}
