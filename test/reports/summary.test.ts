import { describe, expect, it } from 'vitest';
import { figuresOf, measureName, measuresOf } from '../../reports/measure.js';
import { summarise } from '../../reports/summary.js';
import { madeContract, madeRows } from './made-rows.js';

const none = { undefined: 'both masks are empty' };

describe('the summary of an evaluation', () => {
  it('has a cell for each measure and model, with n and what is undefined', () => {
    const contract = madeContract(['liver', 'spleen']);
    const rows = [
      ...madeRows(contract, 'liver', 'a', [0.9, 0.8, none]),
      ...madeRows(contract, 'spleen', 'a', [0.7, 0, 0.5]),
    ];
    const cells = summarise(rows, contract);
    expect(cells.map(({ organ, metric, n, undefinedCount }) => [organ, metric, n, undefinedCount])).toEqual([
      ['liver', 'dsc', 2, 1],
      ['liver', 'nsd', 2, 1],
      ['spleen', 'dsc', 3, 0],
      ['spleen', 'nsd', 3, 0],
    ]);
    expect(cells[0]!.mean).toBeCloseTo(0.85, 14);
  });

  it('applies the convention when it sums up, not before', () => {
    const rows = madeRows(madeContract(['liver']), 'liver', 'a', [0.9, none]);
    const mean = (preset: 'flare22' | 'deepmind') =>
      summarise(rows, madeContract(['liver'], { preset, tolerancesMm: [1] }))[0];
    expect(mean('deepmind')).toMatchObject({ n: 1, mean: 0.9, undefinedCount: 1 });
    expect(mean('flare22')).toMatchObject({ n: 2, mean: 0.95, undefinedCount: 0 });
  });

  it('counts failures on DSC only', () => {
    const contract = madeContract(['liver'], { failureBelowDsc: 0.5 });
    const [dsc, nsd] = summarise(madeRows(contract, 'liver', 'a', [0.9, 0.4, 0, 0.6]), contract);
    expect(dsc).toMatchObject({ failures: 2, failureRate: 0.5 });
    expect(nsd).not.toHaveProperty('failures');
  });

  it('divides by every field that has more than one value', () => {
    const contract = madeContract(['liver'], { metrics: ['dsc'] });
    const rows = madeRows(contract, 'liver', 'a', [0.9, 0.8, 0.7]).map(({ toleranceMm: _, ...row }) => row);
    const strata = {
      c01: { phase: 'portal', site: 'x' },
      c02: { phase: 'native', site: 'x' },
      c03: { phase: 'portal', site: 'x' },
    };
    const cells = summarise(rows, contract, strata);
    expect(cells.map(({ stratum, n, mean }) => [stratum?.field, stratum?.value, n, mean])).toEqual([
      [undefined, undefined, 3, expect.closeTo(0.8, 12)],
      ['phase', 'native', 1, 0.8],
      ['phase', 'portal', 2, 0.8],
    ]);
  });
});

describe('measures', () => {
  it('are named with their tolerance, organ by organ', () => {
    const contract = madeContract(['liver', 'spleen'], { tolerancesMm: [1, 2], metrics: ['nsd', 'hd95'] });
    expect(measuresOf(contract).map((each) => `${each.organ} ${measureName(each)}`)).toEqual([
      'liver NSD at 1 mm',
      'liver NSD at 2 mm',
      'liver HD95',
      'spleen NSD at 1 mm',
      'spleen NSD at 2 mm',
      'spleen HD95',
    ]);
  });

  it('take the figures that do not depend on the tolerance from one row of each case', () => {
    const contract = madeContract(['liver'], { tolerancesMm: [1, 2] });
    const rows = madeRows(contract, 'liver', 'a', [0.9, 0.8]).flatMap((row) => [
      row,
      { ...row, toleranceMm: 2 },
    ]);
    expect(figuresOf(rows, contract, { organ: 'liver', metric: 'dsc' })).toHaveLength(2);
  });
});
