import { Worklist } from '../domain/campaign.js';
import type { Decisions } from '../domain/decision.js';
import { PlusctError } from '../domain/errors.js';
import { worklistKey, worklistsPrefix } from '../domain/keys.js';
import { hashOf, publishJson, readJson } from './json.js';
import type { ObjectStore } from './object-store.js';

/** Which cases of a campaign go on, by the newest of its worklists; undefined before ingest was settled. */
export async function readWorklist(store: ObjectStore, campaign: string): Promise<Worklist | undefined> {
  const edition = await newestEdition(store, campaign);
  return edition === 0 ? undefined : readJson(store, worklistKey(campaign, edition), Worklist);
}

/** As `readWorklist`, but there has to be one. */
export async function requireWorklist(store: ObjectStore, campaign: string): Promise<Worklist> {
  const worklist = await readWorklist(store, campaign);
  if (worklist !== undefined) return worklist;
  throw new PlusctError(
    'InvalidInput',
    `campaign ${campaign} has no list of cases yet; its ingest has not ended`,
  );
}

/** Writes a worklist beside those before it: each is written once, as everything is. */
export async function publishWorklist(
  store: ObjectStore,
  campaign: string,
  worklist: Worklist,
): Promise<void> {
  const edition = (await newestEdition(store, campaign)) + 1;
  await publishJson(store, worklistKey(campaign, edition), Worklist.parse(worklist));
}

/** Whether a worklist was made under exactly these decisions. */
export function madeUnder(worklist: Worklist, decisions: Decisions): boolean {
  return hashOf(worklist.decisions ?? []) === hashOf([...decisions.values()]);
}

async function newestEdition(store: ObjectStore, campaign: string): Promise<number> {
  let newest = 0;
  for await (const key of store.list(worklistsPrefix(campaign))) {
    const edition = /worklist(?:-(\d+))?\.json$/.exec(key);
    if (edition !== null) newest = Math.max(newest, Number(edition[1] ?? 1));
  }
  return newest;
}
