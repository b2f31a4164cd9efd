import { sumOffset, sumsEach } from './descriptor-sums.js';
import type { Fingerprint } from './fingerprint.js';
import { descriptorLength } from './landmarks.js';

/** Sum of byte differences up to which two landmarks look alike. */
const mostDifference = 80;
/** A fingerprint counts its landmarks in one byte. */
const mostLandmarks = 255;
/** One bit for each landmark. */
const words = Math.ceil(mostLandmarks / 32);
/** Sums are told apart by levels of 16. */
const levelBits = 4;
const levels = (2 * sumOffset) >> levelBits;
/** Each landmark of the one scan has at most two matches. */
export const mostMatches = 2 * mostLandmarks;

/** Landmarks that look alike, where they lie in either scan: millimetres, an array for each axis. */
export interface Matches {
  size: number;
  readonly one: Uint8Array;
  readonly other: Uint8Array;
  readonly oneMm: readonly Float32Array[];
  readonly otherMm: readonly Float32Array[];
}

/** Room for the matches of any two fingerprints: taken once, filled again for every pair. */
export function roomForMatches(): Matches {
  const perAxis = () => Array.from({ length: 3 }, () => new Float32Array(mostMatches));
  return {
    size: 0,
    one: new Uint8Array(mostMatches),
    other: new Uint8Array(mostMatches),
    oneMm: perAxis(),
    otherMm: perAxis(),
  };
}

/**
 * An inverted index of a scan's landmarks: for every sum and every level of it, which landmarks may look like one whose
 * sum has this level. None is missed: a landmark that looks like another has each of its sums less than `mostDifference`
 * away from the other's (`descriptorSums`), and a level's bits are set for all that are so near to any sum of the level.
 */
export interface LandmarkIndex {
  readonly landmarks: Fingerprint;
  /** `words` for each level of each sum. */
  readonly near: Int32Array;
  /** `words` for the dark landmarks, then for the bright ones. */
  readonly polarity: Int32Array;
}

export function indexLandmarks(landmarks: Fingerprint): LandmarkIndex {
  const near = new Int32Array(sumsEach * levels * words);
  const polarity = new Int32Array(2 * words);
  for (let b = 0; b < landmarks.count; b++) {
    const word = b >> 5;
    const bit = 1 << (b & 31);
    polarity[polarityRow(landmarks, b) + word] |= bit;
    for (let m = 0; m < sumsEach; m++) {
      const sum = landmarks.sums[sumsEach * b + m];
      const lowest = Math.max(0, levelOf(sum - mostDifference + 1));
      const highest = Math.min(levels - 1, levelOf(sum + mostDifference - 1));
      for (let level = lowest; level <= highest; level++) near[(m * levels + level) * words + word] |= bit;
    }
  }
  return { landmarks, near, polarity };
}

function levelOf(sum: number): number {
  return (sum + sumOffset) >> levelBits;
}

function rowOf(landmarks: Fingerprint, n: number, sum: number): number {
  return (sum * levels + levelOf(landmarks.sums[sumsEach * n + sum])) * words;
}

function polarityRow(landmarks: Fingerprint, n: number): number {
  return landmarks.polarity[n] > 0 ? words : 0;
}

/** For each landmark of the one scan the two of the other that look most like it, the most alike first. */
export function matchLandmarks(one: Fingerprint, index: LandmarkIndex, into: Matches): void {
  into.size = 0;
  for (let a = 0; a < one.count; a++) matchOne(one, a, index, into);
}

function matchOne(
  one: Fingerprint,
  a: number,
  { landmarks, near, polarity }: LandmarkIndex,
  into: Matches,
): void {
  const r0 = rowOf(one, a, 0);
  const r1 = rowOf(one, a, 1);
  const r2 = rowOf(one, a, 2);
  const r3 = rowOf(one, a, 3);
  const r4 = rowOf(one, a, 4);
  const r5 = rowOf(one, a, 5);
  const alike = polarityRow(one, a);
  const mine = one.descriptors;
  const theirs = landmarks.descriptors;
  const p = a * descriptorLength;
  let first = -1;
  let second = -1;
  let least = mostDifference;
  let next = mostDifference;
  for (let w = 0; 32 * w < landmarks.count; w++) {
    let bits = polarity[alike + w] & near[r0 + w] & near[r1 + w] & near[r2 + w];
    bits &= near[r3 + w] & near[r4 + w] & near[r5 + w];
    for (; bits !== 0; bits &= bits - 1) {
      const b = 32 * w + 31 - Math.clz32(bits & -bits);
      const q = b * descriptorLength;
      // Written out, as most of the time of a comparison is spent here: a loop takes twice as long.
      const difference =
        Math.abs(mine[p] - theirs[q]) +
        Math.abs(mine[p + 1] - theirs[q + 1]) +
        Math.abs(mine[p + 2] - theirs[q + 2]) +
        Math.abs(mine[p + 3] - theirs[q + 3]) +
        Math.abs(mine[p + 4] - theirs[q + 4]) +
        Math.abs(mine[p + 5] - theirs[q + 5]) +
        Math.abs(mine[p + 6] - theirs[q + 6]) +
        Math.abs(mine[p + 7] - theirs[q + 7]) +
        Math.abs(mine[p + 8] - theirs[q + 8]) +
        Math.abs(mine[p + 9] - theirs[q + 9]) +
        Math.abs(mine[p + 10] - theirs[q + 10]) +
        Math.abs(mine[p + 11] - theirs[q + 11]) +
        Math.abs(mine[p + 12] - theirs[q + 12]) +
        Math.abs(mine[p + 13] - theirs[q + 13]) +
        Math.abs(mine[p + 14] - theirs[q + 14]) +
        Math.abs(mine[p + 15] - theirs[q + 15]);
      if (difference >= next) continue;
      if (difference < least) {
        second = first;
        next = least;
        first = b;
        least = difference;
      } else {
        second = b;
        next = difference;
      }
    }
  }
  if (first >= 0) put(one, a, landmarks, first, into);
  if (second >= 0) put(one, a, landmarks, second, into);
}

function put(one: Fingerprint, a: number, other: Fingerprint, b: number, into: Matches): void {
  const n = into.size++;
  into.one[n] = a;
  into.other[n] = b;
  for (let axis = 0; axis < 3; axis++) {
    into.oneMm[axis][n] = one.atMm[3 * a + axis];
    into.otherMm[axis][n] = other.atMm[3 * b + axis];
  }
}
