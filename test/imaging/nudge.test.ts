import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dilate, erode } from '../../imaging/components.js';
import { dice } from '../../imaging/dice.js';
import { type Triple, voxelsOf } from '../../imaging/mask-box.js';
import { nudgeTowardsReference } from '../../imaging/nudge.js';
import { seededRandom } from '../../imaging/random.js';
import { surfaceDistances } from '../../imaging/surface-distance.js';

type Shape = [number, number, number];

function ellipsoid(shape: Triple, centre: Triple, radii: Triple): Uint8Array {
  const mask = new Uint8Array(voxelsOf(shape));
  for (let v = 0; v < mask.length; v++) {
    const at = [v % shape[0], Math.floor(v / shape[0]) % shape[1], Math.floor(v / (shape[0] * shape[1]))];
    const square = at.reduce((sum, x, axis) => sum + ((x - centre[axis]) / radii[axis]) ** 2, 0);
    if (square <= 1) mask[v] = 1;
  }
  return mask;
}

const shape: Shape = [60, 56, 26];
const spacingMm: Shape = [3, 3, 3];
/** A liver-like body: two overlapping ellipsoids. */
const left = ellipsoid(shape, [34, 28, 13], [15, 10, 7]);
const liver = ellipsoid(shape, [24, 27, 13], [18, 17, 10]).map((x, v) => (x || left[v] ? 1 : 0));
/** The liver moved by two voxels, swollen, with a piece missing and an island far away. */
const proposal = ellipsoid(shape, [26, 28, 13], [18, 17, 10]).map((x, v) => (x && v % shape[0] > 14 ? 1 : 0));
const island = ellipsoid(shape, [55, 50, 20], [2, 2, 2]);
const withIsland = proposal.map((x, v) => (x || island[v] ? 1 : 0));

const request = { proposal: withIsland, reference: liver, shape, spacingMm, seed: 7, skill: 0.9 };
/** Comparing element by element through `expect` is slow on whole volumes. */
const same = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((x, v) => x === b[v]);
const value = (metric: unknown): number => (typeof metric === 'number' ? metric : Number.NaN);

describe('nudgeTowardsReference', () => {
  it('makes of a poor proposal what a careful person would: DSC 0.95 to 0.985 at skill 0.9', () => {
    expect(value(dice(liver, withIsland))).toBeLessThan(0.87);
    for (let seed = 0; seed < 20; seed++) {
      const after = value(dice(liver, nudgeTowardsReference({ ...request, seed })));
      expect(after).toBeGreaterThan(0.95);
      expect(after).toBeLessThan(0.985);
    }
  });

  it('removes islands and leaves no error deeper than two voxels', () => {
    const result = nudgeTowardsReference(request);
    expect(result.some((x, v) => x && island[v])).toBe(false);
    const outer = dilate(liver, shape, 2);
    const inner = erode(liver, shape, 2);
    expect(result.every((x, v) => (x ? outer[v] === 1 : inner[v] === 0))).toBe(true);
    expect(value(surfaceDistances(liver, result, shape, spacingMm).hdMm)).toBeLessThanOrEqual(6);
  });

  it('leaves its errors in patches, not as noise', () => {
    const result = nudgeTowardsReference(request);
    const wrong = result.map((x, v) => (x === liver[v] ? 0 : 1));
    const steps = [1, shape[0], shape[0] * shape[1]];
    let errors = 0;
    let withNeighbour = 0;
    wrong.forEach((x, v) => {
      if (!x) return;
      errors++;
      if (steps.some((step) => wrong[v - step] || wrong[v + step])) withNeighbour++;
    });
    expect(errors).toBeGreaterThan(100);
    expect(withNeighbour / errors).toBeGreaterThan(0.8);
  });

  it('gives the reference exactly at skill 1, and a better mask the greater the skill', () => {
    expect(same(nudgeTowardsReference({ ...request, skill: 1 }), liver)).toBe(true);
    const figures = [0.2, 0.5, 0.8, 0.9, 0.95, 1].map((skill) =>
      value(dice(liver, nudgeTowardsReference({ ...request, skill }))),
    );
    expect(figures).toEqual([...figures].sort((a, b) => a - b));
  });

  it('repeats itself for one seed and differs between seeds', () => {
    const first = nudgeTowardsReference(request);
    expect(same(nudgeTowardsReference(request), first)).toBe(true);
    expect(same(nudgeTowardsReference({ ...request, seed: 8 }), first)).toBe(false);
  });

  it('draws the organ anew where nothing was proposed, roughly right', () => {
    const drawn = nudgeTowardsReference({ ...request, proposal: new Uint8Array(liver.length) });
    const after = value(dice(liver, drawn));
    expect(after).toBeGreaterThan(0.95);
    expect(after).toBeLessThan(1);
  });

  it('takes everything away where the organ is absent, and leaves a perfect proposal alone', () => {
    const empty = new Uint8Array(liver.length);
    expect(same(nudgeTowardsReference({ ...request, reference: empty }), empty)).toBe(true);
    expect(same(nudgeTowardsReference({ ...request, proposal: liver }), liver)).toBe(true);
  });

  it('changes no argument', () => {
    const before = [withIsland.slice(), liver.slice()];
    nudgeTowardsReference(request);
    expect(same(withIsland, before[0]) && same(liver, before[1])).toBe(true);
  });

  it('works alike in thin and in thick slices, whichever axis they lie along', () => {
    const shapes: [Shape, Shape][] = [
      [
        [10, 60, 70],
        [5, 0.9, 0.9],
      ],
      [
        [60, 10, 70],
        [0.9, 5, 0.9],
      ],
      [
        [60, 70, 10],
        [0.9, 0.9, 5],
      ],
    ];
    for (const [size, spacing] of shapes) {
      const half = size.map((n) => n / 2) as Shape;
      const reference = ellipsoid(size, half, size.map((n) => n * 0.35) as Shape);
      const poor = ellipsoid(size, size.map((n) => n * 0.55) as Shape, size.map((n) => n * 0.33) as Shape);
      const ask = { proposal: poor, reference, shape: size, spacingMm: spacing, seed: 'x', skill: 0.9 };
      const after = value(dice(reference, nudgeTowardsReference(ask)));
      expect(after).toBeGreaterThan(0.95);
      expect(after).toBeLessThan(0.995);
    }
  });

  it('is never worse than the proposal', () => {
    const size: Shape = [12, 11, 9];
    const blob = (seed: number): Uint8Array => {
      const random = seededRandom(seed);
      const place = (): Triple => [2 + 8 * random(), 2 + 7 * random(), 2 + 5 * random()];
      const body = ellipsoid(size, place(), [1 + 4 * random(), 1 + 4 * random(), 1 + 3 * random()]);
      const noise = random() * 0.1;
      return body.map((x) => (random() < noise ? 1 - x : x));
    };
    const seeds = fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6));
    fc.assert(
      fc.property(
        seeds,
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([a, b, seed], near, skill) => {
          const reference = blob(a);
          fc.pre(reference.includes(1));
          const proposed = near ? dilate(reference, size) : blob(b);
          const ask = {
            proposal: proposed,
            reference,
            shape: size,
            spacingMm: [0.8, 1, 2.5] as Shape,
            seed,
            skill,
          };
          const after = value(dice(reference, nudgeTowardsReference(ask)));
          expect(after).toBeGreaterThanOrEqual(value(dice(reference, proposed)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses a skill that is no fraction', () => {
    expect(() => nudgeTowardsReference({ ...request, skill: 1.1 })).toThrow(/skill is 1.1/);
  });
});
