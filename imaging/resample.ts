import { PlusctError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import type { Triple } from './mask-box.js';

/** Voxel values of any kind that can be averaged. */
export type Voxels = Int16Array | Uint8Array | Uint16Array | Float32Array;

/**
 * How to walk an array in patient order without copying it: voxel (x, y, z), growing towards Right, Anterior and
 * Superior, lies at `offset + x·strides[0] + y·strides[1] + z·strides[2]`. Positions are in mm from voxel (0, 0, 0).
 */
export interface RasView {
  readonly shape: Triple;
  readonly spacingMm: Triple;
  readonly strides: Triple;
  readonly offset: number;
}

/** A box of cubic voxels; `originMm` is the centre of voxel (0, 0, 0) in the same frame as the view it was made for. */
export interface CubicGrid {
  readonly shape: Triple;
  readonly spacingMm: number;
  readonly originMm: Triple;
}

const axisPairs = ['RL', 'AP', 'SI'] as const;

/** The view of a native grid. Throws `UnsupportedGeometry` unless the axis codes name each axis once. */
export function rasView(geometry: Pick<Geometry, 'shape' | 'spacingMm' | 'axisCodes'>): RasView {
  const { shape, spacingMm, axisCodes } = geometry;
  const nativeStrides = [1, shape[0], shape[0] * shape[1]];
  let offset = 0;
  const axes = axisPairs.map((pair) => {
    const native = [0, 1, 2].filter((axis) => pair.includes(axisCodes[axis]));
    if (native.length !== 1) {
      const rule = 'need one of R/L, one of A/P and one of S/I';
      throw new PlusctError('UnsupportedGeometry', `axisCodes is "${axisCodes}": ${rule}`);
    }
    const [axis] = native;
    const reversed = axisCodes[axis] === pair[1];
    if (reversed) offset += (shape[axis] - 1) * nativeStrides[axis];
    return { size: shape[axis], spacing: spacingMm[axis], stride: (reversed ? -1 : 1) * nativeStrides[axis] };
  });
  const [x, y, z] = axes;
  return {
    shape: [x.size, y.size, z.size],
    spacingMm: [x.spacing, y.spacing, z.spacing],
    strides: [x.stride, y.stride, z.stride],
    offset,
  };
}

/** A cubic grid seen as a view, so that it can be resampled again. Positions then count from its own first voxel. */
export function viewOfGrid(grid: CubicGrid): RasView {
  const [nx, ny] = grid.shape;
  const spacing = grid.spacingMm;
  return { shape: grid.shape, spacingMm: [spacing, spacing, spacing], strides: [1, nx, nx * ny], offset: 0 };
}

/** Number of voxels of a grid or view. */
export function voxelCount(box: { readonly shape: Triple }): number {
  return box.shape[0] * box.shape[1] * box.shape[2];
}

/** The cubic grid of the given spacing that covers a view, sharing its centre. */
export function coveringGrid(view: RasView, spacingMm: number): CubicGrid {
  const axes = [0, 1, 2].map((axis) => {
    const extent = view.shape[axis] * view.spacingMm[axis];
    const size = Math.max(1, Math.round(extent / spacingMm));
    return { size, origin: ((view.shape[axis] - 1) * view.spacingMm[axis] - (size - 1) * spacingMm) / 2 };
  });
  return {
    shape: [axes[0].size, axes[1].size, axes[2].size],
    spacingMm,
    originMm: [axes[0].origin, axes[1].origin, axes[2].origin],
  };
}

/** The part of a grid between two index corners (`to` exclusive), still in the grid's frame. */
export function cropGrid(grid: CubicGrid, from: Triple, to: Triple): CubicGrid {
  const origin = grid.originMm.map((value, axis) => value + from[axis] * grid.spacingMm);
  return {
    shape: [to[0] - from[0], to[1] - from[1], to[2] - from[2]],
    spacingMm: grid.spacingMm,
    originMm: [origin[0], origin[1], origin[2]],
  };
}

/** One axis of a separable resampling: source index `from + n` feeds target indices with weights. */
interface Taps {
  /** For every target index, where its entries start; one more at the end. */
  readonly starts: Int32Array;
  readonly sources: Int32Array;
  readonly weights: Float32Array;
}

/** Linear interpolation, stretched to the target's voxel size when that is coarser, so that nothing is skipped. */
function axisTaps(
  sourceSize: number,
  sourceSpacing: number,
  size: number,
  spacing: number,
  origin: number,
): Taps {
  const starts = new Int32Array(size + 1);
  const sources: number[] = [];
  const weights: number[] = [];
  const reach = Math.max(1, spacing / sourceSpacing);
  for (let target = 0; target < size; target++) {
    const centre = (origin + target * spacing) / sourceSpacing;
    const held = Math.min(sourceSize - 1, Math.max(0, centre));
    const first = Math.max(0, Math.ceil(held - reach));
    const last = Math.min(sourceSize - 1, Math.floor(held + reach));
    const start = sources.length;
    let sum = 0;
    for (let source = first; source <= last; source++) {
      const weight = 1 - Math.abs(source - held) / reach;
      if (weight <= 1e-6) continue;
      sources.push(source);
      weights.push(weight);
      sum += weight;
    }
    for (let entry = start; entry < weights.length; entry++) weights[entry] /= sum;
    starts[target + 1] = sources.length;
  }
  return { starts, sources: Int32Array.from(sources), weights: Float32Array.from(weights) };
}

/** The same taps, looked up by source index. */
function bySource(taps: Taps, sourceSize: number): Taps {
  const starts = new Int32Array(sourceSize + 1);
  for (const source of taps.sources) starts[source + 1]++;
  for (let source = 0; source < sourceSize; source++) starts[source + 1] += starts[source];
  const next = starts.slice();
  const targets = new Int32Array(taps.sources.length);
  const weights = new Float32Array(taps.sources.length);
  for (let target = 0; target + 1 < taps.starts.length; target++) {
    for (let entry = taps.starts[target]; entry < taps.starts[target + 1]; entry++) {
      const slot = next[taps.sources[entry]]++;
      targets[slot] = target;
      weights[slot] = taps.weights[entry];
    }
  }
  return { starts, sources: targets, weights };
}

/**
 * Averages voxels onto a cubic grid (x fastest). Beyond the view's edge the nearest voxel counts.
 * Walks one source plane at a time, so that memory is the result and two planes, whatever the source's size.
 */
export function resample(voxels: Voxels, view: RasView, grid: CubicGrid): Float32Array {
  const [nx, ny, nz] = grid.shape;
  const taps = [0, 1, 2].map((axis) =>
    axisTaps(view.shape[axis], view.spacingMm[axis], grid.shape[axis], grid.spacingMm, grid.originMm[axis]),
  );
  const rows = bySource(taps[1], view.shape[1]);
  const planes = bySource(taps[2], view.shape[2]);
  const result = new Float32Array(nx * ny * nz);
  const plane = new Float32Array(nx * ny);
  for (let z = 0; z < view.shape[2]; z++) {
    if (planes.starts[z] === planes.starts[z + 1]) continue;
    reducePlane(voxels, view, z, taps[0], rows, plane, nx);
    for (let entry = planes.starts[z]; entry < planes.starts[z + 1]; entry++) {
      const base = planes.sources[entry] * nx * ny;
      const weight = planes.weights[entry];
      for (let n = 0; n < plane.length; n++) result[base + n] += weight * plane[n];
    }
  }
  return result;
}

function reducePlane(
  voxels: Voxels,
  view: RasView,
  z: number,
  columns: Taps,
  rows: Taps,
  plane: Float32Array,
  nx: number,
): void {
  plane.fill(0);
  const row = new Float32Array(nx);
  const [strideX, strideY, strideZ] = view.strides;
  for (let y = 0; y < view.shape[1]; y++) {
    if (rows.starts[y] === rows.starts[y + 1]) continue;
    const base = view.offset + y * strideY + z * strideZ;
    for (let x = 0; x < nx; x++) {
      let sum = 0;
      for (let entry = columns.starts[x]; entry < columns.starts[x + 1]; entry++)
        sum += columns.weights[entry] * voxels[base + columns.sources[entry] * strideX];
      row[x] = sum;
    }
    for (let entry = rows.starts[y]; entry < rows.starts[y + 1]; entry++) {
      const start = rows.sources[entry] * nx;
      const weight = rows.weights[entry];
      for (let x = 0; x < nx; x++) plane[start + x] += weight * row[x];
    }
  }
}
