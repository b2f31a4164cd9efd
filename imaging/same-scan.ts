import type { SameScan } from '../domain/same-scan.js';
import { type CoarseVolume, coarseVolume } from './coarse-volume.js';
import { type Fingerprint, fingerprintBytes, readFingerprint } from './fingerprint.js';
import { likelyPoses, type Pose } from './fingerprint-match.js';
import { glance } from './glance.js';
import type { Triple } from './mask-box.js';
import { type Overlay, overlay, prepared } from './overlay.js';
import type { Prepared } from './overlay-sums.js';
import { permutedLengths, type Symmetry, symmetries, symmetryName } from './symmetry.js';
import type { CtVolume } from './volume.js';
import { equalVoxels, wholeOffset } from './voxel-equality.js';

type Scan = Pick<CtVolume, 'geometry' | 'hu'>;

/** A scan made ready to be compared with many others. */
export interface ScanView {
  readonly scan: Scan;
  readonly fingerprint: Fingerprint;
  readonly coarse: CoarseVolume;
  /** Made when it is first asked for: most strangers never get so far. */
  readonly prepared: () => Prepared;
}

/**
 * What a copy has to reach. Copies made by cropping, resampling, windowing, noise and shift reach a correlation of 0.99
 * and 2.8 mm in the benchmark; bent copies of one patient, the hardest strangers, stay below 0.95 and above 8 mm.
 */
const leastCorrelation = 0.975;
const mostDisplacementMm = 4.5;
/** HU may have been shifted out of the window, hardly more. */
const gainRange = { least: 0.7, most: 1.4 } as const;
/** Blocks of 24 mm: fewer would prove little. */
const leastBlocks = 24;
const leastOverlap = 0.15;
/**
 * Below this two scans are strangers at a glance, and nothing is fitted. Copies reach 0.97 in the benchmark where their
 * landmarks lay them, strangers whose landmarks agree 0.81.
 */
const leastAtAGlance = 0.85;
/** Poses that are tried: the second helps where a scan is nearly symmetrical. */
const posesTried = 2;
/** Voxel sizes that differ by less count as equal: files round them. */
const sizeTolerance = 0.005;
/** Padding at a border may differ, anatomy may not. */
const cropDifference = 0.01;

export function viewScan(scan: Scan): ScanView {
  const coarse = coarseVolume(scan);
  return { scan, ...viewCoarse(coarse, readFingerprint(fingerprintBytes(coarse))!) };
}

/**
 * Proves, on voxels, that two files show one scan, or returns undefined. Headers are believed for the voxel sizes only,
 * and for equal voxels not even for these. The same anatomy in another scan is no copy.
 */
export function sameScan(one: ScanView, other: ScanView): SameScan | undefined {
  return wholeCopy(one.scan, other.scan) ?? partialCopy(one, other);
}

/** All voxels equal, in the same or another order of axes. */
export function wholeCopy(one: Scan, other: Scan): SameScan | undefined {
  if (one.hu.length !== other.hu.length) return undefined;
  for (const symmetry of symmetries) {
    const { shape } = one.geometry;
    if (permutedLengths(symmetry, shape).join() !== other.geometry.shape.join()) continue;
    const equal = equalVoxels(one, other, symmetry, wholeOffset(shape, symmetry), 0);
    if (equal === undefined) continue;
    const kind = symmetry === symmetries[0] ? 'same-voxels' : 'turned';
    return { kind, symmetry: symmetryName(symmetry), equalFraction: 1, overlap: 1 };
  }
  return undefined;
}

/** What is left of a scan when its own voxels are put away: enough to tell nearly every stranger. */
export type CoarseView = Omit<ScanView, 'scan'>;

export function viewCoarse(coarse: CoarseVolume, fingerprint: Fingerprint): CoarseView {
  let ready: Prepared | undefined;
  const once = (): Prepared => {
    ready ??= prepared(coarse);
    return ready;
  };
  return { fingerprint, coarse, prepared: once };
}

/** Whether the coarse scans fit on each other as copies do. Equal voxels in another order fit as well. */
export function fitCoarsely(one: CoarseView, other: CoarseView): boolean {
  return !copyFits(one, other).next().done;
}

/** Ways to lay the one scan on the other in which it looks like a copy, best guess first. */
function* copyFits(one: CoarseView, other: CoarseView): Generator<{ symmetry: Symmetry; fit: Overlay }> {
  for (const { symmetry, offsetMm } of posesOf(one, other)) {
    const seen = glance(one.coarse, other.coarse, symmetry, offsetMm);
    if (seen !== undefined && seen < leastAtAGlance) continue;
    const fit = overlay(one.prepared(), other.prepared(), symmetry, offsetMm);
    if (fit !== undefined && isCopy(fit)) yield { symmetry, fit };
  }
}

