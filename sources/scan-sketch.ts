import { createHash } from 'node:crypto';
import type { ScanSketch } from '../domain/same-scan.js';
import { sketchVersion } from '../domain/sketch-version.js';
import { type CoarseVolume, coarseVolume } from '../imaging/coarse-volume.js';
import { type Fingerprint, fingerprintBytes, readFingerprint } from '../imaging/fingerprint.js';
import { posesOn } from '../imaging/fingerprint-match.js';
import type { CtVolume } from '../imaging/volume.js';
import { voxelHash } from '../imaging/voxel-hash.js';

const clip = { low: -1024, high: 3071 } as const;

/** What is kept of a scan to find its copies: the same voxels with the same voxel sizes give the same sketch. */
export function sketchOf(
  scan: Pick<CtVolume, 'geometry' | 'hu'> & { readonly voxelSha256?: string },
  coarse: CoarseVolume = coarseVolume(scan),
): ScanSketch {
  return {
    version: sketchVersion,
    voxelSha256: scan.voxelSha256 ?? voxelHash(scan.hu),
    multisetSha256: multisetHash(scan.hu),
    fingerprint: Buffer.from(fingerprintBytes(coarse)).toString('base64'),
  };
}

/** SHA-256 of how often each HU occurs, held to −1024 … 3071: as good as sorting all voxels, in one pass. */
export function multisetHash(hu: Int16Array): string {
  const counts = new Float64Array(clip.high - clip.low + 1);
  for (let n = 0; n < hu.length; n++) {
    counts[Math.max(clip.low, Math.min(clip.high, hu[n])) - clip.low]++;
  }
  return createHash('sha256').update(new Uint8Array(counts.buffer)).digest('hex');
}

/** A sketch read, ready to be compared. */
export interface ReadSketch {
  readonly voxelSha256: string;
  readonly multisetSha256: string;
  readonly fingerprint: Fingerprint;
}

export function readSketch(sketch: ScanSketch): ReadSketch {
  const fingerprint = readFingerprint(Buffer.from(sketch.fingerprint, 'base64'))!;
  return { voxelSha256: sketch.voxelSha256, multisetSha256: sketch.multisetSha256, fingerprint };
}

/** Tells of other scans whether they may be this one, so that it is worth while to compare their voxels. */
export function mayBeSame(one: ReadSketch): (other: ReadSketch) => boolean {
  const poses = posesOn(one.fingerprint);
  return (other) => other.multisetSha256 === one.multisetSha256 || poses(other.fingerprint).length > 0;
}
