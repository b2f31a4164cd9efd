import type { Geometry } from '../domain/volume.js';
import { offsetOnGrid } from './grid-difference.js';
import type { Triple } from './mask-box.js';
import { toOrientation } from './orientation.js';
import type { LabelMap } from './volume.js';

/** A block's values on the whole grid; undefined where labelled voxels would lie outside of it. */
export function placedIn<T extends LabelMap['values']>(
  whole: Triple,
  part: Triple,
  [i0, j0, k0]: Triple,
  values: T,
): T | undefined {
  if (whole.join() === part.join() && i0 === 0 && j0 === 0 && k0 === 0) return values;
  // The values' own kind: bytes stay bytes.
  const placed = new (values.constructor as new (length: number) => T)(whole[0] * whole[1] * whole[2]);
  for (let n = 0; n < values.length; n++) {
    if (values[n] === 0) continue;
    const row = Math.floor(n / part[0]);
    const [i, j, k] = [i0 + (n % part[0]), j0 + (row % part[1]), k0 + Math.floor(row / part[1])];
    if (i < 0 || j < 0 || k < 0 || i >= whole[0] || j >= whole[1] || k >= whole[2]) return undefined;
    placed[i + whole[0] * (j + whole[1] * k)] = values[n];
  }
  return placed;
}

/**
 * A label that is cut to a block of an image, as 3D Slicer saves them, on the image's grid: where its header says, axes turned as the image's.
 * As it is where it has the image's shape, does not lie on the image's voxels, or reaches beyond them.
 */
export function blockOnGrid(label: LabelMap, grid: Geometry): LabelMap {
  if (label.geometry.shape.join() === grid.shape.join()) return label;
  const { voxels, geometry } = toOrientation(label.geometry, label.values, grid.axisCodes);
  const at = offsetOnGrid(grid, geometry);
  const values = at && placedIn(grid.shape, geometry.shape, at, voxels);
  return values === undefined ? label : { geometry: grid, values };
}
