import type { LineFormat, LineState } from './line-format.ts';
import { lineLog } from './line-log.ts';
import { startsWith } from './starts-with.ts';

const foldStart = Buffer.from('travis_fold:start:');
const foldEnd = Buffer.from('travis_fold:end:');
const timeMark = Buffer.from('travis_time:');
const clearLine = Buffer.from('\x1b[0K');

/** Logs of Travis CI, with the marks of folds and times: https://github.com/travis-ci/travis-build, its bash functions of these names. */
const travis: LineFormat = {
  name: 'travis',
  mask: '[secure]',
  recognise: (head) =>
    head.includes('travis_') && /^(?:\x1b\[0K)?travis_(?:fold|time):(?:start|end):[\w.:=,-]+\r/m.test(head) ? 0.98 : 0,
  begin(_names, head) {
    const text = head.toString('utf8');
    const value = (name: string) => new RegExp(String.raw`\b${name}=([^\s"]{1,300})`).exec(text)?.[1];
    const repository = value('TRAVIS_REPO_SLUG');
    const run = value('TRAVIS_BUILD_ID') ?? /^Build id: (\d+)/m.exec(text)?.[1];
    const job = value('TRAVIS_JOB_ID') ?? /^Job id: (\d+)/m.exec(text)?.[1];
    const url = value('TRAVIS_JOB_WEB_URL') ?? value('TRAVIS_BUILD_WEB_URL');
    return { place: { ...(repository && { repository }), ...(run && { run }), ...(job && { job }), ...(url && { url }) } };
  },
  readLine(bytes, start, end, state) {
    let at = start;
    // 't', an escape, a carriage return
    while (at < end && (bytes[at] === 0x74 || bytes[at] === 0x1b || bytes[at] === 0x0d)) {
      const next = readMark(bytes, at, end, state);
      if (next === at) break;
      at = next;
    }
    return at;
  },
};

function readMark(bytes: Buffer, at: number, end: number, state: LineState): number {
  if (bytes[at] === 0x0d) return at + 1;
  if (bytes[at] === 0x1b) return startsWith(bytes, at, end, clearLine) ? at + clearLine.length : at;
  const isStart = startsWith(bytes, at, end, foldStart);
  const isEnd = !isStart && startsWith(bytes, at, end, foldEnd);
  if (!isStart && !isEnd && !startsWith(bytes, at, end, timeMark)) return at;
  const nameStart = at + (isStart ? foldStart.length : isEnd ? foldEnd.length : timeMark.length);
  let nameEnd = nameStart;
  while (nameEnd < end && nameEnd - nameStart < 200 && bytes[nameEnd] > 0x20) nameEnd++;
  const { step: _, ...rest } = state.place;
  if (isStart) state.place = { ...rest, step: bytes.toString('latin1', nameStart, nameEnd) };
  if (isEnd) state.place = rest;
  return nameEnd;
}

export const travisLog = lineLog(travis);
