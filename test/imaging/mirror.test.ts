import { describe, expect, it } from 'vitest';
import { mirrored } from '../../imaging/mirror.js';
import { toOrientation } from '../../imaging/orientation.js';
import { geometryOf } from '../engines/phantom.js';
import { allAxisCodes } from './orientations.js';

const shape = [3, 4, 5] as const;
const values = Int16Array.from({ length: 60 }, (_, n) => n);

describe('a mirrored volume', () => {
  it.each([...allAxisCodes])('of a %s volume has left and right exchanged and nothing else', (codes) => {
    const geometry = geometryOf(shape, [1, 2, 3], codes);
    const upright = toOrientation(geometry, values);
    const turned = toOrientation(geometry, mirrored(values, geometry)).voxels;
    const [nx] = upright.geometry.shape;
    const expected = upright.voxels.map((_, n) => upright.voxels[n - (n % nx) + (nx - 1 - (n % nx))]!);
    expect(turned).toEqual(expected);
  });

  it('mirrored again is itself, and the first stays as it was', () => {
    const geometry = geometryOf(shape, [1, 1, 1], 'LPS');
    const before = values.slice();
    expect(mirrored(mirrored(values, geometry), geometry)).toEqual(values);
    expect(values).toEqual(before);
  });
});
