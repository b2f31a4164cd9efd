import { describe, expect, it } from 'vitest';
import { gaussian, randomInteger, seededRandom } from '../../imaging/random.js';

const draw = (seed: string | number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
};

describe('seededRandom', () => {
  it('repeats its sequence for the same seed, on every machine', () => {
    expect(draw('case-7', 50)).toEqual(draw('case-7', 50));
    expect(draw('plusct', 3).map((x) => Math.floor(x * 2 ** 32))).toMatchInlineSnapshot(`
      [
        3080738174,
        3963061763,
        3665877096,
      ]
    `);
  });

  it('gives neighbouring seeds, and a number and its digits, unrelated sequences', () => {
    const seeds = [1, 2, '1', '2', '', 'a', 'b', -1, 0.5];
    const firsts = seeds.map((seed) => draw(seed, 4).join());
    expect(new Set(firsts).size).toBe(seeds.length);
  });

  it('fills [0, 1) evenly', () => {
    const values = draw(3, 20_000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const tenths = new Array<number>(10).fill(0);
    for (const value of values) tenths[Math.floor(value * 10)]++;
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('shows no link between one number and the next', () => {
    const values = draw('link', 20_000).map((x) => x - 0.5);
    const product = values.slice(1).reduce((sum, x, n) => sum + x * values[n], 0) / values.length;
    expect(Math.abs(product * 12)).toBeLessThan(0.03);
  });
});

describe('gaussian', () => {
  it('has the mean and the deviation that are asked for', () => {
    const random = seededRandom('normal');
    const values = Array.from({ length: 20_000 }, () => gaussian(random, 5, 2));
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean - 5)).toBeLessThan(0.06);
    expect(Math.abs(Math.sqrt(variance) - 2)).toBeLessThan(0.05);
    expect(values.filter((x) => Math.abs(x - 5) < 2).length / values.length).toBeCloseTo(0.683, 1);
  });

  it('stays finite where the uniform number is 0', () => {
    expect(gaussian(() => 0)).toBe(0);
  });
});

describe('randomInteger', () => {
  it('gives every number below the bound and no other', () => {
    const random = seededRandom('dice');
    const seen = new Set(Array.from({ length: 500 }, () => randomInteger(random, 6)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
