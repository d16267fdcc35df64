import { Worker } from 'node:worker_threads';
import { distFolder } from '../dist-folder.ts';
import type { HistoryJob, HistoryRunner, ScanPart, TreeJob, TreePart } from './history-job.ts';
import type { HistoryRequest } from './history-worker.ts';

/** Gives way to the event loop now and then, so that Ctrl-C and progress get through. */
export function pauses(signal: AbortSignal | undefined, report: () => void): () => Promise<void> | undefined {
  let pausedAt = performance.now();
  return () => {
    if (performance.now() - pausedAt < 50) return undefined;
    return (async () => {
      report();
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      pausedAt = performance.now();
    })();
  };
}

/** Several threads, or this one, working on a job. */
export interface Crew {
  scan(): Promise<readonly ScanPart[]>;
  readTrees(job: TreeJob): Promise<readonly TreePart[]>;
  end(): Promise<void>;
}

export function inThisThread(runner: HistoryRunner): Crew {
  return {
    scan: async () => [await runner.scan()],
    readTrees: async (job) => [await runner.readTrees(job)],
    end: async () => {},
  };
}

export function startWorkers(job: HistoryJob, threads: number, signal: AbortSignal | undefined): Crew {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('bundle/history-worker.js', distFolder), { workerData: job }),
  );
  const ask = (request: HistoryRequest) =>
    Promise.all(
      workers.map(
        (worker) =>
          new Promise<unknown>((resolve, reject) => {
            const abort = () => reject(signal?.reason);
            // One that is aborted already tells nobody any more.
            if (signal?.aborted) return abort();
            signal?.addEventListener('abort', abort, { once: true });
            worker.once('message', (answer) => {
              signal?.removeEventListener('abort', abort);
              worker.removeListener('error', reject);
              resolve(answer);
            });
            worker.once('error', reject);
            worker.postMessage(request);
          }),
      ),
    );
  return {
    scan: async () => (await ask({ step: 'scan' })) as ScanPart[],
    readTrees: async (treeJob) => (await ask({ step: 'trees', job: treeJob })) as TreePart[],
    end: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
