import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceCase } from '../domain/case.js';

/**
 * The bytes of a case's files by their path relative to `directory`, each read once. One that is not there is left out; any
 * other trouble of the disk is thrown. It waits for the disk: for threads.
 */
export function readCaseFiles(directory: string, { image, labelPath }: SourceCase): Map<string, Uint8Array> {
  const paths = [...(image.kind === 'nifti' ? [image.path] : image.paths), ...(labelPath ? [labelPath] : [])];
  const files = new Map<string, Uint8Array>();
  for (const path of paths) {
    const bytes = readIfThere(join(directory, path));
    if (bytes !== undefined) files.set(path, bytes);
  }
  return files;
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
