import { describe, expect, it } from 'vitest';
import { comparePairs, kendallTau, rankStability } from '../../reports/comparison.js';
import { madeContract, madeRows } from './made-rows.js';

const good = Array.from({ length: 12 }, (_, at) => 0.8 + at / 100);
const worse = good.map((value, at) => value - 0.05 - at / 500);
const contract = madeContract(['liver']);
const rows = [...madeRows(contract, 'liver', 'good', good), ...madeRows(contract, 'liver', 'worse', worse)];

describe('the comparison of two models', () => {
  it('tests each measure on the cases that both have, and corrects over all tests', () => {
    const [dsc, nsd] = comparePairs(rows, contract);
    // All twelve differences have one sign: 2 of the 2¹² ways to sign them are as far.
    expect(dsc).toMatchObject({ models: ['good', 'worse'], metric: 'dsc', n: 12, method: 'exact' });
    expect(dsc!.pValue).toBeCloseTo(2 / 4096, 12);
    expect(dsc!.pHolm).toBeCloseTo(4 / 4096, 12);
    expect(nsd!.pHolm).toBeCloseTo(4 / 4096, 12);
    expect(dsc!.meanDifference).toBeCloseTo(-0.061, 12);
    expect(dsc!.differenceCi95![1]).toBeLessThan(0);
  });

  it('leaves a case out that one of them has no figure for', () => {
    const missing = rows.map((row) =>
      row.model === 'worse' && row.case === 'c03'
        ? { ...row, dsc: { undefined: 'x' }, nsd: { undefined: 'x' }, truthVoxels: 0, predictionVoxels: 0 }
        : row,
    );
    expect(comparePairs(missing, contract)[0]!.n).toBe(11);
  });

  it('has no p-value where the models are the same, and no test for one model', () => {
    const same = [...madeRows(contract, 'liver', 'a', good), ...madeRows(contract, 'liver', 'b', good)];
    expect(comparePairs(same, contract)[0]).toMatchObject({ pValue: null, pHolm: null, meanDifference: 0 });
    expect(comparePairs(madeRows(contract, 'liver', 'a', good), contract)).toEqual([]);
  });

  it('compares every pair of three', () => {
    const three = [
      ...rows,
      ...madeRows(
        contract,
        'liver',
        'third',
        good.map((value) => value / 2),
      ),
    ];
    const dsc = comparePairs(three, contract).filter(({ metric }) => metric === 'dsc');
    expect(dsc.map(({ models }) => models.join())).toEqual(['good,worse', 'good,third', 'worse,third']);
  });
});

describe('the stability of a ranking', () => {
  it('is complete where one model is better in every case', () => {
    const [first, second] = rankStability(rows, contract);
    expect(first).toMatchObject({ model: 'good', rank: 1, kendallTau: expect.closeTo(1, 12) });
    expect(first!.shareAtRank[0]).toBeCloseTo(1, 12);
    expect(second).toMatchObject({ model: 'worse', rank: 2 });
  });

  it('is shaky where models take turns, and the same in every run', () => {
    const turns = [0.9, 0.7, 0.9, 0.7, 0.91, 0.7];
    const both = [
      ...madeRows(contract, 'liver', 'a', turns),
      ...madeRows(contract, 'liver', 'b', [...turns].reverse()),
    ];
    const stability = rankStability(both, contract);
    expect(stability).toEqual(rankStability(both, contract));
    expect(stability[0]!.shareAtRank[0]).toBeGreaterThan(0.3);
    expect(stability[0]!.shareAtRank[0]).toBeLessThan(0.7);
    const shares = stability[0]!.shareAtRank.reduce((sum, share) => sum + share, 0);
    expect(shares).toBeCloseTo(1, 9);
  });

  it('takes small distances as good', () => {
    const distances = madeContract(['liver'], { metrics: ['hd95'] });
    const row = (model: string, hd95Mm: number) => {
      const [{ toleranceMm: _, ...made }] = madeRows(distances, 'liver', model, [0.9]) as [
        ReturnType<typeof madeRows>[number],
      ];
      return { ...made, hd95Mm };
    };
    const ranking = rankStability([row('far', 9), row('near', 2)], distances);
    expect(ranking.map(({ model, rank }) => [model, rank])).toEqual([
      ['far', 2],
      ['near', 1],
    ]);
  });

  it('counts agreeing pairs less disagreeing ones in τ', () => {
    expect(kendallTau([1, 2, 3], [1, 2, 3])).toBe(1);
    expect(kendallTau([1, 2, 3], [3, 2, 1])).toBe(-1);
    expect(kendallTau([1, 2, 3], [1, 3, 2])).toBeCloseTo(1 / 3, 12);
  });
});
