import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countByElements } from '../../imaging/distance-elements.js';
import { areasWithin, nearbyRows } from '../../imaging/distance-limited.js';
import { squaredDistances } from '../../imaging/distance-transform.js';
import { countByWords } from '../../imaging/distance-words.js';
import { type Triple, voxelsOf } from '../../imaging/mask-box.js';
import { seededRandom } from '../../imaging/random.js';
import { packMask } from '../../imaging/surface-bits.js';
import { eachElement, elementAreas, findSurface, type Surface } from '../../imaging/surface-elements.js';

const anyValue = new Uint8Array(65536).fill(1, 1);

/** A few blocks of voxels in a box that is longer than a word. */
function surfaceOf(shape: Triple, spacingMm: Triple, seed: number): Surface {
  const random = seededRandom(seed);
  const mask = new Uint8Array(voxelsOf(shape));
  for (let n = 0; n < 3; n++) {
    const [a, b, c] = shape.map((length) => Math.floor(random() * length));
    for (let v = 0; v < mask.length; v++) {
      const [i, j, k] = [
        v % shape[0],
        Math.floor(v / shape[0]) % shape[1],
        Math.floor(v / shape[0] / shape[1]),
      ];
      if (Math.abs(i - a) < 6 && Math.abs(j - b) < 3 && Math.abs(k - c) < 2) mask[v] = 1;
    }
  }
  return findSurface(
    packMask(mask, shape, { low: [0, 0, 0], high: shape }, anyValue, 1),
    elementAreas(spacingMm),
  );
}

const scene = fc.record({
  shape: fc.tuple(
    fc.integer({ min: 1, max: 99 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 8 }),
  ),
  spacingMm: fc.tuple(
    fc.constantFrom(0.25, 0.5, 0.7, 1),
    fc.constantFrom(0.5, 0.98, 1),
    fc.constantFrom(0.8, 3, 5),
  ),
  seeds: fc.tuple(fc.nat(1e6), fc.nat(1e6)),
  tolerances: fc.uniqueArray(fc.constantFrom(0, 0.5, 0.7, 1, 2, 2.5, 3, 5, 7), {
    minLength: 1,
    maxLength: 4,
  }),
});

describe('areasWithin', () => {
  it('agrees with the full distance transform at every tolerance, ties included', () => {
    fc.assert(
      fc.property(scene, ({ shape, spacingMm, seeds, tolerances }) => {
        const [from, to] = seeds.map((seed) => surfaceOf(shape, spacingMm, seed));
        const areas = elementAreas(spacingMm);
        const seedMask = new Uint8Array(voxelsOf(to.lattice));
        eachElement(to, (at) => {
          seedMask[at] = 1;
        });
        const squares = squaredDistances(seedMask, 1, to.lattice, spacingMm);
        const expected = tolerances.map((tolerance) => {
          let sum = 0;
          eachElement(from, (at, code) => {
            if (Math.sqrt(squares[at]) <= tolerance) sum += areas[code];
          });
          return sum;
        });
        areasWithin(from, to, spacingMm, areas, tolerances).forEach((area, t) => {
          expect(area).toBeCloseTo(expected[t], 9);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('counts the same by words and by elements', () => {
    fc.assert(
      fc.property(scene, ({ shape, spacingMm, seeds, tolerances }) => {
        const [from, to] = seeds.map((seed) => surfaceOf(shape, spacingMm, seed));
        const rows = nearbyRows(
          to.lattice,
          spacingMm,
          [...tolerances].sort((a, b) => a - b),
        );
        expect(countByWords(from, to, rows)).toEqual(countByElements(from, to, rows));
      }),
      { numRuns: 300 },
    );
  });

  it('does not mind tolerances in any order, twice, or larger than the volume', () => {
    const [from, to] = [1, 2].map((seed) => surfaceOf([90, 8, 5], [0.5, 1, 3], seed));
    const areas = elementAreas([0.5, 1, 3]);
    const within = areasWithin(from, to, [0.5, 1, 3], areas, [5, 1, 1e6, 1]);
    const [one] = areasWithin(from, to, [0.5, 1, 3], areas, [1]);
    expect([within[1], within[3]]).toEqual([one, one]);
    expect(within[0]).toBeGreaterThanOrEqual(one);
    expect(within[2]).toBeCloseTo(from.areaMm2, 9);
  });
});

describe('packMask', () => {
  it('packs the same bits from 8 and from 16 bits, at any place of the box', () => {
    const shape: Triple = [77, 5, 4];
    const random = seededRandom(3);
    const bytes = Uint8Array.from({ length: voxelsOf(shape) }, () => Math.floor(random() ** 2 * 4));
    for (const low of [0, 1, 2, 3, 30]) {
      const box = { low: [low, 1, 0] as const, high: [77 - low, 5, 3] as const };
      const one = packMask(bytes, shape, box, anyValue, 1);
      expect(packMask(Uint16Array.from(bytes), shape, box, anyValue, 1)).toEqual(one);
      const { wordsPerRow, words } = one;
      for (let i = 0; i < 77 - 2 * low; i++) {
        const bit = (words[(i >> 5) + wordsPerRow * (2 + 6 * 2)] >>> (i & 31)) & 1;
        expect(bit).toBe(bytes[low + i + 77 * (2 + 5 * 1)] === 0 ? 0 : 1);
      }
    }
  });
});
