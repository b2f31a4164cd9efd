import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { int16Range, plainRange } from '../../imaging/int16-range.js';

const block = 32_768;

describe('range of int16 voxels', () => {
  test('equals the plain loop for any length around whole blocks and any place of the extremes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 * block + 40 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: -32_768, max: 32_767 })), { maxLength: 6 }),
        fc.integer({ min: -32_768, max: 32_767 }),
        (length, planted, elsewhere) => {
          const voxels = new Int16Array(length).fill(elsewhere);
          for (const [at, value] of planted) if (length > 0) voxels[at % length] = value;
          expect(int16Range(voxels)).toEqual(plainRange(voxels));
        },
      ),
    );
  });

  test('finds an extreme in every lane and at both ends of a block', () => {
    for (const at of [...Array(32).keys(), block - 1, block, 2 * block - 1, 2 * block, 2 * block + 2]) {
      const voxels = new Int16Array(2 * block + 3);
      voxels[at] = 32_767;
      expect(int16Range(voxels)).toEqual({ min: 0, max: 32_767 });
      voxels[at] = -32_768;
      expect(int16Range(voxels)).toEqual({ min: -32_768, max: 0 });
    }
  });

  test('of no voxel the least is above the greatest', () => {
    const { min, max } = int16Range(new Int16Array(0));
    expect(min).toBeGreaterThan(max);
  });

  test('reads a view that begins anywhere in its buffer', () => {
    const whole = Int16Array.from({ length: block + 9 }, (_, n) => n - 20_000);
    expect(int16Range(whole.subarray(7))).toEqual({ min: -19_993, max: plainRange(whole).max });
  });
});
