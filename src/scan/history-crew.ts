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

/** Threads working on a job: this one and others. */
export interface Crew {
  scan(): Promise<readonly ScanPart[]>;
  readTrees(job: TreeJob): Promise<readonly TreePart[]>;
}

/** Threads that are started and have nothing to do yet. */
export interface Helpers {
  /** Puts them and this thread, with a runner of its own, to work. */
  work(job: HistoryJob, own: () => HistoryRunner): Crew;
  end(): Promise<void>;
}

/**
 * Starts threads besides this one. It takes part itself, since what a thread costs to start (Node's own modules, ours, and
 * compiling the hot JavaScript again) is a twentieth of the CPU for a middling repository.
 */
export function startHelpers(count: number, signal: AbortSignal | undefined): Helpers {
  const workers = Array.from({ length: count }, () => new Worker(new URL('bundle/history-worker.js', distFolder)));
  const ask = (request: HistoryRequest): Promise<unknown[]> => {
    const answers = Promise.all(
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
    // They are waited for when this thread is done with its own share.
    answers.catch(() => {});
    return answers;
  };
  return {
    work(job, own) {
      const scanned = ask({ step: 'scan', job });
      const runner = own();
      return {
        async scan() {
          const part = await runner.scan();
          return [part, ...((await scanned) as ScanPart[])];
        },
        async readTrees(treeJob) {
          const read = ask({ step: 'trees', job: treeJob });
          const part = await runner.readTrees(treeJob);
          return [part, ...((await read) as TreePart[])];
        },
      };
    },
    end: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
