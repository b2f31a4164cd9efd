import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { type Answer, type Job, peakMib, timedScore } from './job.js';

/**
 * The measured process: reads `{ id, ...job }` line by line, answers `{ id, ...answer }`. With a number of threads as
 * argument the jobs are spread over as many; without, they run one after the other on the main thread.
 */
type Numbered<T> = T & { readonly id: number };

const threads = Number(process.argv[2] ?? 0);
const answer = (id: number, result: Omit<Answer, 'peakMib'>): void => {
  process.stdout.write(`${JSON.stringify({ id, ...result, peakMib: peakMib() })}\n`);
};

const waiting: Numbered<Job>[] = [];
const idle = Array.from({ length: threads }, () => {
  const worker = new Worker(new URL('./plusct-thread.js', import.meta.url));
  worker.on('error', (error) => {
    console.error(error);
    process.exit(1);
  });
  worker.on('message', ({ id, ...result }: Numbered<Omit<Answer, 'peakMib'>>) => {
    answer(id, result);
    idle.push(worker);
    next();
  });
  return worker;
});

function next(): void {
  while (waiting.length > 0) {
    const worker = idle.pop();
    if (!worker) return;
    worker.postMessage(waiting.shift());
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const job = JSON.parse(line) as Numbered<Job>;
  if (threads === 0) answer(job.id, timedScore(job));
  else {
    waiting.push(job);
    next();
  }
});
// The starter closes its end when it has every answer; idle threads would keep this process alive.
lines.on('close', () => process.exit());
