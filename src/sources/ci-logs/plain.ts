import type { LineFormat } from './line-format.ts';
import { lineLog } from './line-log.ts';
import { isoTimeAt, isoTimeEnd } from './timestamps.ts';

const style = /\x1b\[[\d;?]*[A-Za-z]/g;
const timedLine = /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]? /gm;

/**
 * Any other program's output: what has a terminal's sequences in it, or a time in front of its lines. Program text with an escape
 * character or two in it is neither.
 */
const plain: LineFormat = {
  name: 'plain',
  recognise(head) {
    const isStyled = head.includes('\x1b[');
    // A time in front of most lines is in front of one of the first.
    if (!isStyled && head.slice(0, 1000).match(timedLine) === null) return 0;
    const lines = head.split('\n').length;
    if (lines >= 4 && (head.match(timedLine)?.length ?? 0) >= lines * 0.6) return 0.3;
    return isStyled && (head.match(style)?.length ?? 0) >= Math.max(2, lines * 0.05) ? 0.25 : 0;
  },
  begin: () => ({ place: {} }),
  readLine(bytes, start, end) {
    const first = bytes[start];
    const at = first === 0x5b ? start + 1 : start;
    if (bytes[at] !== 0x32) return start;
    const timeEnd = isoTimeEnd(bytes, at, end);
    if (timeEnd === -1) return start;
    const close = first === 0x5b && bytes[timeEnd] === 0x5d ? timeEnd + 1 : timeEnd;
    return close < end && bytes[close] === 0x20 ? close + 1 : start;
  },
  timeAt: (bytes, lineStart) => isoTimeAt(bytes, bytes[lineStart] === 0x5b ? lineStart + 1 : lineStart),
};

export const plainLog = lineLog(plain);
