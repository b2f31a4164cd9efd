import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import type { SourceCase } from '../../domain/case.js';
import type { Collection } from '../../domain/collection.js';
import { writeCtSlice } from '../../imaging/dicom-write.js';
import type { Affine } from '../../imaging/geometry.js';
import { type NiftiSpec, writeNifti } from '../../imaging/nifti-write.js';
import { seededRandom } from '../../imaging/random.js';
import type { CtVolume } from '../../imaging/volume.js';

const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A temporary folder with these files (path → content); removed after the test. */
export function treeOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'plusct-tree-'));
  made.push(directory);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

export const shape: readonly [number, number, number] = [20, 16, 12];
export const voxelCount = shape[0] * shape[1] * shape[2];

/** An affine with these voxel sides whose axes run R, A, S. */
export function rasAffine(sidesMm: readonly [number, number, number], origin = [-10, -20, -30]): Affine {
  return [
    [sidesMm[0], 0, 0, origin[0]],
    [0, sidesMm[1], 0, origin[1]],
    [0, 0, sidesMm[2], origin[2]],
  ];
}

/** 1 in a box that lies in one corner of the grid, so that none of its mirror images covers it. */
export function organBox(): Uint8Array {
  const [n1, n2] = shape;
  return Uint8Array.from({ length: voxelCount }, (_, n) => {
    const [i, j, k] = [n % n1, Math.floor(n / n1) % n2, Math.floor(n / (n1 * n2))];
    return i >= 2 && i < 8 && j >= 2 && j < 7 && k >= 1 && k < 5 ? 1 : 0;
  });
}

/** About 60 HU in the organ, fat elsewhere, all with noise. */
export function tissue(seed = 'patient'): Int16Array {
  const random = seededRandom(seed);
  return Int16Array.from(
    organBox(),
    (inside) => (inside === 1 ? 60 : -100) + Math.round(40 * (random() - 0.5)),
  );
}

const sidesMm: readonly [number, number, number] = [0.8, 0.8, 2.5];

/** A NIfTI file on the usual grid unless told otherwise. */
export function nifti(voxels: NiftiSpec['voxels'], changes: Partial<NiftiSpec> = {}): Uint8Array {
  const form = { code: 1, affine: rasAffine(changes.spacingMm ?? sidesMm) };
  return writeNifti({ shape, voxels, spacingMm: sidesMm, sform: form, qform: form, ...changes });
}

export function volumeOf(hu: Int16Array, size: readonly [number, number, number] = shape): CtVolume {
  const geometry: CtVolume['geometry'] = {
    shape: [...size],
    spacingMm: [0.8, 0.8, 2.5],
    axisCodes: 'RAS',
    affine: rasAffine(sidesMm),
    decidedBy: 'sform',
    repairs: [],
  };
  return { geometry, hu, minHu: -1024, maxHu: 3071, notFinite: 0 };
}

/** A listed case with image `image.nii` and label `label.nii`. */
export function niftiCase(collection: Collection = 'msd-spleen'): SourceCase {
  const image = { kind: 'nifti', path: 'image.nii' } as const;
  return { collection, caseId: 'one', subset: 'train', image, labelPath: 'label.nii', findings: [] };
}

/** Slices of a series as the head-first NIH series are: rows run to the front, slice 1 is the topmost. */
export function dicomSeries(
  folder: string,
  patientId: string,
  hu = tissue(),
  seriesUid = `1.2.3.${patientId.length}`,
) {
  const [columns, rows, slices] = shape;
  const files: Record<string, Uint8Array> = {};
  for (let k = 0; k < slices; k++) {
    files[`${folder}/1-${String(k + 1).padStart(3, '0')}.dcm`] = writeCtSlice({
      patientId,
      studyUid: '1.2.3.4',
      seriesUid,
      sopUid: `${seriesUid}.${k + 1}`,
      instanceNumber: k + 1,
      rows,
      columns,
      pixelSpacingMm: [0.8, 0.8],
      imagePosition: [-8, 6, 100 - 2.5 * k],
      imageOrientation: [1, 0, 0, 0, -1, 0],
      sliceThicknessMm: 2.5,
      pixels: hu.slice(rows * columns * k, rows * columns * (k + 1)),
      transferSyntax: k % 2 === 0 ? 'explicit' : 'implicit',
    });
  }
  return files;
}
