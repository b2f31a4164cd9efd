import type { Fingerprint } from '../../imaging/fingerprint.js';
import type { Pose } from '../../imaging/fingerprint-match.js';
import { descriptorLength } from '../../imaging/landmarks.js';
import { type Symmetry, symmetries, turnedPoint } from '../../imaging/symmetry.js';

type Triple = readonly [number, number, number];
type Match = readonly [number, number];

/** What `likelyPoses` is to find, put as plainly as it can be: every landmark against every other, nothing kept or passed over. */
export function plainPoses(one: Fingerprint, other: Fingerprint): Pose[] {
  const matches = Array.from({ length: one.count }, (_, a) => nearestTwo(one, a, other)).flat();
  if (matches.length < 12) return [];
  const poses = starts(one, other, matches)
    .map(({ symmetry, match }) => settled(shiftsOf(one, other, matches, symmetry), match, matches, symmetry))
    .filter((pose) => pose !== undefined && (pose.residualMm <= 3 || pose.votes >= 80))
    .sort((a, b) => b!.votes - a!.votes) as Pose[];
  const near = (a: Pose, b: Pose) =>
    a.symmetry === b.symmetry && a.offsetMm.every((mm, axis) => Math.abs(mm - b.offsetMm[axis]!) < 2);
  return poses.filter((pose, n) => !poses.slice(0, n).some((before) => near(before, pose)));
}

/** Sum of byte differences of landmark `a` of the one and `b` of the other. */
export function differenceOf(one: Fingerprint, a: number, other: Fingerprint, b: number): number {
  let sum = 0;
  for (let n = 0; n < descriptorLength; n++) {
    sum += Math.abs(
      one.descriptors[descriptorLength * a + n]! - other.descriptors[descriptorLength * b + n]!,
    );
  }
  return sum;
}

function nearestTwo(one: Fingerprint, a: number, other: Fingerprint): Match[] {
  return Array.from({ length: other.count }, (_, b) => ({ b, difference: differenceOf(one, a, other, b) }))
    .filter(({ b, difference }) => difference < 80 && one.polarity[a] === other.polarity[b])
    .sort((x, y) => x.difference - y.difference || x.b - y.b)
    .slice(0, 2)
    .map(({ b }) => [a, b]);
}

function placeOf(scan: Fingerprint, n: number): [number, number, number] {
  return [scan.atMm[3 * n]!, scan.atMm[3 * n + 1]!, scan.atMm[3 * n + 2]!];
}

function shiftsOf(one: Fingerprint, other: Fingerprint, matches: readonly Match[], symmetry: Symmetry) {
  return matches.map(([a, b]): Triple => {
    const [x, y, z] = turnedPoint(symmetry, placeOf(one, a));
    const [u, v, w] = placeOf(other, b);
    return [u - x, v - y, w - z];
  });
}

function starts(one: Fingerprint, other: Fingerprint, matches: readonly Match[]) {
  const found: { symmetry: Symmetry; match: number; count: number }[] = [];
  for (const half of [0, 0.5]) {
    for (const symmetry of symmetries) {
      const counts = new Map<number, number>();
      let best = { symmetry, match: 0, count: 0 };
      shiftsOf(one, other, matches, symmetry).forEach((shift, match) => {
        const [x, y, z] = shift.map((mm) => Math.floor(mm / 16 + half));
        const cube = (Math.imul(x!, 73856093) ^ Math.imul(y!, 19349663) ^ Math.imul(z!, 83492791)) & 4095;
        const count = (counts.get(cube) ?? 0) + 1;
        counts.set(cube, count);
        if (count > best.count) best = { symmetry, match, count };
      });
      if (best.count >= 5) found.push(best);
    }
  }
  return found.sort((a, b) => b.count - a.count).slice(0, 6);
}

function settled(
  shifts: readonly Triple[],
  start: number,
  matches: readonly Match[],
  symmetry: Symmetry,
): Pose | undefined {
  let offsetMm = shifts[start]!;
  let pose: Pose | undefined;
  for (const radiusMm of [14, 9, 6, 6]) {
    const [x, y, z] = offsetMm;
    const near = [...shifts.keys()].filter((n) => {
      const [u, v, w] = shifts[n]!;
      return (u - x) * (u - x) + (v - y) * (v - y) + (w - z) * (w - z) <= radiusMm * radiusMm;
    });
    const distinct = (side: 0 | 1) => new Set(near.map((n) => matches[n]![side])).size;
    const votes = Math.min(distinct(0), distinct(1));
    if (votes < 12) return undefined;
    const away = near.map((n) => Math.hypot(shifts[n]![0] - x, shifts[n]![1] - y, shifts[n]![2] - z));
    const mean = (axis: 0 | 1 | 2) => near.reduce((sum, n) => sum + shifts[n]![axis], 0) / near.length;
    offsetMm = [mean(0), mean(1), mean(2)];
    pose = {
      symmetry,
      offsetMm: [...offsetMm],
      votes,
      residualMm: away.sort((a, b) => a - b)[near.length >> 1]!,
    };
  }
  return pose;
}
