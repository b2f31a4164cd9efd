import type { Fingerprint } from './fingerprint.js';
import { descriptorLength } from './landmarks.js';
import type { Triple } from './mask-box.js';
import { type Symmetry, symmetries, turnedPoint } from './symmetry.js';

/** How one scan would have to be laid on another: `other = turned(one) + offset`, in millimetres of their own axes. */
export interface Pose {
  readonly symmetry: Symmetry;
  readonly offsetMm: Triple;
  /** Landmarks that agree. */
  readonly votes: number;
  /** How far from each other they come to lie, in the middle (median). */
  readonly residualMm: number;
}

/** Sum of byte differences up to which two landmarks look alike. */
const mostDifference = 80;
const leastVotes = 12;
/**
 * Landmarks of a copy come to lie within 2.5 mm of each other even at three times the slice thickness, those of a bent
 * copy 3.1 mm apart; so many votes need no such agreement.
 */
const mostResidualMm = 3;
const votesEnough = 80;
/** Shifts are counted in cubes of this side, then settled more and more closely. */
const binMm = 16;
const settlingMm = [14, 9, 6, 6] as const;
/** So many of the fullest cubes are looked into. */
const cubes = 6;
const tableSize = 4096;
/** A cluster may be cut by the sides of a cube. */
const leastInCube = 5;
/** Teschner et al. 2003, Optimized spatial hashing. */
const hashPrimes = [73856093, 19349663, 83492791] as const;

/** The poses that most landmarks agree on, best first; none where fewer than `leastVotes` agree on any. */
export function likelyPoses(one: Fingerprint, other: Fingerprint): Pose[] {
  const matches = lookAlikes(one, other);
  if (matches.one.length < leastVotes) return [];
  const poses = fullestCubes(one, other, matches)
    .map(({ symmetry, offsetMm }) => settled(one, other, matches, symmetry, offsetMm))
    .filter((pose) => pose !== undefined)
    .filter(({ votes, residualMm }) => residualMm <= mostResidualMm || votes >= votesEnough)
    .sort((a, b) => b.votes - a.votes);
  return poses.filter((pose, n) => !poses.slice(0, n).some((before) => alike(before, pose)));
}

function alike(a: Pose, b: Pose): boolean {
  return a.symmetry === b.symmetry && a.offsetMm.every((mm, axis) => Math.abs(mm - b.offsetMm[axis]) < 2);
}

interface Matches {
  readonly one: readonly number[];
  readonly other: readonly number[];
}

type Start = Pick<Pose, 'symmetry' | 'offsetMm'> & { readonly count: number };

/** Counts shifts in a table that forgets collisions: a cube counted too full is found out when it is settled. */
function fullestCubes(one: Fingerprint, other: Fingerprint, matches: Matches): Start[] {
  const size = matches.one.length;
  const counts = new Uint16Array(tableSize);
  const best: Start[] = [];
  for (const half of [0, 0.5]) {
    const hashes = cubeHashes(one, other, matches, half);
    for (const symmetry of symmetries) {
      const { source, sign } = symmetry;
      const startOf = (n: 0 | 1 | 2) => size * (6 * n + 2 * source[n] + (sign[n] > 0 ? 0 : 1));
      const x = startOf(0);
      const y = startOf(1);
      const z = startOf(2);
      counts.fill(0);
      let most = 0;
      let fullest = 0;
      for (let n = 0; n < size; n++) {
        const cube = (hashes[x + n] ^ hashes[y + n] ^ hashes[z + n]) & (tableSize - 1);
        const count = ++counts[cube];
        if (count <= most) continue;
        most = count;
        fullest = n;
      }
      if (most < leastInCube) continue;
      best.push({ symmetry, offsetMm: shiftOf(one, other, matches, fullest, symmetry), count: most });
    }
  }
  return best.sort((a, b) => b.count - a.count).slice(0, cubes);
}

/** For each target axis, source axis and sign in turn, for each match: the part of the cube's hash that comes from the shift along it. */
function cubeHashes(one: Fingerprint, other: Fingerprint, matches: Matches, half: number): Int32Array {
  const size = matches.one.length;
  const hashes = new Int32Array(18 * size);
  for (let which = 0; which < 18; which++) {
    const [target, source] = [Math.floor(which / 6), Math.floor(which / 2) % 3];
    const sign = which % 2 === 0 ? 1 : -1;
    for (let n = 0; n < size; n++) {
      const mm = other.atMm[3 * matches.other[n] + target] - sign * one.atMm[3 * matches.one[n] + source];
      hashes[which * size + n] = Math.imul(Math.floor(mm / binMm + half), hashPrimes[target]);
    }
  }
  return hashes;
}

