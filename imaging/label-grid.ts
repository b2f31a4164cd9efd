import { DataError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import { sameGrid } from './geometry-compare.js';
import { toOrientation } from './orientation.js';
import type { LabelMap } from './volume.js';

/** The labels in the series' own order of voxels; axes may be turned, but nothing is resampled. */
export function labelsOnGrid(
  { geometry, values }: LabelMap,
  grid: Geometry,
  name: string,
  byIndex = false,
): Uint8Array | Uint16Array {
  if (byIndex && geometry.shape.join() === grid.shape.join()) return values;
  const turned = toOrientation(geometry, values, grid.axisCodes);
  const difference = sameGrid(grid, turned.geometry);
  if (difference === undefined) return turned.voxels;
  throw new DataError({
    code: 'GRID_MISMATCH',
    field: geometry.decidedBy,
    value: geometry.axisCodes,
    message: `${name}: its voxels are not those of the series: ${difference}`,
    suggestion:
      'Give the series that the labels were drawn on; --by-index where the label’s header is known to be wrong.',
  });
}
