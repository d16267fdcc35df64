import { parentPort, workerData } from 'node:worker_threads';
import { type FileJob, runFileJob } from './scan-files.ts';

parentPort!.postMessage(await runFileJob(workerData as FileJob));
