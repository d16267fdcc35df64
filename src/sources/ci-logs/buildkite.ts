import type { LineFormat } from './line-format.ts';
import { lineLog } from './line-log.ts';
import { startsWith } from './starts-with.ts';

const timeMark = Buffer.from('\x1b_bk;t=');

/**
 * Logs of Buildkite. The agent puts the time of a line into an APC sequence; `---`, `+++` and `~~~` begin groups.
 * https://buildkite.com/docs/pipelines/configure/managing-log-output
 */
const buildkite: LineFormat = {
  name: 'buildkite',
  mask: '[REDACTED]',
  recognise: (head) => (head.includes('\x1b_bk;t=') && /\x1b_bk;t=\d{10,16}\x07/.test(head) ? 0.98 : 0),
  begin(_names, head) {
    const text = head.toString('utf8');
    const value = (name: string) => new RegExp(String.raw`\b${name}="?([^\s"]{1,300})`).exec(text)?.[1];
    const run = value('BUILDKITE_BUILD_NUMBER');
    const url = value('BUILDKITE_BUILD_URL');
    const job = /\bBUILDKITE_LABEL="?([^\r\n"]{1,200})/.exec(text)?.[1] ?? value('BUILDKITE_STEP_KEY');
    const repository = /\bBUILDKITE_REPO="?(?:https?:\/\/[^/\s]+\/|git@[^:\s]+:)([\w./-]+?)(?:\.git)?["\s]/.exec(text)?.[1];
    return { place: { ...(repository && { repository }), ...(run && { run }), ...(job && { job }), ...(url && { url }) } };
  },
  readLine(bytes, start, end, state) {
    let at = start;
    if (startsWith(bytes, at, end, timeMark)) {
      at += timeMark.length;
      while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39) at++;
      if (bytes[at] === 0x07 && at < end) at++;
    }
    const first = at < end ? bytes[at] : 0;
    if (
      (first === 0x2d || first === 0x2b || first === 0x7e) &&
      bytes[at + 1] === first &&
      bytes[at + 2] === first &&
      bytes[at + 3] === 0x20
    ) {
      const title = bytes.toString('utf8', at + 4, Math.min(end, at + 204));
      state.place = { ...state.place, step: title.replace(/\x1b\[[\d;]*[A-Za-z]|\x1b_[^\x07]*\x07|\x1b.*$/g, '').trim() };
    }
    return at;
  },
  timeAt(bytes, lineStart, offset) {
    const mark = bytes.lastIndexOf(timeMark, offset);
    if (mark < lineStart) return undefined;
    const milliseconds = Number(
      /^\d{10,16}/.exec(bytes.toString('latin1', mark + timeMark.length, mark + timeMark.length + 16))?.[0],
    );
    const date = new Date(milliseconds);
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
  },
};

export const buildkiteLog = lineLog(buildkite);
