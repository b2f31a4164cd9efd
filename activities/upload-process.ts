import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { DataError, PlusctError } from '../domain/errors.js';
import type { UploadVerdict } from '../domain/upload-verdict.js';
import { writeLabelMap } from '../imaging/nifti-write.js';
import { readSubmission } from '../imaging/submission-file.js';
import type { GateWork } from './upload-gate.js';

/**
 * The process that reads what comes from outside. It answers one file after another and ends with its parent; a file that
 * takes too much memory ends it.
 */
const [, , memoryMiB] = process.argv;
const guard = new Worker(new URL('./memory-guard-thread.js', import.meta.url), { workerData: memoryMiB });
const onGuard = once(guard, 'message').then(() => guard.unref());
process.on('message', async (work: GateWork) => {
  await onGuard;
  process.send?.(answer(work));
});
process.on('disconnect', () => process.exit());

function answer({ path, header, out }: GateWork): UploadVerdict {
  try {
    const image = header === undefined ? undefined : new Uint8Array(Buffer.from(header, 'base64'));
    const { values, ...summary } = readSubmission(readFileSync(path), 'the file', image);
    if (out !== undefined && image !== undefined) writeFileSync(out, writeLabelMap(values, image));
    return { accepted: true, ...summary };
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): UploadVerdict {
  if (error instanceof DataError) {
    const { code, message, suggestion: remedy } = error.fault;
    return { accepted: false, code, message, remedy };
  }
  const message = error instanceof Error ? error.message : String(error);
  const remedy =
    error instanceof PlusctError
      ? 'save the mask again on the grid of the image'
      : 'hand in a NIfTI or .seg.nrrd file; if it is one, report this message';
  return { accepted: false, code: 'SUBMISSION_UNREADABLE', message: `the file: ${message}`, remedy };
}
