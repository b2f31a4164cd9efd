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

/** First and last axial slice with any label, from 0; undefined where there is none. */
export function labelledRange(labels: Labels, across: SliceAxis): readonly [number, number] | undefined {
  let [first, last] = [across.slices, -1];
  for (let slice = 0; slice < across.slices; slice++) {
    if (!holdsAny(labels, across, slice)) continue;
    first = Math.min(first, slice);
    last = slice;
  }
  return last < 0 ? undefined : [first, last];
}

function holdsAny(
  labels: Labels,
  { step, rows, columns, rowStep, columnStep }: SliceAxis,
  slice: number,
): boolean {
  for (let row = 0; row < rows; row++) {
    const start = slice * step + row * rowStep;
    for (let column = 0; column < columns; column++)
      if (labels[start + column * columnStep] !== 0) return true;
  }
  return false;
}

/**
 * The slices that stay labelled when only `percent` of them are: of the n slices from the first to the last one with an
 * organ, max(2, round(n · percent / 100)) at intervals that differ by one slice at most. The first and the last
 * are always among them, as they are for an annotator, who begins where the organs begin. Sorted; a single slice stays.
 */
export function evenSlices([first, last]: readonly [number, number], percent: number): number[] {
  const span = last - first;
  if (span === 0) return [first];
  const count = Math.min(span + 1, Math.max(2, Math.round(((span + 1) * percent) / 100)));
  return Array.from({ length: count }, (_, n) => first + Math.round((n * span) / (count - 1)));
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
