import { jsonLog } from './json-log.ts';

/** Logs of Drone, as its API and its object store hold them: https://docs.drone.io/api/builds/build_logs/ */
export const droneLog = jsonLog('drone', { key: 'out', encoding: 'text', holds: 'lines' }, (head) =>
  /^\s*\[?\s*\{\s*"(?:pos|proc|out|time)"\s*:/.test(head) && /"pos"\s*:\s*\d/.test(head) && /"out"\s*:\s*"/.test(head) ? 0.95 : 0,
);

/** Logs of Woodpecker, whose API gives each line in base64: https://woodpecker-ci.org/api, LogEntry. */
export const woodpeckerLog = jsonLog('woodpecker', { key: 'data', encoding: 'base64', holds: 'lines' }, (head) =>
  /^\s*\[?\s*\{\s*"(?:id|step_id|time|line|data|type)"\s*:/.test(head) &&
  /"step_id"\s*:\s*\d/.test(head) &&
  /"line"\s*:\s*\d/.test(head) &&
  /"data"\s*:\s*"/.test(head)
    ? 0.95
    : 0,
);
