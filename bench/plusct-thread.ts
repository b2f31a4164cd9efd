import { parentPort } from 'node:worker_threads';
import { type Job, timedScore } from './job.js';

/** One of several threads of the measured process: a job in, its answer out. */
parentPort?.on('message', (job: Job & { readonly id: number }) => {
  parentPort?.postMessage({ id: job.id, ...timedScore(job) });
});
