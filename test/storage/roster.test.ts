import { describe, expect, it } from 'vitest';
import { campaignPlanKey, personKey } from '../../domain/keys.js';
import type { Person } from '../../domain/person.js';
import { rosterEntity } from '../../domain/workflow-ids.js';
import { readAudit } from '../../storage/audit-log.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import { findPerson, putPerson, readRoster } from '../../storage/roster.js';

const campaign = 'first';
const anna: Person = { id: 'anna', role: 'junior', simulated: false };
const change = { actor: 'lea', role: 'lead', at: new Date('2026-01-05T08:00:00Z'), reason: 'as agreed' };

async function withPlan() {
  const store = memoryStore();
  await publishJson(store, campaignPlanKey(campaign), {
    campaign,
    collections: [{ collection: 'lits', directory: '/data/lits' }],
    refine: 'human',
    engine: 'atlas',
    people: [{ id: 'zoe', role: 'senior', simulated: false }, anna],
    seed: 1,
    window: 4,
  });
  return store;
}

describe('the roster of a campaign', () => {
  it('is the people of the plan, in the order of their ids', async () => {
    const store = await withPlan();
    expect((await readRoster(store, campaign)).map((each) => each.id)).toEqual(['anna', 'zoe']);
    expect(await findPerson(store, campaign, 'anna')).toEqual(anna);
    expect(await findPerson(store, campaign, 'ann')).toBeUndefined();
  });

  it('takes additions and changes as editions beside one another, each on record', async () => {
    const store = await withPlan();
    await putPerson(store, campaign, { ...anna, id: 'anna-2', quota: 1 }, change);
    await putPerson(store, campaign, { ...anna, role: 'certified' }, change);
    await putPerson(store, campaign, { ...anna, role: 'senior' }, change);
    expect((await readRoster(store, campaign)).map((each) => `${each.id} ${each.role}`)).toEqual([
      'anna senior',
      'anna-2 junior',
      'zoe senior',
    ]);
    expect(await findPerson(store, campaign, 'anna')).toEqual({ ...anna, role: 'senior' });
    expect(await store.has(personKey(campaign, 'anna', 1))).toBe(true);
    const { records, breaks } = await readAudit(store, campaign, rosterEntity);
    expect(breaks).toEqual([]);
    expect(records.map((each) => `${each.action} ${each.details?.person}`)).toEqual([
      `add-person ${JSON.stringify({ ...anna, id: 'anna-2', quota: 1 })}`,
      `change-person ${JSON.stringify({ ...anna, role: 'certified' })}`,
      `change-person ${JSON.stringify({ ...anna, role: 'senior' })}`,
    ]);
    expect(records[0]).toMatchObject({ actor: 'lea', why: 'as agreed' });
  });

  it('is not changed by what is so already', async () => {
    const store = await withPlan();
    await putPerson(store, campaign, anna, change);
    expect((await readAudit(store, campaign, rosterEntity)).records).toEqual([]);
  });

  it('keeps every one of many changes that come at once', async () => {
    const store = await withPlan();
    await Promise.all(
      Array.from({ length: 8 }, (_, n) => putPerson(store, campaign, { ...anna, id: `p-${n}` }, change)),
    );
    expect(await readRoster(store, campaign)).toHaveLength(10);
    const { records, breaks } = await readAudit(store, campaign, rosterEntity);
    expect([records.length, breaks]).toEqual([8, []]);
  });
});
