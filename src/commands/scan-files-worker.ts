import { parentPort, workerData } from 'node:worker_threads';
import { createFileScanner, type FileJob, type FileSettings } from './scan-files.ts';

const port = parentPort!;
// Made while the files are still being listed.
const scanner = createFileScanner(workerData as FileSettings);
port.once('message', async (job: FileJob) => port.postMessage(await scanner.run(job)));
