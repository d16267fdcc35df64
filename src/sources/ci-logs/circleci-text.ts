import type { LineFormat } from './line-format.ts';
import { lineLog } from './line-log.ts';
import { startsWith } from './starts-with.ts';

const stepMark = Buffer.from('====>> ');

/**
 * What CircleCI prints as text: `====>> ` begins a step, and a job begins with the agent's version.
 * https://circleci.com/docs/how-to-use-the-circleci-local-cli/
 */
const circleciText: LineFormat = {
  name: 'circleci',
  recognise: (head) => {
    if (!head.includes('====>> ') && !head.startsWith('Build-agent')) return 0;
    if (/^(?:====>> Spin up environment|Build-agent version \d)/.test(head)) return 0.95;
    return /^====>> /m.test(head) && /^Build-agent version \d/m.test(head) ? 0.9 : 0;
  },
  begin(_names, head) {
    const text = head.toString('utf8');
    const url = /\bCIRCLE_BUILD_URL=(https:\/\/[^\s]{1,300})/.exec(text)?.[1];
    const run = /\bCIRCLE_WORKFLOW_ID=([\da-f-]{36})/.exec(text)?.[1];
    const job = /\bCIRCLE_JOB=([^\r\n]{1,200})/.exec(text)?.[1];
    const owner = /\bCIRCLE_PROJECT_USERNAME=([^\s]{1,100})/.exec(text)?.[1];
    const name = /\bCIRCLE_PROJECT_REPONAME=([^\s]{1,100})/.exec(text)?.[1];
    return {
      place: {
        ...(owner && name && { repository: `${owner}/${name}` }),
        ...(run && { run }),
        ...(job && { job }),
        ...(url && { url }),
      },
    };
  },
  readLine(bytes, start, end, state) {
    if (bytes[start] !== 0x3d || !startsWith(bytes, start, end, stepMark)) return start;
    state.place = { ...state.place, step: bytes.toString('utf8', start + stepMark.length, Math.min(end, start + 200)).trim() };
    return start + stepMark.length;
  },
};

export const circleciTextLog = lineLog(circleciText);
