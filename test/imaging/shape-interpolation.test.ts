import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolateSlices } from '../../imaging/shape-interpolation.js';
import { madeMap } from './made-maps.js';

type Triple = readonly [number, number, number];

/** The definition, voxel by voxel, with nothing spared. */
function byDefinition(
  values: Uint8Array,
  [n1, n2, n3]: Triple,
  [s1, s2]: Triple,
  labelled: readonly number[],
): Uint8Array {
  const size = n1 * n2;
  const depth = (value: number, slice: number): number[] | undefined => {
    const inside = (at: number) => values[slice * size + at] === value;
    const all = Array.from({ length: size }, (_, at) => at);
    if (!all.some(inside)) return undefined;
    return all.map((at) => {
      let nearest = Number.POSITIVE_INFINITY;
      for (const other of all) {
        if (inside(other) === inside(at)) continue;
        const [di, dj] = [(at % n1) - (other % n1), Math.floor(at / n1) - Math.floor(other / n1)];
        nearest = Math.min(nearest, Math.hypot(di * s1, dj * s2));
      }
      return inside(at) ? nearest : -nearest;
    });
  };
  const filled = new Uint8Array(values.length);
  for (let k = 0; k < n3; k++) {
    if (labelled.includes(k)) filled.set(values.subarray(k * size, (k + 1) * size), k * size);
    const from = labelled.findLast((slice) => slice < k);
    const to = labelled.find((slice) => slice > k);
    if (labelled.includes(k) || from === undefined || to === undefined) continue;
    const best = new Float64Array(size);
    for (const value of [1, 2]) {
      const [a, b] = [depth(value, from), depth(value, to)];
      if (a === undefined && b === undefined) continue;
      const gone = -Math.max(...(a ?? b)!);
      for (let at = 0; at < size; at++) {
        const t = (k - from) / (to - from);
        const here = (1 - t) * (a?.[at] ?? gone) + t * (b?.[at] ?? gone);
        if (here > best[at]!) [best[at], filled[k * size + at]] = [here, value];
      }
    }
  }
  return filled;
}

describe('interpolation by shape', () => {
  it('is what its definition says, for any labels, spacing and slices', () => {
    const shape: Triple = [7, 6, 6];
    const volume = fc.array(fc.constantFrom(0, 0, 0, 1, 1, 2), { minLength: 252, maxLength: 252 });
    fc.assert(
      fc.property(
        volume,
        fc.constantFrom(1, 2),
        fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }),
        (cells, side, slices) => {
          const map = madeMap(shape, [], [1, side, 3]);
          map.values.set(cells);
          // An outline is needed: distances of a slice that is all organ have no other end.
          map.values[0] =
            map.values[42] =
            map.values[84] =
            map.values[126] =
            map.values[168] =
            map.values[210] =
              0;
          const wanted = byDefinition(map.values, shape, [1, side, 3], slices);
          expect(interpolateSlices(map.values, map.geometry, slices)).toEqual(wanted);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('finds the disc of the mean radius between two discs', () => {
    const shape: Triple = [41, 41, 5];
    const map = madeMap(shape, []);
    const disc = (k: number, radius: number) => {
      for (let j = 0; j < 41; j++)
        for (let i = 0; i < 41; i++)
          if (Math.hypot(i - 20, j - 20) <= radius) map.values[i + 41 * (j + 41 * k)] = 1;
    };
    disc(0, 6);
    disc(4, 14);
    const filled = interpolateSlices(map.values, map.geometry, [0, 4]);
    const area = (k: number) =>
      filled.subarray(1681 * k, 1681 * (k + 1)).reduce((sum, value) => sum + value, 0);
    for (const [k, radius] of [
      [1, 8],
      [2, 10],
      [3, 12],
    ] as const)
      expect(Math.abs(Math.sqrt(area(k) / Math.PI) - radius)).toBeLessThan(0.5);
  });

  it('lets an organ that the next slice lacks shrink to the middle of the gap, and nothing grow beyond the last slice', () => {
    const map = madeMap([21, 21, 9], [[1, [2, 2, 2], [19, 19, 3]]]);
    const filled = interpolateSlices(map.values, map.geometry, [2, 6]);
    const areas = Array.from({ length: 9 }, (_, k) =>
      filled.subarray(441 * k, 441 * (k + 1)).reduce((sum, value) => sum + value, 0),
    );
    expect(areas.slice(0, 3)).toEqual([0, 0, 289]);
    expect(areas[3]).toBeLessThan(289);
    expect(areas[3]).toBeGreaterThan(0);
    expect(areas.slice(4)).toEqual([0, 0, 0, 0, 0]);
  });

  it('reads nothing of the slices that are not labelled', () => {
    const map = madeMap([12, 12, 7], [[2, [3, 3, 0], [9, 9, 7]]]);
    const before = interpolateSlices(map.values, map.geometry, [0, 6]);
    map.values.fill(255, 144, 144 * 6);
    expect(interpolateSlices(map.values, map.geometry, [0, 6])).toEqual(before);
    expect(before).toEqual(madeMap([12, 12, 7], [[2, [3, 3, 0], [9, 9, 7]]]).values);
  });
});
