import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { jobsOf, rowsOf } from '../activities/duplicates.js';
import { workVolumesInThreads } from '../activities/volume-pool.js';
import type { CoarseScan } from '../activities/volume-work.js';
import { collections } from '../domain/collection.js';
import { evidenceText, type SameScan } from '../domain/same-scan.js';
import { packCoarse } from '../imaging/coarse-file.js';
import { type CoarseVolume, coarseVolume } from '../imaging/coarse-volume.js';
import { readDicomSeries } from '../imaging/dicom.js';
import { fingerprintBytes } from '../imaging/fingerprint.js';
import { readCt } from '../imaging/nifti.js';
import { viewScan } from '../imaging/same-scan.js';
import { adapterFor } from '../sources/registry.js';
import { sketchOf } from '../sources/scan-sketch.js';
import { mapBounded } from '../storage/map-bounded.js';
import {
  falseMerges,
  glancesOfStrangers,
  madePatients,
  type NamedScan,
  type SeenScan,
  type Trial,
  tryCopy,
} from './duplicate-trial.js';
import { copyKinds } from './scan-copies.js';

/** `npm run bench -- duplicates`: are copies found, are strangers kept apart, and how long does it take? */
export async function run(_root: string, _say: unknown, args: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      patients: { type: 'string', default: '40' },
      pairs: { type: 'string', default: '520' },
      cases: { type: 'string', default: '1064' },
      seed: { type: 'string', default: '1' },
      /** A folder of five collections to compare instead of made-up patients. */
      collections: { type: 'string' },
      /** Only the landmarks of all pairs of `cases`. */
      landmarks: { type: 'boolean', default: false },
    },
  });
  if (options.landmarks) return printSpeed(Number(options.cases), false);
  const source =
    options.collections === undefined
      ? madePatients(Number(options.patients))
      : await readAll(options.collections);
  const scans: SeenScan[] = [];
  let spentMs = 0;
  for (const { name, scan } of source) {
    const start = performance.now();
    fingerprintBytes(coarseVolume(scan));
    spentMs += performance.now() - start;
    scans.push({ name, view: viewScan(scan) });
    if (scans.length % 10 === 0) say(`${scans.length} patients`);
  }
  console.log(`${scans.length} patients; a fingerprint takes ${(spentMs / scans.length).toFixed(0)} ms`);
  printMerges(scans);
  printTrials(scans, Number(options.pairs), options.seed);
  await printSpeed(Number(options.cases), true);
}

const say = (line: string): void => console.error(line);

function printMerges(scans: readonly SeenScan[]): void {
  const pairs = (scans.length * (scans.length - 1)) / 2;
  const start = performance.now();
  const merges = falseMerges(scans);
  const each = (performance.now() - start) / pairs;
  console.log(
    `${pairs} pairs of the originals: ${merges.length} taken for one scan (${each.toFixed(0)} ms a pair)`,
  );
  const glances = glancesOfStrangers(scans);
  const most = glances.length === 0 ? '–' : Math.max(...glances).toFixed(4);
  console.log(
    `${glances.length} pairs looked alike by their landmarks; highest correlation at a glance ${most}`,
  );
  for (const { first, second, same } of merges) console.log(`  ${first} = ${second}: ${evidenceText(same)}`);
}

