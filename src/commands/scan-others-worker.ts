import { parentPort, workerData } from 'node:worker_threads';
import { QuashError } from '../errors.ts';
import { gatherOthers } from './gather-others.ts';
import { type OthersJob, type OthersPart, type OthersSettings, scanPart } from './others-job.ts';

/** What a thread begins with. */
interface Begun {
  readonly settings: OthersSettings;
  readonly job: OthersJob;
}

/** What it answers. A class does not cross threads: what is wrong with the command line is told by its parts. */
export type OthersAnswer = { readonly part: OthersPart } | { readonly error: Pick<QuashError, 'code' | 'message'> };

const { settings, job } = workerData as Begun;
const { scan, part } = gatherOthers(settings, { signal: new AbortController().signal, counters: job.counters });
parentPort!.postMessage(await answer());

async function answer(): Promise<OthersAnswer> {
  try {
    await scanPart(job, scan);
    return { part: part() };
  } catch (error) {
    if (!(error instanceof QuashError)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}
