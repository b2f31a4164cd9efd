import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axesOf } from '../../imaging/geometry.js';
import { determinant, norm } from '../../imaging/matrix3.js';
import { type QuaternionPart, quaternionOf, rotationOf } from '../../imaging/quaternion.js';
import { affineOfCodes, allAxisCodes } from './orientations.js';

const float32 = (part: QuaternionPart): QuaternionPart => [
  Math.fround(part[0]),
  Math.fround(part[1]),
  Math.fround(part[2]),
];

describe('quaternions', () => {
  it('describe all 48 orders of axes exactly enough for float32', () => {
    for (const codes of allAxisCodes) {
      const axes = axesOf(affineOfCodes(codes, [1, 1, 1]));
      const { quaternion, qfac } = quaternionOf(axes);
      expect(qfac).toBe(determinant(axes));
      const back = rotationOf(float32(quaternion));
      axes.forEach((axis, c) => {
        axis.forEach((value, r) => {
          expect(back[c][r] * (c === 2 ? qfac : 1)).toBeCloseTo(value, 6);
        });
      });
    }
  });

  it('survive float32 for half turns about any axis, where the real part is a root of rounding noise', () => {
    const component = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(component, component, component, (b, c, d) => {
        const length = Math.hypot(b, c, d);
        fc.pre(length > 0.01);
        const columns = rotationOf(float32([b / length, c / length, d / length]));
        for (const column of columns) expect(norm(column)).toBeCloseTo(1, 6);
        expect(determinant(columns)).toBeCloseTo(1, 6);
        // A half turn is its own inverse, so its matrix is symmetric.
        expect(columns[0][1]).toBeCloseTo(columns[1][0], 6);
        expect(columns[1][2]).toBeCloseTo(columns[2][1], 6);
      }),
    );
  });

  it('turn as nifti1.h says: a quarter turn about z takes x to y', () => {
    const [x, y, z] = rotationOf([0, 0, Math.SQRT1_2]);
    expect(x.map((v) => Math.round(v) + 0)).toEqual([0, 1, 0]);
    expect(y.map((v) => Math.round(v) + 0)).toEqual([-1, 0, 0]);
    expect(z.map((v) => Math.round(v) + 0)).toEqual([0, 0, 1]);
  });
});
