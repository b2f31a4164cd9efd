import type { Triple } from '../../imaging/mask-box.js';
import type { CubicGrid } from '../../imaging/resample.js';
import type { Alignment } from './alignment.js';
import { cropValues, type Picture } from './picture.js';

/** A box between two points, in mm of some scan's frame. */
export interface BoxMm {
  readonly fromMm: Triple;
  readonly toMm: Triple;
}

/** The box around all voxels of at least `least` (of 255), in mm of the grid's frame; the organ must not be empty. */
export function organBoxMm(organ: Uint8Array | Float32Array, grid: CubicGrid, least: number): BoxMm {
  const [nx, ny, nz] = grid.shape;
  const from = [nx, ny, nz];
  const to = [-1, -1, -1];
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, n++) {
        if (organ[n] < least) continue;
        const at = [i, j, k];
        for (let axis = 0; axis < 3; axis++) {
          from[axis] = Math.min(from[axis], at[axis]);
          to[axis] = Math.max(to[axis], at[axis]);
        }
      }
    }
  }
  const toMm = (index: number[]): Triple => [
    grid.originMm[0] + index[0] * grid.spacingMm,
    grid.originMm[1] + index[1] * grid.spacingMm,
    grid.originMm[2] + index[2] * grid.spacingMm,
  ];
  return { fromMm: toMm(from), toMm: toMm(to) };
}

/** The part of a picture within a margin of a box. */
export function cropPicture(picture: Picture, box: BoxMm, marginMm: number): Picture {
  const fromMm: Triple = [box.fromMm[0] - marginMm, box.fromMm[1] - marginMm, box.fromMm[2] - marginMm];
  const toMm: Triple = [box.toMm[0] + marginMm, box.toMm[1] + marginMm, box.toMm[2] + marginMm];
  return cropValues(picture.values, picture.grid, fromMm, toMm);
}

/** The box around a grid's voxel centres. */
export function boxOfGrid(grid: CubicGrid): BoxMm {
  const end = (axis: number) => grid.originMm[axis] + (grid.shape[axis] - 1) * grid.spacingMm;
  return { fromMm: grid.originMm, toMm: [end(0), end(1), end(2)] };
}

/** Where an alignment takes a box of the fixed frame. */
export function alignedBox(box: BoxMm, { scale, shiftMm }: Alignment): BoxMm {
  const taken = (at: Triple): Triple => [
    scale[0] * at[0] + shiftMm[0],
    scale[1] * at[1] + shiftMm[1],
    scale[2] * at[2] + shiftMm[2],
  ];
  return { fromMm: taken(box.fromMm), toMm: taken(box.toMm) };
}
