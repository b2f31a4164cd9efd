import { DataError } from '../domain/errors.js';
import type { StoredVoxels } from './nifti-voxels.js';
import type { Stretches } from './stretches.js';

/** Farthest that a label stored as a float may be from a whole number. */
const labelTolerance = 1e-3;
const maxLabel = 65535;
/** Values go through a block of one type, so that the loops over them see one kind of array only. */
const blockVoxels = 1 << 14;

/**
 * Stored voxels as labels. Outside of `nonzero` they are known to be 0 and are not looked at. Bytes where all labels are
 * below 256, else 16 bits. Throws LABEL_VALUES for what is no whole number from 0 to 65535.
 */
export function labelsOf(
  stored: StoredVoxels,
  scaling: { slope: number; intercept: number } | undefined,
  nonzero: Stretches,
  where: string,
): Uint8Array | Uint16Array {
  const isFloat = stored instanceof Float32Array || stored instanceof Float64Array;
  const block = isFloat || scaling ? new Float64Array(blockVoxels) : new Int32Array(blockVoxels);
  let values: Uint8Array | Uint16Array = new Uint8Array(stored.length);
  for (let n = 0; n < nonzero.length; n += 2) {
    for (let from = nonzero[n]; from < nonzero[n + 1]; from += blockVoxels) {
      const count = Math.min(blockVoxels, nonzero[n + 1] - from);
      const part = block.subarray(0, count);
      part.set(stored.subarray(from, from + count));
      if (scaling) {
        for (let at = 0; at < count; at++) part[at] = part[at] * scaling.slope + scaling.intercept;
      }
      if (part instanceof Float64Array) roundLabels(part, from, where);
      const bits = usedBits(part, stored, from, where);
      if (bits > 255 && values instanceof Uint8Array) values = widened(values, nonzero);
      // What is zero already stays untouched, so that its memory is never used.
      if (bits !== 0) values.set(part, from);
    }
  }
  return values;
}

/** The same labels in 16 bits; what is zero stays untouched here too. */
function widened(values: Uint8Array, nonzero: Stretches): Uint16Array {
  const wide = new Uint16Array(values.length);
  for (let n = 0; n < nonzero.length; n += 2) {
    wide.set(values.subarray(nonzero[n], nonzero[n + 1]), nonzero[n]);
  }
  return wide;
}

/** Replaces floats by the labels that they stand for. */
function roundLabels(part: Float64Array, from: number, where: string): void {
  for (let n = 0; n < part.length; n++) {
    const label = Math.round(part[n]);
    // Written so that NaN, which compares false with everything, is refused too.
    if (!(Math.abs(part[n] - label) <= labelTolerance && label >= 0 && label <= maxLabel)) {
      throw noLabel(part[n], from + n, where);
    }
    part[n] = label;
  }
}

/** All bits that occur in any label of a block. */
function usedBits(
  part: Float64Array | Int32Array,
  stored: StoredVoxels,
  from: number,
  where: string,
): number {
  let bits = 0;
  for (let n = 0; n < part.length; n++) bits |= part[n];
  if ((bits & ~maxLabel) === 0) return bits;
  const at = part.findIndex((value) => (value & ~maxLabel) !== 0);
  throw noLabel(stored[from + at], from + at, where);
}

function noLabel(value: number, index: number, where: string): DataError {
  return new DataError({
    code: 'LABEL_VALUES',
    field: `voxel ${index}`,
    value: String(value),
    message: `${where}: voxel ${index} holds ${value}; labels are whole numbers from 0 to ${maxLabel}`,
    suggestion: 'Check that this is the label and not the image, and that it was not interpolated.',
  });
}
