import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlusctError } from '../domain/errors.js';

/** Deeper than any collection nests; ends links that lead back to their own folder. */
const maxDepth = 12;
const collator = new Intl.Collator('en', { numeric: true });

/** Order in which people count: `volume-2` before `volume-10`. */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Every file under `directory`, relative to it with forward slashes, in natural order. Names that begin with `.` or
 * `_` are left out with all below them: they are droppings of operating systems and archives. Links are followed,
 * dead ones left out. Throws `InvalidInput` when a folder cannot be read.
 */
export async function filesUnder(directory: string): Promise<string[]> {
  const files: string[] = [];
  await walk(directory, '', 0, files);
  return files.sort(naturalOrder);
}

/** Last part of a path with forward slashes. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** All but the last part of a path with forward slashes; empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

async function walk(root: string, below: string, depth: number, files: string[]): Promise<void> {
  for (const entry of await entriesOf(join(root, below))) {
    if (/^[._]/.test(entry.name)) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const kind = await kindOf(entry, join(root, path));
    if (kind === 'file') files.push(path);
    if (kind === 'folder' && depth < maxDepth) await walk(root, path, depth + 1, files);
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw unreadable(folder, cause, 'Give a folder that exists and that this user may read.');
  }
}

/** The error for a folder that cannot be read. */
export function unreadable(folder: string, cause: unknown, remedy: string): PlusctError {
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new PlusctError('InvalidInput', `${folder}: cannot be read as a folder (${why}). ${remedy}`, {
    cause,
  });
}

async function kindOf(entry: Dirent, path: string): Promise<'file' | 'folder' | 'other'> {
  const found = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  if (found?.isFile()) return 'file';
  return found?.isDirectory() ? 'folder' : 'other';
}
