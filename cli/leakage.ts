import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, relative } from 'node:path';
import { type LeakagePool, leakageInThreads } from '../activities/leakage-pool.js';
import type { FileSketch } from '../activities/leakage-thread.js';
import { type CasePair, kinshipText } from '../domain/case-groups.js';
import { PlusctError } from '../domain/errors.js';
import { type PatientTable, requireNames, samePatient } from '../domain/patients.js';
import { filesUnder } from '../sources/file-tree.js';
import { readSketch } from '../sources/scan-sketch.js';
import { type LeakCandidate, leakCandidates, type SplitFile } from '../sources/split-leakage.js';
import { mapBounded } from '../storage/map-bounded.js';
import { caseName } from './case-files.js';
import { printJson, say } from './output.js';
import { readPatientTable } from './patient-file.js';
import { type Display, stepDisplay } from './progress.js';
import { wholeNumber } from './wrong-option.js';

interface Options {
  readonly jobs?: string;
  /** CSV of case,patient. */
  readonly patients?: string;
  readonly json?: boolean;
}

/** Two files that show one scan or one patient, one of each folder. */
interface Leak {
  readonly train: string;
  readonly test: string;
  readonly same: CasePair['same'];
}

interface Report {
  readonly leaks: Leak[];
  readonly files: { readonly train: number; readonly test: number };
  readonly scanPairs: number;
  readonly labelPairs: number;
  /** Pairs whose voxels were compared. */
  readonly looked: number;
  /** Files that could not be read, and files that have none of their kind on the other side: what proves nothing. */
  readonly unproven: string[];
}

const nifti = /\.nii(\.gz)?$/i;

/** `plusct leakage TRAIN TEST`: exit code 1 where a scan or a patient of the one folder is in the other, or no proof was possible. */
export async function leakage(train: string, test: string, options: Options): Promise<void> {
  const jobs =
    options.jobs === undefined ? availableParallelism() : wholeNumber('--jobs', options.jobs, 1, 256);
  const [ours, theirs] = [await niftiFiles(train), await niftiFiles(test)];
  const known = await patientLeaks(options.patients, named(train, ours), named(test, theirs));
  const pool = await leakageInThreads(jobs);
  const display = stepDisplay();
  try {
    const report = withLeaks(await search(pool, ours, theirs, display), known);
    display.end();
    if (options.json === true) printJson(report);
    else print(report);
    if (report.leaks.length > 0 || report.unproven.length > 0) process.exitCode = 1;
  } finally {
    await pool.close();
  }
}

async function niftiFiles(folder: string): Promise<string[]> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isFile() && nifti.test(folder)) return [folder];
  const files = (await filesUnder(folder))
    .filter((path) => nifti.test(path))
    .map((path) => join(folder, path));
  if (files.length > 0) return files;
  throw new PlusctError(
    'InvalidInput',
    `${folder}: there is no .nii or .nii.gz file in it; nothing to compare`,
  );
}

/** A file by the names that a table may give it: its path below the folder, and its name alone, without endings. */
interface NamedFile {
  readonly path: string;
  readonly names: readonly string[];
}

function named(folder: string, files: readonly string[]): NamedFile[] {
  return files.map((path) => ({ path, names: [caseName(relative(folder, path)), caseName(basename(path))] }));
}

/** Every two files of one patient, one of each folder. A table that names what is in neither folder proves nothing, and is refused. */
async function patientLeaks(
  path: string | undefined,
  train: readonly NamedFile[],
  test: readonly NamedFile[],
): Promise<Leak[]> {
  if (path === undefined) return [];
  const table = await readPatientTable(path);
  const names = new Set([...train, ...test].flatMap((file) => file.names));
  requireNames(table, names, 'either folder', 'write it as the file is called, without .nii.gz');
  const [ours, theirs] = [ofPatients(table, train), ofPatients(table, test)];
  return ours.flatMap(({ file, row }) =>
    theirs
      .filter((other) => other.row.patient === row.patient)
      .map((other) => ({ train: file, test: other.file, same: samePatient(table, row, other.row) })),
  );
}

function ofPatients({ rows }: PatientTable, files: readonly NamedFile[]) {
  return files.flatMap(({ path, names }) => {
    const row = rows.find(({ name }) => names.includes(name));
    return row === undefined ? [] : [{ file: path, row }];
  });
}

