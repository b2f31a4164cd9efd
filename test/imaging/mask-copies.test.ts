import { describe, expect, it } from 'vitest';
import { labelSketch, labelsMayBeSame, sameLabels } from '../../imaging/mask-copies.js';
import type { LabelMap } from '../../imaging/volume.js';
import { volumeOf } from '../sources/made-cases.js';

const shape: [number, number, number] = [40, 36, 32];

/** An egg that is lopsided along every axis, with values by `paint`. */
function egg(centre: readonly number[], paint: number, size = shape, stretch = 1): LabelMap {
  const values = new Uint8Array(size[0] * size[1] * size[2]);
  for (let n = 0; n < values.length; n++) {
    const at = [n % size[0], Math.floor(n / size[0]) % size[1], Math.floor(n / (size[0] * size[1]))];
    const [x, y, z] = at.map((each, axis) => each - centre[axis]!);
    const width = 11 + 0.25 * z! + 0.15 * y!;
    if ((x! / (width * stretch)) ** 2 + (y! / 9) ** 2 + (z! / 10) ** 2 < 1) values[n] = paint;
  }
  return { geometry: volumeOf(new Int16Array(values.length), size).geometry, values };
}

/** Reversed along every axis. */
function mirrored(map: LabelMap): LabelMap {
  return { ...map, values: map.values.slice().reverse() };
}

describe('masks of one scan', () => {
  const mask = egg([19, 17, 15], 2);

  it('are found on one grid under other label values', () => {
    const other = egg([19, 17, 15], 1, shape, 1.04);
    const same = sameLabels(mask, other)!;
    expect(same).toMatchObject({ kind: 'labels', symmetry: '+i +j +k', labels: [2, 1] });
    expect(same.dice).toBeGreaterThan(0.9);
  });

  it('are found when the grid was cropped or mirrored', () => {
    const cropped = egg([15, 15, 12], 1, [34, 32, 28]);
    expect(sameLabels(mask, cropped)).toMatchObject({ symmetry: '+i +j +k', dice: 1 });
    expect(sameLabels(mask, mirrored(mask))).toMatchObject({ symmetry: '-i -j -k', dice: 1 });
  });

  it('are not seen in an organ of another shape or voxel size', () => {
    expect(sameLabels(mask, egg([19, 17, 15], 1, shape, 0.8))).toBeUndefined();
    const { geometry, values } = mask;
    const coarse = { geometry: { ...geometry, spacingMm: [1, 1, 1] as [number, number, number] }, values };
    expect(labelsMayBeSame(labelSketch(mask), labelSketch(coarse))).toBe(false);
  });

  it('are not seen in masks too small to prove anything', () => {
    const dots = new Uint8Array(mask.values.length).fill(1, 500, 900);
    expect(labelSketch({ ...mask, values: dots }).masks).toEqual([]);
  });
});
