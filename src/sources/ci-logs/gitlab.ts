import type { LineFormat, LineState } from './line-format.ts';
import { lineLog } from './line-log.ts';
import { startsWith } from './starts-with.ts';
import { isoTimeAt, isoTimeEnd } from './timestamps.ts';

interface Own {
  /** The sections that are open, outermost first. */
  readonly sections: readonly string[];
  /** The stream of the last line, as two hexadecimal digits and a letter: 3 bytes in one number. */
  readonly stream: number;
}

const sectionStart = Buffer.from('section_start:');
const sectionEnd = Buffer.from('section_end:');
const clearLine = Buffer.from('\x1b[0K');

/**
 * Logs of GitLab CI. With FF_TIMESTAMPS each line has a time, its stream, and a sign that it goes on where the last one ended.
 * https://docs.gitlab.com/ci/jobs/job_logs/
 */
const gitlab: LineFormat = {
  name: 'gitlab',
  mask: '[MASKED]',
  recognise(head) {
    if (
      head.includes('Running with gitlab-') &&
      /^(?:\x1b\[[\d;]*[mK])*Running with gitlab-(?:runner|ci-multi-runner) /m.test(head)
    )
      return 0.98;
    if (
      head.includes('section_') &&
      /(?:^|\n|\x1b\[0K|\r)section_(?:start|end):\d{9,11}:[\w.-]+(?:\[[^\]\n]*\])?\r(?:\x1b\[0K|\n)/.test(head)
    )
      return 0.97;
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [\da-f]{2}[OE][ +]/.test(head) ? 0.96 : 0;
  },
  begin(_names, head) {
    const text = head.toString('utf8');
    const value = (name: string) => new RegExp(String.raw`\b${name}[=:] ?"?([^\s"]{1,300})`).exec(text)?.[1];
    const url = value('CI_JOB_URL');
    const fromUrl = url ? /^https?:\/\/[^/]+\/(.+?)\/-\/jobs\/\d+$/.exec(url)?.[1] : undefined;
    const repository = value('CI_PROJECT_PATH') ?? fromUrl;
    const run = value('CI_PIPELINE_ID');
    const job = /\bCI_JOB_NAME[=:] ?"?([^\r\n"]{1,200})/.exec(text)?.[1];
    return {
      place: { ...(repository && { repository }), ...(run && { run }), ...(job && { job }), ...(url && { url }) },
      own: { sections: [], stream: 0 } satisfies Own,
    };
  },
  readLine(bytes, start, end, state) {
    let at = readTime(bytes, start, end, state);
    // 's', an escape, a carriage return
    while (at < end && (bytes[at] === 0x73 || bytes[at] === 0x1b || bytes[at] === 0x0d)) {
      const next = readSection(bytes, at, end, state);
      if (next === at) break;
      at = next;
    }
    return at;
  },
  timeAt: isoTimeAt,
};

/** Behind `2024-05-22T12:43:46.962646Z 00O ` and the like. */
function readTime(bytes: Buffer, start: number, end: number, state: LineState): number {
  const timeEnd = isoTimeEnd(bytes, start, end);
  if (timeEnd === -1 || end - timeEnd < 4 || bytes[timeEnd] !== 0x20) return start;
  const kind = bytes[timeEnd + 3];
  if (kind !== 0x4f && kind !== 0x45) return start;
  const own = state.own as Own;
  const stream = (bytes[timeEnd + 1] << 16) | (bytes[timeEnd + 2] << 8) | kind;
  // Only what was the last line of its own stream is gone on with.
  state.joins = bytes[timeEnd + 4] === 0x2b && stream === own.stream;
  if (stream !== own.stream) state.own = { ...own, stream } satisfies Own;
  return Math.min(end, timeEnd + 5);
}

/** Behind a section's marker, or what clears the line around one. */
function readSection(bytes: Buffer, at: number, end: number, state: LineState): number {
  if (bytes[at] === 0x0d) return at + 1;
  if (bytes[at] === 0x1b) return startsWith(bytes, at, end, clearLine) ? at + clearLine.length : at;
  const isStart = startsWith(bytes, at, end, sectionStart);
  if (!isStart && !startsWith(bytes, at, end, sectionEnd)) return at;
  const digits = at + (isStart ? sectionStart.length : sectionEnd.length);
  let nameStart = digits;
  while (nameStart < end && bytes[nameStart] >= 0x30 && bytes[nameStart] <= 0x39) nameStart++;
  if (nameStart === digits || bytes[nameStart] !== 0x3a) return at;
  nameStart++;
  let nameEnd = nameStart;
  while (nameEnd < end && nameEnd - nameStart < 256 && isNameByte(bytes[nameEnd])) nameEnd++;
  let close = nameEnd;
  // Options: [collapsed=true]
  if (bytes[close] === 0x5b) {
    while (close < end && bytes[close] !== 0x5d) close++;
    close = Math.min(end, close + 1);
  }
  const name = bytes.toString('latin1', nameStart, nameEnd);
  const own = state.own as Own;
  const sections = isStart
    ? [...own.sections, name].slice(-16)
    : own.sections.slice(0, Math.max(0, own.sections.lastIndexOf(name)));
  state.own = { ...own, sections } satisfies Own;
  const { step: _step, timestamp: _timestamp, ...rest } = state.place;
  const step = sections.at(-1);
  const seconds = Number(bytes.toString('latin1', digits, Math.min(nameStart - 1, digits + 11)));
  state.place = { ...rest, ...(step !== undefined && { step, timestamp: new Date(seconds * 1000).toISOString() }) };
  return close;
}

function isNameByte(byte: number): boolean {
  return byte > 0x20 && byte !== 0x5b && byte !== 0x7f;
}

export const gitlabLog = lineLog(gitlab);
