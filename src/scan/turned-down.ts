import type { EngineOptions } from './engine.ts';

/** A candidate that was turned down, at its place in the bytes it stood in. Plain data: it crosses threads. */
export interface TurnedDownPlace {
  readonly pattern: string;
  readonly reason: string;
  readonly start: number;
  readonly line: number;
  readonly column: number;
}

/** Collects what an engine turns down while one piece of bytes is scanned, and then tells where it stands. */
export interface TurnedDownCollector {
  readonly turnedDown: NonNullable<EngineOptions['turnedDown']>;
  /** What was turned down since the last call, in the bytes that were scanned. */
  take(bytes: Uint8Array): readonly TurnedDownPlace[];
}

export function createTurnedDownCollector(): TurnedDownCollector {
  let rows: { pattern: string; reason: string; start: number }[] = [];
  return {
    turnedDown: ({ id }, reason, start) => rows.push({ pattern: id, reason, start }),
    take(bytes) {
      if (rows.length === 0) return [];
      const taken = rows.sort((a, b) => a.start - b.start);
      rows = [];
      const text = wideness(bytes);
      let at = text.skip;
      let line = 1;
      let column = 1;
      return taken.map(({ pattern, reason, start }) => {
        const end = Math.min(text.skip + start * text.size, bytes.length);
        for (; at < end; at += text.size) {
          const byte = bytes[at + text.low];
          const isOneByte = text.size === 2 ? bytes[at + 1 - text.low] === 0 : byte < 0x80;
          if (byte === 0x0a && isOneByte) {
            line++;
            column = 1;
          } else if (text.size === 2) column++;
          // Of UTF-8 the bytes that go on with a character count for nothing, one that begins with four bytes for two.
          else if ((byte & 0xc0) !== 0x80) column += byte >= 0xf0 ? 2 : 1;
        }
        return { pattern, reason, start: end, line, column };
      });
    },
  };
}

/** UTF-16 is scanned as one byte a unit: how many bytes its mark takes, how many a unit, and which of them is the low one. */
function wideness(bytes: Uint8Array): { readonly skip: number; readonly size: 1 | 2; readonly low: 0 | 1 } {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return { skip: 2, size: 2, low: 0 };
  if (first === 0xfe && second === 0xff) return { skip: 2, size: 2, low: 1 };
  if (first && second === 0 && third && fourth === 0) return { skip: 0, size: 2, low: 0 };
  if (first === 0 && second && third === 0 && fourth) return { skip: 0, size: 2, low: 1 };
  return { skip: 0, size: 1, low: 0 };
}
