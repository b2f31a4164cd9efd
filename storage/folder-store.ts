import { type Dirent, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { PlusctError } from '../domain/errors.js';
import { parseFeedKey } from '../domain/keys.js';
import type { ObjectStore } from './object-store.js';

/** Objects as files of a folder, each under its key; to read only. */
export function folderStore(directory: string): ObjectStore {
  const at = (key: string) => join(directory, ...key.split('/'));
  return {
    get: async (key) => (existsSync(at(key)) ? new Uint8Array(await readFile(at(key))) : undefined),
    has: async (key) => existsSync(at(key)),
    put: readOnly,
    putIfAbsent: readOnly,
    list: async function* (prefix, after = '') {
      const folder = at(prefix.slice(0, prefix.lastIndexOf('/') + 1));
      const keys = (await filesBelow(folder)).map((path) => relative(directory, path).split(sep).join('/'));
      yield* keys.filter((key) => key.startsWith(prefix) && key > after).sort();
    },
    folders: async (prefix) => {
      const entries = existsSync(at(prefix)) ? await readdir(at(prefix), { withFileTypes: true }) : [];
      return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    },
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function readOnly(): never {
  throw new PlusctError('InvalidInput', 'an exported folder is only read; write to the object store');
}

/**
 * A store whose objects are copied into a folder as they are read and listed, so that whatever a reader needed lies
 * there afterwards. A copy that was broken off is gone on with by reading again.
 */
export function copyingStore(store: ObjectStore, directory: string): ObjectStore {
  const copy = async (key: string, bytes: Uint8Array): Promise<void> => {
    const path = join(directory, ...key.split('/'));
    if (existsSync(path) && Buffer.compare(await readFile(path), bytes) === 0) return;
    await mkdir(dirname(path), { recursive: true });
    const partial = `${path}.${process.pid}.partial`;
    await writeFile(partial, bytes);
    await rename(partial, path);
  };
  return {
    ...store,
    get: async (key) => {
      const bytes = await store.get(key);
      if (bytes !== undefined) await copy(key, bytes);
      return bytes;
    },
    list: async function* (prefix, after) {
      for await (const key of store.list(prefix, after)) {
        // Entries of the feed are empty: their names say everything.
        if (parseFeedKey(key) !== undefined) await copy(key, new Uint8Array());
        yield key;
      }
    },
  };
}
