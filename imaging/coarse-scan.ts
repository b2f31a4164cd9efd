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
  let from = new Float32Array(values);
  for (const axis of [0, 1, 2]) {
    const into = new Float32Array(from.length);
    const [step, size] = [strides[axis], shape[axis]];
    for (let n = 0, at = 0, rest = step; n < from.length; n++) {
      let [sum, count] = [from[n], 1];
      if (at > 0) {
        sum += from[n - step];
        count++;
      }
      if (at < size - 1) {
        sum += from[n + step];
        count++;
      }
      into[n] = sum / count;
      if (--rest > 0) continue;
      rest = step;
      at = at === size - 1 ? 0 : at + 1;
    }
    from = into;
  }
  return from;
}

/**
 * In each slice what lies at least `radius` cells inside along both axes, as an erosion by a square of 2·radius + 1.
 * Beyond the volume's edge everything counts as inside.
 */
export function erodedInPlane(mask: Uint8Array, shape: Triple, radius: number): Uint8Array {
  return erodedAlong(erodedAlong(mask, shape, 0, radius), shape, 1, radius);
}

function erodedAlong(mask: Uint8Array, [nx, ny, nz]: Triple, axis: 0 | 1, radius: number): Uint8Array {
  const result = new Uint8Array(mask.length);
  const [size, step, lines, lineStep] = axis === 0 ? [nx, 1, ny, nx] : [ny, nx, nx, 1];
  for (let line = 0; line < lines * nz; line++) {
    const start = Math.floor(line / lines) * nx * ny + (line % lines) * lineStep;
    for (let at = 0; at < size; at++) {
      if (mask[start + at * step] === 0) continue;
      const first = at;
      while (at < size && mask[start + at * step] === 1) at++;
      const low = first === 0 ? 0 : first + radius;
      const high = at === size ? size : at - radius;
      for (let inside = low; inside < high; inside++) result[start + inside * step] = 1;
    }
  }
  return result;
}