function printTrials(scans: readonly SeenScan[], pairs: number, seed: string): void {
  const trials: Trial[] = [];
  for (let n = 0; n < pairs; n++) {
    trials.push(tryCopy(scans, n, seed));
    if ((n + 1) % 40 === 0) say(`${n + 1} of ${pairs} copies`);
  }
  console.log(
    '| copy | pairs | found | recall | lowest at a glance | lowest correlation | largest displacement | a stranger taken for it |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const kind of copyKinds)
    printRow(
      kind,
      trials.filter((trial) => trial.kind === kind),
    );
  printRow('**all**', trials);
  for (const { name, kind, found } of trials)
    if (found === undefined) console.log(`missed: ${name}, ${kind}`);
}

function printRow(name: string, trials: readonly Trial[]): void {
  const found = trials.map((trial) => trial.found).filter((same) => same !== undefined);
  const extreme = (field: (same: SameScan) => number | undefined, pick: (...values: number[]) => number) =>
    shown(found.map(field), pick);
  const cells = [
    name,
    trials.length,
    found.length,
    `${((100 * found.length) / Math.max(1, trials.length)).toFixed(1)} %`,
    shown(
      trials.map(({ glance }) => glance),
      Math.min,
    ),
    extreme((same) => same.correlation, Math.min),
    extreme((same) => same.displacementMm, Math.max),
    trials.filter(({ merged }) => merged !== undefined).length,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

function shown(found: readonly (number | undefined)[], pick: (...values: number[]) => number): string {
  const values = found.filter((value) => value !== undefined);
  return values.length === 0 ? '–' : pick(...values).toFixed(4);
}

/** As many made patients as the five collections have cases, compared as a campaign compares them; by their landmarks or to the end. */
async function printSpeed(cases: number, toTheEnd: boolean): Promise<void> {
  const kept = [...made(cases)];
  const threads = availableParallelism();
  const work = workVolumesInThreads(threads);
  const start = performance.now();
  const sketches = kept.map(({ sketch }) => sketch);
  let done = 0;
  const alike = await mapBounded(rowsOf(cases), threads, async ({ from, to }) => {
    const found = await work.lookAlikes({ sketches: sketches.slice(0, to), from, to });
    done += to - from;
    say(`${done} of ${cases} cases compared with those before them`);
    return found;
  });
  const candidates = alike.flat();
  const middle = performance.now();
  const pairs = (cases * (cases - 1)) / 2;
  const percent = (count: number): string => `${count} (${((100 * count) / pairs).toFixed(3)} %)`;
  console.log(
    `${cases} made patients, ${pairs} pairs, ${threads} threads on ${cpus()[0]?.model ?? 'an unknown processor'}: landmarks ${seconds(middle - start)}, ${percent(candidates.length)} look alike`,
  );
  if (toTheEnd) {
    const fits = await mapBounded(jobsOf(candidates), threads, (job) =>
      work.fitCoarsely({ ones: job.map(([m]) => kept[m]), other: kept[job[0][1]] }),
    );
    const left = fits.flat().filter(Boolean).length;
    console.log(
      `coarse scans of 400 mm ${seconds(performance.now() - middle)}, ${percent(left)} left for the voxels`,
    );
  }
  await work.close();
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}

function* made(cases: number): Generator<CoarseScan> {
  let done = 0;
  for (const { scan } of madePatients(cases)) {
    const coarse = coarseVolume(scan);
    yield { sketch: sketchOf(scan, coarse), coarse: packCoarse(fullSize(coarse)) };
    if (++done % 100 === 0) say(`${done} of ${cases} patients made`);
  }
}

/** As large as the coarse scan of a real patient, 400 mm along each axis: continued by its mirror image beyond its far sides, so that landmarks stay where they are. */
function fullSize(coarse: CoarseVolume): CoarseVolume {
  const side = 400 / coarse.spacingMm;
  const [n1, n2, n3] = coarse.shape;
  const values = new Float32Array(side ** 3);
  let at = 0;
  for (let k = 0; k < side; k++)
    for (let j = 0; j < side; j++)
      for (let i = 0; i < side; i++)
        values[at++] = coarse.values[mirrored(i, n1) + n1 * (mirrored(j, n2) + n2 * mirrored(k, n3))];
  return { ...coarse, shape: [side, side, side], values };
}

function mirrored(at: number, size: number): number {
  const within = at % (2 * size);
  return within < size ? within : 2 * size - 1 - within;
}

/** Every case of the collections in a folder; cases that a collection withdrew as copies are read like the others. */
async function readAll(directory: string): Promise<NamedScan[]> {
  const scans: NamedScan[] = [];
  for (const collection of collections) {
    const folder = join(directory, collection);
    for (const { caseId, image } of (await adapterFor(collection).list(folder)).cases) {
      const name = `${collection}/${caseId}`;
      const read = (path: string) => readFileSync(join(folder, path));
      const scan =
        image.kind === 'nifti'
          ? readCt(read(image.path), name)
          : readDicomSeries(image.paths.map((path) => ({ path, bytes: read(path) }))).image;
      scans.push({ name, scan });
    }
  }
  return scans;
}
