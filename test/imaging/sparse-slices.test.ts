import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axialAxis, evenSlices, fillOtherSlices, sparseSlices } from '../../imaging/sparse-slices.js';
import { type Block, madeMap } from './made-maps.js';

describe('evenly spaced slices', () => {
  it('lie at intervals that differ by one at most, first and last among them, for every range and count', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 400 }), fc.nat(400), (first, span, more) => {
        const slices = evenSlices(first, first + span, 2 + (more % span));
        const gaps = slices.slice(1).map((slice, n) => slice - slices[n]!);
        expect([slices[0], slices.at(-1), slices.length]).toEqual([first, first + span, 2 + (more % span)]);
        expect(Math.min(...gaps)).toBeGreaterThan(0);
        expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('slices that stay labelled', () => {
  const column = (blocks: readonly Block[], percent: number) => {
    const map = madeMap([2, 2, 120], blocks);
    return sparseSlices(map.values, axialAxis(map.geometry), percent);
  };

  it('begin and end where the organs do, and are as many as the percentage asks', () => {
    const organ: Block = [1, [0, 0, 10], [2, 2, 110]];
    expect(column([organ], 5)).toEqual([10, 35, 60, 84, 109]);
    expect(column([organ], 30)).toHaveLength(30);
    expect(column([organ], 50)).toHaveLength(50);
  });

  it('are never fewer than two, one where there is only one, and none where there is no organ', () => {
    expect(column([[1, [0, 0, 4], [1, 1, 10]]], 5)).toEqual([4, 9]);
    expect(column([[1, [0, 0, 4], [1, 1, 5]]], 5)).toEqual([4]);
    expect(column([], 5)).toBeUndefined();
  });

  it('are more where an organ would be on none of them', () => {
    const small: Block = [4, [0, 0, 20], [1, 1, 23]];
    const slices = column([[1, [0, 0, 10], [2, 2, 110]], small], 5)!;
    expect(slices.some((slice) => slice >= 20 && slice < 23)).toBe(true);
    expect(slices.length).toBeGreaterThan(5);
    expect(slices.length).toBeLessThan(20);
  });
});

describe('slices of a volume', () => {
  const blocks = [
    [1, [1, 1, 2], [3, 3, 5]],
    [2, [0, 2, 4], [2, 4, 7]],
  ] as const;

  it('are counted along the axis that the file stores them in, whichever it is', () => {
    const map = madeMap([4, 5, 9], blocks, [1, 2, 3]);
    expect(sparseSlices(map.values, axialAxis(map.geometry), 5)).toEqual([2, 6]);
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
    expect(sparseSlices(turned, across, 5)).toEqual([2, 6]);
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
