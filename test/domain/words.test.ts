import { describe, expect, it } from 'vitest';
import { AuditRecord } from '../../domain/audit.js';
import { CampaignPlan } from '../../domain/campaign.js';
import { collectionFacts, coreCollections } from '../../domain/collection.js';
import { MetricValue } from '../../domain/metric.js';
import { organs, organValue } from '../../domain/organ.js';
import { Person } from '../../domain/person.js';
import { CampaignName, CaseId, ObjectRef, Sha256 } from '../../domain/primitives.js';
import { TaskState } from '../../domain/task.js';
import { opened, people, sha256, submitted } from './tasks.js';

const takes = (schema: { safeParse(value: unknown): { success: boolean } }, ...values: unknown[]) =>
  values.map((value) => schema.safeParse(value).success);

describe('organs', () => {
  it('stand for the values 1 to 4', () => {
    expect(organs.map((organ) => organValue[organ])).toEqual([1, 2, 3, 4]);
  });

  it('are each labelled by at least one collection', () => {
    expect(new Set(coreCollections.flatMap((each) => collectionFacts[each].organs))).toEqual(new Set(organs));
  });
});

describe('names', () => {
  it('of campaigns are safe in ids and keys', () => {
    expect(takes(CampaignName, 'a', 'first-2', 'x'.repeat(63))).toEqual([true, true, true]);
    expect(takes(CampaignName, '', '-a', 'A', 'a/b', 'a b', 'a\n', 'x'.repeat(64))).toEqual(
      Array(7).fill(false),
    );
  });

  it('of cases are as collections write them, and never climb out of a folder', () => {
    expect(takes(CaseId, 'volume-0', 'case_00001', 'PANCREAS_0001', 'spleen_10.v2')).toEqual(
      Array(4).fill(true),
    );
    expect(takes(CaseId, '', '.', '..', '../x', 'a/b', '_x', 'x'.repeat(65))).toEqual(Array(7).fill(false));
  });

  it('of people are short and in lower case', () => {
    const anna = people[0];
    const wrong = [{ id: 'Anna' }, { id: 'plusct' }, { role: 'boss' }, { quota: -1 }, { quota: 1.5 }];
    expect(
      takes(Person, anna, { ...anna, quota: 5, name: 'Anna A.', skills: { organs: ['liver'] } }),
    ).toEqual([true, true]);
    expect(takes(Person, ...wrong.map((each) => ({ ...anna, ...each })))).toEqual(Array(5).fill(false));
  });

  it('of bytes are their SHA-256 in lower-case hex', () => {
    expect(takes(Sha256, sha256('a'), sha256('a').toUpperCase(), 'ab', '')).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(takes(ObjectRef, { key: 'k', sha256: sha256('a'), bytes: -1 })).toEqual([false]);
  });
});

describe('records', () => {
  it('of metrics hold a number or the reason why there is none, never NaN', () => {
    expect(takes(MetricValue, 0.9, { undefined: 'both empty' }, Number.NaN, null)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('of tasks survive JSON', () => {
    for (const state of [opened(), submitted()]) {
      expect(TaskState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    }
  });

  it('of what people did hold the task after it, and name organs only', () => {
    const record = {
      campaign: 'first',
      entity: 'task/lits/volume-0/1',
      sequence: 1,
      at: '2024-05-01T10:00:00.000Z',
      actor: 'anna',
      role: 'junior',
      simulated: false,
      action: 'claim',
      outcome: 'done',
      labelsBefore: { liver: sha256('liver') },
      labelsAfter: {},
      task: submitted(),
      previousSha256: '0'.repeat(64),
    };
    expect(AuditRecord.parse(record)).toEqual(record);
    expect(takes(AuditRecord, { ...record, labelsAfter: { lung: sha256('a') } })).toEqual([false]);
    expect(takes(AuditRecord, { ...record, at: 'yesterday' })).toEqual([false]);
  });

  it('of campaigns bound the cases in flight and name at least one collection', () => {
    const plan = {
      campaign: 'first',
      collections: [{ collection: 'lits', directory: '/data/lits' }],
      refine: 'human',
      engine: 'atlas',
      people: [...people],
      seed: 1,
      window: 100,
    };
    expect(CampaignPlan.parse(plan)).toEqual(plan);
    const broken = [{ window: 101 }, { window: 0 }, { collections: [] }, { seed: 0.5 }];
    expect(takes(CampaignPlan, ...broken.map((each) => ({ ...plan, ...each })))).toEqual(
      Array(4).fill(false),
    );
  });
});
