import type { LineFormat } from './line-format.ts';
import { lineLog } from './line-log.ts';
import { startsWith } from './starts-with.ts';
import { clockTimeEnd, isoTime } from './timestamps.ts';

interface Own {
  readonly isServiceMessage: boolean;
}

const serviceMessage = Buffer.from('##teamcity[');
const step = Buffer.from('[Step ');
const timedLine = /^\[\d\d:\d\d:\d\d\](?:[A-Za-z ]?:|[A-Za-z] )/gm;
const bar = 0x7c;

/**
 * Build logs of TeamCity: `[12:34:56]W:`, then tabs for each block, then the step; and service messages, whose values are escaped.
 * https://www.jetbrains.com/help/teamcity/service-messages.html
 */
const teamcity: LineFormat = {
  name: 'teamcity',
  recognise(head) {
    if (head[0] !== '[' && !head.startsWith("Build '") && !head.includes('TeamCity') && !head.includes('##teamcity[')) return 0;
    const lines = head.split('\n').length;
    const timed = head.match(timedLine)?.length ?? 0;
    if (timed >= 3 && timed >= lines * 0.5) return 0.95;
    if (/^TeamCity URL https?:\/\//m.test(head) && timed > 0) return 0.95;
    return (head.match(/^##teamcity\[[a-zA-Z]+ /gm)?.length ?? 0) >= 2 ? 0.9 : 0;
  },
  begin(_names, head) {
    const text = head.toString('utf8');
    const job = /^Build '([^'\r\n]{1,200})' #/m.exec(text)?.[1];
    const url = /^TeamCity URL (https?:\/\/[^\s]{1,300})/m.exec(text)?.[1];
    const started = startOf(text);
    const run = url ? /[?&]buildId=(\d+)/.exec(url)?.[1] : undefined;
    return {
      place: {
        ...(run && { run }),
        ...(job && { job }),
        ...(url && { url }),
        ...(started !== undefined && { timestamp: started }),
      },
      own: { isServiceMessage: false } satisfies Own,
    };
  },
  readLine(bytes, start, end, state) {
    let at = start;
    if (bytes[at] === 0x5b) {
      const timeEnd = clockTimeEnd(bytes, at + 1, end);
      if (timeEnd !== -1 && bytes[timeEnd] === 0x5d) at = afterBlocks(bytes, timeEnd + 1, end);
    }
    if (bytes[at] === 0x5b && startsWith(bytes, at, end, step)) {
      let close = at + step.length;
      while (close < end && close - at < 20 && bytes[close] !== 0x5d) close++;
      if (bytes[close] === 0x5d) {
        // The step of a build changes a few times, the lines are many.
        if (!isText(bytes, at + 1, close, state.place.step)) {
          state.place = { ...state.place, step: bytes.toString('latin1', at + 1, close) };
        }
        at = Math.min(end, close + (bytes[close + 1] === 0x20 ? 2 : 1));
      }
    }
    const isServiceMessage = bytes[at] === 0x23 && startsWith(bytes, at, end, serviceMessage);
    if (isServiceMessage !== (state.own as Own).isServiceMessage) state.own = { isServiceMessage } satisfies Own;
    return at;
  },
  timeAt(bytes, lineStart, _offset, known) {
    if (known === undefined || bytes[lineStart] !== 0x5b) return known;
    const end = clockTimeEnd(bytes, lineStart + 1, Math.min(bytes.length, lineStart + 24));
    return end === -1 ? known : onOrAfter(known, bytes.toString('latin1', lineStart + 1, lineStart + 9));
  },
  escapeByte: (state) => ((state.own as Own).isServiceMessage ? bar : 0),
  unescape(bytes, at, end) {
    const next = at + 1 < end ? bytes[at + 1] : 0;
    if (next === bar || next === 0x27 || next === 0x5b || next === 0x5d) return { text: String.fromCharCode(next), end: at + 2 };
    if (next === 0x6e || next === 0x72 || next === 0x78 || next === 0x6c || next === 0x70) return { text: '\n', end: at + 2 };
    const code = /^\|0x([0-9A-Fa-f]{4})/.exec(bytes.toString('latin1', at, Math.min(end, at + 7)))?.[1];
    return code ? { text: String.fromCharCode(Number.parseInt(code, 16)), end: at + 7 } : undefined;
  },
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * When a build was queued or started, by the first lines of its log: `Triggered 2023-09-27 08:02:40 by 'Git'`, in versions before
 * `Started 'Wed Sep 27 08:02:42 UTC 2023' on 'agent'`; newer ones tell the server's zone as well. Without one it is the server's own clock.
 */
function startOf(text: string): string | undefined {
  const [, day, clock] = /^(?:Triggered|Started) (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) /m.exec(text) ?? [];
  const zone = /, server timezone: GMT([+-]\d\d:\d\d)?/.exec(text);
  if (day && clock && isoTime(`${day}T${clock}Z`) !== undefined) return `${day}T${clock}${zone ? (zone[1] ?? 'Z') : ''}`;
  const [, month, date, time, abbreviation, year] =
    /^(?:Triggered|Started) '[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d) ([A-Z]{1,5}) (\d{4})'/m.exec(text) ?? [];
  const number = months.indexOf(month ?? '') + 1;
  if (number === 0 || isoTime(`${year}-01-${date}T${time}Z`) === undefined) return undefined;
  const local = `${year}-${String(number).padStart(2, '0')}-${date}T${time}`;
  return abbreviation === 'UTC' || abbreviation === 'GMT' ? `${local}Z` : local;
}

/** The first time at or after `start` at which a clock of its zone showed this: a build may run past midnight. */
function onOrAfter(start: string, clock: string): string | undefined {
  const [day, zone] = [start.slice(0, 10), start.slice(19)];
  const time = `${clock < start.slice(11, 19) ? dayAfter(day) : day}T${clock}${zone}`;
  return zone === '' ? time : isoTime(time);
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);
}

const dayMs = 86_400_000;

/** Behind the message's kind (`W`, `i`), the colon, and the tabs of the blocks that it is in. */
function afterBlocks(bytes: Buffer, from: number, end: number): number {
  let at = from;
  if (at < end && ((bytes[at] >= 0x41 && bytes[at] <= 0x5a) || (bytes[at] >= 0x61 && bytes[at] <= 0x7a))) at++;
  else if (at < end && bytes[at] === 0x20) at++;
  if (at < end && bytes[at] === 0x3a) at++;
  while (at < end && bytes[at] === 0x09) at++;
  if (at < end && bytes[at] === 0x20) at++;
  return at;
}

function isText(bytes: Buffer, from: number, end: number, text: string | undefined): boolean {
  if (text?.length !== end - from) return false;
  for (let index = 0; index < text.length; index++) if (bytes[from + index] !== text.charCodeAt(index)) return false;
  return true;
}

export const teamcityLog = lineLog(teamcity);
