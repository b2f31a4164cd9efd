import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { MetricValue } from '../../domain/metric.js';
import { readCt, readLabelMap, readSparseLabelMap } from '../../imaging/nifti.js';
import { compareMasks } from '../../imaging/surface-distance.js';
import { faultOf } from './data-fault.js';
import { type MadeNifti, madeNifti } from './nifti-bytes.js';

/** A volume that is mostly background, and a box in it. */
const dims = [3, 40, 32, 24, 1, 1, 1, 1];
const volume = (low: number, high: number): number[] => {
  const values = new Array<number>(40 * 32 * 24).fill(0);
  for (let k = 4; k < 12; k++) {
    for (let j = 5; j < 20; j++) for (let i = low; i < high; i++) values[i + 40 * (j + 32 * k)] = 1;
  }
  return values;
};
const [truthValues, predictionValues] = [volume(3, 20), volume(5, 24)];
const sides = { pixdim: [1, 0.75, 1.5, 5, 0, 0, 0, 0], srow: [0.75, 0, 0, 0, 0, 1.5, 0, 0, 0, 0, 5, 0] };
const file = (values: number[], made: MadeNifti = {}): Uint8Array =>
  madeNifti({ dims, datatype: 2, values, ...sides, ...made });

/** DSC, NSD at 1 and 2 mm of two files as they are read. */
function figuresOf(truth: Uint8Array, prediction: Uint8Array, image?: Uint8Array): MetricValue[] {
  const a = readSparseLabelMap(truth, 'truth.nii', image);
  const b = readSparseLabelMap(prediction, 'prediction.nii');
  const { shape, spacingMm } = a.geometry;
  const { dsc, nsd } = compareMasks(a, b, shape, spacingMm, [1, 2]);
  return [dsc, ...nsd];
}

const prediction = file(predictionValues);
const expected = figuresOf(file(truthValues), prediction);
const expectSame = (truth: Uint8Array, image?: Uint8Array): void => {
  for (const other of [prediction, gzipSync(prediction)]) {
    expect(figuresOf(truth, other, image)).toEqual(expected);
    expect(figuresOf(gzipSync(truth), other, image && gzipSync(image))).toEqual(expected);
  }
};

describe('label files that give the same figures', () => {
  it('have any voxel type, in either byte order and version, packed or not', () => {
    expect(expected[0]).toBeCloseTo((2 * 15) / (17 + 19), 12);
    for (const datatype of [2, 4, 8, 16, 64, 256, 512, 768]) {
      for (const version of [1, 2] as const) {
        for (const littleEndian of [true, false]) {
          expectSame(file(truthValues, { datatype, version, littleEndian }));
        }
      }
    }
  });

  it('have axes of length 1 behind the third, or store no scaling as slope 0 or NaN', () => {
    expectSame(file(truthValues, { dims: [4, 40, 32, 24, 1, 0, 0, 0] }));
    for (const slope of [0, 1, Number.NaN]) expectSame(file(truthValues, { slope }));
  });

  it('hold floats that are nearly whole, and minus zero for the background', () => {
    for (const datatype of [16, 64]) {
      expectSame(
        file(
          truthValues.map((value) => value * 0.9999),
          { datatype },
        ),
      );
      const values = truthValues.map((value) => value || -0);
      expectSame(file(values, { datatype }));
      expect(Object.is(readLabelMap(file(values, { datatype }), 'a').values[0], 0)).toBe(true);
    }
  });

  it('are scaled by a slope, or hold an offset that the header takes away', () => {
    expectSame(
      file(
        truthValues.map((value) => value * 4),
        { slope: 0.25 },
      ),
    );
    // The background is not stored as zero bytes here, nor is it where zeros are stored.
    expectSame(
      file(
        truthValues.map((value) => value + 7),
        { slope: 1, intercept: -7 },
      ),
    );
    expectSame(
      file(
        truthValues.map((value) => (value ? 0 : 1)),
        { datatype: 4, slope: -1, intercept: 1 },
      ),
    );
  });

  it('are .hdr/.img pairs, given as two buffers', () => {
    for (const version of [1, 2] as const) {
      const whole = file(truthValues, { version, voxOffset: 0, magic: `ni${version}\0` });
      const headerBytes = version === 1 ? 348 : 540;
      expectSame(whole.subarray(0, headerBytes), whole.subarray(headerBytes + 4));
    }
  });

  it('are packed in several members', () => {
    const plain = file(truthValues);
    for (const cut of [100, 352, 9000]) {
      const packed = Buffer.concat([gzipSync(plain.subarray(0, cut)), gzipSync(plain.subarray(cut))]);
      expect(figuresOf(packed, prediction)).toEqual(expected);
    }
  });

  it('lie obliquely: the spacing is the length of the axes, not what they span', () => {
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
    const srow = [0.75 * c, -1.5 * s, 0, 9, 0.75 * s, 1.5 * c, 0, -8, 0, 0, 5, 7];
    const oblique = readSparseLabelMap(file(truthValues, { srow }), 'a');
    oblique.geometry.spacingMm.forEach((side, axis) => {
      expect(side).toBeCloseTo([0.75, 1.5, 5][axis], 6);
    });
    const [dsc, ...nsd] = figuresOf(file(truthValues, { srow }), prediction);
    expect(dsc).toBe(expected[0]);
    for (const [at, value] of nsd.entries()) expect(value).toBeCloseTo(Number(expected[at + 1]), 6);
  });
});

