import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type DicomHead, headBytes, readDicomHead } from './dicom-head.js';
import { folderOf, nameOf } from './file-tree.js';

/** The files of one series, as far as their first bytes tell. */
export interface DicomFiles {
  readonly seriesInstanceUid: string;
  readonly patientId?: string;
  readonly paths: string[];
}

/**
 * Groups DICOM files by SeriesInstanceUID; `files` are those under `directory`. Files are known by content, so folders
 * and names may be anything; only their first bytes are read.
 */
export async function seriesUnder(directory: string, files: readonly string[]): Promise<DicomFiles[]> {
  const folders = new Map<string, string[]>();
  for (const path of files.filter(mayBeDicom)) {
    const inside = folders.get(folderOf(path));
    if (inside === undefined) folders.set(folderOf(path), [path]);
    else inside.push(path);
  }
  const series = new Map<string, DicomFiles>();
  for (const [folder, paths] of folders) {
    for (const part of await seriesIn(directory, folder, paths)) {
      const before = series.get(part.seriesInstanceUid);
      if (before === undefined) series.set(part.seriesInstanceUid, part);
      else before.paths.push(...part.paths);
    }
  }
  return [...series.values()];
}

/** DICOM files carry `.dcm`, `.ima`, no extension at all, or are called after a UID, whose last part is a number. */
export function mayBeDicom(path: string): boolean {
  return /\.(dcm|ima|\d+)$/i.test(path) || !nameOf(path).includes('.');
}

/**
 * First, middle and last file stand for a folder of `.dcm` files when they are of one series; 19,000 files need not
 * all be opened. Ingest reads every file and refuses a series that holds another one's slices.
 */
async function seriesIn(directory: string, folder: string, paths: readonly string[]): Promise<DicomFiles[]> {
  const uidOf = (head: DicomHead): string => head.seriesInstanceUid ?? `no UID in ${folder}`;
  if (paths.every((path) => /\.dcm$/i.test(path))) {
    const sample = [paths[0], paths[paths.length >> 1], paths[paths.length - 1]];
    const heads = await Promise.all(sample.map((path) => headOf(join(directory, path))));
    const [first] = heads;
    if (first && heads.every((head) => head && uidOf(head) === uidOf(first))) {
      return [asSeries(first, uidOf(first), paths)];
    }
  }
  const parts = new Map<string, DicomFiles>();
  const headless: string[] = [];
  for (const path of paths) {
    const head = await headOf(join(directory, path));
    const part = head && parts.get(uidOf(head));
    if (head === undefined) headless.push(path);
    else if (part === undefined) parts.set(uidOf(head), asSeries(head, uidOf(head), [path]));
    else part.paths.push(path);
  }
  const found = [...parts.values()];
  // A damaged slice must not vanish: with its series it is read, and refused, at ingest.
  if (found.length === 1) found[0].paths.push(...headless.filter((path) => /\.dcm$/i.test(path)));
  return found;
}

function asSeries(head: DicomHead, seriesInstanceUid: string, paths: readonly string[]): DicomFiles {
  const patient = head.patientId === undefined ? {} : { patientId: head.patientId };
  return { seriesInstanceUid, ...patient, paths: [...paths] };
}

async function headOf(path: string): Promise<DicomHead | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(headBytes), 0, headBytes, 0);
    return readDicomHead(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
