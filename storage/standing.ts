import { Assembly } from '../domain/campaign.js';
import { PlusctError } from '../domain/errors.js';
import { preLabelKey, standingEndKey, standingKey, standingPrefix } from '../domain/keys.js';
import { organs } from '../domain/organ.js';
import { Standing } from '../domain/standing.js';
import type { OrganModels } from '../domain/teaching.js';
import { publishJson, readJson, requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';
import { requireWorklist } from './worklists.js';

const readsAtOnce = 16;

/** Every change of a campaign's standing models, the oldest first. */
export async function readStandings(store: ObjectStore, campaign: string): Promise<Standing[]> {
  const editions: number[] = [];
  const prefix = standingPrefix(campaign);
  for await (const key of store.list(prefix)) editions.push(Number(/(\d+)\.json$/.exec(key)?.[1]));
  const sorted = editions.sort((a, b) => a - b);
  return mapBounded(sorted, readsAtOnce, (edition) => readStanding(store, campaign, edition));
}

export function readStanding(store: ObjectStore, campaign: string, edition: number): Promise<Standing> {
  return requireJson(store, standingKey(campaign, edition), Standing);
}

/** Whether a change was carried to the cases: its command was not cut off before that. */
export function wasCarriedOut(store: ObjectStore, campaign: string, edition: number): Promise<boolean> {
  return store.has(standingEndKey(campaign, edition));
}

/** Which model proposes each organ now: by the newest edition, before the first by the campaign's pre-labels. */
export async function standingModels(store: ObjectStore, campaign: string): Promise<OrganModels> {
  const newest = (await readStandings(store, campaign)).at(-1);
  return newest?.models ?? preLabellers(store, campaign);
}

/** A campaign's first models: the authors of its pre-labels. */
async function preLabellers(store: ObjectStore, campaign: string): Promise<OrganModels> {
  const models: OrganModels = {};
  const { cases } = await requireWorklist(store, campaign);
  for (
    let at = 0;
    at < cases.length && organs.some((organ) => models[organ] === undefined);
    at += readsAtOnce
  ) {
    const pre = await mapBounded(cases.slice(at, at + readsAtOnce), readsAtOnce, ({ collection, caseId }) =>
      readJson(store, preLabelKey({ campaign, collection, caseId }), Assembly),
    );
    for (const { organ, origin, author } of pre.flatMap((each) => each?.labels ?? []))
      if (origin === 'model') models[organ] ??= author;
  }
  return models;
}

/** Writes the next edition. Of two changes at once the later one is refused. */
export async function publishStanding(
  store: ObjectStore,
  campaign: string,
  standing: Standing,
): Promise<void> {
  const refused = (error: unknown): never => {
    if (!(error instanceof PlusctError) || error.kind !== 'ConflictingResult') throw error;
    const why = `somebody else changed the standing models of ${campaign} just now: look, and ask again`;
    throw new PlusctError('InvalidInput', why);
  };
  await publishJson(store, standingKey(campaign, standing.edition), Standing.parse(standing)).catch(refused);
}