function posesOf(one: CoarseView, other: CoarseView): Pose[] {
  return likelyPoses(one.fingerprint, other.fingerprint).slice(0, posesTried);
}

/** The highest correlation at a glance of all the ways that are tried; undefined where there is none. */
export function bestGlance(one: CoarseView, other: CoarseView): number | undefined {
  const seen = posesOf(one, other).flatMap(
    ({ symmetry, offsetMm }) => glance(one.coarse, other.coarse, symmetry, offsetMm) ?? [],
  );
  return seen.length === 0 ? undefined : Math.max(...seen);
}

function partialCopy(one: ScanView, other: ScanView): SameScan | undefined {
  for (const { symmetry, fit } of copyFits(one, other)) {
    const equal = equalityAt(one.scan, other.scan, symmetry, fit.offsetMm);
    const sizes = permutedLengths(symmetry, one.scan.geometry.spacingMm);
    return {
      kind: equal !== undefined && equal >= 1 - cropDifference ? 'crop' : 'similar',
      symmetry: symmetryName(symmetry),
      offsetMm: rounded(fit.offsetMm, 2),
      scale: rounded(
        other.scan.geometry.spacingMm.map((mm, axis) => mm / sizes[axis]),
        3,
      ),
      correlation: round(fit.correlation, 5),
      displacementMm: round(fit.displacementMm, 2),
      overlap: round(overlapOf(one.scan, other.scan, symmetry, fit.offsetMm), 3),
      ...(equal === undefined ? {} : { equalFraction: round(equal, 5) }),
    };
  }
  return undefined;
}

/** Share of the smaller scan's volume that lies in the other. */
function overlapOf(one: Scan, other: Scan, symmetry: Symmetry, offsetMm: Triple): number {
  const { shape, spacingMm } = one.geometry;
  const [sizes, counts] = [permutedLengths(symmetry, spacingMm), permutedLengths(symmetry, shape)];
  const sides = offsetMm.map((offset, axis) => {
    const [size, count] = [sizes[axis], counts[axis]];
    const [otherSize, otherCount] = [other.geometry.spacingMm[axis], other.geometry.shape[axis]];
    const low = offset + (symmetry.sign[axis] > 0 ? -0.5 : 0.5 - count) * size;
    const high = low + count * size;
    const shared = Math.min(high, (otherCount - 0.5) * otherSize) - Math.max(low, -0.5 * otherSize);
    return { shared: Math.max(0, shared), own: count * size, others: otherCount * otherSize };
  });
  const product = (side: 'shared' | 'own' | 'others') => sides.reduce((all, each) => all * each[side], 1);
  return Math.min(1, product('shared') / Math.min(product('own'), product('others')));
}

function isCopy(fit: Overlay): boolean {
  return (
    fit.correlation >= leastCorrelation &&
    fit.displacementMm <= mostDisplacementMm &&
    fit.gain >= gainRange.least &&
    fit.gain <= gainRange.most &&
    fit.blocks >= leastBlocks &&
    fit.overlap >= leastOverlap
  );
}

/** Share of equal voxels where both have the same voxel sizes and lie on one grid; a neighbouring offset may be better. */
function equalityAt(one: Scan, other: Scan, symmetry: Symmetry, offsetMm: Triple): number | undefined {
  const sizes = permutedLengths(symmetry, one.geometry.spacingMm);
  const { spacingMm } = other.geometry;
  if (spacingMm.some((mm, axis) => Math.abs(mm / sizes[axis] - 1) > sizeTolerance)) return undefined;
  const whole = offsetMm.map((mm, axis) => Math.round(mm / spacingMm[axis]));
  let best = 0;
  for (const shift of [[0, 0, 0], ...unitShifts]) {
    const at: Triple = [whole[0] + shift[0], whole[1] + shift[1], whole[2] + shift[2]];
    best = Math.max(
      best,
      equalVoxels(one, other, symmetry, at, best > 0.5 ? 1 - best : 1)?.equalFraction ?? 0,
    );
    if (best >= 1 - cropDifference) break;
  }
  return best;
}

const unitShifts: readonly Triple[] = [0, 1, 2].flatMap((axis) =>
  [-1, 1].map((by): Triple => [axis === 0 ? by : 0, axis === 1 ? by : 0, axis === 2 ? by : 0]),
);

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits)) + 0;
}

function rounded(values: readonly number[], digits: number): [number, number, number] {
  return [round(values[0], digits), round(values[1], digits), round(values[2], digits)];
}
