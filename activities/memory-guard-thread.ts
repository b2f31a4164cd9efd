import { parentPort, workerData } from 'node:worker_threads';

/** How often the guard looks; memory is filled at about a gibibyte a second. */
const lookMs = 20;

/**
 * Ends its process when it takes more resident memory than it was given: array buffers count in no limit of V8's, and a loop
 * that fills them lets no timer of its own thread run. What counts is set against the whole process.
 */
const limitBytes = Number(workerData) * 1024 ** 2;
setInterval(() => {
  if (process.memoryUsage.rss() > limitBytes) process.kill(process.pid, 'SIGKILL');
}, lookMs);
parentPort?.postMessage('on guard');
