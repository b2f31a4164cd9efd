import { parentPort } from 'node:worker_threads';
import { VolumeMemory } from '../activities/thread-memory.js';
import { readHashedCt } from '../imaging/nifti.js';
import { readHashed } from '../sources/case-files.js';

const memory = new VolumeMemory();

/** One file: read once, hashed, parsed, its voxels hashed. */
parentPort?.on('message', (path: string) => parentPort?.postMessage([path, ...hashesOf(path)]));
parentPort?.postMessage(['ready']);

function hashesOf(path: string): string[] {
  const { bytes, sha256 } = readHashed(path, memory.take);
  return [sha256, readHashedCt(bytes, path, memory.take).voxelSha256];
}
