import type { Geometry } from '../domain/volume.js';
import { squaredDistances } from './distance-transform.js';
import type { Labels } from './mask-box.js';
import { axialAxis, type SliceAxis } from './sparse-slices.js';

/**
 * A label map whose slices between labelled ones are filled in by shape: for each organ the signed distance to its
 * outline, in mm, positive inside, is interpolated linearly from labelled slice to labelled slice, and a voxel is of the organ
 * where that is above zero; where several are, of the one deepest inside, the lower value among equals.
 *
 * Shape-based interpolation: S. P. Raya and J. K. Udupa, IEEE Transactions on Medical Imaging 9 (1990) 32–42; with exact
 * Euclidean in-plane distances in the place of their city-block ones, G. T. Herman, J. Zheng and C. A. Bucholtz,
 * IEEE Computer Graphics and Applications 12(3) (1992) 69–79. Distances run between voxel centres, to the middle of the gap.
 *
 * Labelled slices stay as they are. Beyond the first and the last of them there is nothing. Where the next labelled slice
 * lacks an organ, nobody knows where in between it ends: it shrinks evenly and is gone in the middle of the gap. Voxels
 * of `labels` in other slices are not looked at. Slices are those of the native axis nearest to foot–head.
 */
export function interpolateSlices(
  labels: Labels,
  geometry: Geometry,
  labelled: readonly number[],
): Uint8Array {
  const across = axialAxis(geometry);
  const filled = new Uint8Array(labels.length);
  const known = [...new Set(labelled)].sort((a, b) => a - b);
  for (const slice of known) copySlice(labels, filled, across, slice);
  for (let n = 1; n < known.length; n++) {
    const [from, to] = [known[n - 1]!, known[n]!];
    if (to - from > 1) fillGap(labels, filled, across, from, to);
  }
  return filled;
}

/** A rectangle of a slice: from row and column up to but without the ends. */
interface Window {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

function copySlice(from: Labels, to: Uint8Array, across: SliceAxis, slice: number): void {
  const { step, rows, columns, rowStep, columnStep } = across;
  for (let row = 0; row < rows; row++) {
    const start = slice * step + row * rowStep;
    for (let column = 0; column < columns; column++)
      to[start + column * columnStep] = from[start + column * columnStep]!;
  }
}

function fillGap(labels: Labels, filled: Uint8Array, across: SliceAxis, from: number, to: number): void {
  const values = valuesIn(labels, across, [from, to]);
  const gaps = to - from - 1;
  const whole = across.rows * across.columns;
  /** How deep the organ that has a voxel so far holds it. */
  const deepest = new Float64Array(gaps * whole);
  for (const [value, window] of values) {
    const [here, there] = depths(labels, across, value, window, [from, to]);
    for (let gap = 0; gap < gaps; gap++) {
      const share = (gap + 1) / (to - from);
      const start = (from + 1 + gap) * across.step;
      for (let row = 0, at = 0; row < window.rows; row++) {
        for (let column = 0; column < window.columns; column++, at++) {
          const depth = (1 - share) * here[at]! + share * there[at]!;
          const place = (window.row + row) * across.columns + window.column + column;
          if (!(depth > deepest[gap * whole + place]!)) continue;
          deepest[gap * whole + place] = depth;
          filled[start + (window.row + row) * across.rowStep + (window.column + column) * across.columnStep] =
            value;
        }
      }
    }
  }
}

/** Every label of two slices in rising order, with a window around both of its shapes: one voxel wider where there is room. */
function valuesIn(labels: Labels, across: SliceAxis, slices: readonly number[]): [number, Window][] {
  const { step, rows, columns, rowStep, columnStep } = across;
  const boxes = new Map<number, [number, number, number, number]>();
  for (const slice of slices) {
    for (let row = 0; row < rows; row++) {
      const start = slice * step + row * rowStep;
      for (let column = 0; column < columns; column++) {
        const value = labels[start + column * columnStep]!;
        if (value === 0) continue;
        const box = boxes.get(value);
        if (box === undefined) boxes.set(value, [row, row, column, column]);
        else {
          if (row < box[0]) box[0] = row;
          if (row > box[1]) box[1] = row;
          if (column < box[2]) box[2] = column;
          if (column > box[3]) box[3] = column;
        }
      }
    }
  }
  return [...boxes]
    .sort(([a], [b]) => a - b)
    .map(([value, [top, bottom, left, right]]) => {
      const [row, column] = [Math.max(0, top - 1), Math.max(0, left - 1)];
      const end = [Math.min(rows, bottom + 2), Math.min(columns, right + 2)] as const;
      return [value, { row, column, rows: end[0] - row, columns: end[1] - column }];
    });
}

/** Signed distances of one label in both slices, inside the window. */
function depths(
  labels: Labels,
  across: SliceAxis,
  value: number,
  window: Window,
  slices: readonly [number, number],
): [Float64Array, Float64Array] {
  const shapes = slices.map((slice) => cut(labels, across, value, window, slice));
  const [one, other] = shapes.map((shape) => signedDistances(shape, across, window)) as [
    Float64Array | undefined,
    Float64Array | undefined,
  ];
  // Nothing there: as deep below zero everywhere as the other is above it at most.
  if (one === undefined) return [vanished(other!), other!];
  return [one, other ?? vanished(one)];
}

function cut(labels: Labels, across: SliceAxis, value: number, window: Window, slice: number): Uint8Array {
  const shape = new Uint8Array(window.rows * window.columns);
  for (let row = 0, at = 0; row < window.rows; row++) {
    const start = slice * across.step + (window.row + row) * across.rowStep;
    for (let column = 0; column < window.columns; column++, at++)
      if (labels[start + (window.column + column) * across.columnStep] === value) shape[at] = 1;
  }
  return shape;
}

/** Distance to the outline in mm, above zero inside; undefined where there is no inside. The edge of the volume is no outline. */
function signedDistances(shape: Uint8Array, across: SliceAxis, window: Window): Float64Array | undefined {
  if (!shape.includes(1)) return undefined;
  const size = [window.columns, window.rows, 1] as const;
  const sides = [across.sidesMm[0], across.sidesMm[1], 1] as const;
  const toInside = squaredDistances(shape, 1, size, sides);
  const toOutside = squaredDistances(shape, 0, size, sides);
  const most = window.columns * sides[0] + window.rows * sides[1];
  return toInside.map((outside, at) =>
    shape[at] === 1 ? Math.min(most, Math.sqrt(toOutside[at]!)) : -Math.sqrt(outside),
  );
}

function vanished(other: Float64Array): Float64Array {
  let most = 0;
  for (const depth of other) if (depth > most) most = depth;
  return new Float64Array(other.length).fill(-most);
}
