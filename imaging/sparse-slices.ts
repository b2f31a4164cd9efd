import type { Geometry } from '../domain/volume.js';
import { axisDirections } from './geometry.js';
import type { Labels } from './mask-box.js';

/** How slices lie in a volume. Index order (i, j, k), i fastest. */
export interface SliceAxis {
  /** 0, 1 or 2: the index that counts axial slices, as the file stores them. */
  readonly axis: 0 | 1 | 2;
  readonly slices: number;
  /** Steps in the array from a slice to the next, and along the first and second index of a slice. */
  readonly step: number;
  readonly rowStep: number;
  readonly columnStep: number;
  readonly rows: number;
  readonly columns: number;
  /** Voxel sides inside a slice, along rows' index and columns' index. */
  readonly sidesMm: readonly [number, number];
}

/** The native axis nearest to foot–head. Oblique volumes keep the slices that they were stored in; nothing is resampled. */
export function axialAxis({ shape, spacingMm, affine }: Geometry): SliceAxis {
  const axis = axisDirections(affine).world.indexOf(2) as 0 | 1 | 2;
  const steps = [1, shape[0], shape[0] * shape[1]] as const;
  const [first, second] = ([0, 1, 2] as const).filter((each) => each !== axis) as [0 | 1 | 2, 0 | 1 | 2];
  return {
    axis,
    slices: shape[axis],
    step: steps[axis],
    columns: shape[first],
    columnStep: steps[first],
    rows: shape[second],
    rowStep: steps[second],
    sidesMm: [spacingMm[first], spacingMm[second]],
  };
}

/** The labels that each axial slice holds; 0 is none. */
function labelsBySlice(labels: Labels, across: SliceAxis): Set<number>[] {
  const { slices, step, rows, columns, rowStep, columnStep } = across;
  return Array.from({ length: slices }, (_, slice) => {
    const found = new Set<number>();
    for (let row = 0; row < rows; row++) {
      const start = slice * step + row * rowStep;
      let last = 0;
      for (let column = 0; column < columns; column++) {
        const value = labels[start + column * columnStep]!;
        if (value !== last && value !== 0) found.add(value);
        last = value;
      }
    }
    return found;
  });
}

/**
 * The axial slices, from 0, that stay labelled when only `percent` of them are: of the n slices from the first to the last one
 * with a label, max(2, round(n · percent / 100)), and more where a label would be on none of them otherwise. The first and the last
 * are always among them, as they are for an annotator, who begins where the organs begin. Undefined where there is no label.
 */
export function sparseSlices(labels: Labels, across: SliceAxis, percent: number): number[] | undefined {
  const bySlice = labelsBySlice(labels, across);
  const first = bySlice.findIndex((found) => found.size > 0);
  if (first < 0) return undefined;
  const last = bySlice.findLastIndex((found) => found.size > 0);
  const wanted = new Set(bySlice.flatMap((found) => [...found])).size;
  const span = last - first + 1;
  for (let count = Math.max(2, Math.round((span * percent) / 100)); count < span; count++) {
    const slices = evenSlices(first, last, count);
    if (new Set(slices.flatMap((slice) => [...bySlice[slice]!])).size === wanted) return slices;
  }
  return evenSlices(first, last, span);
}

/** `count` whole numbers from `first` to `last`, both included, at intervals that differ by one at most; at least 2 unless both are one. */
export function evenSlices(first: number, last: number, count: number): number[] {
  if (first === last) return [first];
  return Array.from({ length: count }, (_, n) => first + Math.round((n * (last - first)) / (count - 1)));
}

/** Writes `value` into every voxel of the slices that are not in `kept`. The array is changed in place and given back. */
export function fillOtherSlices(
  labels: Uint8Array,
  across: SliceAxis,
  kept: readonly number[],
  value: number,
): Uint8Array {
  const { slices, step, rows, columns, rowStep, columnStep } = across;
  const known = new Set(kept);
  for (let slice = 0; slice < slices; slice++) {
    if (known.has(slice)) continue;
    for (let row = 0; row < rows; row++) {
      const start = slice * step + row * rowStep;
      for (let column = 0; column < columns; column++) labels[start + column * columnStep] = value;
    }
  }
  return labels;
}
