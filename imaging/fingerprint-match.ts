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
  let count = 0;
  let votes = 0;
  for (const radiusMm of settlingMm) {
    count = keepNear(offsetMm, radiusMm, matches.size, room);
    if (count < leastVotes) return undefined;
    votes = Math.min(distinct(matches.one, count, room), distinct(matches.other, count, room));
    if (votes < leastVotes) return undefined;
    before = offsetMm;
    offsetMm = [mean(shifts[0], count, room), mean(shifts[1], count, room), mean(shifts[2], count, room)];
  }
  return { symmetry, offsetMm, votes, residualMm: medianAway(before, count, room) };
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

/** Notes the matches whose shifts are no farther than `radiusMm` from a place, and says how many there are. */
function keepNear([x, y, z]: Triple, radiusMm: number, size: number, { shifts, near }: ShiftRoom): number {
  const [alongX, alongY, alongZ] = shifts;
  const most = radiusMm ** 2;
  let count = 0;
  for (let n = 0; n < size; n++) {
    const dx = alongX[n] - x;
    const dy = alongY[n] - y;
    const dz = alongZ[n] - z;
    if (dx * dx + dy * dy + dz * dz <= most) near[count++] = n;
  }
  return count;
}

/** How many different landmarks the first `count` noted matches have. */
function distinct(landmarks: Uint8Array, count: number, { near, seen }: ShiftRoom): number {
  let different = 0;
  seen.fill(0);
  for (let n = 0; n < count; n++) {
    const landmark = landmarks[near[n]];
    different += 1 - seen[landmark];
    seen[landmark] = 1;
  }
  return different;
}

function mean(shifts: Float64Array, count: number, { near }: ShiftRoom): number {
  let sum = 0;
  for (let n = 0; n < count; n++) sum += shifts[near[n]];
  return sum / count;
}

function medianAway([x, y, z]: Triple, count: number, { shifts, near }: ShiftRoom): number {
  const [alongX, alongY, alongZ] = shifts;
  const away = Float64Array.from({ length: count }, (_, n) =>
    Math.hypot(alongX[near[n]] - x, alongY[near[n]] - y, alongZ[near[n]] - z),
  );
  return away.sort()[count >> 1];
}
