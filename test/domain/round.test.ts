import { describe, expect, it } from 'vitest';
import type { GateVerdict } from '../../domain/gate.js';
import { nextTeachers, outcomeOf, type RoundResult } from '../../domain/round.js';
import { promotionToTakeBack, type Standing } from '../../domain/standing.js';

const verdict = (promoted: boolean): GateVerdict => ({
  verdict: promoted ? 'promote' : 'hold',
  reason: promoted ? 'not worse' : 'no gain',
  figures: [],
  remarks: [],
});
/** Who wins over whom: `student>standing`. */
const outcome = (speakers: Parameters<typeof outcomeOf>[1], ...wins: string[]) =>
  outcomeOf('spleen', speakers, (candidate, against) => verdict(wins.includes(`${candidate}>${against}`)));
const all = { student: 'student', teacher: 'teacher', standing: 'standing' };

describe('what a round comes to for an organ', () => {
  it('is the student where it passes against the standing model and its teacher', () => {
    const { verdict: said, candidate, comparisons } = outcome(all, 'student>standing', 'student>teacher');
    expect([said, candidate]).toEqual(['promote', 'student']);
    expect(comparisons.map(({ as, against }) => [as, against])).toEqual([
      ['standing', 'standing'],
      ['teacher', 'teacher'],
      ['standing', 'standing'],
    ]);
  });

  it('is the teacher where pseudo-labels spoiled its student, and better labels made it better', () => {
    expect(outcome(all, 'student>standing', 'teacher>standing')).toMatchObject({
      verdict: 'promote',
      candidate: 'teacher',
      candidateIs: 'teacher',
      reason: 'the teacher: not worse; student against the teacher model: no gain',
    });
    expect(outcome(all, 'student>standing')).toMatchObject({ verdict: 'hold', candidate: 'student' });
  });

  it('is one comparison where the teacher stands', () => {
    const { comparisons, verdict: said } = outcome({ ...all, teacher: 'standing' }, 'student>standing');
    expect([said, comparisons.length]).toEqual(['promote', 1]);
    expect(outcome({ ...all, teacher: 'standing' })).toMatchObject({
      verdict: 'hold',
      reason: 'student against the standing model: no gain',
    });
  });

  it('is nothing without a student, or where it is what stands', () => {
    expect(outcome({ ...all, student: undefined })).toMatchObject({ reason: 'no student was trained' });
    expect(outcome({ student: 'one', teacher: 'one', standing: 'one' })).toMatchObject({
      verdict: 'hold',
      reason: 'the student is the standing model itself',
    });
  });

  it('gives the next round those that passed as teachers, and the old ones elsewhere', () => {
    const result: RoundResult = {
      roundId: '0123456789ab',
      taught: {
        teachers: { liver: 'l', spleen: 's' },
        students: {},
        lessons: [],
        pseudoLabels: { failed: 0, examples: [] },
      },
      outcomes: [
        { organ: 'liver', candidate: 'l2', verdict: 'promote', reason: '', comparisons: [] },
        { organ: 'spleen', candidate: 's2', verdict: 'hold', reason: '', comparisons: [] },
      ],
    };
    expect(nextTeachers(result)).toEqual({ liver: 'l2', spleen: 's' });
  });
});

describe('a rollback', () => {
  const edition = (number: number, takesBack?: number): Standing => ({
    edition: number,
    models: {},
    before: {},
    organs: ['liver'],
    by: 'lea',
    why: 'test',
    reopenBelowDsc: 0.8,
    ...(takesBack === undefined ? {} : { takesBack }),
  });

  it('takes promotions back one after the other, the newest first, and none twice', () => {
    const editions = [edition(1), edition(2)];
    expect(promotionToTakeBack(editions)?.edition).toBe(2);
    expect(promotionToTakeBack([...editions, edition(3, 2)])?.edition).toBe(1);
    expect(promotionToTakeBack([...editions, edition(3, 2), edition(4)])?.edition).toBe(4);
    expect(promotionToTakeBack([...editions, edition(3, 2), edition(4, 1)])).toBeUndefined();
    expect(promotionToTakeBack([])).toBeUndefined();
  });
});
