import type { CiLogOrigin } from '../../model/origin.ts';
import type { View } from '../../model/view.ts';
import type { TextFormat } from '../document.ts';
import { composeViews } from './compose-views.ts';
import { type DecodedMessages, decodeMessages, type MessageShape } from './json-messages.ts';
import type { LineFormat, LogPlace } from './line-format.ts';
import { readerOf, tellingText } from './line-log.ts';
import { type LogSlice, logSlices } from './log-slices.ts';
import { isoTime } from './timestamps.ts';
import { toldPlace } from './told-place.ts';

/** A text format of JSON objects, in an array or one a line, each with a piece of what was printed. */
export function jsonLog(
  name: string,
  shape: MessageShape,
  recognise: (head: string) => number,
  /** What the first lines tell of the run, where the environment was printed; `timestamp` is when the step began. */
  factsOf: (text: string) => LogPlace = () => ({}),
): TextFormat {
  return {
    name,
    recognise: (head) => recognise(tellingText(head)),
    async *views(document, context) {
      const { path, member } = document;
      const head = Buffer.from(await document.head());
      const slice: LogSlice = { bytes: head, start: 0, line: 1, column: 1, startsLine: true, next: head.length };
      const first = { kind: 'ci-log', system: name, path } as const;
      const place = factsOf(Buffer.from(decodeMessages(slice, shape, false, first, undefined).view.bytes).toString());
      const origin: CiLogOrigin = { ...first, ...(member !== undefined && { member }), ...toldPlace(place) };
      /** What the messages are, one behind the other: a log without marks of a runner. */
      const lines: LineFormat = { name, recognise, begin: () => ({ place }), readLine: (_bytes, start) => start };
      const reader = await readerOf(lines, document, context);
      let isInside = false;
      let decoded: DecodedMessages | undefined;

      function decode(slice: Pick<LogSlice, 'bytes'>): DecodedMessages {
        const refine: View['refine'] = (known, offset) => {
          const timestamp =
            shape.timeKey === undefined ? undefined : timeAt(slice.bytes, offset, shape.key, shape.timeKey, place.timestamp);
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
function timeAt(bytes: Buffer, offset: number, key: string, timeKey: string, began: string | undefined): string | undefined {
  const textKey = `"${key}"`;
  const start = bytes.lastIndexOf(textKey, offset);
  const following = bytes.indexOf(textKey, offset);
  const behind = bytes.indexOf(`"${timeKey}"`, offset);
  const isBehind = behind !== -1 && (following === -1 || behind < following) && bytes[behind - 1] !== 0x7b;
  const at = isBehind ? behind : start === -1 ? -1 : bytes.lastIndexOf(`"${timeKey}"`, start);
  if (at === -1) return undefined;
  const [, value, seconds] = /^"\w+"\s*:\s*(?:"([^"]{10,40})"|(\d{1,11})\b)/.exec(bytes.toString('latin1', at, at + 80)) ?? [];
  if (value !== undefined) return isoTime(value);
  if (seconds === undefined) return undefined;
  const isSince1970 = Number(seconds) >= firstAbsolute;
  if (!isSince1970 && began === undefined) return undefined;
  return new Date((isSince1970 ? 0 : Date.parse(began!)) + Number(seconds) * 1000).toISOString();
}

/** No step runs for so many seconds: what is more counts from 1970. */
const firstAbsolute = 1_000_000_000;
