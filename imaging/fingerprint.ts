import { sketchVersion } from '../domain/sketch-version.js';
import type { CoarseVolume } from './coarse-volume.js';
import { descriptorSums } from './descriptor-sums.js';
import { descriptorLength, landmarksOf } from './landmarks.js';
import type { Triple } from './mask-box.js';

/**
 * What a scan looks like, in a few kilobytes: its landmarks. Depends on
 * voxels and voxel sizes alone, not on the header's axes or origin.
 */
export interface Fingerprint {
  readonly count: number;
  /** Three for each landmark: millimetres along the scan's own axes, to `positionStepMm`. */
  readonly atMm: Float32Array;
  /** `descriptorLength` for each landmark. */
  readonly descriptors: Int8Array;
  /** +1 where a landmark is brighter than its surroundings, −1 where darker. */
  readonly polarity: Int8Array;
  /** `sumsEach` for each landmark: cheap keys that tell most landmarks apart. */
  readonly sums: Int16Array;
}

const mostLandmarks = 220;
const positionStepMm = 0.1;
const bytesEach = 6 + descriptorLength;

/** The fingerprint as it is stored: version, then for each landmark three int16 of 0.1 mm and its descriptor. */
export function fingerprintBytes(volume: CoarseVolume): Uint8Array {
  const landmarks = landmarksOf(volume, mostLandmarks);
  landmarks.sort((a, b) => sum(a.descriptor) - sum(b.descriptor) || comparePlaces(a.atMm, b.atMm));
  const bytes = new Uint8Array(2 + landmarks.length * bytesEach);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, sketchVersion);
  view.setUint8(1, landmarks.length);
  landmarks.forEach(({ atMm, contrast, descriptor }, n) => {
    const start = 2 + n * bytesEach;
    // The lowest bit of the first coordinate says whether the landmark is bright: half a step is no loss.
    atMm.forEach((mm, axis) => {
      const steps = Math.max(-32768, Math.min(32767, Math.round(mm / positionStepMm)));
      view.setInt16(start + 2 * axis, axis === 0 ? (steps & ~1) | (contrast > 0 ? 1 : 0) : steps, true);
    });
    descriptor.forEach((value, m) => {
      view.setInt8(start + 6 + m, value);
    });
  });
  return bytes;
}

/** Undefined for bytes of another version. */
export function readFingerprint(bytes: Uint8Array): Fingerprint | undefined {
  if (bytes.length < 2 || bytes[0] !== sketchVersion || bytes.length !== 2 + bytes[1] * bytesEach) {
    return undefined;
  }
  const count = bytes[1];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const atMm = new Float32Array(3 * count);
  const descriptors = new Int8Array(descriptorLength * count);
  const polarity = new Int8Array(count);
  for (let n = 0; n < count; n++) {
    const start = 2 + n * bytesEach;
    for (let axis = 0; axis < 3; axis++) {
      atMm[3 * n + axis] = view.getInt16(start + 2 * axis, true) * positionStepMm;
    }
    polarity[n] = view.getInt16(start, true) & 1 ? 1 : -1;
    for (let m = 0; m < descriptorLength; m++) {
      descriptors[descriptorLength * n + m] = view.getInt8(start + 6 + m);
    }
  }
  return { count, atMm, descriptors, polarity, sums: descriptorSums(descriptors) };
}

function sum(values: Int8Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function comparePlaces(a: Triple, b: Triple): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
