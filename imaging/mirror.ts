import type { Geometry } from '../domain/volume.js';
import { axisDirections } from './geometry.js';
import type { Voxels } from './orientation.js';

/**
 * The array with the patient's left and right exchanged: reversed along the index that runs most nearly left–right,
 * on the same grid (`i + n1·(j + n2·k)`, i fastest). Doing it twice gives the array back, so that a mask found on a mirrored image is
 * brought home by the same call.
 */
export function mirrored<T extends Voxels>(
  values: T,
  { shape, affine }: Pick<Geometry, 'shape' | 'affine'>,
): T {
  const axis = axisDirections(affine).world.indexOf(0);
  const stride = axis === 0 ? 1 : axis === 1 ? shape[0] : shape[0] * shape[1];
  const size = shape[axis];
  const result = values.slice() as T;
  for (let start = 0; start < values.length; start += stride * size) {
    for (let n = 0; n < size; n++) {
      const from = start + n * stride;
      result.set(values.subarray(from, from + stride), start + (size - 1 - n) * stride);
    }
  }
  return result;
}
