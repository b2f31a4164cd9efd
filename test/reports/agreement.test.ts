import { describe, expect, it } from 'vitest';
import { besideBand, type ReadPair, readPairs } from '../../domain/agreement.js';
import type { CaseComparison } from '../../domain/comparison.js';
import { agreementOf } from '../../reports/agreement.js';

const pair = (dsc: ReadPair['dsc'], about: Partial<ReadPair> = {}): ReadPair => ({
  collection: 'lits',
  caseId: 'volume-1',
  organ: 'pancreas',
  readers: ['anna', 'bert'],
  dsc,
  nsd: dsc,
  simulated: false,
  ...about,
});

describe('agreement of double reads', () => {
  it('has mean and interval for each organ, and for each collection where there are several', () => {
    const pairs = [0.84, 0.85, 0.86, 0.87].flatMap((dsc) => [
      pair(dsc),
      pair(dsc - 0.02, { collection: 'kits19' }),
      pair(0.97, { organ: 'spleen' }),
    ]);
    const { rows } = agreementOf(pairs);
    expect(rows.map(({ organ, collection, pairs: n }) => [organ, collection, n])).toEqual([
      ['spleen', undefined, 4],
      ['pancreas', undefined, 8],
      ['pancreas', 'lits', 4],
      ['pancreas', 'kits19', 4],
    ]);
    const pancreas = rows[1]!;
    expect(pancreas.dsc.mean).toBeCloseTo(0.845, 10);
    const [low, high] = pancreas.dsc.meanCi95!;
    expect(low).toBeLessThan(0.845);
    expect(high).toBeGreaterThan(0.845);
    expect(pancreas.verdict).toBe('within');
  });

  it('keeps pairs in which nobody drew anything out of the mean, and counts them', () => {
    const { rows } = agreementOf([pair(0.9), pair(0.8), pair({ undefined: 'both masks are empty' })]);
    expect(rows[0]).toMatchObject({ pairs: 3, bothEmpty: 1, dsc: { n: 2, mean: 0.8500000000000001 } });
  });

  it('counts pairs with simulated people, whose figures say nothing about people', () => {
    expect(agreementOf([pair(0.9, { simulated: true }), pair(0.8)]).simulatedPairs).toBe(1);
  });
});

describe('a published band', () => {
  it('is met, missed, exceeded, or too near to tell', () => {
    expect(besideBand('pancreas', [0.82, 0.89]).verdict).toBe('within');
    expect(besideBand('pancreas', [0.7, 0.8]).verdict).toBe('below');
    expect(besideBand('pancreas', [0.91, 0.95]).verdict).toBe('above');
    expect(besideBand('pancreas', [0.79, 0.85]).verdict).toBe('not sure');
    expect(besideBand('kidney', [0.98, 0.99]).verdict).toBe('within');
    expect(besideBand('kidney', [0.95, 0.97]).verdict).toBe('below');
    expect(besideBand('pancreas', null).verdict).toBe('not sure');
    expect(besideBand('liver', [0.9, 0.95])).toEqual({ verdict: 'nothing published' });
  });
});

describe('pairs', () => {
  it('come from double reads alone, by collection, case and organ', () => {
    const side = (author: string) => ({ version: 'v', author, voxels: 1 });
    const organ = (name: 'liver' | 'spleen') => ({
      organ: name,
      one: side('anna'),
      other: side('bert'),
      dsc: 0.9,
      nsd: 0.9,
    });
    const about = { collection: 'lits', simulated: false } as const;
    const comparisons: CaseComparison[] = [
      { kind: 'double-read', caseId: 'volume-10', ...about, organs: [organ('spleen'), organ('liver')] },
      { kind: 'double-read', caseId: 'volume-9', ...about, organs: [organ('liver')] },
      { kind: 'review', caseId: 'volume-1', ...about, organs: [organ('liver')] },
    ];
    expect(readPairs(comparisons).map(({ caseId, organ: name }) => `${caseId}/${name}`)).toEqual([
      'volume-9/liver',
      'volume-10/liver',
      'volume-10/spleen',
    ]);
  });
});