function shiftOf(
  one: Fingerprint,
  other: Fingerprint,
  matches: Matches,
  n: number,
  symmetry: Symmetry,
): Triple {
  const a = 3 * matches.one[n];
  const b = 3 * matches.other[n];
  const [x, y, z] = turnedPoint(symmetry, [one.atMm[a], one.atMm[a + 1], one.atMm[a + 2]]);
  return [other.atMm[b] - x, other.atMm[b + 1] - y, other.atMm[b + 2] - z];
}

/** Mean of the shifts near a place, taken anew ever more closely; every landmark counts once. */
function settled(
  one: Fingerprint,
  other: Fingerprint,
  matches: Matches,
  symmetry: Symmetry,
  start: Triple,
): Pose | undefined {
  const shifts = matches.one.map((_, n) => shiftOf(one, other, matches, n, symmetry));
  let offsetMm = start;
  let votes = 0;
  let residualMm = 0;
  for (const radiusMm of settlingMm) {
    const [x, y, z] = offsetMm;
    const near: number[] = [];
    shifts.forEach((at, n) => {
      if ((at[0] - x) ** 2 + (at[1] - y) ** 2 + (at[2] - z) ** 2 <= radiusMm ** 2) near.push(n);
    });
    if (near.length < leastVotes) return undefined;
    votes = Math.min(
      new Set(near.map((n) => matches.one[n])).size,
      new Set(near.map((n) => matches.other[n])).size,
    );
    if (votes < leastVotes) return undefined;
    const away = near.map((n) => Math.hypot(shifts[n][0] - x, shifts[n][1] - y, shifts[n][2] - z));
    residualMm = away.sort((a, b) => a - b)[away.length >> 1];
    const mean = (axis: number) => near.reduce((sum, n) => sum + shifts[n][axis], 0) / near.length;
    offsetMm = [mean(0), mean(1), mean(2)];
  }
  return { symmetry, offsetMm, votes, residualMm };
}

/** For each landmark of the one scan its nearest look-alikes in the other. Both are ordered by `brightness`. */
function lookAlikes(one: Fingerprint, other: Fingerprint): Matches {
  const matches: { one: number[]; other: number[] } = { one: [], other: [] };
  let from = 0;
  for (let a = 0; a < one.count; a++) {
    const lowest = one.brightness[a] - mostDifference;
    while (from < other.count && other.brightness[from] < lowest) from++;
    nearest(one, a, other, from, matches);
  }
  return matches;
}

/**
 * The two landmarks of the other scan, from index `from` on, that look most like landmark `a` of the one. Sums of bytes
 * differ by no more than the bytes do, so most landmarks are passed over after a glance at their sums.
 */
function nearest(
  one: Fingerprint,
  a: number,
  other: Fingerprint,
  from: number,
  into: { one: number[]; other: number[] },
): void {
  // Plain variables throughout: this loop takes most of the time of a comparison.
  const bright = one.brightness[a];
  const near = one.nearBrightness[a];
  const polarity = one.polarity[a];
  let first = -1;
  let second = -1;
  let least = mostDifference;
  let next = mostDifference;
  for (let b = from; b < other.count && other.brightness[b] <= bright + next; b++) {
    if (polarity !== other.polarity[b]) continue;
    const part = other.nearBrightness[b] - near;
    if (Math.abs(part) + Math.abs(other.brightness[b] - bright - part) >= next) continue;
    const difference = differenceOf(one, a, other, b, next);
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
  for (const b of [first, second]) {
    if (b < 0) continue;
    into.one.push(a);
    into.other.push(b);
  }
}

/** Gives up as soon as `limit` is passed. */
function differenceOf(one: Fingerprint, a: number, other: Fingerprint, b: number, limit: number): number {
  const p = a * descriptorLength;
  const q = b * descriptorLength;
  let sum = 0;
  for (let n = 0; n < descriptorLength && sum < limit; n++) {
    sum += Math.abs(one.descriptors[p + n] - other.descriptors[q + n]);
  }
  return sum;
}
