import { jsonLog } from './json-log.ts';
import type { LogPlace } from './line-format.ts';

/**
 * Logs of Drone, as its API and its object store hold them: https://docs.drone.io/api/builds/build_logs/. Times count from the start
 * of the step, which only the environment tells: https://docs.drone.io/pipeline/environment/reference/
 */
export const droneLog = jsonLog(
  'drone',
  { key: 'out', encoding: 'text', holds: 'lines', timeKey: 'time' },
  (head) =>
    /^\s*\[?\s*\{\s*"(?:pos|proc|out|time)"\s*:/.test(head) && /"pos"\s*:\s*\d/.test(head) && /"out"\s*:\s*"/.test(head)
      ? 0.95
      : 0,
  (text) =>
    placeOf(text, {
      repository: 'DRONE_REPO',
      run: 'DRONE_BUILD_NUMBER',
      job: 'DRONE_STAGE_NAME',
      step: 'DRONE_STEP_NAME',
      url: 'DRONE_BUILD_LINK',
      timestamp: 'DRONE_(?:STEP|STAGE)_STARTED',
    }),
);

/** Logs of Woodpecker, whose API gives each line in base64: https://woodpecker-ci.org/api, LogEntry; its environment: https://woodpecker-ci.org/docs/usage/environment */
export const woodpeckerLog = jsonLog(
  'woodpecker',
  { key: 'data', encoding: 'base64', holds: 'lines', timeKey: 'time' },
  (head) =>
    /^\s*\[?\s*\{\s*"(?:id|step_id|time|line|data|type)"\s*:/.test(head) &&
    /"step_id"\s*:\s*\d/.test(head) &&
    /"line"\s*:\s*\d/.test(head) &&
    /"data"\s*:\s*"/.test(head)
      ? 0.95
      : 0,
  (text) =>
    placeOf(text, {
      repository: 'CI_REPO',
      run: 'CI_PIPELINE_NUMBER',
      job: 'CI_WORKFLOW_NAME',
      step: 'CI_STEP_NAME',
      url: 'CI_PIPELINE_URL',
      timestamp: 'CI_STEP_STARTED',
    }),
);

/** What variables say that a log printed; the start is in seconds since 1970. */
function placeOf(text: string, names: Readonly<Record<keyof LogPlace, string>>): LogPlace {
  const value = (name: string) => new RegExp(`^(?:.*\\s)?${name}=["']?([^\\s"']{1,300})`, 'm').exec(text)?.[1];
  const place: Record<string, string> = {};
  for (const [key, name] of Object.entries(names)) {
    const found = value(name);
    if (found === undefined) continue;
    if (key !== 'timestamp') place[key] = found;
    else if (/^\d{9,11}$/.test(found)) place[key] = new Date(Number(found) * 1000).toISOString();
  }
  if (place.url !== undefined && !/^https?:\/\//.test(place.url)) delete place.url;
  return place;
}
