import { describe, expect, it } from 'vitest';
import { doubtOf } from '../../engines/atlas/doubt.js';

const shape = [6, 6, 6] as const;
const size = 216;
/** Log-odds: `odds` in the cube from 2 to 3 along every axis, minus `odds` outside. */
const cube = (odds: number, shift = 0) =>
  Float32Array.from({ length: size }, (_, n) => {
    const at = [n % 6, Math.floor(n / 6) % 6, Math.floor(n / 36)];
    const inside = at.every(
      (each, axis) => each >= 2 + (axis === 0 ? shift : 0) && each <= 3 + (axis === 0 ? shift : 0),
    );
    return inside ? odds : -odds;
  });
const votes = (shift = 0) => cube(1, shift).map((odds) => (odds > 0 ? 255 : 0));

describe('what a fusion says of its own mask', () => {
  it('is no doubt where chances are certain and everybody agrees', () => {
    const { boundaryEntropy, selfLoss, disagreement } = doubtOf(cube(50), [votes(), votes()], shape);
    expect(boundaryEntropy).toBeCloseTo(0, 6);
    expect(selfLoss).toBeCloseTo(0, 6);
    expect(disagreement).toBe(0);
  });

  it('is a bit of entropy for each voxel of the outline where chances are even', () => {
    expect(doubtOf(cube(1e-6), [votes()], shape).boundaryEntropy).toBeCloseTo(1, 6);
  });

  it('counts how far each vote is from what all came to: a shift by half of the cube has DSC 0.5', () => {
    expect(doubtOf(cube(5), [votes(), votes(1)], shape).disagreement).toBeCloseTo(0.25, 10);
  });

  it('expects less the surer the chances are', () => {
    const loss = (odds: number) => doubtOf(cube(odds), [votes()], shape).selfLoss;
    expect(loss(2)).toBeGreaterThan(loss(4));
    // 8 voxels inside with chance p, 208 outside with 1 − p.
    const p = 1 / (1 + Math.exp(-4));
    expect(loss(4)).toBeCloseTo(1 - (2 * 8 * p) / (8 + 8 * p + 208 * (1 - p)), 6);
  });

  it('is all doubt for an empty mask', () => {
    const nothing = new Float32Array(size).fill(-3);
    expect(doubtOf(nothing, [votes()], shape)).toEqual({ boundaryEntropy: 1, selfLoss: 1, disagreement: 1 });
  });
});
