import { DataError } from '../domain/errors.js';
import type { CoarseVolume } from './coarse-volume.js';
import { inflate } from './inflate.js';
import type { Triple } from './mask-box.js';
import { gzipStable } from './nifti-write.js';

/** HU are held to ±230 or so: sixty-fourths of one fit into int16, and rounding to them is far below any noise. */
const stepsPerHu = 64;
const headBytes = 3 * 2 + 4 * 8;

/**
 * A coarse scan as bytes: three lengths (uint16), voxel size and origin in mm (float64), then HU · 64 (int16), all
 * little-endian, gzipped. A megabyte or less instead of the hundreds of a scan.
 */
export function packCoarse({ shape, spacingMm, originMm, values }: CoarseVolume): Uint8Array {
  const bytes = new Uint8Array(headBytes + 2 * values.length);
  const view = new DataView(bytes.buffer);
  shape.forEach((length, axis) => void view.setUint16(2 * axis, length, true));
  [spacingMm, ...originMm].forEach((mm, n) => void view.setFloat64(6 + 8 * n, mm, true));
  const steps = Int16Array.from(values, (hu) => Math.round(hu * stepsPerHu));
  bytes.set(new Uint8Array(steps.buffer), headBytes);
  return gzipStable(bytes);
}

/** What `packCoarse` packed. Throws FILE_CORRUPT or FILE_TRUNCATED; `where` names the scan. */
export function readCoarse(file: Uint8Array, where: string): CoarseVolume {
  const bytes = inflate(file, where);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (axis: number): number => (bytes.length < headBytes ? 0 : view.getUint16(2 * axis, true));
  const shape: Triple = [at(0), at(1), at(2)];
  const count = shape[0] * shape[1] * shape[2];
  if (bytes.length !== headBytes + 2 * count || count === 0) throw cutOff(where, bytes.length);
  const mm = (n: number): number => view.getFloat64(6 + 8 * n, true);
  const steps = new Int16Array(bytes.slice(headBytes).buffer);
  const values = new Float32Array(count);
  for (let n = 0; n < count; n++) values[n] = steps[n] / stepsPerHu;
  return { shape, spacingMm: mm(0), originMm: [mm(1), mm(2), mm(3)], values };
}

function cutOff(where: string, length: number): DataError {
  return new DataError({
    code: 'FILE_TRUNCATED',
    field: 'bytes',
    value: `${length}`,
    message: `${where}: its coarse scan has ${length} bytes, which is not what its head promises`,
    suggestion: 'Remove the object; the scans are then compared from their own voxels.',
  });
}
