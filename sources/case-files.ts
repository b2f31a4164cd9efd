import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceCase } from '../domain/case.js';
import { isGzip } from '../imaging/inflate.js';
import { freshMemory, type TakeMemory } from '../imaging/take-memory.js';

/** A file's bytes and their SHA-256. */
export interface HashedFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** What is read is hashed while the processor has it at hand. */
const blockBytes = 256 * 1024;

/**
 * The files of a case by their path relative to `directory`, each read once. One that is not there is left out; any
 * other trouble of the disk is thrown. It waits for the disk: for threads. An image that is one file and not packed is read into
 * `imageMemory`, which may hold anything.
 */
export function readCaseFiles(
  directory: string,
  { image, labelPath }: SourceCase,
  imageMemory = freshMemory,
): Map<string, HashedFile> {
  const files = new Map<string, HashedFile>();
  const read = (path: string, memory: TakeMemory): void => {
    const file = readIfThere(join(directory, path), memory);
    if (file !== undefined) files.set(path, file);
  };
  if (image.kind === 'nifti') read(image.path, imageMemory);
  else for (const path of image.paths) read(path, freshMemory);
  if (labelPath) read(labelPath, freshMemory);
  return files;
}

function readIfThere(path: string, memory: TakeMemory): HashedFile | undefined {
  try {
    return readHashed(path, memory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file read and hashed in one go; one that is not packed goes into `memory`, which may hold anything. */
export function readHashed(path: string, memory = freshMemory): HashedFile {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const start = Buffer.alloc(2);
    readSync(file, start, 0, 2, 0);
    const take = isGzip(start) ? freshMemory : memory;
    return filled(file, take(size));
  } finally {
    closeSync(file);
  }
}

/** The first bytes of a file, as many as `bytes` holds or the file has. */
function filled(file: number, bytes: Uint8Array): HashedFile {
  const hash = createHash('sha256');
  let length = 0;
  for (let read = -1; read !== 0 && length < bytes.length; length += read) {
    read = readSync(file, bytes, length, Math.min(blockBytes, bytes.length - length), length);
    hash.update(bytes.subarray(length, length + read));
  }
  return { bytes: bytes.subarray(0, length), sha256: hash.digest('hex') };
}
