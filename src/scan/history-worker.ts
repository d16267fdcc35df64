import { parentPort, workerData } from 'node:worker_threads';
import { createHistoryRunner, type HistoryJob, type TreeJob } from './history-job.ts';

/** What a worker is told, in this order: scan, then read trees. */
export type HistoryRequest = { readonly step: 'scan' } | { readonly step: 'trees'; readonly job: TreeJob };

const port = parentPort!;
const runner = createHistoryRunner(workerData as HistoryJob);

port.on('message', async (request: HistoryRequest) => {
  // A failure surfaces as the worker's `error` event: the thread ends with it.
  port.postMessage(request.step === 'scan' ? await runner.scan() : await runner.readTrees(request.job));
});
