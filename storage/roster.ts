import type { AuditEntry } from '../domain/audit.js';
import { CampaignPlan } from '../domain/campaign.js';
import { PlusctError } from '../domain/errors.js';
import { campaignPlanKey, peoplePrefix, personKey } from '../domain/keys.js';
import { Person } from '../domain/person.js';
import { rosterEntity } from '../domain/workflow-ids.js';
import { appendAudit, newestAudit } from './audit-log.js';
import { canonicalJson, publishJson, readJson, requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 16;
/** How often a change is tried that others outrun. */
const attempts = 20;

/** Everybody of a campaign: the people of its plan, with later additions and changes, in the order of their ids. */
export async function readRoster(store: ObjectStore, campaign: string): Promise<Person[]> {
  const plan = await readJson(store, campaignPlanKey(campaign), CampaignPlan);
  const editions = await newestEditions(store, campaign, '');
  const later = await mapBounded([...editions], readsAtOnce, ([id, edition]) =>
    requireJson(store, personKey(campaign, id, edition), Person),
  );
  const roster = new Map([...(plan?.people ?? []), ...later].map((person) => [person.id, person]));
  return [...roster.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** One person as the roster has them now; undefined for somebody who is not of the campaign. */
export async function findPerson(
  store: ObjectStore,
  campaign: string,
  id: string,
): Promise<Person | undefined> {
  const edition = (await newestEditions(store, campaign, id)).get(id);
  if (edition !== undefined) return requireJson(store, personKey(campaign, id, edition), Person);
  const plan = await readJson(store, campaignPlanKey(campaign), CampaignPlan);
  return plan?.people.find((person) => person.id === id);
}

/** Who changes the roster, and when. */
export interface RosterChange {
  /** Person id, or `operator` for whoever works at the terminal. */
  readonly actor: string;
  readonly role: string;
  readonly at: Date;
  readonly reason?: string;
}

/** Adds a person, or changes one: a further edition beside those before it, and a record of who did so. */
export async function putPerson(
  store: ObjectStore,
  campaign: string,
  person: Person,
  change: RosterChange,
): Promise<Person> {
  const checked = Person.parse(person);
  const before = await findPerson(store, campaign, checked.id);
  if (before !== undefined && canonicalJson(before) === canonicalJson(checked)) return checked;
  await again(async () => {
    const edition = ((await newestEditions(store, campaign, checked.id)).get(checked.id) ?? 0) + 1;
    await publishJson(store, personKey(campaign, checked.id, edition), checked);
  });
  await again(async () => {
    const newest = await newestAudit(store, campaign, rosterEntity);
    const sequence = newest === undefined ? 0 : newest.sequence + 1;
    await appendAudit(store, rosterRecord(campaign, sequence, before, checked, change));
  });
  return checked;
}

function rosterRecord(
  campaign: string,
  sequence: number,
  before: Person | undefined,
  after: Person,
  { actor, role, at, reason }: RosterChange,
): AuditEntry {
  return {
    campaign,
    entity: rosterEntity,
    sequence,
    at: at.toISOString(),
    actor,
    role,
    simulated: false,
    action: before === undefined ? 'add-person' : 'change-person',
    outcome: 'done',
    ...(reason === undefined ? {} : { why: reason }),
    details: {
      person: JSON.stringify(after),
      ...(before === undefined ? {} : { before: JSON.stringify(before) }),
    },
    labelsBefore: {},
    labelsAfter: {},
  };
}

/** Tries a write again that somebody else's came before. */
async function again(write: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      const outrun = error instanceof PlusctError && error.kind === 'ConflictingResult';
      if (!outrun || attempt === attempts) throw error;
    }
  }
}

/** The newest edition of each person whose key begins with `idPrefix`. */
async function newestEditions(
  store: ObjectStore,
  campaign: string,
  idPrefix: string,
): Promise<Map<string, number>> {
  const newest = new Map<string, number>();
  const prefix = peoplePrefix(campaign);
  for await (const key of store.list(`${prefix}${idPrefix}`)) {
    const [, id, edition = '1'] = /^([a-z0-9-]+)(?:\.(\d+))?\.json$/.exec(key.slice(prefix.length)) ?? [];
    if (id !== undefined) newest.set(id, Math.max(newest.get(id) ?? 0, Number(edition)));
  }
  return newest;
}
