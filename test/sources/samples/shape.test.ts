import { describe, expect, it } from 'vitest';
import { ellipsoid, ellipsoidField, tube, where } from '../../../sources/samples/shape.js';

describe('solids of the phantom', () => {
  it('put the surface of an ellipsoid where its radii say', () => {
    const field = ellipsoidField([1, 2, 3], [4, 5, 6]);
    expect(field(1, 2, 3)).toBe(0);
    expect(field(5, 2, 3)).toBeCloseTo(1);
    expect(field(1, -3, 3)).toBeCloseTo(1);
    expect(field(1, 2, 9)).toBeCloseTo(1);
  });

  it('turn an ellipsoid about the vertical axis from right to front', () => {
    const long = ellipsoidField([0, 0, 0], [10, 2, 2], { turnDeg: 90 });
    expect(long(0, 9, 0)).toBeLessThan(1);
    expect(long(9, 0, 0)).toBeGreaterThan(1);
  });

  it('lean an ellipsoid so that its upper end moves right', () => {
    const upright = ellipsoidField([0, 0, 0], [2, 2, 10], { leanDeg: 45 });
    expect(upright(6, 0, 6)).toBeLessThan(1);
    expect(upright(-6, 0, 6)).toBeGreaterThan(1);
  });

  it('hold every inside point in their box, turned or not', () => {
    const solid = ellipsoid([5, 0, 0], [10, 3, 4], { turnDeg: 30, leanDeg: -20 });
    for (let x = -20; x <= 30; x += 2) {
      for (let z = -20; z <= 20; z += 2) {
        if (!solid.inside(x, 1, z)) continue;
        expect(x).toBeGreaterThanOrEqual(solid.low[0]);
        expect(x).toBeLessThanOrEqual(solid.high[0]);
        expect(z).toBeLessThanOrEqual(solid.high[2]);
      }
    }
  });

  it('lose what a condition cuts away', () => {
    const half = where(ellipsoid([0, 0, 0], [5, 5, 5]), (x) => x > 0);
    expect(half.inside(2, 0, 0)).toBe(true);
    expect(half.inside(-2, 0, 0)).toBe(false);
  });

  it('lead a tube through its beads without a gap', () => {
    const balls = tube([
      { at: [0, 0, 0], radiusMm: 3 },
      { at: [10, 0, 0], radiusMm: 3 },
      { at: [10, 10, 0], radiusMm: 2 },
    ]);
    const inside = (x: number, y: number): boolean => balls.some((ball) => ball.inside(x, y, 0));
    for (let x = 0; x <= 10; x++) expect(inside(x, 0)).toBe(true);
    expect(inside(10, 10)).toBe(true);
    expect(inside(10, 12.5)).toBe(false);
    expect(inside(0, 10)).toBe(false);
  });
});
