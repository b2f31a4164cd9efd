import { describe, expect, it } from 'vitest';
import { findBody } from '../../imaging/body.js';

const grid = { shape: [30, 24, 4], spacingMm: 6, originMm: [0, 0, 0] } as const;
const index = (x: number, y: number, z: number) => x + 30 * (y + 24 * z);

/** A trunk of 20 × 12 voxels with lungs, a table two rows below it and an arm beside it. */
function scan(): Float32Array {
  const hu = new Float32Array(30 * 24 * 4).fill(-1000);
  const fill = (x: [number, number], y: [number, number], value: number) => {
    for (let z = 0; z < 4; z++)
      for (let j = y[0]; j <= y[1]; j++) for (let i = x[0]; i <= x[1]; i++) hu[index(i, j, z)] = value;
  };
  fill([4, 23], [8, 19], 40);
  fill([8, 12], [11, 15], -850);
  fill([0, 29], [5, 5], 100);
  fill([26, 28], [12, 14], 40);
  return hu;
}

describe('finding the body', () => {
  it('boxes the trunk and leaves table and arm out', () => {
    const body = findBody(scan(), grid)!;
    expect(body.from).toEqual([4, 8, 0]);
    expect(body.to).toEqual([23, 19, 3]);
    expect(body.mask[index(15, 5, 1)]).toBe(0);
    expect(body.mask[index(27, 13, 1)]).toBe(0);
  });

  it('counts the lungs as body', () => {
    expect(findBody(scan(), grid)!.mask[index(10, 13, 2)]).toBe(1);
  });

  it('cuts a table off that the patient touches', () => {
    const hu = scan();
    for (let z = 0; z < 4; z++) for (let x = 0; x < 30; x++) hu[index(x, 7, z)] = 100;
    const body = findBody(hu, grid)!;
    expect(body.mask[index(1, 7, 1)]).toBe(0);
    expect(body.from[0]).toBe(4);
  });

  it('finds nothing in air', () => {
    expect(findBody(new Float32Array(30 * 24 * 4).fill(-1000), grid)).toBeUndefined();
  });
});
