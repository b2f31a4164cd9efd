import { describe, expect, it } from 'vitest';
import { finding } from '../../domain/finding.js';
import { acknowledgeable, judgeSubmission } from '../../domain/submission-judgement.js';

const about = { where: 'submission', message: 'what', suggestion: 'do' };
const hole = finding('SUBMISSION_HOLES', { ...about, field: 'liver' });
const small = finding('SUBMISSION_VOLUME', { ...about, field: 'liver' });
const moved = finding('SUBMISSION_MOVED', about);
const word = { kind: 'submit', acknowledged: [], reason: 'why' } as const;

describe('what findings mean for a submission', () => {
  it('is nothing when there is none', () => {
    expect(judgeSubmission([], { ...word, reason: '' })).toEqual({ remarks: [] });
  });

  it('is a refusal for those that reject, whatever was acknowledged', () => {
    const judged = judgeSubmission([moved, hole], { ...word, acknowledged: ['SUBMISSION_MOVED'] });
    expect(judged).toEqual({ refused: 'SUBMISSION_MOVED: what – do', findings: [moved] });
  });

  it('is a refusal for flags until each code is acknowledged, and names the codes', () => {
    const judged = judgeSubmission([hole, small], { ...word, acknowledged: ['SUBMISSION_HOLES'] });
    expect(judged).toEqual({
      refused: expect.stringContaining('acknowledge SUBMISSION_VOLUME and'),
      findings: [small],
    });
    const both = { ...word, acknowledged: ['SUBMISSION_HOLES', 'SUBMISSION_VOLUME'] };
    expect(judgeSubmission([hole, small], both)).toEqual({
      remarks: ['SUBMISSION_HOLES: what', 'SUBMISSION_VOLUME: what'],
    });
    expect(judgeSubmission([hole, small], { ...both, reason: ' ' })).toMatchObject({
      findings: [hole, small],
    });
  });

  it('is a remark for a senior’s refinement, whose reason stands for all', () => {
    expect(judgeSubmission([hole], { ...word, kind: 'refine' })).toHaveProperty('remarks');
    expect(judgeSubmission([moved], { ...word, kind: 'refine' })).toHaveProperty('refused');
  });

  it('lets every flag of a submission be acknowledged, and nothing else', () => {
    expect(acknowledgeable).toContain('SUBMISSION_EMPTY');
    expect(acknowledgeable).not.toContain('SUBMISSION_GRID');
    expect(acknowledgeable).not.toContain('LABEL_HOLES');
  });
});
