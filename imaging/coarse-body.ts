import { findBody } from './body.js';
import { rasView } from './resample.js';
import type { CtVolume, Mask } from './volume.js';

/** The patient on every few voxels of a scan, x fastest, growing towards Right, Anterior and Superior. */
export interface CoarseBody {
  /** 1 in the patient, skin to skin, lungs and bowel gas included. */
  readonly body: Mask;
  /** HU of the picked voxels. */
  readonly hu: Float32Array;
  /** The same voxels of another array on the scan's native grid. */
  pick(mask: Mask): Mask;
}

const pickEveryMm = 4;

/**
 * Finds the patient on about every fourth millimetre: the same search as `findBody`, without averaging, so that a
 * whole scan costs milliseconds. Undefined when nothing looks like a body.
 */
export function coarseBody({ geometry, hu }: CtVolume): CoarseBody | undefined {
  const view = rasView(geometry);
  const step = view.spacingMm.map((side) => Math.max(1, Math.round(pickEveryMm / side)));
  const [nx, ny, nz] = view.shape.map((voxels, axis) => Math.ceil(voxels / step[axis]));
  const [sx, sy, sz] = view.strides.map((stride, axis) => stride * step[axis]);
  const pick = (from: Mask | Int16Array, into: Mask | Float32Array): void => {
    let at = 0;
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        const row = view.offset + y * sy + z * sz;
        for (let x = 0; x < nx; x++) into[at++] = from[row + x * sx];
      }
    }
  };
  const picked = new Float32Array(nx * ny * nz);
  pick(hu, picked);
  // Only the size of the opening within slices depends on the spacing.
  const spacingMm = (step[0] * view.spacingMm[0] + step[1] * view.spacingMm[1]) / 2;
  const found = findBody(picked, { shape: [nx, ny, nz], spacingMm, originMm: [0, 0, 0] });
  if (found === undefined) return undefined;
  return {
    body: found.mask,
    hu: picked,
    pick: (mask) => {
      const result = new Uint8Array(picked.length);
      pick(mask, result);
      return result;
    },
  };
}
