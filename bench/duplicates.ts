import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rowsOf } from '../activities/duplicates.js';
import { workVolumesInThreads } from '../activities/volume-pool.js';
import { collections } from '../domain/collection.js';
import { evidenceText, type SameScan, type ScanSketch } from '../domain/same-scan.js';
import { sketchVersion } from '../domain/sketch-version.js';
import { coarseVolume } from '../imaging/coarse-volume.js';
import { readDicomSeries } from '../imaging/dicom.js';
import { fingerprintBytes } from '../imaging/fingerprint.js';
import { descriptorLength } from '../imaging/landmarks.js';
import { readCt } from '../imaging/nifti.js';
import { type Random, randomInteger, seededRandom } from '../imaging/random.js';
import { viewScan } from '../imaging/same-scan.js';
import { adapterFor } from '../sources/registry.js';
import { sha256 } from '../storage/hash.js';
import { mapBounded } from '../storage/map-bounded.js';
import {
  falseMerges,
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
    },
  });
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
  await printSpeed(scans, Number(options.cases), options.seed);
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
  for (const { first, second, same } of merges) console.log(`  ${first} = ${second}: ${evidenceText(same)}`);
}

function printTrials(scans: readonly SeenScan[], pairs: number, seed: string): void {
  const trials: Trial[] = [];
  for (let n = 0; n < pairs; n++) {
    trials.push(tryCopy(scans, n, seed));
    if ((n + 1) % 40 === 0) say(`${n + 1} of ${pairs} copies`);
  }
  console.log(
    '| copy | pairs | found | recall | lowest correlation | largest displacement | taken for a stranger |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
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
  const extreme = (field: (same: SameScan) => number | undefined, pick: (...values: number[]) => number) => {
    const values = found.map(field).filter((value) => value !== undefined);
    return values.length === 0 ? '–' : pick(...values).toFixed(4);
  };
  const cells = [
    name,
    trials.length,
    found.length,
    `${((100 * found.length) / Math.max(1, trials.length)).toFixed(1)} %`,
    extreme((same) => same.correlation, Math.min),
    extreme((same) => same.displacementMm, Math.max),
    trials.filter(({ merged }) => merged !== undefined).length,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** As many fingerprints as the five collections have cases: landmarks of all patients, mixed anew for each. */
async function printSpeed(scans: readonly SeenScan[], cases: number, seed: string): Promise<void> {
  const random = seededRandom(`${seed}/speed`);
  const sketches = Array.from({ length: cases }, (_, n) => mix(scans, random, n));
  const threads = availableParallelism();
  const work = workVolumesInThreads(threads);
  const start = performance.now();
  let done = 0;
  const alike = await mapBounded(rowsOf(cases), threads, async ({ from, to }) => {
    const found = await work.lookAlikes({ sketches: sketches.slice(0, to), from, to });
    done += to - from;
    say(`${done} of ${cases} cases compared with those before them`);
    return found.length;
  });
  const seconds = (performance.now() - start) / 1000;
  await work.close();
  const pairs = (cases * (cases - 1)) / 2;
  const candidates = alike.reduce((sum, found) => sum + found, 0);
  const share = ((100 * candidates) / pairs).toFixed(3);
  console.log(
    `${cases} cases, ${pairs} pairs of fingerprints: ${seconds.toFixed(0)} s in ${threads} threads, ${share} % left for a look at the voxels`,
  );
}

function mix(scans: readonly SeenScan[], random: Random, which: number): ScanSketch {
  const picked = Array.from({ length: 220 }, () => {
    const { fingerprint } = scans[randomInteger(random, scans.length)].view;
    const n = randomInteger(random, fingerprint.count);
    return { fingerprint, n };
  }).sort((a, b) => a.fingerprint.brightness[a.n] - b.fingerprint.brightness[b.n]);
  const bytes = new Uint8Array(2 + picked.length * (6 + descriptorLength));
  const view = new DataView(bytes.buffer);
  bytes.set([1, picked.length]);
  picked.forEach(({ fingerprint, n }, at) => {
    const start = 2 + at * (6 + descriptorLength);
    for (let axis = 0; axis < 3; axis++)
      view.setInt16(start + 2 * axis, Math.round(10 * fingerprint.atMm[3 * n + axis]), true);
    for (let m = 0; m < descriptorLength; m++)
      view.setInt8(start + 6 + m, fingerprint.descriptors[n * descriptorLength + m]);
  });
  const hash = sha256(`mixed ${which}`);
  const fingerprint = Buffer.from(bytes).toString('base64');
  return { version: sketchVersion, voxelSha256: hash, multisetSha256: hash, fingerprint };
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
