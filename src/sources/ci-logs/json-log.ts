import type { CiLogOrigin } from '../../model/origin.ts';
import type { View } from '../../model/view.ts';
import type { TextFormat } from '../document.ts';
import { composeViews } from './compose-views.ts';
import { type DecodedMessages, decodeMessages, type MessageShape } from './json-messages.ts';
import type { LineFormat } from './line-format.ts';
import { readerOf, tellingText } from './line-log.ts';
import { type LogSlice, logSlices } from './log-slices.ts';
import { isoTime } from './timestamps.ts';

/** A text format of JSON objects, in an array or one a line, each with a piece of what was printed. */
export function jsonLog(name: string, shape: MessageShape, recognise: (head: string) => number): TextFormat {
  /** What the messages are, one behind the other: a log without marks of a runner. */
  const lines: LineFormat = { name, recognise, begin: () => ({ place: {} }), readLine: (_bytes, start) => start };
  return {
    name,
    recognise: (head) => recognise(tellingText(head)),
    async *views(document, context) {
      const { path, member } = document;
      const origin: CiLogOrigin = { kind: 'ci-log', system: name, path, ...(member !== undefined && { member }) };
      const reader = await readerOf(lines, document, context);
      let isInside = false;
      let decoded: DecodedMessages | undefined;

      function decode(slice: Pick<LogSlice, 'bytes'>): DecodedMessages {
        const refine: View['refine'] = (known, offset) => {
          const timestamp = shape.timeKey === undefined ? undefined : timeAt(slice.bytes, offset, shape.key, shape.timeKey);
          return timestamp === undefined || known.kind !== 'ci-log' ? known : { ...known, timestamp };
        };
        return decodeMessages(slice as LogSlice, shape, isInside, origin, refine);
      }

      const nextOf = (bytes: Buffer) => {
        decoded = decode({ bytes });
        return decoded.next;
      };
      for await (const slice of logSlices(document, nextOf)) {
        context.signal.throwIfAborted();
        const { view, isInside: isNextInside } = decoded ?? decode(slice);
        decoded = undefined;
        isInside = isNextInside;
        const outer: View = { ...view, slice };
        const bytes = Buffer.from(outer.bytes.buffer, outer.bytes.byteOffset, outer.bytes.length);
        const text: LogSlice = { bytes, start: 0, line: 1, column: 1, startsLine: true, next: bytes.length };
        for (const inner of reader(text)) yield composeViews(outer, inner);
      }
    },
  };
}

/** The time of the message around an offset: it stands behind the text in the same object, or in front. */
function timeAt(bytes: Buffer, offset: number, key: string, timeKey: string): string | undefined {
  const textKey = `"${key}"`;
  const start = bytes.lastIndexOf(textKey, offset);
  const following = bytes.indexOf(textKey, offset);
  const behind = bytes.indexOf(`"${timeKey}"`, offset);
  const isBehind = behind !== -1 && (following === -1 || behind < following) && bytes[behind - 1] !== 0x7b;
  const at = isBehind ? behind : start === -1 ? -1 : bytes.lastIndexOf(`"${timeKey}"`, start);
  if (at === -1) return undefined;
  const value = /^"\w+"\s*:\s*"([^"]{10,40})"/.exec(bytes.toString('latin1', at, at + 80))?.[1];
  return value === undefined ? undefined : isoTime(value);
}
