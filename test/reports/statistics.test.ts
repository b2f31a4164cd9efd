import { describe, expect, it } from 'vitest';
import { bootstrapMean, describe as summarised } from '../../reports/statistics.js';

const values = [0.2, 0.5, 0.61, 0.7, 0.93, 0.99, 0.4];

describe('the summary of figures', () => {
  it('has NumPy’s mean, sample deviation and quartiles', () => {
    const summary = summarised(values, 'seed');
    expect(summary.n).toBe(7);
    expect(summary.mean).toBeCloseTo(0.6185714285714285, 14);
    expect(summary.sd).toBeCloseTo(0.2824552219042027, 14);
    expect([summary.q1, summary.median, summary.q3]).toEqual([0.45, 0.61, 0.815]);
    expect([summary.min, summary.max]).toEqual([0.2, 0.99]);
  });

  it('has nulls where there are too few figures', () => {
    expect(summarised([], 'seed')).toMatchObject({
      n: 0,
      mean: null,
      sd: null,
      median: null,
      meanCi95: null,
    });
    expect(summarised([0.5], 'seed')).toMatchObject({
      n: 1,
      mean: 0.5,
      sd: null,
      median: 0.5,
      meanCi95: null,
    });
  });
});

describe('the bootstrap interval', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(bootstrapMean(values, 'a')).toEqual(bootstrapMean(values, 'a'));
    expect(bootstrapMean(values, 'a')).not.toEqual(bootstrapMean(values, 'b'));
  });

  it('holds the mean, and is near the normal interval for many figures', () => {
    const many = Array.from({ length: 400 }, (_, at) => (at % 20) / 20);
    const [low, high] = bootstrapMean(many, 'many')!;
    const mean = 0.475;
    const half = 1.96 * (Math.sqrt((20 * 20 - 1) / 12) / 20 / Math.sqrt(400));
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
    expect(low).toBeCloseTo(mean - half, 2);
    expect(high).toBeCloseTo(mean + half, 2);
  });

  it('has no width where all figures are equal', () => {
    expect(bootstrapMean([0.25, 0.25, 0.25], 'seed')).toEqual([0.25, 0.25]);
  });
});
