import type { Triple } from '../../imaging/mask-box.js';
import { type CubicGrid, coveringGrid, cropGrid, resample, viewOfGrid } from '../../imaging/resample.js';

/** A squashed CT (1…255, 0 where nothing was scanned) on a cubic grid. */
export interface Picture {
  readonly grid: CubicGrid;
  readonly values: Float32Array;
}

/** Spacing of the finest grid that registration and fusion work on. */
export const workSpacingMm = 3;
/** Spacing of the grid that whole scans are aligned on. */
export const overviewSpacingMm = 6;
/** Spacing of the grid on which the first alignment is searched for. */
export const searchSpacingMm = 12;

/** Knots of the squashing: soft tissue gets most of the range, lung and bone keep some. */
const knots = [
  { hu: -1000, value: 1 },
  { hu: -200, value: 40 },
  { hu: 300, value: 235 },
  { hu: 1000, value: 255 },
] as const;

/** Hounsfield units to 1…255, linear between the knots. */
export function squash(hu: number): number {
  for (let n = 1; n < knots.length; n++) {
    const [low, high] = [knots[n - 1], knots[n]];
    if (hu > high.hu && n + 1 < knots.length) continue;
    const part = (Math.min(high.hu, Math.max(low.hu, hu)) - low.hu) / (high.hu - low.hu);
    return low.value + part * (high.value - low.value);
  }
  return knots[0].value;
}

/** Squashes a whole array of Hounsfield units. */
export function squashAll(hu: Float32Array): Float32Array {
  const values = new Float32Array(hu.length);
  for (let n = 0; n < hu.length; n++) values[n] = squash(hu[n]);
  return values;
}

/** The same scan on a coarser grid of the same frame. */
export function coarser(picture: Picture, spacingMm: number): Picture {
  const view = viewOfGrid(picture.grid);
  const local = coveringGrid(view, spacingMm);
  return { grid: inFrameOf(picture.grid, local), values: resample(picture.values, view, local) };
}

/** Values of one cubic grid read on another of the same frame; beyond the edge the nearest voxel counts. */
export function onGrid(values: Float32Array | Uint8Array, from: CubicGrid, to: CubicGrid): Float32Array {
  const origin: Triple = [
    to.originMm[0] - from.originMm[0],
    to.originMm[1] - from.originMm[1],
    to.originMm[2] - from.originMm[2],
  ];
  return resample(values, viewOfGrid(from), { ...to, originMm: origin });
}

/** Rounds to bytes, for storing. */
export function toBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let n = 0; n < values.length; n++) bytes[n] = Math.min(255, Math.max(0, Math.round(values[n])));
  return bytes;
}

function inFrameOf(parent: CubicGrid, local: CubicGrid): CubicGrid {
  return {
    ...local,
    originMm: [
      parent.originMm[0] + local.originMm[0],
      parent.originMm[1] + local.originMm[1],
      parent.originMm[2] + local.originMm[2],
    ],
  };
}

/** Index corners (`to` exclusive) of the voxels whose centres lie in a box given in mm; at least one voxel. */
export function indexBox(grid: CubicGrid, fromMm: Triple, toMm: Triple): { from: Triple; to: Triple } {
  const ends = [0, 1, 2].map((axis) => {
    const first = Math.ceil((fromMm[axis] - grid.originMm[axis]) / grid.spacingMm - 1e-6);
    const last = Math.floor((toMm[axis] - grid.originMm[axis]) / grid.spacingMm + 1e-6);
    const from = Math.min(grid.shape[axis] - 1, Math.max(0, first));
    return { from, to: Math.max(from + 1, Math.min(grid.shape[axis], last + 1)) };
  });
  return { from: [ends[0].from, ends[1].from, ends[2].from], to: [ends[0].to, ends[1].to, ends[2].to] };
}

/** The part of a grid, and of its values, inside a box given in mm. */
export function cropValues(
  values: Float32Array,
  grid: CubicGrid,
  fromMm: Triple,
  toMm: Triple,
): { grid: CubicGrid; values: Float32Array } {
  const { from, to } = indexBox(grid, fromMm, toMm);
  const cropped = cropGrid(grid, from, to);
  const [nx, ny, nz] = cropped.shape;
  const result = new Float32Array(nx * ny * nz);
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++, n += nx) {
      const start = from[0] + grid.shape[0] * (from[1] + j + grid.shape[1] * (from[2] + k));
      result.set(values.subarray(start, start + nx), n);
    }
  }
  return { grid: cropped, values: result };
}
