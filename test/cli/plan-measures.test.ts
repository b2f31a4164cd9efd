import { describe, expect, it } from 'vitest';
import { doubleReadsOf, planMeasures } from '../../cli/plan-measures.js';

describe('options for what is measured', () => {
  it('leave a plan as it was where none is given', () => {
    expect(planMeasures({ auditShare: '0.05' })).toEqual({});
  });

  it('read one share for all, and exceptions by collection, organ or both', () => {
    expect(doubleReadsOf('0.05')).toEqual({ share: 0.05 });
    expect(doubleReadsOf('lits/liver=0, pancreas=0.1, kits19=1,0.05')).toEqual({
      share: 0.05,
      exceptions: [
        { collection: 'lits', organ: 'liver', share: 0 },
        { organ: 'pancreas', share: 0.1 },
        { collection: 'kits19', share: 1 },
      ],
    });
    expect(doubleReadsOf('pancreas=0.1').share).toBe(0);
  });

  it('make a review list of hours and a share', () => {
    expect(planMeasures({ reviewHours: '40', auditShare: '0.1', prioritise: true })).toEqual({
      prioritise: true,
      review: { budgetHours: 40, auditShare: 0.1 },
    });
  });

  it.each([
    [{ doubleReads: '1.5' }, "--double-reads is '1.5'"],
    [{ doubleReads: 'brain=0.1' }, "'brain' is neither"],
    [{ doubleReads: '' }, '--double-reads'],
    [{ reviewHours: '0' }, "--review-hours is '0'"],
    [{ reviewHours: '4', auditShare: 'all' }, "--audit-share is 'all'"],
  ])('refuse %j, naming the option', (options, said) => {
    expect(() => planMeasures(options)).toThrow(said);
  });
});
