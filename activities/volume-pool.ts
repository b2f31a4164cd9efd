import { availableParallelism } from 'node:os';
import { threadPool } from './thread-pool.js';
import type { VolumeWork } from './volume-work.js';

/** Volume work in a pool of threads: one volume each, as many threads as there are cores unless told otherwise. */
export function workVolumesInThreads(threads = availableParallelism()): VolumeWork {
  const pool = threadPool(import.meta.url, './volume-thread.js', threads);
  const inThread =
    <Input, Output>(name: Exclude<keyof VolumeWork, 'close'>) =>
    (input: Input): Promise<Output> =>
      pool.run(name, input);
  return {
    ingest: inThread('ingest'),
    provesCopy: inThread('provesCopy'),
    lookAlikes: inThread('lookAlikes'),
    fitCoarsely: inThread('fitCoarsely'),
    sameScan: inThread('sameScan'),
    assemble: inThread('assemble'),
    splitSubmission: inThread('splitSubmission'),
    checkMask: inThread('checkMask'),
    diffLabels: inThread('diffLabels'),
    bundle: inThread('bundle'),
    bundleZip: inThread('bundleZip'),
    packLabels: inThread('packLabels'),
    packMask: inThread('packMask'),
    score: inThread('score'),
    sparseSlices: inThread('sparseSlices'),
    picture: inThread('picture'),
    close: () => pool.close(),
  };
}
