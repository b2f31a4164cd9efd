import type { Geometry } from '../domain/volume.js';
import type { Triple } from './mask-box.js';
import { rasView, type Voxels } from './resample.js';

/** Fine enough for spine and lungs, coarse enough to be looked at in milliseconds. */
const cellMm = 4;
/** Bounds memory where a header claims voxels of any size. */
const mostCells = 256;

/** A volume in patient order: x grows to the Right, y to the front, z upwards; index `x + nx·(y + ny·z)`. */
export interface CoarseGrid {
  readonly shape: Triple;
  /** About 4 mm under the geometry given; the slice step where slices are farther apart. */
  readonly cellMm: Triple;
}

/** A grid that covers a native one, and the voxel nearest to the middle of each cell. */
export interface CoarseSampling extends CoarseGrid {
  /** Native index of each x, y and z, to be added up. */
  readonly places: readonly [Int32Array, Int32Array, Int32Array];
}

/** The sampling of a native grid, in the order that its header says. */
export function coarseSampling(
  geometry: Pick<Geometry, 'shape' | 'spacingMm' | 'axisCodes'>,
): CoarseSampling {
  const { shape, spacingMm, strides, offset } = rasView(geometry);
  const axes = [0, 1, 2].map((axis) => {
    const extent = shape[axis] * spacingMm[axis];
    const cells = Math.max(1, Math.min(shape[axis], mostCells, Math.round(extent / cellMm)));
    const places = Int32Array.from({ length: cells }, (_, cell) => {
      const nearest = Math.round(((cell + 0.5) * shape[axis]) / cells - 0.5);
      return Math.min(shape[axis] - 1, Math.max(0, nearest)) * strides[axis] + (axis === 0 ? offset : 0);
    });
    return { cells, mm: extent / cells, places };
  });
  const [x, y, z] = axes;
  return {
    shape: [x.cells, y.cells, z.cells],
    cellMm: [x.mm, y.mm, z.mm],
    places: [x.places, y.places, z.places],
  };
}

/** The sampled values, x fastest. */
export function sampled({ shape, places }: CoarseSampling, voxels: Voxels): Int16Array {
  const [nx, ny, nz] = shape;
  const result = new Int16Array(nx * ny * nz);
  let at = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = places[1][y] + places[2][z];
      for (let x = 0; x < nx; x++) result[at++] = voxels[row + places[0][x]];
    }
  }
  return result;
}

/** Mean over each cell and its neighbours (3×3×3; fewer at the edge): noise of single voxels goes. */
export function smoothed(values: Int16Array, shape: Triple): Float32Array {
  const strides = [1, shape[0], shape[0] * shape[1]];
  let from: Float32Array = Float32Array.from(values);
  for (const axis of [0, 1, 2]) {
    const into = new Float32Array(from.length);
    const [step, size] = [strides[axis], shape[axis]];
    for (let n = 0; n < from.length; n++) {
      const at = Math.floor(n / step) % size;
      const low = at > 0 ? from[n - step] : 0;
      const high = at < size - 1 ? from[n + step] : 0;
      into[n] = (low + from[n] + high) / (1 + (at > 0 ? 1 : 0) + (at < size - 1 ? 1 : 0));
    }
    from = into;
  }
  return from;
}
