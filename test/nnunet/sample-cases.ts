import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { organValue } from '../../domain/organ.js';
import type { TrainingCase, TrainingVolume } from '../../engines/engine.js';
import { readCt, readLabelMap } from '../../imaging/nifti.js';

type Triple = readonly [number, number, number];

/** A sample case of MSD Spleen cut to a box around its spleen, so that a network sees it on a CPU in seconds. */
export function spleenCrop(samples: string, caseId: string, size: Triple): TrainingVolume {
  const folder = join(samples, 'msd-spleen', 'Task09_Spleen', 'imagesTr');
  const image = readCt(readFileSync(join(folder, `${caseId}.nii.gz`)), caseId);
  const reference = join(samples, 'reference', 'msd-spleen', `${caseId}.nii.gz`);
  const values = readLabelMap(readFileSync(reference), caseId).values;
  const spleen = Uint8Array.from(values, (value) => (value === organValue.spleen ? value : 0));
  const from = boxStart(spleen, image.geometry.shape, size);
  const { affine } = image.geometry;
  const moved = affine.map(([i, j, k, origin]) => [
    i,
    j,
    k,
    origin + i * from[0] + j * from[1] + k * from[2],
  ]) as typeof affine;
  const cut = { from, size, shape: image.geometry.shape };
  return {
    image: {
      ...image,
      geometry: { ...image.geometry, shape: [...size], affine: moved },
      hu: cutOut(image.hu, new Int16Array(size[0] * size[1] * size[2]), cut),
    },
    labels: cutOut(spleen, new Uint8Array(size[0] * size[1] * size[2]), cut),
  };
}

/** The lowest corner of a box of that size around the middle of the mask, inside the grid. */
function boxStart(mask: Uint8Array, shape: Triple, size: Triple): [number, number, number] {
  const sum = [0, 0, 0];
  let count = 0;
  mask.forEach((value, at) => {
    if (value === 0) return;
    sum[0]! += at % shape[0];
    sum[1]! += Math.floor(at / shape[0]) % shape[1];
    sum[2]! += Math.floor(at / (shape[0] * shape[1]));
    count += 1;
  });
  const start = (axis: 0 | 1 | 2) =>
    Math.max(0, Math.min(shape[axis] - size[axis], Math.round(sum[axis]! / count - size[axis] / 2)));
  return [start(0), start(1), start(2)];
}

function cutOut<Voxels extends Int16Array | Uint8Array>(
  all: Voxels,
  into: Voxels,
  { from, size, shape }: { from: Triple; size: Triple; shape: Triple },
): Voxels {
  for (let k = 0; k < size[2]; k++)
    for (let j = 0; j < size[1]; j++)
      for (let i = 0; i < size[0]; i++) {
        const at = from[0] + i + shape[0] * (from[1] + j + shape[1] * (from[2] + k));
        into[i + size[0] * (j + size[1] * k)] = all[at]!;
      }
  return into;
}

export function trainingCases(volumes: ReadonlyMap<string, TrainingVolume>): TrainingCase[] {
  return [...volumes].map(([id, volume]) => ({ id: `msd-spleen/${id}`, load: async () => volume }));
}
