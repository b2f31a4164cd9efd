import type { Fingerprint } from './fingerprint.js';
import {
  indexLandmarks,
  type Matches,
  matchLandmarks,
  mostMatches,
  roomForMatches,
} from './landmark-matches.js';
import type { Triple } from './mask-box.js';
import { fullestCubes, roomForCubes, type Start } from './shift-cubes.js';
import type { Symmetry } from './symmetry.js';

/** How one scan would have to be laid on another: `other = turned(one) + offset`, in millimetres of their own axes. */
export interface Pose {
  readonly symmetry: Symmetry;
  readonly offsetMm: Triple;
  /** Landmarks that agree. */
  readonly votes: number;
  /** How far from each other they come to lie, in the middle (median). */
  readonly residualMm: number;
}

const leastVotes = 12;
/**
 * Landmarks of a copy come to lie within 2.5 mm of each other even at three times the slice thickness, those of a bent
 * copy 3.1 mm apart; so many votes need no such agreement.
 */
const mostResidualMm = 3;
const votesEnough = 80;
/** The shift of a cube is settled more and more closely. */
const settlingMm = [14, 9, 6, 6] as const;

/** The poses in which most landmarks of `one` agree with those of `other`, best first; none where fewer than `leastVotes` agree in any. */
export function likelyPoses(one: Fingerprint, other: Fingerprint): Pose[] {
  return posesOn(other)(one);
}

/** `likelyPoses` of many scans on one: what can be made ready is made ready once. */
export function posesOn(other: Fingerprint): (one: Fingerprint) => Pose[] {
  const index = indexLandmarks(other);
  const matches = roomForMatches();
  const cubes = roomForCubes();
  const room = roomForShifts();
  return (one) => {
    matchLandmarks(one, index, matches);
    if (matches.size < leastVotes) return [];
    const poses = fullestCubes(matches, cubes)
      .map((start) => settled(matches, start, room))
      .filter((pose) => pose !== undefined)
      .filter(({ votes, residualMm }) => residualMm <= mostResidualMm || votes >= votesEnough)
      .sort((a, b) => b.votes - a.votes);
    return poses.filter((pose, n) => !poses.slice(0, n).some((before) => alike(before, pose)));
  };
}

function alike(a: Pose, b: Pose): boolean {
  return a.symmetry === b.symmetry && a.offsetMm.every((mm, axis) => Math.abs(mm - b.offsetMm[axis]) < 2);
}

/** The shift of every match, an array for each target axis, and those that are near a place. */
interface ShiftRoom {
  readonly shifts: readonly [Float64Array, Float64Array, Float64Array];
  readonly near: Uint16Array;
  readonly seen: Uint8Array;
}

function roomForShifts(): ShiftRoom {
  const shifts = () => new Float64Array(mostMatches);
  return {
    shifts: [shifts(), shifts(), shifts()],
    near: new Uint16Array(mostMatches),
    seen: new Uint8Array(mostMatches),
  };
}

/** Mean of the shifts near a place, taken anew ever more closely; every landmark counts once. */
function settled(matches: Matches, { symmetry, match }: Start, room: ShiftRoom): Pose | undefined {
  const { shifts } = room;
  shiftsUnder(symmetry, matches, shifts);
  let before: Triple = [0, 0, 0];
  let offsetMm: Triple = [shifts[0][match], shifts[1][match], shifts[2][match]];
  let near = room.near;
  let votes = 0;
  for (const radiusMm of settlingMm) {
    near = nearTo(offsetMm, radiusMm, matches.size, room);
    if (near.length < leastVotes) return undefined;
    votes = Math.min(distinct(matches.one, near, room.seen), distinct(matches.other, near, room.seen));
    if (votes < leastVotes) return undefined;
    before = offsetMm;
    offsetMm = [mean(shifts[0], near), mean(shifts[1], near), mean(shifts[2], near)];
  }
  return { symmetry, offsetMm, votes, residualMm: medianAway(before, shifts, near) };
}

function shiftsUnder({ source, sign }: Symmetry, matches: Matches, into: ShiftRoom['shifts']): void {
  for (let target = 0; target < 3; target++) {
    const from = matches.oneMm[source[target]];
    const to = matches.otherMm[target];
    const shifts = into[target];
    const by = sign[target];
    for (let n = 0; n < matches.size; n++) shifts[n] = to[n] - by * from[n];
  }
}

/** Matches whose shifts are no farther than `radiusMm` from a place. */
function nearTo([x, y, z]: Triple, radiusMm: number, size: number, { shifts, near }: ShiftRoom): Uint16Array {
  const [alongX, alongY, alongZ] = shifts;
  let count = 0;
  for (let n = 0; n < size; n++) {
    const away = (alongX[n] - x) ** 2 + (alongY[n] - y) ** 2 + (alongZ[n] - z) ** 2;
    if (away <= radiusMm ** 2) near[count++] = n;
  }
  return near.subarray(0, count);
}

/** How many different landmarks the matches have. */
function distinct(landmarks: Uint8Array, matches: Uint16Array, seen: Uint8Array): number {
  let count = 0;
  seen.fill(0);
  for (const n of matches) {
    count += 1 - seen[landmarks[n]];
    seen[landmarks[n]] = 1;
  }
  return count;
}

function mean(shifts: Float64Array, near: Uint16Array): number {
  let sum = 0;
  for (const n of near) sum += shifts[n];
  return sum / near.length;
}

function medianAway(
  [x, y, z]: Triple,
  [alongX, alongY, alongZ]: ShiftRoom['shifts'],
  near: Uint16Array,
): number {
  const away = Float64Array.from(near, (n) => Math.hypot(alongX[n] - x, alongY[n] - y, alongZ[n] - z));
  return away.sort()[away.length >> 1];
}
