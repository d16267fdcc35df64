import { isLiteral, isSpace, isWellFormed, lastString, skipValue, stringEnd } from './json-bytes.ts';
import { type JsonPaths, rootPlace } from './json-paths.ts';

/** The values of a message in the order in which they stand, four numbers each: place, start, end, kind. */
export interface Tape {
  numbers: Int32Array;
  count: number;
}

/** What is on a tape. A string's stretch is what is between its quotes; an object's and an array's is all of it. */
export const kinds = { string: 0, escaped: 1, literal: 2, object: 3, array: 4 } as const;

export interface JsonTokens {
  /** How far it has read. */
  readonly at: number;
  /** Where the message begins that it reads, -1 outside of one. */
  readonly messageStart: number;
  /** The message that was read last. */
  readonly tape: Tape;
  /**
   * Reads on from `at`: to the end of a message, to where the bytes end before what they begin does (`more`; then `at` is where to go
   * on with more bytes), or to what is no JSON (`damage`).
   */
  read(bytes: Uint8Array, at: number, end: number, isLast: boolean): 'message' | 'more' | 'damage' | 'end';
  /** Goes on at the start of a message, as if those before it were read. */
  resume(): void;
}

export interface JsonReaderOptions {
  readonly paths: JsonPaths;
  /** Whether an object at this place is a message. */
  isMessage(place: number): boolean;
  /** Whether what is at this place in a message is passed over. */
  isSkipped(place: number): boolean;
  /** Hears of a string, number or literal outside of messages. */
  outside(place: number, start: number, end: number, kind: number): void;
}

const states = { value: 0, firstMember: 1, member: 2, after: 3, firstElement: 4 } as const;
const maxDepth = 500;

/**
 * Reads JSON, or values of it line by line, for the messages in it. It knows no value: where each stands is all that is asked, at a few
 * nanoseconds a byte; parsers that tell positions read at a third of the speed that an export of gigabytes needs.
 */
