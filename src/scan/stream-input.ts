import { type PackEntries, readAt } from '../git/pack.ts';
import { type Kernel, recordWords } from './kernel/kernel.ts';

/** Brings the zlib streams of a pack's entries into a kernel's memory. */
export interface StreamInput {
  /**
   * Reads the small ones of a walk's records (at an address) in one sweep over the pack, as far as there is room, and fills
   * in where their streams lie: until the next call.
   */
  readAhead(records: number, count: number): void;
  /** Brings another entry's stream in, and returns where it lies until the next call; `length` then tells how much of it there is. */
  locate(entry: number): number;
  readonly length: () => number;
  close(): void;
}

/** Streams longer than this are read on their own: the call costs little beside them. */
const smallBytes = 16 << 10;
/** What lies between two streams is read with them up to this length: a call costs as much. */
const gapBytes = 8 << 10;
/** Bytes read ahead at most, give or take a stream. */
export const aheadBytes = 8 << 20;
/** What is read around a small stream that was not read ahead: its neighbours are likely to be asked for. */
const windowBytes = 16 << 10;

/** An input from the pack that is open as `file`. */
export function createStreamInput(kernel: Kernel, file: number, entries: PackEntries): StreamInput {
  const { dataAt, dataBytes, size } = entries;
  const window = kernel.allocate(windowBytes);
  let windowAt = 0;
  let windowLength = 0;
  let room = { address: kernel.allocate(1 << 16), size: 1 << 16 };
  let ahead = { address: kernel.allocate(1 << 16), size: 1 << 16 };
  // Of what was read ahead: where each range begins and ends in the pack, and where it lies in memory.
  const starts: number[] = [];
  const ends: number[] = [];
  const addresses: number[] = [];
  let length = 0;

  const streamBytes = (entry: number) => Math.min(dataBytes[entry], mostStreamBytes(size[entry]));

  /** The range that was read ahead and holds the place, or -1. */
  function rangeAt(place: number): number {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle] <= place) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  // Small functions, since V8 compiles them anew when types join in: as one they took a tenth of the CPU.

  /** Lists the entries of records that have small streams; gives the end of the list. */
  function listSmall(words: Uint32Array, first: number, count: number, list: number): number {
    let to = list;
    for (let i = 0; i < count; i++) {
      const entry = words[first + i * recordWords];
      if (streamBytes(entry) <= smallBytes) words[to++] = entry;
    }
    return to;
  }

  /** Joins the streams of entries, in the order of the pack, to ranges worth reading; gives how many bytes they have. */
  function joinRanges(sorted: Uint32Array): number {
    starts.length = 0;
    ends.length = 0;
    let total = 0;
    let end = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < sorted.length && total < aheadBytes; i++) {
      const at = dataAt[sorted[i]];
      const next = at + streamBytes(sorted[i]);
      if (at > end + gapBytes) {
        starts.push(at);
        ends.push(next);
        total += next - at;
        end = next;
      } else if (next > end) {
        total += next - end;
        end = next;
        ends[ends.length - 1] = end;
      }
    }
    return total;
  }

  /** Fills in where the streams of records lie that were read. */
  function fillIn(words: Uint32Array, first: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const record = first + i * recordWords;
      const address = addressOf(words[record]);
      if (address === 0) continue;
      words[record + 1] = address;
      words[record + 2] = streamBytes(words[record]);
    }
  }

  /** Where the whole stream of an entry was read to; 0 when it was not. */
  function addressOf(entry: number): number {
    const at = dataAt[entry];
    const range = rangeAt(at);
    return range >= 0 && at + streamBytes(entry) <= ends[range] ? addresses[range] + (at - starts[range]) : 0;
  }

  return {
    readAhead(records, count) {
      const list = kernel.allocate(4 * count);
      const small = listSmall(kernel.words(), records >> 2, count, list >> 2);
      // Entries are numbered as they stand in the pack.
      const total = joinRanges(
        kernel
          .words()
          .subarray(list >> 2, small)
          .sort(),
      );
      kernel.free(list);
      if (total > ahead.size) {
        const address = kernel.allocate(total);
        kernel.free(ahead.address);
        ahead = { address, size: total };
      }
      const bytes = kernel.bytes();
      let to = ahead.address;
      addresses.length = 0;
      for (let range = 0; range < starts.length; range++) {
        const read = readAt(file, bytes, to, starts[range], ends[range] - starts[range]);
        addresses.push(to);
        ends[range] = starts[range] + read;
        to += read;
      }
      fillIn(kernel.words(), records >> 2, count);
    },
    locate(entry) {
      const wanted = streamBytes(entry);
      const at = dataAt[entry];
      if (wanted <= windowBytes >> 2) {
        if (at < windowAt || at + wanted > windowAt + windowLength) {
          windowAt = at;
          windowLength = readAt(file, kernel.bytes(), window, at, windowBytes);
        }
        length = Math.min(wanted, windowAt + windowLength - at);
        return window + (at - windowAt);
      }
      if (wanted > room.size) {
        const grown = Math.min(wanted * 2, wanted + (16 << 20));
        const address = kernel.allocate(grown);
        kernel.free(room.address);
        room = { address, size: grown };
      }
      length = readAt(file, kernel.bytes(), room.address, at, wanted);
      return room.address;
    },
    length: () => length,
    close() {
      kernel.free(window);
      kernel.free(room.address);
      kernel.free(ahead.address);
    },
  };
}

/**
 * More bytes than a stream of this many inflated bytes takes, however badly it is packed: zlib's own bound is a
 * thousandth and a few bytes. An entry whose neighbours are missing from the index seems to go on to the end of the pack.
 */
function mostStreamBytes(size: number): number {
  return size + (size >>> 3) + 65536;
}
