import { afterTime, markerEnd } from './github-actions.ts';
import type { LineFormat } from './line-format.ts';
import { lineLog } from './line-log.ts';
import { placeByName } from './member-name.ts';
import { startsWith } from './starts-with.ts';
import { isoTimeAt } from './timestamps.ts';

const starting = Buffer.from('##[section]Starting: ');
const timed = /^(?:\u00ef\u00bb\u00bf)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z /;

/**
 * Logs of Azure Pipelines. The agent is the ancestor of GitHub's runner, and writes time and markers the same way.
 * https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 */
const azurePipelines: LineFormat = {
  name: 'azure-pipelines',
  recognise(head) {
    if (!timed.test(head)) return 0;
    return /Z ##\[section\](?:Starting|Finishing|Async)|Z ##vso\[|Z Agent (?:name|machine name|version): /.test(head) ? 0.96 : 0;
  },
  begin(names, head) {
    const place = placeByName(names);
    const text = head.toString('utf8');
    const project = /\bSYSTEM_TEAMPROJECT=([^\r\n]{1,100})/.exec(text)?.[1];
    const collection = /\bSYSTEM_COLLECTIONURI=(https:\/\/[^\s]{1,200}?)\/?\r?\n/.exec(text)?.[1];
    const run = /\bBUILD_BUILDID=(\d+)/.exec(text)?.[1];
    const repository = /\bBUILD_REPOSITORY_NAME=([^\r\n]{1,200})/.exec(text)?.[1];
    return {
      place: {
        ...(repository && { repository }),
        ...(run && { run }),
        ...(collection &&
          project &&
          run && { url: `${collection}/${encodeURIComponent(project)}/_build/results?buildId=${run}` }),
        ...place,
      },
      own: place.step !== undefined,
    };
  },
  readLine(bytes, start, end, state) {
    const from = bytes[start] === 0xef && bytes[start + 1] === 0xbb ? start + 3 : start;
    const at = afterTime(bytes, from, end);
    if (at >= end || bytes[at] !== 0x23) return at;
    const { job: _, ...place } = state.place;
    if (state.own === false && startsWith(bytes, at, end, starting)) {
      const name = bytes.toString('utf8', at + starting.length, Math.min(end, at + 300));
      // The first one is the job.
      state.place = state.place.job === undefined ? { ...place, job: name } : { ...state.place, step: name };
    }
    return markerEnd(bytes, at, end);
  },
  timeAt: (bytes, lineStart) => isoTimeAt(bytes, bytes[lineStart] === 0xef ? lineStart + 3 : lineStart),
};

export const azurePipelinesLog = lineLog(azurePipelines);