/** What is known by a table beside what was found; a pair that shows one scan is told once. */
function withLeaks(report: Report, known: readonly Leak[]): Report {
  const found = new Set(report.leaks.map(({ train, test }) => `${train}\n${test}`));
  return {
    ...report,
    leaks: [...report.leaks, ...known.filter(({ train, test }) => !found.has(`${train}\n${test}`))],
  };
}

async function search(
  pool: LeakagePool,
  train: readonly string[],
  test: readonly string[],
  display: Display,
): Promise<Report> {
  const paths = [...new Set([...train, ...test])];
  const sketches = new Map<string, FileSketch>();
  await mapBounded(paths, paths.length, async (path) => {
    sketches.set(path, await pool.sketch(path));
    display.update([{ name: 'read', done: sketches.size, total: paths.length }]);
  });
  const usable = (files: readonly string[]) => files.flatMap((path) => splitFile(sketches.get(path)!));
  const [ours, theirs] = [usable(train), usable(test)];
  const { candidates, scanPairs, labelPairs } = leakCandidates(ours, theirs, (done) =>
    display.update([{ name: 'compared', done, total: theirs.length }]),
  );
  const leaks = await confirmed(pool, candidates, display);
  const faults = [...sketches.values()].flatMap((each) => (each.kind === 'fault' ? [each.message] : []));
  const unproven = [...faults, ...withoutPartner(ours, theirs), ...withoutPartner(theirs, ours)];
  const files = { train: train.length, test: test.length };
  return { leaks, files, scanPairs, labelPairs, looked: candidates.length, unproven };
}

function splitFile(sketch: FileSketch): SplitFile[] {
  if (sketch.kind === 'fault') return [];
  if (sketch.kind === 'labels') return [sketch];
  return [{ ...sketch, sketch: readSketch(sketch.sketch) }];
}

async function confirmed(
  pool: LeakagePool,
  candidates: readonly LeakCandidate[],
  display: Display,
): Promise<Leak[]> {
  let done = 0;
  const looked = await mapBounded(candidates, candidates.length, async ({ train, test, kind, same }) => {
    const proof = same ?? (await pool.compare({ one: train, other: test, kind }));
    done += 1;
    display.update([{ name: 'confirmed', done, total: candidates.length }]);
    return proof === undefined ? [] : [{ train, test, same: proof }];
  });
  return looked.flat();
}

/** A CT cannot be compared with label maps: where the other side has none, nothing is proved about it. */
function withoutPartner(files: readonly SplitFile[], others: readonly SplitFile[]): string[] {
  return (['ct', 'labels'] as const).flatMap((kind) => {
    const own = files.filter((each) => each.kind === kind);
    if (own.length === 0 || others.some((each) => each.kind === kind) || hasBoth(files, others)) return [];
    const [what, which] = kind === 'ct' ? ['CT', 'CTs'] : ['label map', 'label maps'];
    return [
      `${own[0]!.path} and ${own.length - 1} more: the other folder holds no ${what} to compare these ${which} with`,
    ];
  });
}

/** Whether images and labels lie together, so that the one kind that both sides have speaks for the other. */
function hasBoth(files: readonly SplitFile[], others: readonly SplitFile[]): boolean {
  return files.some((each) => others.some((other) => other.kind === each.kind));
}

function print({ leaks, files, scanPairs, labelPairs, looked, unproven }: Report): void {
  for (const { train, test, same } of leaks) say(`${train} = ${test}: ${kinshipText(same)}`);
  for (const line of unproven) say(`not compared: ${line}`);
  const pairs = `${scanPairs} pairs of CTs by landmarks and voxel hashes, ${labelPairs} pairs of label maps by their masks`;
  const work = `${files.train} and ${files.test} files: compared ${pairs}; looked at the voxels of ${looked}`;
  if (leaks.length > 0)
    say(
      `LEAKAGE: ${leaks.length} ${leaks.length === 1 ? 'pair shows' : 'pairs show'} one scan or patient. ${work}.`,
    );
  else if (unproven.length > 0) say(`NOT PROVED: no leakage found, but not all could be compared. ${work}.`);
  else say(`No leakage. ${work}.`);
}
