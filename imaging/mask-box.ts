import { PlusctError } from '../domain/errors.js';
import { everywhere, type Stretches } from './stretches.js';
import type { Mask } from './volume.js';

/** One number per axis, in index order (i, j, k); i is the fastest in memory. */
export type Triple = readonly [number, number, number];
/** Labels or masks in memory: `values[i + n1·(j + n2·k)]`. */
export type Labels = Uint8Array | Uint16Array;

/** A block of voxels: `low` belongs to it, `high` does not. */
export interface Box {
  readonly low: Triple;
  readonly high: Triple;
}

/** Number of voxels along each axis of a box. */
export function boxSize(box: Box): Triple {
  return [box.high[0] - box.low[0], box.high[1] - box.low[1], box.high[2] - box.low[2]];
}

/** Number of voxels of a shape. */
export function voxelsOf(shape: Triple): number {
  return shape[0] * shape[1] * shape[2];
}

/** Throws `InvalidInput` unless `values` has exactly the voxels of `shape`. */
export function checkShape(name: string, values: Labels, shape: Triple): void {
  if (shape.every((n) => Number.isInteger(n) && n > 0) && values.length === voxelsOf(shape)) return;
  throw new PlusctError(
    'InvalidInput',
    `${name} has ${values.length} voxels, but its shape is ${shape.join('×')}: give the shape of the array`,
  );
}

/** Throws `InvalidInput` unless the three spacings are positive and finite. */
export function checkSpacing(spacingMm: Triple): void {
  if (spacingMm.length === 3 && spacingMm.every((s) => s > 0 && Number.isFinite(s))) return;
  throw new PlusctError(
    'InvalidInput',
    `spacingMm is ${spacingMm.join(', ')}: give three positive millimetres in index order`,
  );
}

/**
 * Calls `visit` with the index of every voxel that is nonzero in `a` or in `b`, in increasing order; only within
 * `stretches`, where they are given. Label maps are mostly background, so that four bytes are skipped at a time where both
 * arrays allow it.
 */
export function forEachNonzero(
  a: Labels,
  b: Labels,
  visit: (index: number) => void,
  stretches: Stretches = everywhere(a.length),
): void {
  const wordsA = wordsOf(a);
  const wordsB = wordsOf(b);
  const perWord =
    wordsA && wordsB && a.BYTES_PER_ELEMENT === b.BYTES_PER_ELEMENT ? 4 / a.BYTES_PER_ELEMENT : 0;
  for (let n = 0; n < stretches.length; n += 2) {
    const end = stretches[n + 1];
    let index = stretches[n];
    if (wordsA && wordsB && perWord > 0) {
      for (; index % perWord !== 0 && index < end; index++) if ((a[index] | b[index]) !== 0) visit(index);
      for (let w = index / perWord; index + perWord <= end; w++) {
        const next = index + perWord;
        if ((wordsA[w] | wordsB[w]) === 0) index = next;
        else for (; index < next; index++) if ((a[index] | b[index]) !== 0) visit(index);
      }
    }
    for (; index < end; index++) if ((a[index] | b[index]) !== 0) visit(index);
  }
}

function wordsOf(values: Labels): Uint32Array | undefined {
  if (values.byteOffset % 4 !== 0) return undefined;
  return new Uint32Array(values.buffer, values.byteOffset, values.byteLength >>> 2);
}

/** The smallest box that holds every nonzero voxel; undefined for an empty mask. */
export function maskBox(mask: Labels, shape: Triple): Box | undefined {
  const [n1, n2] = shape;
  const low: [number, number, number] = [n1, n2, shape[2]];
  const high: [number, number, number] = [-1, -1, -1];
  let rowStart = 0;
  let rowEnd = 0;
  forEachNonzero(mask, mask, (index) => {
    if (index >= rowEnd) {
      const row = Math.floor(index / n1);
      rowStart = row * n1;
      rowEnd = rowStart + n1;
      const j = row % n2;
      if (j < low[1]) low[1] = j;
      if (j > high[1]) high[1] = j;
      high[2] = (row - j) / n2;
      if (high[2] < low[2]) low[2] = high[2];
    }
    const i = index - rowStart;
    if (i < low[0]) low[0] = i;
    if (i > high[0]) high[0] = i;
  });
  return high[0] < 0 ? undefined : { low, high: [high[0] + 1, high[1] + 1, high[2] + 1] };
}

/** The box widened by `by` voxels on every side, held to the volume. */
export function growBox(box: Box, by: Triple, shape: Triple): Box {
  const low = (axis: 0 | 1 | 2): number => Math.max(0, box.low[axis] - by[axis]);
  const high = (axis: 0 | 1 | 2): number => Math.min(shape[axis], box.high[axis] + by[axis]);
  return { low: [low(0), low(1), low(2)], high: [high(0), high(1), high(2)] };
}

/**
 * Copies a box out of a mask as 0 and 1, with `margin` empty voxels on every side: shape `boxSize + 2·margin`.
 * With `slotOf` and `slot`, inside means `slotOf[value] === slot`; otherwise it means nonzero.
 */
export function cropMask(
  values: Labels,
  shape: Triple,
  box: Box,
  margin = 0,
  slotOf: Uint8Array = anyValue,
  slot = 1,
): Mask {
  const [m1, m2, m3] = boxSize(box).map((n) => n + 2 * margin) as [number, number, number];
  const crop = new Uint8Array(m1 * m2 * m3);
  const width = box.high[0] - box.low[0];
  for (let k = box.low[2]; k < box.high[2]; k++) {
    for (let j = box.low[1]; j < box.high[1]; j++) {
      const from = box.low[0] + shape[0] * (j + shape[1] * k);
      const to = margin + m1 * (j - box.low[1] + margin + m2 * (k - box.low[2] + margin));
      for (let i = 0; i < width; i++) if (slotOf[values[from + i]] === slot) crop[to + i] = 1;
    }
  }
  return crop;
}

/** Every nonzero value stands for slot 1. */
const anyValue = new Uint8Array(65536).fill(1, 1);

/** An empty mask of `shape` with the crop (made with the same box and margin) put back in its place. */
export function pasteMask(crop: Mask, box: Box, shape: Triple, margin = 0): Mask {
  const mask = new Uint8Array(voxelsOf(shape));
  const width = box.high[0] - box.low[0];
  const m1 = width + 2 * margin;
  const m2 = box.high[1] - box.low[1] + 2 * margin;
  for (let k = box.low[2]; k < box.high[2]; k++) {
    for (let j = box.low[1]; j < box.high[1]; j++) {
      const from = margin + m1 * (j - box.low[1] + margin + m2 * (k - box.low[2] + margin));
      mask.set(crop.subarray(from, from + width), box.low[0] + shape[0] * (j + shape[1] * k));
    }
  }
  return mask;
}
