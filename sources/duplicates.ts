import { type Finding, finding } from '../domain/finding.js';
import { evidenceText, type SameScan } from '../domain/same-scan.js';
import type { CtVolume } from '../imaging/volume.js';

/** That one scan was cut out of the same scan as another. */
export interface CropProof {
  /** Index in the larger volume of the smaller one's first voxel; negative where the smaller one reaches further. */
  readonly offset: [number, number, number];
  /** Voxels that both volumes hold. */
  readonly overlapVoxels: number;
  /** Fraction of these that are equal. */
  readonly equalFraction: number;
}

/** A run of voxels along i, looked for in the other volume. */
interface Anchor {
  readonly at: readonly [number, number, number];
  readonly hu: Int16Array;
}

/** Long enough that noise never repeats, short enough to fit any scan. */
const anchorVoxels = 32;
/** In this many blocks of slices an anchor is chosen: one may lie where the other volume was cut off. */
const anchorBlocks = 6;
/** Places to verify for one anchor; more only occur in synthetic patterns. */
const maxPlaces = 64;
/** At least this part of the smaller volume must lie in the larger. */
const minOverlap = 0.5;
/** Padding at the borders may differ, anatomy may not. */
const minEqual = 0.99;

/**
 * Cases whose voxels equal those of an earlier one, in the order given: all but the first of each group.
 * `voxelSha256` is that of the voxel identity; cases without one are passed over.
 */
export function exactDuplicates<T extends { collection: string; caseId: string; voxelSha256?: string }>(
  cases: readonly T[],
): { duplicate: T; original: T; finding: Finding }[] {
  const first = new Map<string, T>();
  return cases.flatMap((each) => {
    if (each.voxelSha256 === undefined) return [];
    const original = first.get(each.voxelSha256);
    if (original === undefined) {
      first.set(each.voxelSha256, each);
      return [];
    }
    const message = `its voxels are those of ${original.collection}/${original.caseId}`;
    const suggestion = 'leave it out; the first of the two stays';
    const copy = finding('DUPLICATE_EXACT', {
      where: `${each.collection}/${each.caseId}`,
      message,
      suggestion,
    });
    return [{ duplicate: each, original, finding: copy }];
  });
}

/** Of a case whose voxels are another's after permuting and flipping axes. */
export function turnedFinding(where: string, original: string, same: SameScan): Finding {
  return finding('DUPLICATE_EXACT', {
    where,
    field: 'voxels',
    value: same.symmetry ?? '',
    message: `its voxels are those of ${original}: ${evidenceText(same)}`,
    suggestion: 'leave it out; the first of the two stays',
  });
}

/** Of a case whose scan is another's, though not voxel by voxel. */
export function similarFinding(where: string, original: string, same: SameScan): Finding {
  return finding('DUPLICATE_SIMILAR', {
    where,
    field: 'voxels',
    value: same.kind,
    message: `it shows the scan of ${original}: ${evidenceText(same)}`,
    suggestion: 'keep one of the two, and never one for training and one for testing',
  });
}

/**
 * Proves that `smaller` and `larger` were cut out of one scan: a run of voxels of the one is found in the other, then
 * every voxel that both hold is compared. Axes must run alike; nothing is resampled. Undefined when no place is found
 * where at least half of `smaller` overlaps and 99 % of that is equal.
 */
export function provesCrop(smaller: CtVolume, larger: CtVolume): CropProof | undefined {
  for (const anchor of anchorsOf(smaller)) {
    const proofs = placesOf(anchor, larger)
      .map((place) => compareAt(smaller, larger, place))
      .filter((proof) => proof !== undefined);
    if (proofs.length > 0) return proofs.reduce((a, b) => (sharedVoxels(b) > sharedVoxels(a) ? b : a));
  }
  return undefined;
}

function sharedVoxels({ overlapVoxels, equalFraction }: CropProof): number {
  return overlapVoxels * equalFraction;
}

/** The most varied run of each block of slices; blocks without any variation give none. */
function anchorsOf(volume: CtVolume): Anchor[] {
  const slices = volume.geometry.shape[2];
  const blocks = Math.min(anchorBlocks, slices);
  return Array.from({ length: blocks }, (_, block) => {
    const from = Math.floor((block * slices) / blocks);
    const to = Math.floor(((block + 1) * slices) / blocks);
    return mostVaried(volume, Math.floor((from + to) / 2));
  }).filter((anchor) => anchor !== undefined);
}

function mostVaried({ geometry, hu }: CtVolume, k: number): Anchor | undefined {
  const [n1, n2] = geometry.shape;
  const length = Math.min(anchorVoxels, n1);
  let best: Anchor | undefined;
  let most = 0;
  for (let j = 0; j < n2; j++) {
    for (let i = 0; i + length <= n1; i += length) {
      const start = i + n1 * (j + n2 * k);
      const run = hu.subarray(start, start + length);
      const varied = new Set(run).size;
      if (varied <= most || varied < 2) continue;
      most = varied;
      best = { at: [i, j, k], hu: run };
    }
  }
  return best;
}

/** Offsets of the anchor's volume in `volume` at which the anchor's voxels are found. */
function placesOf({ at, hu: run }: Anchor, { geometry, hu }: CtVolume): [number, number, number][] {
  const [n1, n2, n3] = geometry.shape;
  const last = run.length - 1;
  const places: [number, number, number][] = [];
  for (let row = 0; row < n2 * n3 && places.length < maxPlaces; row++) {
    const start = row * n1;
    for (let i = 0; i + last < n1; i++) {
      if (hu[start + i] !== run[0] || hu[start + i + last] !== run[last]) continue;
      if (!run.every((value, n) => hu[start + i + n] === value)) continue;
      places.push([i - at[0], (row % n2) - at[1], Math.floor(row / n2) - at[2]]);
    }
  }
  return places;
}

/** Undefined as soon as the place cannot be a proof any more. */
function compareAt(
  smaller: CtVolume,
  larger: CtVolume,
  offset: [number, number, number],
): CropProof | undefined {
  const [s1, s2, s3] = smaller.geometry.shape;
  const [l1, l2, l3] = larger.geometry.shape;
  const [o1, o2, o3] = offset;
  const [fromI, fromJ, fromK] = offset.map((o) => Math.max(0, -o));
  const [toI, toJ, toK] = [Math.min(s1, l1 - o1), Math.min(s2, l2 - o2), Math.min(s3, l3 - o3)];
  const overlapVoxels = Math.max(0, toI - fromI) * Math.max(0, toJ - fromJ) * Math.max(0, toK - fromK);
  if (overlapVoxels < minOverlap * smaller.hu.length) return undefined;
  const mayDiffer = (1 - minEqual) * overlapVoxels;
  let different = 0;
  for (let k = fromK; k < toK; k++) {
    for (let j = fromJ; j < toJ; j++) {
      const a = s1 * (j + s2 * k);
      const b = o1 + l1 * (j + o2 + l2 * (k + o3));
      for (let i = fromI; i < toI; i++) if (smaller.hu[a + i] !== larger.hu[b + i]) different++;
    }
    if (different > mayDiffer) return undefined;
  }
  return { offset, overlapVoxels, equalFraction: 1 - different / overlapVoxels };
}
