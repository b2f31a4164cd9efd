import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type CoreCollection, coreCollections } from '../../domain/collection.js';
import { PlusctError } from '../../domain/errors.js';
import { kitsLayout } from './kits-layout.js';
import { litsLayout } from './lits-layout.js';
import { msdPancreasLayout, msdSpleenLayout } from './msd-layout.js';
import { nihLayout } from './nih-layout.js';
import { samplePatients } from './patient.js';
import { paintPhantom } from './phantom.js';
import type { CollectionLayout, SampleFile, SampleScan } from './sample-file.js';
import { allPresent, readStamp, type SampleStamp, type StampedFile, stampName } from './stamp.js';

/** Raise it whenever the same seed would give other bytes. */
export const sampleVersion = 1;

export interface SampleOptions {
  /** Gets one folder per collection, `reference` and `samples.json`; created where missing. */
  readonly directory: string;
  /** 1 unless given. */
  readonly seed?: number;
  /** Called after each patient. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

export interface SampleSummary {
  readonly directory: string;
  readonly version: number;
  readonly seed: number;
  /** True when a finished folder of this version and seed was found and nothing was written. */
  readonly reused: boolean;
  readonly patients: readonly { readonly collection: CoreCollection; readonly caseId: string }[];
  readonly files: readonly StampedFile[];
}

const layouts: Readonly<Record<CoreCollection, CollectionLayout>> = {
  lits: litsLayout,
  kits19: kitsLayout,
  'msd-spleen': msdSpleenLayout,
  'msd-pancreas': msdPancreasLayout,
  'nih-pancreas': nihLayout,
};

/**
 * Writes five small collections of made-up patients in the layouts of the real ones, and under `reference` all four
 * organs of every case. Same version and seed, same bytes. A finished folder is reused, an interrupted one redone.
 * Throws `InvalidInput` when the folder holds a collection that this generator did not write.
 */
export async function generateSamples(options: SampleOptions): Promise<SampleSummary> {
  const { directory, seed = 1, onProgress } = options;
  const patients = samplePatients(seed).map(({ collection, caseId }) => ({ collection, caseId }));
  const summary = { directory, version: sampleVersion, seed, patients };
  const before = await readStamp(directory);
  if (before?.complete && before.version === sampleVersion && before.seed === seed) {
    if (await allPresent(directory, before.files)) return { ...summary, reused: true, files: before.files };
  }
  if (before === undefined) await refuseForeign(directory);
  await mkdir(directory, { recursive: true });
  const workshop = await mkdtemp(join(directory, '.partial-'));
  try {
    const write = (file: SampleFile): Promise<StampedFile> => writeSafely(directory, workshop, file);
    const stamp = (complete: boolean, files: readonly StampedFile[]): Promise<StampedFile> =>
      write(
        stampFile({ generator: 'plusct samples', version: sampleVersion, seed, complete, files: [...files] }),
      );
    await stamp(false, before?.files ?? []);
    const files = await writeAll(seed, write, onProgress);
    await removeStale(directory, before?.files ?? [], files);
    await stamp(true, files);
    return { ...summary, reused: false, files };
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** The real collections have the same folder names; they must never be written into. */
async function refuseForeign(directory: string): Promise<void> {
  const entries = await readdir(directory).catch((): string[] => []);
  const foreign = [...coreCollections, 'reference'].find((name) => entries.includes(name));
  if (foreign === undefined) return;
  const reason = `${directory} holds "${foreign}", which the sample generator did not write`;
  throw new PlusctError('InvalidInput', `${reason}. Choose an empty folder for the samples.`);
}

async function writeAll(
  seed: number,
  write: (file: SampleFile) => Promise<StampedFile>,
  onProgress: SampleOptions['onProgress'],
): Promise<StampedFile[]> {
  const patients = samplePatients(seed);
  const scans: SampleScan[] = [];
  const written: StampedFile[] = [];
  for (const patient of patients) {
    const phantom = paintPhantom(patient);
    const files = layouts[patient.collection].patientFiles(patient, phantom);
    for (const file of files) written.push(await write(file));
    scans.push({ patient, geometry: phantom.geometry });
    onProgress?.(scans.length, patients.length, `${patient.collection}/${patient.caseId}`);
  }
  for (const collection of coreCollections) {
    const own = scans.filter(({ patient }) => patient.collection === collection);
    for (const file of layouts[collection].collectionFiles(own)) written.push(await write(file));
  }
  return written;
}

/** Under another name first, so that a file with its right name is always whole. */
async function writeSafely(directory: string, workshop: string, file: SampleFile): Promise<StampedFile> {
  const path = join(directory, file.path);
  const temporary = join(workshop, basename(file.path));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, file.bytes);
  await rename(temporary, path);
  const sha256 = createHash('sha256').update(file.bytes).digest('hex');
  return { path: file.path, sha256, bytes: file.bytes.length };
}

/** Files of an earlier version that this one no longer has. */
async function removeStale(
  directory: string,
  before: readonly StampedFile[],
  now: readonly StampedFile[],
): Promise<void> {
  const current = new Set(now.map(({ path }) => path));
  for (const { path } of before) {
    if (!current.has(path)) await rm(join(directory, path), { force: true });
  }
}

function stampFile(stamp: SampleStamp): SampleFile {
  return { path: stampName, bytes: new TextEncoder().encode(`${JSON.stringify(stamp, undefined, 1)}\n`) };
}
