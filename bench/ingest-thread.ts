import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { dropVolumes } from '../activities/thread-memory.js';
import { readCt } from '../imaging/nifti.js';
import { sha256 } from '../storage/hash.js';

/** One file: read once, hashed, parsed, its voxels hashed. */
parentPort?.on('message', (path: string) => {
  const found = hashesOf(path);
  dropVolumes();
  parentPort?.postMessage([path, ...found]);
});
parentPort?.postMessage(['ready']);

function hashesOf(path: string): string[] {
  const bytes = readFileSync(path);
  const ofFile = sha256(bytes);
  const { hu } = readCt(bytes, path);
  return [ofFile, sha256(new Uint8Array(hu.buffer, hu.byteOffset, hu.byteLength))];
}
