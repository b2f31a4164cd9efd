import { describe, expect, it } from 'vitest';
import { readPlansPrefix } from '../../domain/keys.js';
import { memoryStore } from '../../storage/memory.js';
import { publishReadPlan, readReadPlan, readReviewPlan } from '../../storage/work-plans.js';

const read = (caseId: string) => ({ collection: 'lits', caseId, organs: ['spleen'] }) as const;
const plan = (...cases: string[]) => ({
  seed: 1,
  reads: cases.map((each) => ({ ...read(each), organs: ['spleen' as const] })),
});

describe('plans of reads', () => {
  it('are not there before they were made', async () => {
    const store = memoryStore();
    expect(await readReadPlan(store, 'c')).toBeUndefined();
    expect(await readReviewPlan(store, 'c')).toBeUndefined();
  });

  it('get a further edition when they change, and none when they do not', async () => {
    const store = memoryStore();
    for (const each of [plan('a'), plan('a'), plan('a', 'b')]) await publishReadPlan(store, 'c', each);
    const keys: string[] = [];
    for await (const key of store.list(readPlansPrefix('c'))) keys.push(key.split('/').at(-1)!);
    expect(keys).toEqual(['1.json', '2.json']);
    expect(await readReadPlan(store, 'c')).toEqual(plan('a', 'b'));
  });

  it('are read by number, not by letter: the tenth is newer than the ninth', async () => {
    const store = memoryStore();
    for (let n = 1; n <= 10; n++) await publishReadPlan(store, 'c', plan(`case-${n}`));
    expect(await readReadPlan(store, 'c')).toEqual(plan('case-10'));
  });
});
