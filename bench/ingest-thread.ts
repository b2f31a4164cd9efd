import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { readCt } from '../imaging/nifti.js';
import { sha256 } from '../storage/hash.js';

/** One file: read once, hashed, parsed, its voxels hashed. */
parentPort?.on('message', (path: string) => {
  const bytes = readFileSync(path);
  const ofFile = sha256(bytes);
  const { hu } = readCt(bytes, path);
  parentPort?.postMessage([path, ofFile, sha256(new Uint8Array(hu.buffer, hu.byteOffset, hu.byteLength))]);
});
