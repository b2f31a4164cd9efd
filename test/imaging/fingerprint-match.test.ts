import { describe, expect, it } from 'vitest';
import { madePatients } from '../../bench/duplicate-trial.js';
import { copyKinds, copyOf } from '../../bench/scan-copies.js';
import { sketchVersion } from '../../domain/sketch-version.js';
import { coarseVolume } from '../../imaging/coarse-volume.js';
import { type Fingerprint, fingerprintBytes, readFingerprint } from '../../imaging/fingerprint.js';
import { likelyPoses, posesOn } from '../../imaging/fingerprint-match.js';
import { indexLandmarks, matchLandmarks, roomForMatches } from '../../imaging/landmark-matches.js';
import { descriptorLength } from '../../imaging/landmarks.js';
import { type Random, randomInteger, seededRandom } from '../../imaging/random.js';
import { symmetries, turnedPoint } from '../../imaging/symmetry.js';
import { differenceOf, plainPoses } from './plain-poses.js';

type Landmark = { readonly at: [number, number, number]; readonly descriptor: readonly number[] };

/** Places in steps of 0.1 mm. */
function fingerprintOf(landmarks: readonly Landmark[]): Fingerprint {
  const bytes = Buffer.alloc(2 + landmarks.length * (6 + descriptorLength));
  bytes[0] = sketchVersion;
  bytes[1] = landmarks.length;
  landmarks.forEach(({ at, descriptor }, n) => {
    const start = 2 + n * (6 + descriptorLength);
    at.forEach((steps, axis) => {
      bytes.writeInt16LE(steps, start + 2 * axis);
    });
    descriptor.forEach((value, m) => {
      bytes.writeInt8(value, start + 6 + m);
    });
  });
  return readFingerprint(bytes)!;
}

/** Landmarks of a few kinds, near each other in what they look like, so that many differ by just about the limit. */
function randomLandmarks(random: Random, count: number): Landmark[] {
  const kinds = Array.from({ length: 1 + randomInteger(random, 12) }, () =>
    Array.from({ length: descriptorLength }, () => randomInteger(random, 256) - 128),
  );
  return Array.from({ length: count }, () => {
    const kind = kinds[randomInteger(random, kinds.length)]!;
    const at = [3000, 3000, 1500].map((most) => randomInteger(random, most)) as Landmark['at'];
    return { at, descriptor: kind.map((value) => jittered(value, random, 8)) };
  });
}

/** Every value higher, or every value lower, by as much as may be or one too many: sums cannot differ by more. */
function justAlike({ at, descriptor }: Landmark, random: Random): Landmark {
  const way = random() < 0.5 ? 1 : -1;
  const held = descriptor.map((value) => Math.max(-120, Math.min(120, value)));
  return { at, descriptor: held.map((value, m) => value + way * (m === 0 && random() < 0.7 ? 4 : 5)) };
}

function jittered(value: number, random: Random, by: number): number {
  return Math.max(-128, Math.min(127, value + randomInteger(random, 2 * by + 1) - by));
}

/** Some of the landmarks turned, shifted and blurred, in another order. */
function copied(landmarks: readonly Landmark[], random: Random, blurSteps: number): Landmark[] {
  const symmetry = symmetries[randomInteger(random, symmetries.length)]!;
  return landmarks
    .filter(() => random() < 0.7)
    .map(({ at, descriptor }) => ({
      at: turnedPoint(symmetry, at).map(
        (steps) => steps + 137 + randomInteger(random, 2 * blurSteps + 1) - blurSteps,
      ) as Landmark['at'],
      descriptor: descriptor.map((value) => jittered(value, random, 2)),
    }))
    .reverse();
}

const patients = [...madePatients(5)].flatMap(({ scan }, n) => [
  scan,
  copyOf(scan, copyKinds[n]!, seededRandom(n)),
  copyOf(scan, 'all of it', seededRandom(n)),
]);
const seen = patients.map((scan) => readFingerprint(fingerprintBytes(coarseVolume(scan)))!);

describe('the poses that landmarks agree on', () => {
  it('are those of the plain search for made patients and their copies, to the last bit', () => {
    let found = 0;
    seen.forEach((other, n) => {
      const poses = posesOn(other);
      for (const one of seen.slice(0, n + 1)) {
        expect(poses(one)).toEqual(plainPoses(one, other));
        found += poses(one).length;
      }
    });
    expect(found).toBeGreaterThan(2 * seen.length);
  });

  it('are those of the plain search for random landmarks and their copies, few or many, however blurred', () => {
    const random = seededRandom('poses');
    let found = 0;
    for (let n = 0; n < 120; n++) {
      const landmarks = randomLandmarks(random, n % 20 === 0 ? 255 : randomInteger(random, 200));
      const one = fingerprintOf(landmarks);
      const blurSteps = randomInteger(random, 60);
      const stranger = randomLandmarks(random, randomInteger(random, 256));
      for (const others of [copied(landmarks, random, blurSteps), stranger, []]) {
        const other = fingerprintOf(others);
        const expected = plainPoses(one, other);
        expect(likelyPoses(one, other)).toEqual(expected);
        found += expected.length;
      }
    }
    expect(found).toBeGreaterThan(40);
  });
});

describe('the index of landmarks', () => {
  it('misses none that looks alike: the two nearest are those of a search through all', () => {
    const random = seededRandom('index');
    const into = roomForMatches();
    for (let n = 0; n < 40; n++) {
      const landmarks = randomLandmarks(random, 120);
      const one = fingerprintOf(landmarks);
      const other = fingerprintOf([...landmarks, ...landmarks.map((each) => justAlike(each, random))]);
      matchLandmarks(one, indexLandmarks(other), into);
      const matched = new Map<number, number[]>();
      for (let m = 0; m < into.size; m++) {
        const a = into.one[m]!;
        matched.set(a, [...(matched.get(a) ?? []), differenceOf(one, a, other, into.other[m]!)]);
      }
      for (let a = 0; a < one.count; a++) {
        const all = Array.from({ length: other.count }, (_, b) => b)
          .filter((b) => one.polarity[a] === other.polarity[b])
          .map((b) => differenceOf(one, a, other, b));
        const nearest = all.filter((difference) => difference < 80).sort((x, y) => x - y);
        expect(matched.get(a) ?? []).toEqual(nearest.slice(0, 2));
      }
    }
  });
});
