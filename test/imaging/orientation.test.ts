import { describe, expect, it } from 'vitest';
import { PlusctError } from '../../domain/errors.js';
import { geometryFromAffine, indexToMm } from '../../imaging/geometry.js';
import { toOrientation } from '../../imaging/orientation.js';
import { affineOfCodes, allAxisCodes } from './orientations.js';

const shape: [number, number, number] = [2, 3, 4];
const ramp = Int16Array.from({ length: 24 }, (_, n) => n * 10 - 100);

/** World position of every value; values are all different. */
function placesOf(
  affine: Parameters<typeof indexToMm>[0],
  size: readonly number[],
  voxels: Int16Array,
): string[] {
  return [...voxels]
    .map((value, n) => {
      const i = n % size[0];
      const j = Math.floor(n / size[0]) % size[1];
      const k = Math.floor(n / (size[0] * size[1]));
      return `${value}: ${indexToMm(affine, i, j, k).map((mm) => mm + 0)}`;
    })
    .sort();
}

describe('toOrientation', () => {
  it('leaves every voxel where it is in the patient, from all 48 orders of axes to RAS and to LPS', () => {
    for (const codes of allAxisCodes) {
      const geometry = geometryFromAffine(shape, affineOfCodes(codes, [1, 2, 5]), 'sform');
      const before = placesOf(geometry.affine, shape, ramp);
      for (const target of ['RAS', 'LPS']) {
        const turned = toOrientation(geometry, ramp, target);
        expect(turned.geometry.axisCodes).toBe(target);
        expect(placesOf(turned.geometry.affine, turned.geometry.shape, turned.voxels)).toEqual(before);
      }
    }
  });

  it('brings masks back to the native grid bit by bit, between any two of the 48 orders', () => {
    const mask = Uint8Array.from(ramp, (_, n) => (n * 7) % 5);
    for (const from of allAxisCodes) {
      const geometry = geometryFromAffine(shape, affineOfCodes(from, [1, 1, 1]), 'sform');
      for (const target of allAxisCodes) {
        const turned = toOrientation(geometry, mask, target);
        const again = turned.back(turned.voxels);
        expect(again).toBeInstanceOf(Uint8Array);
        expect([...again]).toEqual([...mask]);
      }
    }
  });

  it('moves sides and shape with their axes: KiTS19 stores slices first', () => {
    const geometry = geometryFromAffine(shape, affineOfCodes('IPL', [5, 0.8, 0.7]), 'sform');
    const { geometry: turned, voxels } = toOrientation(geometry, ramp);
    expect(turned.shape).toEqual([4, 3, 2]);
    expect(turned.spacingMm.map((side) => Number(side.toFixed(6)))).toEqual([0.7, 0.8, 5]);
    // Index (0,0,0) is now the far end of all three: left becomes right, posterior anterior, inferior superior.
    expect(voxels[0]).toBe(ramp[23]);
    expect(voxels[1]).toBe(ramp[23 - 6]);
  });

  it('hands back the very array where there is nothing to turn', () => {
    const geometry = geometryFromAffine(shape, affineOfCodes('RAS', [1, 1, 1]), 'sform');
    const turned = toOrientation(geometry, ramp);
    expect(turned.voxels).toBe(ramp);
    expect(turned.geometry).toEqual(geometry);
  });

  it('keeps the kind of array', () => {
    const geometry = geometryFromAffine(shape, affineOfCodes('LAS', [1, 1, 1]), 'sform');
    const { voxels } = toOrientation(
      geometry,
      Float32Array.from(ramp, (v) => v / 4),
    );
    expect(voxels).toBeInstanceOf(Float32Array);
    expect(voxels[0]).toBe(ramp[1] / 4);
  });

  it('turns Buffers into plain arrays of bytes', () => {
    const geometry = geometryFromAffine(shape, affineOfCodes('LAS', [1, 1, 1]), 'sform');
    const { voxels } = toOrientation<Uint8Array>(geometry, Buffer.from(Uint8Array.from(ramp)));
    expect(Buffer.isBuffer(voxels)).toBe(false);
  });

  it('gives oblique volumes the nearest order and keeps them oblique', () => {
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
    const geometry = geometryFromAffine(
      shape,
      [
        [-1, 0, 0, 5],
        [0, c, -s, 6],
        [0, s, c, 7],
      ],
      'sform',
    );
    const turned = toOrientation(geometry, ramp);
    expect(turned.geometry.axisCodes).toBe('RAS');
    expect(turned.geometry.affine).toEqual([
      [1, 0, 0, 4],
      [0, c, -s, 6],
      [0, s, c, 7],
    ]);
    expect(placesOf(turned.geometry.affine, shape, turned.voxels)).toEqual(
      placesOf(geometry.affine, shape, ramp),
    );
  });

  it('refuses voxels that do not fill the grid and targets that are no axis code', () => {
    const geometry = geometryFromAffine(shape, affineOfCodes('RAS', [1, 1, 1]), 'sform');
    expect(() => toOrientation(geometry, new Uint8Array(23))).toThrow('23 voxels do not fill 2×3×4');
    expect(() => toOrientation(geometry, ramp).back(new Uint8Array(25))).toThrow(PlusctError);
    for (const target of ['RAR', 'RA', 'xyz', 'RASS', 'RLS']) {
      expect(() => toOrientation(geometry, ramp, target)).toThrow('is no axis code');
    }
  });
});
