import { parentPort } from 'node:worker_threads';
import { createHistoryRunner, type HistoryJob, type HistoryRunner, type TreeJob } from './history-job.ts';

/** What a worker is told, in this order: scan, then read trees. */
export type HistoryRequest =
  | { readonly step: 'scan'; readonly job: HistoryJob }
  | { readonly step: 'trees'; readonly job: TreeJob };

const port = parentPort!;
let runner: HistoryRunner | undefined;

port.on('message', async (request: HistoryRequest) => {
  // A failure surfaces as the worker's `error` event: the thread ends with it.
  if (request.step === 'scan') {
    runner = createHistoryRunner(request.job);
    port.postMessage(await runner.scan());
  } else port.postMessage(await runner!.readTrees(request.job));
});
