import { describe, expect, it } from 'vitest';
import type { CaseComparison } from '../../domain/comparison.js';
import type { ReviewItem } from '../../domain/review-budget.js';
import { randomInteger, seededRandom } from '../../imaging/random.js';
import { lookedAt, recallOf, wilson } from '../../reports/review-recall.js';

describe('the interval of a share', () => {
  it('is Wilson’s where the whole is large: 10 of 50 gives 0.112 to 0.330', () => {
    // R: prop.test(10, 50, correct = FALSE)$conf.int
    const { value, low, high } = wilson(10, 50, 1e9);
    expect(value).toBe(0.2);
    expect(low).toBeCloseTo(0.11244, 4);
    expect(high).toBeCloseTo(0.33037, 4);
  });

  it('says nothing when nobody looked, and leaves no doubt when all were looked at', () => {
    expect(wilson(0, 0, 20)).toMatchObject({ low: 0, high: 1 });
    expect(wilson(3, 20, 20)).toEqual({ value: 0.15, low: 0.15, high: 0.15 });
    expect(wilson(0, 0, 0)).toEqual({ value: 0, low: 0, high: 0 });
  });

  it('narrows as the sample becomes a larger part of the whole', () => {
    const width = (all: number) => wilson(4, 20, all).high - wilson(4, 20, all).low;
    expect(width(24)).toBeLessThan(width(40));
    expect(width(40)).toBeLessThan(width(4000));
  });

  it('stays within what was seen: no fewer errors than found, no more than not excluded', () => {
    const { low, high } = wilson(5, 18, 20);
    expect(low).toBeGreaterThanOrEqual(5 / 20);
    expect(high).toBeLessThanOrEqual(7 / 20);
  });

  it.each([
    [200, 20, 40],
    [60, 6, 30],
    [500, 100, 60],
  ])('covers the truth about 95 times in 100: %i masks, %i with errors, %i read', (all, errors, looked) => {
    const random = seededRandom(`coverage/${all}`);
    let covered = 0;
    const trials = 2000;
    for (let trial = 0; trial < trials; trial++) {
      let [hits, left] = [0, errors];
      for (let n = 0; n < looked; n++) {
        if (randomInteger(random, all - n) >= left) continue;
        hits++;
        left--;
      }
      const { low, high } = wilson(hits, looked, all);
      if (low <= errors / all && errors / all <= high) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.93);
  });
});

describe('recall of a review list', () => {
  it('is what the list holds of all errors, once both parts are known', () => {
    const { recall } = recallOf({ all: 40, looked: 40, errors: 18 }, { all: 60, looked: 60, errors: 2 });
    expect(recall).toEqual({ value: 0.9, low: 0.9, high: 0.9 });
  });

  it('has an interval while the rest is only sampled', () => {
    const { recall } = recallOf({ all: 40, looked: 40, errors: 18 }, { all: 60, looked: 12, errors: 1 });
    expect(recall!.value).toBeCloseTo(18 / (18 + 5), 10);
    expect(recall!.low).toBeGreaterThan(0.45);
    expect(recall!.low).toBeLessThan(recall!.value);
    expect(recall!.high).toBeLessThanOrEqual(18 / 19);
  });

  it('assumes all that is possible of the unfinished part of the list', () => {
    const half = recallOf({ all: 40, looked: 20, errors: 10 }, { all: 60, looked: 60, errors: 5 });
    expect(half.recall).toEqual({ value: 20 / 25, low: 10 / 15, high: 30 / 35 });
  });

  it('is not told before both parts were looked at, nor when no error was found', () => {
    expect(
      recallOf({ all: 4, looked: 0, errors: 0 }, { all: 6, looked: 3, errors: 1 }).recall,
    ).toBeUndefined();
    expect(
      recallOf({ all: 4, looked: 4, errors: 1 }, { all: 6, looked: 0, errors: 0 }).recall,
    ).toBeUndefined();
    expect(
      recallOf({ all: 4, looked: 4, errors: 0 }, { all: 6, looked: 6, errors: 0 }).recall,
    ).toBeUndefined();
  });

  it('counts each mask under its own part, and only where it was compared for that', () => {
    const item = (caseId: string, fate: ReviewItem['fate']): ReviewItem => ({
      collection: 'lits',
      caseId,
      organ: 'spleen',
      minutes: 5,
      fate,
    });
    const comparison = (kind: CaseComparison['kind'], caseId: string, dsc: number): CaseComparison => {
      const side = { version: 'v', author: 'a', voxels: 9 };
      return {
        kind,
        collection: 'lits',
        caseId,
        simulated: false,
        organs: [{ organ: 'spleen', one: side, other: side, dsc, nsd: dsc }],
      };
    };
    const items = [item('a', 'selected'), item('b', 'selected'), item('c', 'audit'), item('d', 'rest')];
    const seen = [
      comparison('review', 'a', 0.5),
      comparison('blind-audit', 'c', 0.95),
      comparison('double-read', 'b', 0.1),
    ];
    expect(lookedAt(items, seen, () => 0.9)).toEqual({
      list: { all: 2, looked: 1, errors: 1 },
      outside: { all: 2, looked: 1, errors: 0 },
    });
  });
});
