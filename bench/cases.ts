import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Affine } from '../imaging/geometry.js';
import { readLabelMap } from '../imaging/nifti.js';
import { gzipStable, writeNifti } from '../imaging/nifti-write.js';
import { type MadeCase, makeKidneys } from './kidneys.js';

/** Two files of one case, and how large it is. */
export interface BenchCase {
  readonly name: string;
  readonly shape: string;
  readonly slices: number;
  readonly truth: string;
  readonly prediction: string;
}

const madeCases: readonly MadeCase[] = [
  { name: 'made-29', slices: 29, rows: 512, sliceMm: 5, pixelMm: 0.78, seed: 1 },
  { name: 'made-96', slices: 96, rows: 512, sliceMm: 3, pixelMm: 0.82, seed: 2 },
  { name: 'made-261', slices: 261, rows: 512, sliceMm: 1, pixelMm: 0.74, seed: 3 },
  { name: 'made-527', slices: 527, rows: 512, sliceMm: 0.8, pixelMm: 0.8, seed: 4 },
  { name: 'made-1059', slices: 1059, rows: 512, sliceMm: 0.5, pixelMm: 0.7, seed: 5 },
];

/** Cases that need no data from outside; written once under `dir`. */
export function madeFiles(dir: string, say: (line: string) => void): BenchCase[] {
  mkdirSync(dir, { recursive: true });
  return madeCases.map((made) => {
    const { name, slices, rows } = made;
    const [truth, prediction] = ['truth', 'prediction'].map((kind) => join(dir, `${name}-${kind}.nii.gz`));
    if (!existsSync(truth) || !existsSync(prediction)) {
      say(`Drawing ${name} …`);
      const masks = makeKidneys(made);
      const shape = [slices, rows, rows] as const;
      const spacingMm = [made.sliceMm, made.pixelMm, made.pixelMm] as const;
      writeMask(truth, masks.truth, shape, spacingMm);
      writeMask(prediction, masks.prediction, shape, spacingMm);
    }
    return { name, shape: `${slices}×${rows}×${rows}`, slices, truth, prediction };
  });
}

/** Real cases of ../shared/data, where it is there: two annotations of one scan, and truths with a made prediction. */
export function sharedFiles(data: string, dir: string, say: (line: string) => void): BenchCase[] {
  const [pairs, oracle] = [join(data, 'real', 'kits19-vs-kits23'), join(data, 'real', 'kits19-oracle')];
  if (!existsSync(pairs) || !existsSync(oracle)) return [];
  mkdirSync(dir, { recursive: true });
  const both = readdirSync(pairs)
    .filter((id) => id.startsWith('case_'))
    .map((id) =>
      described(
        `${id} KiTS19/23`,
        join(pairs, id, 'kits19_segmentation.nii.gz'),
        join(pairs, id, 'kits23_segmentation.nii.gz'),
      ),
    );
  const shifted = readdirSync(oracle)
    .filter((file) => file.endsWith('.nii.gz'))
    .map((file) => {
      const prediction = join(dir, file);
      if (!existsSync(prediction)) {
        say(`Making a prediction for ${file} …`);
        writeShifted(join(oracle, file), prediction);
      }
      return described(`${file.split('.')[0]} shifted`, join(oracle, file), prediction);
    });
  return [...both, ...shifted].sort((a, b) => a.slices - b.slices);
}

function described(name: string, truth: string, prediction: string): BenchCase {
  const { shape } = readLabelMap(readFileSync(truth), truth).geometry;
  return { name, shape: shape.join('×'), slices: shape[0], truth, prediction };
}

/** The mask moved by one voxel along two axes, with one in seven blocks of 8³ voxels missing. */
function writeShifted(truth: string, prediction: string): void {
  const { geometry, values } = readLabelMap(readFileSync(truth), truth);
  const [n1, n2, n3] = geometry.shape;
  const moved = new Uint8Array(values.length);
  for (let k = 1; k < n3; k++) {
    for (let j = 1; j < n2; j++) {
      const from = n1 * (j - 1 + n2 * (k - 1));
      for (let i = 0; i < n1; i++) {
        if (values[from + i] === 0) continue;
        const block = ((i >> 3) * 73856093 + (j >> 3) * 19349663 + (k >> 3) * 83492791) % 7;
        if (block !== 0) moved[i + n1 * (j + n2 * k)] = 1;
      }
    }
  }
  writeMask(prediction, moved, geometry.shape, geometry.spacingMm);
}

/** Under its final name only when it is complete. */
function writeMask(
  path: string,
  voxels: Uint8Array,
  shape: readonly [number, number, number],
  spacingMm: readonly [number, number, number],
): void {
  const affine: Affine = [
    [spacingMm[0], 0, 0, 0],
    [0, spacingMm[1], 0, 0],
    [0, 0, spacingMm[2], 0],
  ];
  writeFileSync(
    `${path}.partial`,
    gzipStable(writeNifti({ shape, spacingMm, voxels, sform: { code: 1, affine } })),
  );
  renameSync(`${path}.partial`, path);
}
