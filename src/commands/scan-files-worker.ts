import { parentPort, workerData } from 'node:worker_threads';
import { type FileJob, runFileJob } from './scan-files.ts';

const port = parentPort!;
void runFileJob(workerData as FileJob).then((scanned) => port.postMessage(scanned));
