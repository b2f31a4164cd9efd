import { seededRandom } from '../../imaging/random.js';
import type { CtVolume, Mask } from '../../imaging/volume.js';
import { rasAffine } from './made-cases.js';

type Voxel = readonly [i: number, j: number, k: number];

/** A made abdomen: 64 × 52 × 30 voxels of 5 × 5 × 6 mm, axes R, A, S; a round body in air with noise everywhere. */
export const size: Voxel = [64, 52, 30];
const spacingMm: Voxel = [5, 5, 6];
export const voxels = size[0] * size[1] * size[2];

/** A mask of every voxel for which `inside` holds. */
export function maskWhere(inside: (...voxel: Voxel) => boolean): Mask {
  return Uint8Array.from({ length: voxels }, (_, n) => (inside(...voxelAt(n)) ? 1 : 0));
}

/** A ball of about 900 mL on the right-hand side of the body, off every plane of symmetry. */
export const liver: Mask = maskWhere((i, j, k) => distanceMm([i, j, k], [44, 30, 18]) < 60);

/** Air around, fat in the body, 60 HU in the liver. */
export function abdomen(changeHu: (hu: number, ...voxel: Voxel) => number = (hu) => hu): CtVolume {
  const random = seededRandom('abdomen');
  const hu = Int16Array.from({ length: voxels }, (_, n) => {
    const [i, j, k] = voxelAt(n);
    const body = ((i - 31.5) / 28) ** 2 + ((j - 25.5) / 21) ** 2 < 1;
    const tissue = liver[n] === 1 ? 60 : body ? -100 : -1000;
    return changeHu(tissue + Math.round(20 * (random() - 0.5)), i, j, k);
  });
  return volumeWith(hu);
}

/** The made grid with these voxels. */
export function volumeWith(hu: Int16Array): CtVolume {
  const minHu = hu.reduce((a, b) => Math.min(a, b));
  const maxHu = hu.reduce((a, b) => Math.max(a, b));
  const affine = rasAffine(spacingMm);
  const geometry: CtVolume['geometry'] = {
    shape: [...size],
    spacingMm: [...spacingMm],
    axisCodes: 'RAS',
    affine,
    decidedBy: 'sform',
    repairs: [],
  };
  return { geometry, hu, minHu, maxHu, notFinite: 0 };
}

export function distanceMm(a: Voxel, b: Voxel): number {
  return Math.hypot(...a.map((value, axis) => (value - b[axis]) * spacingMm[axis]));
}

function voxelAt(n: number): Voxel {
  const [n1, n2] = size;
  return [n % n1, Math.floor(n / n1) % n2, Math.floor(n / (n1 * n2))];
}