describe('volumes of unusual form', () => {
  it('may have one slice only: the surface closes over and under it', () => {
    const one = (values: number[]) => madeNifti({ dims: [3, 4, 4, 1, 1, 1, 1, 1], datatype: 2, values });
    const square = Array.from({ length: 16 }, (_, v) => (v % 4 < 2 && v < 8 ? 1 : 0));
    const [a, b] = [square, square.map((value, v) => (v === 0 ? 0 : value))].map((values) =>
      readSparseLabelMap(one(values), 'a'),
    );
    const same = compareMasks(a, a, [4, 4, 1], [1, 1, 1], [0]);
    // 3 × 3 corners below and as many above.
    expect(same).toMatchObject({ dsc: 1, nsd: [1], truthSurface: { elements: 18 } });
    const { dsc, nsd } = compareMasks(a, b, [4, 4, 1], [1, 1, 1], [0, 1]);
    expect(dsc).toBeCloseTo(6 / 7, 12);
    expect(nsd[1]).toBe(1);
    expect(nsd[0]).toBeLessThan(1);
  });

  it('may be cut by the border: both masks get a cap there, and figures are those of the same masks inside', () => {
    const at = (shift: number, from: number): Uint8Array => {
      const values = new Uint8Array(20 * 10 * 10);
      for (let v = 0; v < values.length; v++) {
        const i = (v % 20) - shift;
        const j = Math.floor(v / 20) % 10;
        if (i >= from && i < 8 && j > 2 && j < 7 && v >= 600 && v < 1400) values[v] = 1;
      }
      return values;
    };
    const [edge, inside] = [0, 5].map((shift) =>
      compareMasks(at(shift, 0), at(shift, 2), [20, 10, 10], [1, 2, 3], [1, 2]),
    );
    expect(edge).toEqual(inside);
  });
});

describe('label files that are refused', () => {
  const labelFault = (bytes: Uint8Array) => faultOf(() => readSparseLabelMap(bytes, 'sub/label.nii.gz'));

  it('hold NaN, infinity, a fraction or a negative label; the voxel is named, packed or not', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, -1]) {
      const values = [...truthValues];
      values[12_345] = value;
      const bytes = file(values, { datatype: 16 });
      for (const given of [bytes, gzipSync(bytes)]) {
        const fault = labelFault(given);
        expect(fault).toMatchObject({ code: 'LABEL_VALUES', field: 'voxel 12345', value: String(value) });
        expect(fault.message).toContain('sub/label.nii.gz');
      }
    }
  });

  it('are damaged: a wrong checksum, a wrong length, cut off while packed', () => {
    const packed = gzipSync(file(truthValues));
    for (const fromEnd of [8, 4]) {
      const wrong = Buffer.from(packed);
      wrong[wrong.length - fromEnd] ^= 1;
      expect(labelFault(wrong).code).toBe('FILE_CORRUPT');
    }
    for (const length of [packed.length - 1, packed.length - 9, packed.length - 20]) {
      expect(labelFault(packed.subarray(0, length)).code).toBe('FILE_CORRUPT');
    }
  });

  it('end before the last voxel, or go on behind it', () => {
    const whole = file(truthValues);
    for (const bytes of [whole.subarray(0, -1), whole.subarray(0, 400)]) {
      expect(labelFault(bytes).code).toBe('FILE_TRUNCATED');
      expect(labelFault(gzipSync(bytes)).code).toBe('FILE_TRUNCATED');
    }
    expect(labelFault(gzipSync(Buffer.concat([whole, Buffer.alloc(1)])))).toMatchObject({
      code: 'HEADER_INVALID',
      field: 'dim',
    });
  });

  it('are half of a pair, or two files that are no pair', () => {
    const whole = file(truthValues, { voxOffset: 0, magic: 'ni1\0' });
    const fault = labelFault(whole.subarray(0, 348));
    expect(fault).toMatchObject({ code: 'HEADER_INVALID', field: 'magic' });
    expect(fault.message).toContain('.img');
    const voxels = whole.subarray(352);
    expect(faultOf(() => readLabelMap(file(truthValues), 'a.hdr', voxels)).message).toContain('single file');
    const short = faultOf(() => readCt(whole.subarray(0, 348), 'a.hdr', voxels.subarray(1)));
    expect(short.code).toBe('FILE_TRUNCATED');
  });
});
