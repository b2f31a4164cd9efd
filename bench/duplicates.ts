import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { collections } from '../domain/collection.js';
import { evidenceText, type SameScan } from '../domain/same-scan.js';
import { coarseVolume } from '../imaging/coarse-volume.js';
import { readDicomSeries } from '../imaging/dicom.js';
import { type Fingerprint, fingerprintBytes, readFingerprint } from '../imaging/fingerprint.js';
import { likelyPoses } from '../imaging/fingerprint-match.js';
import { descriptorLength } from '../imaging/landmarks.js';
import { readCt } from '../imaging/nifti.js';
import { type Random, randomInteger, seededRandom } from '../imaging/random.js';
import { viewScan } from '../imaging/same-scan.js';
import { adapterFor } from '../sources/registry.js';
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
  printSpeed(scans, Number(options.cases), options.seed);
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
function printSpeed(scans: readonly SeenScan[], cases: number, seed: string): void {
  const random = seededRandom(`${seed}/speed`);
  const mixed = Array.from({ length: cases }, () => mix(scans, random));
  const start = performance.now();
  let candidates = 0;
  for (let n = 0; n < cases; n++) {
    for (let m = 0; m < n; m++) if (likelyPoses(mixed[m], mixed[n]).length > 0) candidates++;
    if (n % 100 === 99) say(`${n + 1} of ${cases} cases compared with each other`);
  }
  const seconds = (performance.now() - start) / 1000;
  const pairs = (cases * (cases - 1)) / 2;
  const share = ((100 * candidates) / pairs).toFixed(3);
  console.log(
    `${cases} cases, ${pairs} pairs of fingerprints: ${seconds.toFixed(0)} s in one thread, ${share} % left for a look at the voxels`,
  );
}

function mix(scans: readonly SeenScan[], random: Random): Fingerprint {
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
  return readFingerprint(bytes)!;
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