export function createJsonTokens({ paths, isMessage, isSkipped, outside }: JsonReaderOptions): JsonTokens {
  const places = new Int32Array(maxDepth + 1);
  const isObject = new Uint8Array(maxDepth + 1);
  const entries = new Int32Array(maxDepth + 1);
  const tape: Tape = { numbers: new Int32Array(1024), count: 0 };
  let depth = 0;
  let state: number = states.value;
  let place = rootPlace;
  let position = 0;
  let messageStart = -1;
  let messageDepth = 0;
  // Where to go on when a message was cut short by the end of the bytes, or was no JSON.
  let atMessage = { depth: 0, place: rootPlace, places: [rootPlace], isObject: [0] };

  function record(start: number, end: number, kind: number): number {
    const index = tape.count * 4;
    if (index === tape.numbers.length) {
      const grown = new Int32Array(index * 2);
      grown.set(tape.numbers);
      tape.numbers = grown;
    }
    tape.numbers[index] = place;
    tape.numbers[index + 1] = start;
    tape.numbers[index + 2] = end;
    tape.numbers[index + 3] = kind;
    return tape.count++;
  }

  function scalar(start: number, end: number, kind: number): void {
    if (messageStart >= 0) record(start, end, kind);
    else outside(place, start, end, kind);
  }

  function restore(): void {
    depth = atMessage.depth;
    place = atMessage.place;
    for (let index = 0; index <= depth; index++) {
      places[index] = atMessage.places[index];
      isObject[index] = atMessage.isObject[index];
    }
    state = states.value;
    messageStart = -1;
    tape.count = 0;
  }

  function remember(): void {
    if (atMessage.depth === depth && atMessage.place === place) return;
    atMessage = {
      depth,
      place,
      places: [...places.subarray(0, depth + 1)],
      isObject: [...isObject.subarray(0, depth + 1)],
    };
  }

  /** Nothing more to read: `start` is where what is not whole begins. */
  function stop(start: number, isLast: boolean): 'more' | 'damage' {
    position = start;
    if (isLast) return 'damage';
    if (messageStart >= 0) {
      position = messageStart;
      restore();
    }
    return 'more';
  }

  function read(bytes: Uint8Array, from: number, end: number, isLast: boolean): 'message' | 'more' | 'damage' | 'end' {
    let at = from;
    for (;;) {
      while (at < end && isSpace[bytes[at]]) at++;
      if (at >= end) {
        if (!isLast) return stop(at, false);
        position = at;
        return depth === 0 && messageStart < 0 && (state === states.value || state === states.after) ? 'end' : 'damage';
      }
      const byte = bytes[at];
      if (state === states.firstMember || state === states.member) {
        if (byte === 0x7d && state === states.firstMember) {
          if (close(at + 1)) return 'message';
          at++;
          continue;
        }
        if (byte !== 0x22) return damage(at);
        let hash = 0;
        let key = at + 1;
        while (key < end && bytes[key] !== 0x22) {
          if (bytes[key] === 0x0a) return damage(key);
          if (bytes[key] === 0x5c) key++;
          hash = Math.imul(hash ^ bytes[key], 0x01000193);
          key++;
        }
        let colon = key + 1;
        while (colon < end && isSpace[bytes[colon]]) colon++;
        if (colon >= end) return stop(at, isLast);
        if (bytes[colon] !== 0x3a) return damage(colon);
        place = paths.member(places[depth], hash, bytes, at + 1, key);
        state = states.value;
        const rest = colon + 1;
        // Names without a value are read again with what follows.
        let value = rest;
        while (value < end && isSpace[bytes[value]]) value++;
        if (value >= end) {
          if (messageStart < 0) state = states.member;
          return stop(at, isLast);
        }
        if (messageStart >= 0 && isSkipped(place)) {
          const past = skipValue(bytes, value, end);
          if (past === -1) return stop(value, isLast);
          if (past < -1) return damage(-past - 2);
          at = past;
          state = states.after;
          continue;
        }
        const isTextStart = bytes[value] === 0x22;
        if (!isTextStart) {
          at = value;
          continue;
        }
        const past = stringEnd(bytes, value + 1, end);
        if (past === -1) {
          if (messageStart < 0) state = states.member;
          return stop(at, isLast);
        }
        if (past < -1) return damage(-past - 2);
        scalar(value + 1, past, lastString.sawEscape ? kinds.escaped : kinds.string);
        at = past + 1;
        state = states.after;
        continue;
      }
      if (state === states.after) {
        if (depth === 0) {
          // Values line by line.
          state = states.value;
          place = rootPlace;
          if (byte === 0x2c) return damage(at);
          continue;
        }
        if (byte === 0x2c) {
          state = isObject[depth] ? states.member : states.value;
          place = places[depth];
          if (!isObject[depth]) place = paths.element(place);
          at++;
          continue;
        }
        if (byte !== (isObject[depth] ? 0x7d : 0x5d)) return damage(at);
        if (close(at + 1)) return 'message';
        at++;
        continue;
      }
      if (state === states.firstElement) {
        if (byte === 0x5d) {
          if (close(at + 1)) return 'message';
          at++;
          continue;
        }
        state = states.value;
      }
      // A value.
      if (byte === 0x7b) {
        if (depth === maxDepth) return damage(at);
        if (messageStart < 0 && isMessage(place)) {
          remember();
          messageStart = at;
          messageDepth = depth;
          tape.count = 0;
        }
        open(1, at, kinds.object);
        state = states.firstMember;
        at++;
      } else if (byte === 0x5b) {
        if (depth === maxDepth) return damage(at);
        open(0, at, kinds.array);
        state = states.firstElement;
        place = paths.element(place);
        at++;
      } else if (byte === 0x22) {
        const past = stringEnd(bytes, at + 1, end);
        if (past === -1) return stop(at, isLast);
        if (past < -1) return damage(-past - 2);
        scalar(at + 1, past, lastString.sawEscape ? kinds.escaped : kinds.string);
        at = past + 1;
        state = states.after;
      } else {
        let past = at;
        while (past < end && isLiteral[bytes[past]]) past++;
        if (past === end && !isLast) return stop(at, false);
        if (past === at || !isWellFormed(bytes, at, past)) return damage(at);
        scalar(at, past, kinds.literal);
        at = past;
        state = states.after;
      }
    }
  }

  function open(object: 0 | 1, at: number, kind: number): void {
    depth++;
    places[depth] = place;
    isObject[depth] = object;
    entries[depth] = messageStart >= 0 ? record(at, at, kind) : -1;
  }

  /** Whether that was the end of a message. */
  function close(past: number): boolean {
    if (messageStart >= 0 && entries[depth] >= 0) tape.numbers[entries[depth] * 4 + 2] = past;
    depth--;
    state = states.after;
    position = past;
    if (messageStart < 0 || depth !== messageDepth) return false;
    messageStart = -1;
    return true;
  }

  function damage(at: number): 'damage' {
    position = at;
    return 'damage';
  }

  return {
    get at() {
      return position;
    },
    get messageStart() {
      return messageStart;
    },
    tape,
    read,
    resume: restore,
  };
}
