import { describe, expect, it } from 'vitest';
import type { CaseSummary } from '../../domain/case.js';
import { doubleReadShare, planDoubleReads } from '../../domain/double-read.js';
import { drawnOrder, drawOf, shareOf } from '../../domain/draw.js';

type Item = Pick<CaseSummary, 'collection' | 'caseId' | 'missingOrgans'>;

const lits = (count: number): Item[] =>
  Array.from({ length: count }, (_, n) => ({
    collection: 'lits',
    caseId: `volume-${n}`,
    missingOrgans: ['kidney', 'spleen', 'pancreas'],
  }));
const kits = (count: number): Item[] =>
  Array.from({ length: count }, (_, n) => ({
    collection: 'kits19',
    caseId: `case_${n}`,
    missingOrgans: ['liver', 'spleen', 'pancreas'],
  }));
const count = (reads: ReturnType<typeof planDoubleReads>, collection: string, organ: string) =>
  reads.filter((each) => each.collection === collection && each.organs.some((name) => name === organ)).length;

describe('planned double reads', () => {
  it('take the share of each collection and organ, rounded up, and no organ that the source labels', () => {
    const reads = planDoubleReads([...lits(30), ...kits(7)], { share: 0.1 }, 1);
    for (const organ of ['kidney', 'spleen', 'pancreas']) expect(count(reads, 'lits', organ)).toBe(3);
    for (const organ of ['liver', 'spleen', 'pancreas']) expect(count(reads, 'kits19', organ)).toBe(1);
    expect(count(reads, 'lits', 'liver') + count(reads, 'kits19', 'kidney')).toBe(0);
  });

  it('follow exceptions, the first that fits', () => {
    const rule = {
      share: 0,
      exceptions: [
        { collection: 'lits', organ: 'pancreas', share: 0.5 },
        { organ: 'pancreas', share: 0.2 },
      ] as const,
    };
    const plan = { share: rule.share, exceptions: [...rule.exceptions] };
    expect(doubleReadShare(plan, 'kits19', 'pancreas')).toBe(0.2);
    const reads = planDoubleReads([...lits(10), ...kits(10)], plan, 1);
    expect(count(reads, 'lits', 'pancreas')).toBe(5);
    expect(count(reads, 'kits19', 'pancreas')).toBe(2);
    expect(count(reads, 'lits', 'spleen')).toBe(0);
  });

  it('open few cases: all organs of a collection are drawn from one order', () => {
    expect(planDoubleReads(lits(40), { share: 0.1 }, 3)).toHaveLength(4);
  });

  it('follow from the seed alone, not from the order of cases', () => {
    const cases = lits(50);
    const names = (seed: number, of = cases) =>
      planDoubleReads(of, { share: 0.1 }, seed)
        .map((each) => each.caseId)
        .sort();
    expect(names(5)).toEqual(names(5, [...cases].reverse()));
    expect(names(5)).not.toEqual(names(6));
  });

  it('keep what was planned before when cases are added', () => {
    const before = planDoubleReads(lits(10), { share: 0.2 }, 1);
    const after = planDoubleReads(lits(40), { share: 0.2 }, 1, before);
    for (const each of before) expect(after).toContainEqual(each);
  });
});

describe('draws', () => {
  it('are spread evenly over [0, 1)', () => {
    const draws = Array.from({ length: 10_000 }, (_, n) => drawOf(`7/lits/volume-${n}/spleen`));
    for (let tenth = 0; tenth < 10; tenth++) {
      const own = draws.filter((each) => Math.floor(each * 10) === tenth).length;
      expect(own).toBeGreaterThan(900);
      expect(own).toBeLessThan(1100);
    }
  });

  it('order items in a way that does not depend on how they came', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const order = drawnOrder(names, 's', (each) => each);
    expect(drawnOrder([...names].reverse(), 's', (each) => each)).toEqual(order);
    expect(order).not.toEqual(names);
  });

  it('count a share that is a whole number as that number', () => {
    expect([shareOf(30, 0.1), shareOf(10, 0.7), shareOf(3, 0.01), shareOf(5, 0), shareOf(5, 1)]).toEqual([
      3, 7, 1, 0, 5,
    ]);
  });
});
