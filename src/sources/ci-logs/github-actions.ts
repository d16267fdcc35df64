import type { LineFormat, LineState, LogPlace } from './line-format.ts';
import { lineLog } from './line-log.ts';
import { placeByName } from './member-name.ts';
import { startsWith } from './starts-with.ts';
import { isoTimeAt, isoTimeEnd } from './timestamps.ts';

/** `gh run view --log` puts the job and the step in front, each with a tab behind it. */
interface Own {
  readonly isLabelled: boolean;
  /** The label of the last line. */
  readonly label: Buffer;
  /** Whether the names of the document told the step. */
  readonly hasStep: boolean;
}

const tab = 0x09;
const none = Buffer.alloc(0);
const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z`;
const plainLine = new RegExp(`^(?:\u00ef\u00bb\u00bf)?${time}(?: |\r?\n|$)`);
const plainLines = new RegExp(`^${time}(?: |\r?$)`, 'gm');
const labelledLine = new RegExp(`^[^\t\n]{1,200}\t[^\t\n]{1,200}\t(?:\u00ef\u00bb\u00bf)?${time}(?: |\r?$)`);
const groupRun = Buffer.from('##[group]Run ');
const postJob = Buffer.from('Post job cleanup.');
const jobName = Buffer.from('Complete job name: ');
const addMask = Buffer.from('::add-mask::');

/** Logs of GitHub Actions: of a job, of a step, and what `gh run view --log` prints. */
export const githubActions: LineFormat = {
  name: 'github-actions',
  recognise(head) {
    if (labelledLine.test(head)) return 0.97;
    if (!plainLine.test(head)) return 0;
    // A log that was cut by its reader may have lines without a time; a document that quotes one has few with.
    const lines = head.split('\n').length - 1;
    const timed = head.match(plainLines)?.length ?? 0;
    if (timed < lines * 0.7) return 0;
    if (/Z ##\[section\]|Z ##vso\[/.test(head)) return 0.4;
    return /Z ##\[(?:group|endgroup|debug|command)\]|Z Current runner version:|Z Post job cleanup/.test(head) ? 0.95 : 0.7;
  },
  begin(names, head) {
    const byName = placeByName(names);
    const isLabelled = labelledLine.test(head.toString('latin1', 0, 1024));
    return {
      place: { ...factsOf(head), ...byName },
      own: { isLabelled, label: none, hasStep: byName.step !== undefined } satisfies Own,
    };
  },
  async placeBeside(place, { sibling }) {
    if (place.step === undefined || place.repository !== undefined) return place;
    const setup = await sibling?.('1_Set up job.txt');
    return setup ? { ...factsOf(Buffer.from(await setup.head())), ...place } : place;
  },
  readLine(bytes, start, end, state) {
    const own = state.own as Own;
    let at = own.isLabelled ? readLabel(bytes, start, end, state, own) : start;
    if (bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) at += 3;
    at = afterTime(bytes, at, end);
    const first = at < end ? bytes[at] : 0;
    // '#', ':', '[', 'P', 'C'
    if (first !== 0x23 && first !== 0x3a && first !== 0x5b && first !== 0x50 && first !== 0x43) return at;
    return readMarker(bytes, at, end, state);
  },
  timeAt(bytes, lineStart) {
    const { length } = bytes;
    let at = lineStart;
    for (let labels = 0; labels < 3; labels++) {
      const from = bytes[at] === 0xef ? at + 3 : at;
      if (isoTimeEnd(bytes, from, Math.min(length, from + 40)) !== -1) return isoTimeAt(bytes, from);
      const next = bytes.indexOf(tab, at);
      if (next === -1 || next > lineStart + 512) return undefined;
      at = next + 1;
    }
    return undefined;
  },
};

/** Behind the time of a line: 28 characters, as a rule. */
export function afterTime(bytes: Buffer, at: number, end: number): number {
  const timeEnd = isoTimeEnd(bytes, at, end);
  if (timeEnd === -1 || bytes[timeEnd - 1] !== 0x5a) return at;
  if (timeEnd === end) return end;
  return bytes[timeEnd] === 0x20 ? timeEnd + 1 : at;
}

function readLabel(bytes: Buffer, start: number, end: number, state: LineState, own: Own): number {
  const { label } = own;
  let same = 0;
  while (same < label.length && start + same < end && bytes[start + same] === label[same]) same++;
  if (same === label.length && same > 0) return start + same;
  const first = bytes.indexOf(tab, start);
  if (first === -1 || first >= end) return start;
  const second = bytes.indexOf(tab, first + 1);
  if (second === -1 || second >= end || second - start > 512) return start;
  const step = bytes.toString('utf8', first + 1, second);
  const { step: _, ...rest } = state.place;
  state.place = { ...rest, job: bytes.toString('utf8', start, first), ...(step !== 'UNKNOWN STEP' && { step }) };
  state.own = { ...own, label: Buffer.from(bytes.subarray(start, second + 1)) } satisfies Own;
  // The names are text as well, once: of a command they may hold all of it.
  return start;
}

/** Reads what the runner itself says: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands */
function readMarker(bytes: Buffer, at: number, end: number, state: LineState): number {
  const own = state.own as Own;
  if (startsWith(bytes, at, end, addMask)) return at + addMask.length;
  const close = markerEnd(bytes, at, end);
  if (own.hasStep || own.isLabelled) return close;
  if (startsWith(bytes, at, end, groupRun)) tellStep(state, bytes.toString('utf8', at + 9, Math.min(end, at + 209)));
  else if (startsWith(bytes, at, end, postJob)) tellStep(state, 'Post job cleanup');
  else if (state.place.job === undefined && startsWith(bytes, at, end, jobName)) {
    state.place = { ...state.place, job: bytes.toString('utf8', at + jobName.length, Math.min(end, at + 300)) };
  }
  return close;
}

function tellStep(state: LineState, step: string): void {
  state.place = { ...state.place, step };
}

/** Behind `##[word]` or `[command]`; where there is none, `at`. */
export function markerEnd(bytes: Buffer, at: number, end: number): number {
  const open = bytes[at] === 0x23 && bytes[at + 1] === 0x23 ? at + 2 : at;
  if (bytes[open] !== 0x5b) return at;
  let close = open + 1;
  while (close < end && close < open + 12 && ((bytes[close] >= 0x61 && bytes[close] <= 0x7a) || bytes[close] === 0x2d)) close++;
  if (close >= end || bytes[close] !== 0x5d) return at;
  return open > at || (close - open === 8 && bytes.toString('latin1', open, close) === '[command') ? close + 1 : at;
}

/** What the first lines tell of the run. */
function factsOf(head: Buffer): LogPlace {
  const text = head.toString('utf8');
  const repository =
    /Job defined at: ([\w.-]+\/[\w.-]+)\/\.github\//.exec(text)?.[1] ??
    /\bGITHUB_REPOSITORY[=:] ?([\w.-]+\/[\w.-]+)/.exec(text)?.[1] ??
    /##\[group\]Run actions\/checkout@[^\n]*\n[^\n]*with:\r?\n[^\n]*Z {3}repository: ([\w.-]+\/[\w.-]+)/.exec(text)?.[1];
  const run = /\bGITHUB_RUN_ID[=:] ?(\d+)/.exec(text)?.[1];
  const server = /\bGITHUB_SERVER_URL[=:] ?(https:\/\/[\w.:-]+)/.exec(text)?.[1] ?? 'https://github.com';
  return {
    ...(repository && { repository }),
    ...(run && { run }),
    ...(repository && run && { url: `${server}/${repository}/actions/runs/${run}` }),
  };
}

export const githubActionsLog = lineLog(githubActions);
