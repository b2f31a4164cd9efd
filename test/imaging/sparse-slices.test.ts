import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axialAxis, evenSlices, fillOtherSlices, labelledRange } from '../../imaging/sparse-slices.js';
import { madeMap } from './made-maps.js';

describe('evenly spaced slices', () => {
  it('begin and end where the organs do, and are as many as the percentage asks', () => {
    expect(evenSlices([10, 109], 5)).toEqual([10, 35, 60, 84, 109]);
    expect(evenSlices([10, 109], 30)).toHaveLength(30);
    expect(evenSlices([10, 109], 50)).toHaveLength(50);
  });

  it('are never fewer than two, and one where there is only one', () => {
    expect(evenSlices([4, 9], 5)).toEqual([4, 9]);
    expect(evenSlices([4, 4], 5)).toEqual([4]);
    expect(evenSlices([4, 5], 50)).toEqual([4, 5]);
  });

  it('lie at intervals that differ by one at most, for every range and percentage', () => {
    fc.assert(
      fc.property(
        fc.nat(300),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 99 }),
        (first, span, percent) => {
          const slices = evenSlices([first, first + span], percent);
          const gaps = slices.slice(1).map((slice, n) => slice - slices[n]!);
          expect(slices[0]).toBe(first);
          expect(slices.at(-1)).toBe(first + span);
          expect(Math.min(...gaps)).toBeGreaterThan(0);
          expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
          expect(slices).toHaveLength(Math.max(2, Math.round(((span + 1) * percent) / 100)));
        },
      ),
    );
  });
});

describe('slices of a volume', () => {
  const blocks = [
    [1, [1, 1, 2], [3, 3, 5]],
    [2, [0, 2, 4], [2, 4, 7]],
  ] as const;

  it('are counted along the axis that the file stores them in, whichever it is', () => {
    const map = madeMap([4, 5, 9], blocks, [1, 2, 3]);
    expect(labelledRange(map.values, axialAxis(map.geometry))).toEqual([2, 6]);
    // The same volume with its slices along the first index, counted from the head.
    const turned = new Uint8Array(map.values.length);
    for (let k = 0; k < 9; k++)
      for (let j = 0; j < 5; j++)
        for (let i = 0; i < 4; i++) turned[8 - k + 9 * (i + 4 * j)] = map.values[i + 4 * (j + 5 * k)]!;
    const geometry = {
      ...map.geometry,
      shape: [9, 4, 5] as [number, number, number],
      spacingMm: [3, 1, 2] as [number, number, number],
      axisCodes: 'IRA',
      affine: [
        [0, 1, 0, 0],
        [0, 0, 2, 0],
        [-3, 0, 0, 24],
      ] as typeof map.geometry.affine,
    };
    const across = axialAxis(geometry);
    expect(across).toMatchObject({ axis: 0, slices: 9, sidesMm: [1, 2] });
    expect(labelledRange(turned, across)).toEqual([2, 6]);
  });

  it('hold nothing where there is no label', () => {
    const map = madeMap([4, 5, 9], []);
    expect(labelledRange(map.values, axialAxis(map.geometry))).toBeUndefined();
  });

  it('that are not kept get the value, and kept ones stay', () => {
    const map = madeMap([4, 5, 9], blocks);
    const sparse = fillOtherSlices(map.values.slice(), axialAxis(map.geometry), [2, 6], 255);
    const slice = (values: Uint8Array, k: number) => [...values.subarray(20 * k, 20 * (k + 1))];
    for (let k = 0; k < 9; k++)
      expect(slice(sparse, k), `slice ${k}`).toEqual(
        k === 2 || k === 6 ? slice(map.values, k) : new Array(20).fill(255),
      );
  });
});
