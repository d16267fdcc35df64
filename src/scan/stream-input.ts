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
/** Bytes read ahead at most. */
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

  return {
    readAhead(records, count) {
      starts.length = 0;
      ends.length = 0;
      addresses.length = 0;
      const list = kernel.allocate(4 * count);
      const words = kernel.words();
      const first = records >> 2;
      const end = first + count * recordWords;
      let small = list >> 2;
      for (let at = first; at < end; at += recordWords) if (streamBytes(words[at]) <= smallBytes) words[small++] = words[at];
      // Entries are numbered as they stand in the pack.
      const sorted = words.subarray(list >> 2, small).sort();
      let total = 0;
      for (let i = 0; i < sorted.length; i++) {
        const entry = sorted[i];
        const bytes = streamBytes(entry);
        const at = dataAt[entry];
        const last = ends.length - 1;
        const grows = last >= 0 && at <= ends[last] + gapBytes;
        const more = grows ? Math.max(0, at + bytes - ends[last]) : bytes;
        if (total + more > aheadBytes) break;
        total += more;
        if (grows) ends[last] += more;
        else {
          starts.push(at);
          ends.push(at + bytes);
        }
      }
      kernel.free(list);
      if (total > ahead.size) {
        const address = kernel.allocate(total);
        kernel.free(ahead.address);
        ahead = { address, size: total };
      }
      const bytes = kernel.bytes();
      let to = ahead.address;
      for (let range = 0; range < starts.length; range++) {
        const read = readAt(file, bytes, to, starts[range], ends[range] - starts[range]);
        addresses.push(to);
        ends[range] = starts[range] + read;
        to += read;
      }
      const filled = kernel.words();
      for (let at = first; at < end; at += recordWords) {
        const entry = filled[at];
        const range = rangeAt(dataAt[entry]);
        const wanted = streamBytes(entry);
        if (range < 0 || dataAt[entry] + wanted > ends[range]) continue;
        filled[at + 1] = addresses[range] + (dataAt[entry] - starts[range]);
        filled[at + 2] = wanted;
      }
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
