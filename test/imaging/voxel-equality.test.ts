import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../imaging/random.js';
import { permutedLengths, symmetries, turnedBack, turnedPoint } from '../../imaging/symmetry.js';
import { equalVoxels, wholeOffset } from '../../imaging/voxel-equality.js';
import { volumeOf } from '../sources/made-cases.js';

const shape: [number, number, number] = [5, 4, 3];
const random = seededRandom(1);
const scan = volumeOf(
  Int16Array.from({ length: 60 }, () => Math.round(1000 * random())),
  shape,
);

describe('voxels compared under a symmetry', () => {
  it('are equal for each of the 48, voxel by voxel as the definition says', () => {
    expect(new Set(symmetries.map((each) => JSON.stringify(each))).size).toBe(48);
    for (const symmetry of symmetries) {
      const size = permutedLengths(symmetry, shape);
      const offset = wholeOffset(shape, symmetry);
      const hu = new Int16Array(60);
      for (let n = 0; n < 60; n++) {
        const [x, y, z] = turnedPoint(symmetry, [n % 5, Math.floor(n / 5) % 4, Math.floor(n / 20)]);
        const [i, j, k] = [x + offset[0], y + offset[1], z + offset[2]];
        hu[i + size[0] * (j + size[1] * k)] = scan.hu[n]!;
      }
      const turned = volumeOf(hu, size);
      expect(equalVoxels(scan, turned, symmetry, offset)).toEqual({ sharedVoxels: 60, equalFraction: 1 });
      const oneOff: [number, number, number] = [offset[0] + 1, offset[1], offset[2]];
      expect(equalVoxels(scan, turned, symmetry, oneOff)!.equalFraction).toBeLessThan(0.2);
      expect(equalVoxels(scan, turned, symmetry, oneOff, 0.01)).toBeUndefined();
    }
  });

  it('share nothing where the offset leaves no overlap', () => {
    expect(equalVoxels(scan, scan, symmetries[0]!, [5, 0, 0])).toBeUndefined();
  });

  it('come back from where a symmetry took them', () => {
    const number = fc.integer({ min: -100, max: 100 });
    fc.assert(
      fc.property(fc.constantFrom(...symmetries), fc.tuple(number, number, number), (symmetry, point) => {
        expect(turnedBack(symmetry, turnedPoint(symmetry, point)).map((each) => each + 0)).toEqual(point);
      }),
    );
  });
});
