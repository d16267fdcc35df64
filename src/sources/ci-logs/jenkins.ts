import type { LineFormat, LineState } from './line-format.ts';
import { lineLog } from './line-log.ts';
import { startsWith } from './starts-with.ts';
import { clockTimeEnd, isoTimeAt, isoTimeEnd } from './timestamps.ts';

interface Own {
  /** Whether the timestamper's clock stands in front of each line. */
  readonly hasClock: boolean;
  /** The blocks that are open, outermost first; those without a name are empty. */
  readonly blocks: readonly string[];
  /** `[linux] `, in front of each line of a parallel branch. */
  readonly branches: readonly Buffer[];
}

const pipeline = Buffer.from('[Pipeline] ');
const time = String.raw`(?:\[\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?\] |\d\d:\d\d:\d\d(?:\.\d+)? {1,2})?`;
/** What started a build comes first: https://github.com/jenkinsci/jenkins, hudson.model.Cause, and the plugins that trigger. */
const causes = [
  'Started by (?:\x1b\\[8mha:[^\n]*?\x1b\\[0m)?(?:user|an SCM change|timer|upstream project|remote host|command line|changes from|anonymous|GitHub push|GitLab push|Bitbucket push)\\b',
  'Branch indexing\r?\n',
  'Push event to branch ',
  'Pull request #\\d+ ',
  'Replayed #\\d',
  'Rebuilds build #\\d',
].join('|');
const begins = new RegExp(`^${time}(?:${causes})`);
const telling = new RegExp(
  `^${time}(?:\\[Pipeline\\] |Building (?:in workspace|remotely on|on the built-in)|Running (?:as SYSTEM|on .{1,100} in /|in Durability level)|Finished: [A-Z_]+$|\\[EnvInject\\])`,
  'm',
);
const pipelines = new RegExp(`^${time}\\[Pipeline\\] `, 'gm');

/**
 * Console logs of Jenkins, with the timestamper or without, of pipelines and other jobs.
 * https://plugins.jenkins.io/timestamper/ and https://www.jenkins.io/doc/book/pipeline/
 */
const jenkins: LineFormat = {
  name: 'jenkins',
  // Prose begins so as well: a second sign is asked for.
  recognise: (head) => {
    if (begins.test(head)) return telling.test(head) ? 0.97 : 0;
    if (!head.includes('[Pipeline] ')) return 0;
    return (head.match(pipelines)?.length ?? 0) >= 3 && new RegExp(`^${time}\\[Pipeline\\] `).test(head) ? 0.9 : 0;
  },
  begin(_names, head) {
    const text = head.toString('utf8');
    const url = /\bBUILD_URL=(https?:\/\/[^\s"']{1,300})/.exec(text)?.[1];
    const job =
      /\bJOB_NAME=([^\r\n]{1,200})/.exec(text)?.[1] ??
      /(?:Building in workspace|Running on .{1,100}? in) [^\r\n]{0,200}\/workspace\/([^\r\n@]{1,200})/.exec(text)?.[1];
    const run = /\bBUILD_NUMBER=(\d+)/.exec(text)?.[1];
    const repository = /\bGIT_URL=(?:https?:\/\/[^/\s]+\/|git@[^:\s]+:)([\w./-]+?)(?:\.git)?\s/.exec(text)?.[1];
    return {
      place: { ...(repository && { repository }), ...(run && { run }), ...(job && { job }), ...(url && { url }) },
      own: { hasClock: /^\d\d:\d\d:\d\d/.test(text), blocks: [], branches: [] } satisfies Own,
    };
  },
  readLine(bytes, start, end, state) {
    const own = state.own as Own;
    let at = start;
    if (own.hasClock) {
      const clockEnd = clockTimeEnd(bytes, at, end);
      if (clockEnd !== -1) {
        at = clockEnd;
        while (at < end && at < clockEnd + 2 && bytes[at] === 0x20) at++;
      }
    }
    if (at >= end || bytes[at] !== 0x5b) return at;
    const timeEnd = isoTimeEnd(bytes, at + 1, end);
    if (timeEnd !== -1 && bytes[timeEnd] === 0x5d) {
      at = Math.min(end, timeEnd + 1);
      if (bytes[at] === 0x20 && at < end) at++;
    }
    if (startsWith(bytes, at, end, pipeline)) return readBlock(bytes, at + pipeline.length, end, state);
    for (const branch of own.branches) if (startsWith(bytes, at, end, branch)) return at + branch.length;
    return at;
  },
  timeAt: (bytes, lineStart) => (bytes[lineStart] === 0x5b ? isoTimeAt(bytes, lineStart + 1) : undefined),
};

function readBlock(bytes: Buffer, at: number, end: number, state: LineState): number {
  const own = state.own as Own;
  if (bytes[at] === 0x7d) tellBlocks(state, own.blocks.slice(0, -1));
  else if (bytes[at] === 0x7b) {
    const named = /^\{ \((?<branch>Branch: )?(?<name>.{1,200})\)$/.exec(
      bytes.toString('utf8', at, Math.min(end, at + 300)),
    )?.groups;
    if (named?.branch) {
      const branches = [...own.branches, Buffer.from(`[${named.name}] `)].slice(-64);
      state.own = { ...own, branches } satisfies Own;
    }
    tellBlocks(state, [...own.blocks, named?.name ?? ''].slice(-64));
  }
  return at;
}

function tellBlocks(state: LineState, blocks: readonly string[]): void {
  state.own = { ...(state.own as Own), blocks } satisfies Own;
  const { step: _, ...rest } = state.place;
  const step = blocks.findLast((name) => name !== '');
  state.place = { ...rest, ...(step && { step }) };
}

export const jenkinsLog = lineLog(jenkins);
