import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm, meanRanks, signedRank } from '../../reports/wilcoxon.js';

const zeros = (values: readonly number[]) => values.map(() => 0);

describe('the signed-rank test', () => {
  it('gives the textbook’s p-value (plant heights, Cureton 1967; SciPy says the same)', () => {
    const heights = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75];
    const test = signedRank(heights, zeros(heights))!;
    expect(test).toMatchObject({ n: 15, statistic: 24, method: 'exact' });
    expect(test.pValue).toBeCloseTo(0.041259765625, 12);
  });

  it('stays exact with ties: the p-value is what counting every sign finds', () => {
    const tied = [1, 1, -1, 2, 2, 3, -3, 4];
    const test = signedRank(tied, zeros(tied))!;
    expect(test.statistic).toBe(8.5);
    expect(test.pValue).toBeCloseTo(0.2421875, 12);
  });

  it('goes over to the normal curve for many pairs, as SciPy has it', () => {
    const many = Array.from({ length: 300 }, (_, i) => (((i * 37) % 101) - 45) / 7 + 0.001 * i);
    const test = signedRank(many, zeros(many))!;
    expect(test).toMatchObject({ n: 300, statistic: 17548, method: 'normal' });
    expect(test.pValue).toBeCloseTo(0.0008298412314374628, 8);
  });

  it('leaves equal pairs out, and has no answer where all are equal', () => {
    expect(signedRank([1, 2, 3], [1, 2, 3])).toBeUndefined();
    expect(signedRank([1, 2, 3, 9], [1, 2, 3, 8])).toMatchObject({ n: 1, pValue: 1 });
  });

  it('takes differences as tied that differ in the last bits of a double only', () => {
    expect(signedRank([0.91, 0.86], [0.9, 0.87])).toMatchObject({ n: 2, statistic: 1.5, pValue: 1 });
  });

  it('does not care which of the two comes first, and counts every sign pattern', () => {
    const figures = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(figures, (differences) => {
        const there = signedRank(differences, zeros(differences));
        expect(signedRank(zeros(differences), differences)).toEqual(there);
        if (there === undefined) return;
        const own = differences.filter((each) => each !== 0);
        const ranks = meanRanks(own.map(Math.abs));
        const total = ranks.reduce((sum, each) => sum + each, 0);
        let asFar = 0;
        for (let signs = 0; signs < 2 ** own.length; signs += 1) {
          const positive = ranks.reduce((sum, each, at) => sum + ((signs >> at) & 1) * each, 0);
          if (Math.min(positive, total - positive) <= there.statistic) asFar += 1;
        }
        expect(there.pValue).toBeCloseTo(asFar / 2 ** own.length, 12);
      }),
    );
  });
});

describe('Holm’s correction', () => {
  it('multiplies by the tests that are left, never falls and never exceeds 1', () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([0.5, 0.6])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});
