import { describe, expect, it } from 'vitest';
import {
  type Candidate,
  itemName,
  minutesFor,
  planReview,
  usualMinutes,
} from '../../domain/review-budget.js';

const candidates = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, n) => ({
    collection: 'lits',
    caseId: `volume-${n}`,
    organ: 'spleen',
    expectedError: n / count,
    minutes: 5,
  }));
const named = (items: ReturnType<typeof planReview>, fate: string) =>
  items.filter((each) => each.fate === fate).map(itemName);

describe('a review plan', () => {
  it('takes the highest expected errors, as many as fit into the hours', () => {
    const items = planReview(candidates(100), { budgetHours: 1, auditShare: 0 }, 1);
    expect(named(items, 'selected')).toEqual(
      Array.from({ length: 12 }, (_, n) => `lits/volume-${99 - n}/spleen`),
    );
  });

  it('never takes more minutes than there are, and fills them with something smaller behind', () => {
    const long: Candidate = { ...candidates(1)[0]!, caseId: 'long', expectedError: 0.999, minutes: 45 };
    const items = planReview([long, ...candidates(20)], { budgetHours: 0.5, auditShare: 0 }, 1);
    const chosen = items.filter((each) => each.fate === 'selected');
    expect(chosen.map((each) => each.caseId)).not.toContain('long');
    expect(chosen.reduce((sum, each) => sum + each.minutes, 0)).toBe(30);
  });

  it('weighs an expected error by what the organ is allowed', () => {
    const liver: Candidate = { ...candidates(1)[0]!, organ: 'liver', expectedError: 0.08 };
    const pancreas: Candidate = { ...liver, organ: 'pancreas', expectedError: 0.15 };
    const chosen = (own?: { pancreas: number }) =>
      named(
        planReview(
          [pancreas, liver],
          { budgetHours: 0.1, auditShare: 0, ...(own === undefined ? {} : { errorBelowDsc: own }) },
          1,
        ),
        'selected',
      );
    expect(chosen()).toEqual(['lits/volume-0/liver']);
    expect(chosen({ pancreas: 0.95 })).toEqual(['lits/volume-0/pancreas']);
  });

  it('counts what could not be told as worst', () => {
    const { expectedError: _, ...untold } = candidates(1)[0]!;
    const items = planReview(
      [...candidates(20), { ...untold, caseId: 'untold' }],
      { budgetHours: 0.1, auditShare: 0 },
      1,
    );
    expect(named(items, 'selected')).toEqual(['lits/untold/spleen']);
  });

  it('audits a random share of the rest that does not follow the score', () => {
    const chance = new Map<number, number>();
    for (let seed = 0; seed < 400; seed++) {
      const items = planReview(candidates(50), { budgetHours: 1, auditShare: 0.25 }, seed);
      expect(named(items, 'audit')).toHaveLength(10);
      items.forEach((each, rank) => {
        if (each.fate === 'audit') chance.set(rank, (chance.get(rank) ?? 0) + 1);
      });
    }
    for (let rank = 12; rank < 50; rank++) {
      expect(chance.get(rank)!).toBeGreaterThan(400 * 0.15);
      expect(chance.get(rank)!).toBeLessThan(400 * 0.37);
    }
  });

  it('keeps what was decided before when cases are added', () => {
    const budget = { budgetHours: 1, auditShare: 0.2 };
    const before = planReview(candidates(50), budget, 1);
    const added = candidates(60).map((each) => ({ ...each, caseId: `later-${each.caseId}` }));
    const after = planReview([...candidates(50), ...added], budget, 1, before);
    for (const fate of ['selected', 'audit'])
      expect(named(after, fate)).toEqual(expect.arrayContaining(named(before, fate)));
    expect(named(after, 'selected')).toHaveLength(12);
  });

  it('counts an empty proposal as drawing, and a given figure before the usual one', () => {
    expect(minutesFor('spleen', 0, { spleen: 2 })).toBe(usualMinutes.draw);
    expect(minutesFor('spleen', 10, { spleen: 2 })).toBe(2);
    expect(minutesFor('liver', 10, undefined)).toBe(usualMinutes.correct);
  });
});
