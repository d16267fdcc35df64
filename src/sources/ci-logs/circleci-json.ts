import { jsonLog } from './json-log.ts';

/** What the output of a step's action is at CircleCI, as its API gives it: https://circleci.com/docs/api/v1/ (output_url). */
export const circleciJsonLog = jsonLog(
  'circleci',
  { key: 'message', encoding: 'text', holds: 'chunks', timeKey: 'time' },
  (head) => {
    if (!/^\s*\[\s*\{\s*"(?:message|time|type|truncated)"\s*:/.test(head) || !/"message"\s*:\s*"/.test(head)) return 0;
    if (/"type"\s*:\s*"(?:out|err)"/.test(head)) return 0.95;
    // The first message may be longer than what is looked at.
    return /^\s*\[\s*\{\s*"message"\s*:\s*"(?:[^"\\]|\\[\s\S]){4096,}$/.test(head) ? 0.5 : 0;
  },
);
