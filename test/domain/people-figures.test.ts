import { describe, expect, it } from 'vitest';
import type { ReadPair } from '../../domain/agreement.js';
import type { AuditRecord } from '../../domain/audit.js';
import { peopleFigures } from '../../domain/people-figures.js';
import type { TaskKind } from '../../domain/task.js';
import { opened } from './tasks.js';

type Deed = Parameters<typeof peopleFigures>[0][number];

function deed(
  actor: string,
  action: string,
  about: Partial<AuditRecord> & { caseId?: string; assignee?: string; kind?: TaskKind } = {},
): Deed {
  const { caseId = 'volume-0', assignee = 'anna', kind, ...rest } = about;
  return {
    entity: `task/lits/${caseId}/1`,
    actor,
    role: 'junior',
    simulated: false,
    action,
    outcome: 'done',
    task: { ...opened(), caseId, assignee, ...(kind === undefined ? {} : { kind }) },
    ...rest,
  };
}

const roster = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'cora', role: 'certified', simulated: false },
  { id: 'emma', role: 'senior', simulated: false },
] as const;
const figuresOf = (records: readonly Deed[], person: string, pairs: readonly ReadPair[] = []) =>
  peopleFigures(records, roster, pairs).find((each) => each.person === person)!;

describe('figures of people', () => {
  it('count a case once, and a return against whoever drew what was sent back', () => {
    const records = [
      deed('anna', 'claim'),
      deed('anna', 'submit', { effort: { activeSeconds: 1800 } }),
      deed('cora', 'return'),
      deed('anna', 'submit', { effort: { activeSeconds: 900 } }),
      deed('cora', 'approve'),
      deed('emma', 'verify'),
      deed('anna', 'submit', { caseId: 'volume-1' }),
    ];
    expect(figuresOf(records, 'anna')).toMatchObject({
      role: 'junior',
      cases: 2,
      submissions: 3,
      returned: 1,
      returnRate: 1 / 3,
      hours: 0.75,
    });
    expect(figuresOf(records, 'cora')).toMatchObject({ cases: 1, reviews: 2, returned: 0 });
    expect(figuresOf(records, 'emma')).toMatchObject({ cases: 1, verifications: 1 });
    expect(figuresOf(records, 'cora').hours).toBeUndefined();
    expect(figuresOf(records, 'cora').returnRate).toBeUndefined();
  });

  it('pass over what was refused, and keep reads for measuring apart', () => {
    const records = [
      deed('anna', 'submit', { outcome: 'refused' }),
      deed('anna', 'submit', { kind: 'double-read' }),
      deed('anna', 'submit', { kind: 'blind-audit', caseId: 'volume-2' }),
    ];
    expect(figuresOf(records, 'anna')).toMatchObject({ cases: 0, submissions: 0, reads: 2 });
  });

  it('have everybody of the roster, and whoever acted without being on it', () => {
    const people = peopleFigures([deed('zoe', 'submit', { simulated: true })], roster, []);
    expect(people.map(({ person, role, simulated }) => [person, role, simulated])).toEqual([
      ['anna', 'junior', false],
      ['cora', 'certified', false],
      ['emma', 'senior', false],
      ['zoe', 'unknown', true],
    ]);
  });

  it('have the mean agreement of the pairs that a person is in', () => {
    const pair = (readers: [string, string], dsc: ReadPair['dsc']): ReadPair => ({
      collection: 'lits',
      caseId: 'volume-0',
      organ: 'spleen',
      readers,
      dsc,
      nsd: dsc,
      simulated: false,
    });
    const pairs = [
      pair(['anna', 'bert'], 0.9),
      pair(['bert', 'anna'], 0.8),
      pair(['bert', 'cora'], 0.1),
      pair(['anna', 'bert'], { undefined: 'both masks are empty' }),
    ];
    const { agreement } = figuresOf([], 'anna', pairs);
    expect(agreement!.dsc).toBeCloseTo(0.85, 10);
    expect(agreement!.organs).toBe(2);
    expect(figuresOf([], 'emma', pairs).agreement).toBeUndefined();
  });
});
