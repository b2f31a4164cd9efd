import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type BundleLease, bundleFiles } from '../activities/bundle.js';
import { workVolumesInThreads } from '../activities/volume-pool.js';
import type { TaskState } from '../domain/task.js';
import type { ObjectStore } from '../storage/object-store.js';

/** Writes the files of a bundle into a folder; returns the folder and their names. */
export async function writeBundle(
  store: ObjectStore,
  task: TaskState,
  out: string,
  lease: BundleLease = {},
): Promise<{ folder: string; files: string[] }> {
  const work = workVolumesInThreads(1);
  try {
    const files = await bundleFiles({ store, work }, task, lease);
    const folder = resolve(out);
    await mkdir(folder, { recursive: true });
    await Promise.all(files.map(({ name, bytes }) => writeFile(join(folder, name), bytes)));
    return { folder, files: files.map(({ name }) => name) };
  } finally {
    await work.close();
  }
}
