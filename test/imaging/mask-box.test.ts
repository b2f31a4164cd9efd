import { describe, expect, it } from 'vitest';
import {
  boxSize,
  checkSpacing,
  cropMask,
  forEachNonzero,
  growBox,
  maskBox,
  pasteMask,
  type Triple,
} from '../../imaging/mask-box.js';

const shape: Triple = [5, 4, 3];
const at = (i: number, j: number, k: number): number => i + 5 * (j + 4 * k);
const maskOf = (...voxels: number[]): Uint8Array => {
  const mask = new Uint8Array(60);
  for (const v of voxels) mask[v] = 1;
  return mask;
};

describe('maskBox', () => {
  it('is tight around the voxels, its upper end excluded', () => {
    const box = maskBox(maskOf(at(1, 2, 0), at(3, 1, 2)), shape);
    expect(box).toEqual({ low: [1, 1, 0], high: [4, 3, 3] });
  });

  it('is undefined for an empty mask', () => {
    expect(maskBox(maskOf(), shape)).toBeUndefined();
  });

  it('grows on every side up to the border of the volume', () => {
    const box = growBox({ low: [1, 1, 0], high: [4, 3, 3] }, [1, 2, 3], shape);
    expect(box).toEqual({ low: [0, 0, 0], high: [5, 4, 3] });
    expect(boxSize(box)).toEqual([5, 4, 3]);
  });
});

describe('cropMask and pasteMask', () => {
  it('are each other’s inverse, with and without a margin', () => {
    const mask = maskOf(at(1, 2, 0), at(3, 1, 2), at(2, 2, 1));
    const box = maskBox(mask, shape);
    expect(box).toBeDefined();
    if (!box) return;
    for (const margin of [0, 1, 2]) {
      const crop = cropMask(mask, shape, box, margin);
      expect(crop.length).toBe((3 + 2 * margin) * (2 + 2 * margin) * (3 + 2 * margin));
      expect(pasteMask(crop, box, shape, margin)).toEqual(mask);
    }
  });

  it('can take one label of several', () => {
    const values = maskOf();
    values.set([1, 2, 3], at(0, 0, 0));
    const slotOf = new Uint8Array(256);
    slotOf[2] = 1;
    const crop = cropMask(values, shape, { low: [0, 0, 0], high: [3, 1, 1] }, 0, slotOf, 1);
    expect([...crop]).toEqual([0, 1, 0]);
  });
});

describe('forEachNonzero', () => {
  it('visits the same voxels whatever the alignment and the types of the arrays', () => {
    const a = new Uint8Array(23);
    const b = new Uint8Array(23);
    a.set([1, 0, 7], 4);
    a[22] = 9;
    b[0] = 1;
    b[5] = 1;
    const shifted = new Uint8Array(new ArrayBuffer(24), 1, 23);
    shifted.set(a);
    for (const first of [a, shifted, Uint16Array.from(a)]) {
      for (const second of [b, Uint16Array.from(b)]) {
        const seen: number[] = [];
        forEachNonzero(first, second, (v) => seen.push(v));
        expect(seen).toEqual([0, 4, 5, 6, 22]);
      }
    }
  });
});

describe('checkSpacing', () => {
  it('refuses spacings that are not positive millimetres', () => {
    for (const spacing of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => checkSpacing([1, spacing, 1])).toThrow(/give three positive millimetres/);
    }
  });
});
