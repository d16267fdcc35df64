import type { Gap, GapReason } from '../../model/gap.ts';
import type { Origin } from '../../model/origin.ts';
import { type Document, tellingBytes } from '../document.ts';

/** Where a document comes from, as a finding in it tells of it. */
export function originOf({ path, member }: Pick<Document, 'path' | 'member'>): Origin {
  return member === undefined ? { kind: 'file', path } : { kind: 'archive', path, member };
}

/** A gap about a document. */
export function gapIn(document: Pick<Document, 'path' | 'member'>, reason: GapReason, detail: string): Gap {
  return { origin: originOf(document), reason, detail };
}

export function isGap(value: Document | Gap | Uint8Array): value is Gap {
  return 'reason' in value;
}

/** The place of a member called `name` of an archive: its own name behind that of the archive, by `!/` where that is a member too. */
export function placeIn(
  archive: Pick<Document, 'path' | 'member'>,
  name: string,
): { readonly path: string; readonly member: string } {
  return { path: archive.path, member: archive.member === undefined ? name : `${archive.member}!/${name}` };
}

type Place = { readonly path: string; readonly member?: string };

/** A document that is held in memory: it can be read as often as wanted, in any order. */
export function memoryDocument(place: Place, held: Uint8Array): Document {
  return {
    ...placeOf(place),
    size: held.length,
    head: async () => held.subarray(0, tellingBytes),
    async *bytes() {
      if (held.length > 0) yield held;
    },
    whole: async (maxBytes) => (held.length > maxBytes ? tooLarge(place, maxBytes) : held),
    range: async (start, end) => held.subarray(start, end),
  };
}

/** A document that is not looked into, whatever it begins with: the archive it comes from was, and this is what was left. */
export interface Leaf extends Document {
  readonly isLeaf: true;
}

/** Bytes in memory that are a leaf. */
export function leafDocument(place: Place, held: Uint8Array): Leaf {
  return asLeaf(memoryDocument(place, held));
}

/** The same of a document that comes as a stream. */
export function asLeaf(document: Document): Leaf {
  return { ...document, isLeaf: true };
}

/**
 * A document whose bytes come once, in order. `open` is called when the first are asked for. Where they end too early, the
 * archive tells of it after its member was read.
 */
export function streamDocument(place: Place, size: number | undefined, open: () => AsyncIterable<Uint8Array>): Document {
  let source: AsyncIterator<Uint8Array> | undefined;
  let read: Uint8Array[] = [];
  let headLength = 0;
  let isTaken = false;

  const iterate = () => {
    source ??= open()[Symbol.asyncIterator]();
    return source;
  };

  async function fillHead(): Promise<void> {
    while (headLength < tellingBytes) {
      const { done, value } = await iterate().next();
      if (done) return;
      read.push(value);
      headLength += value.length;
    }
  }

  async function* bytes(): AsyncGenerator<Uint8Array> {
    if (isTaken) throw new Error(`${place.path} ${place.member ?? ''}: read twice, which a member of a stream cannot be`);
    isTaken = true;
    const iterator = iterate();
    try {
      const first = read;
      read = [];
      yield* first;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  return {
    ...placeOf(place),
    ...(size === undefined ? {} : { size }),
    async head() {
      if (!isTaken) await fillHead();
      return concat(read).subarray(0, tellingBytes);
    },
    bytes,
    async whole(maxBytes) {
      const held = await collect(bytes(), maxBytes);
      return held ?? tooLarge(place, maxBytes);
    },
  };
}

/** The same document at a place, with its bytes passed through `through`: to count them, or to stop them. */
export function watchedDocument(
  document: Document,
  place: Place,
  through: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): Document {
  return {
    ...placeOf(place),
    ...(document.size === undefined ? {} : { size: document.size }),
    head: () => document.head(),
    bytes: () => through(document.bytes()),
    async whole(maxBytes) {
      const held = await collect(through(document.bytes()), maxBytes);
      return held ?? tooLarge(place, maxBytes);
    },
    ...(document.range === undefined ? {} : { range: document.range }),
  };
}

/** All of `source` in one piece; undefined past `maxBytes`. */
export async function collect(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return concat(chunks);
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

function tooLarge(place: Place, maxBytes: number): Gap {
  return gapIn(
    place,
    'too-large',
    `more than ${maxBytes} bytes, and it can only be read as a whole; raise maxWholeBytes, or unpack it and scan the folder`,
  );
}

function placeOf({ path, member }: Place): Place {
  return member === undefined ? { path } : { path, member };
}
