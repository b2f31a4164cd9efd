import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../imaging/random.js';
import { grain, smoothAlong, toHu } from '../../../sources/samples/texture.js';

describe('texture of a scan', () => {
  it('spreads a bright voxel over its neighbours along one axis and keeps the sum', () => {
    const along = Float32Array.of(0, 0, 8, 0, 0, 0);
    smoothAlong(along, [3, 2, 1], 0, 0.25);
    expect([...along]).toEqual([0, 2, 6, 0, 0, 0]);
    const across = Float32Array.of(8, 0, 0, 0, 0, 0);
    smoothAlong(across, [3, 2, 1], 1, 0.25);
    expect([...across]).toEqual([6, 0, 0, 2, 0, 0]);
  });

  it('makes noise of the asked strength around zero', () => {
    const noise = grain([60, 60, 10], 12, seededRandom('noise'));
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const variance = noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length;
    expect(Math.abs(mean)).toBeLessThan(0.5);
    expect(Math.sqrt(variance)).toBeGreaterThan(11.5);
    expect(Math.sqrt(variance)).toBeLessThan(12.6);
  });

  it('holds HU to what CT stores', () => {
    expect([...toHu(Float32Array.of(-2000, -0.6, 40.4, 9000))]).toEqual([-1024, -1, 40, 3071]);
  });
});
