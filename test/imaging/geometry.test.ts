import { describe, expect, it } from 'vitest';
import {
  type Affine,
  axisCodesOf,
  geometryFromAffine,
  indexToMm,
  inverseAffine,
  spacingOf,
} from '../../imaging/geometry.js';
import { faultOf } from './data-fault.js';
import { affineOfCodes, allAxisCodes } from './orientations.js';

const shape: [number, number, number] = [4, 5, 6];

/** Rotation by `degrees` about the first axis, sides 1, 2, 3 mm. */
function tilted(degrees: number): Affine {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [
    [1, 0, 0, 10],
    [0, 2 * c, -3 * s, 20],
    [0, 2 * s, 3 * c, 30],
  ];
}

/** The third axis leans over to the second by `degrees`. */
function skewed(degrees: number): Affine {
  const radians = (degrees * Math.PI) / 180;
  return [
    [1, 0, 0, 10],
    [0, 2, 3 * Math.sin(radians), 20],
    [0, 0, 3 * Math.cos(radians), 30],
  ];
}

describe('axisCodesOf', () => {
  it('names all 48 orders of axes', () => {
    expect(allAxisCodes.length).toBe(48);
    for (const codes of allAxisCodes) expect(axisCodesOf(affineOfCodes(codes, [1, 2, 3]))).toBe(codes);
  });

  it('gives oblique volumes the nearest axes', () => {
    expect(axisCodesOf(tilted(30))).toBe('RAS');
    expect(axisCodesOf(tilted(60))).toBe('RSP');
    expect(axisCodesOf(tilted(200))).toBe('RPI');
  });

  it('never gives two indices the same axis: the most decided one chooses first', () => {
    // nibabel 5 says the same of this affine.
    const between: Affine = [
      [1, 0.1, 0.1, 0],
      [0.1, 1, 0.9, 0],
      [0, -0.6, 0.7, 0],
    ];
    expect(axisCodesOf(between)).toBe('RAS');
  });
});

describe('geometryFromAffine', () => {
  it('keeps an orthonormal affine exactly, also an oblique one in float32', () => {
    for (const degrees of [0, 0.01, 17, 90, 133]) {
      const affine = tilted(degrees).map((row) => row.map(Math.fround)) as Affine;
      const geometry = geometryFromAffine(shape, affine, 'sform');
      expect(geometry.affine).toEqual(affine);
      expect(geometry.repairs).toEqual([]);
    }
  });

  it('measures voxel sides along the columns', () => {
    spacingOf(tilted(40)).forEach((side, axis) => {
      expect(side).toBeCloseTo(axis + 1, 12);
    });
  });

  it('does not let rounding move a side off the value that the header holds', () => {
    const noisy: Affine = [
      [3.0000000000000004, 0, 0, 0],
      [0, 0.7, 0, 0],
      [0, 0, 0.9765625000000001, 0],
    ];
    expect(spacingOf(noisy)).toEqual([3, 0.7, 0.9765625]);
  });

  it('straightens slightly skewed axes, keeps sides and origin, and says by which angle', () => {
    const { affine, spacingMm, repairs } = geometryFromAffine(shape, skewed(1), 'sform');
    const columns = [0, 1, 2].map((c) => affine.map((row) => row[c]));
    const product = (a: number, b: number): number =>
      columns[a].reduce((sum, v, r) => sum + v * columns[b][r], 0);
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ])
      expect(product(a, b)).toBeCloseTo(0, 12);
    expect(spacingMm.map((side) => Number(side.toFixed(9)))).toEqual([1, 2, 3]);
    expect(affine.map((row) => row[3])).toEqual([10, 20, 30]);
    // The nearest orthogonal axes share the degree between the two that are not at right angles.
    expect(repairs).toEqual([
      {
        kind: 'orthonormalised',
        field: 'sform',
        before: skewed(1),
        after: affine,
        angleDegrees: expect.closeTo(0.5, 3),
        why: 'axes turned by up to 0.500° to make them orthonormal',
      },
    ]);
  });

  it('refuses a sheared grid, as a tilted gantry makes it', () => {
    const fault = faultOf(() => geometryFromAffine(shape, skewed(18.5), 'dicom', 'head.dcm'));
    expect(fault).toMatchObject({ code: 'AFFINE_INVALID', field: 'dicom', value: '9.25°' });
    expect(fault.message).toContain('head.dcm');
  });

  it('refuses NaN and infinity anywhere, the origin included', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (let n = 0; n < 12; n++) {
        const affine = tilted(10);
        affine[Math.floor(n / 4)][n % 4] = bad;
        expect(faultOf(() => geometryFromAffine(shape, affine, 'sform')).code).toBe('AFFINE_INVALID');
      }
    }
  });

  it('refuses affines that flatten the volume', () => {
    const flat: Affine[] = [skewed(90), skewed(89.99)];
    for (const side of [0, 1e-9]) flat.push(affineOfCodes('RAS', [1, 1, side]));
    for (const affine of flat) {
      expect(faultOf(() => geometryFromAffine(shape, affine, 'sform')).code).toBe('AFFINE_INVALID');
    }
  });
});

describe('inverseAffine', () => {
  it('leads from millimetres back to the index', () => {
    for (const affine of [tilted(25), affineOfCodes('IPL', [5, 0.8, 0.7])]) {
      const [x, y, z] = indexToMm(affine, 3, 1.5, -2);
      const [i, j, k] = indexToMm(inverseAffine(affine), x, y, z);
      expect([i, j, k].map((value) => Number(value.toFixed(10)) + 0)).toEqual([3, 1.5, -2]);
    }
  });
});
