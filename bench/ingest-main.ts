import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { peakMib } from './job.js';

/** The measured process: the files named after the number of threads, spread over as many threads. */
const [threads, ...paths] = process.argv.slice(2);
const hashes = new Map<string, readonly string[]>();
const waiting = [...paths];
const base = peakMib();
const workers = Array.from(
  { length: Number(threads) },
  () => new Worker(new URL('./ingest-thread.js', import.meta.url)),
);
// Started, as the other side's interpreter is when its clock starts.
await Promise.all(workers.map((worker) => once(worker, 'message')));
const [start, cpuStart] = [performance.now(), process.cpuUsage()];
await Promise.all(
  workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        const next = (): void => {
          const path = waiting.shift();
          if (path === undefined) resolve();
          else worker.postMessage(path);
        };
        worker.on('error', reject);
        worker.on('message', ([path, ...found]: string[]) => {
          hashes.set(path, found);
          next();
        });
        next();
      }),
  ),
);
const seconds = (performance.now() - start) / 1000;
const used = process.cpuUsage(cpuStart);
const cpuSeconds = (used.user + used.system) / 1e6;
await Promise.all(workers.map((worker) => worker.terminate()));
console.log(
  JSON.stringify({
    seconds,
    cpuSeconds,
    baseMib: base,
    peakMib: peakMib(),
    hashes: paths.map((path) => hashes.get(path)),
  }),
);
