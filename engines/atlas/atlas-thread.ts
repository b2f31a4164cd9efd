import type { JudgedMask } from '../organ-engine.js';
import { type Answer, type Report, serveThread } from '../thread.js';
import { decodeModel, encodeModel } from './model-file.js';
import { predictOrgan } from './prediction.js';
import { buffersOf, type PreparedCase, prepareCase } from './preparation.js';
import type { AtlasTask } from './tasks.js';
import { trainAtlas } from './training.js';

/** The engine's heavy work, run in a thread by `atlas-engine.ts`. */
function handle(task: AtlasTask, report: Report): Answer<PreparedCase | Uint8Array | JudgedMask> {
  if (task.kind === 'prepare') {
    const output = prepareCase(task.id, task.image, task.mask);
    return { output, transfer: buffersOf(output) };
  }
  const output =
    task.kind === 'train'
      ? encodeModel(trainAtlas(task.organ, task.cases, report))
      : predictOrgan(decodeModel(task.model), task.image, report);
  return { output };
}

serveThread(handle);
