import { CaseResult } from '../domain/campaign.js';
import { PlusctError } from '../domain/errors.js';
import { type CaseAddress, resultKey, resultsPrefix } from '../domain/keys.js';
import { readJson } from './json.js';
import type { ObjectStore } from './object-store.js';

/** The finished case, by the newest round that finished it; undefined before the first did. */
export async function readResult(store: ObjectStore, at: CaseAddress): Promise<CaseResult | undefined> {
  const edition = await newestEdition(store, at);
  return edition === 0 ? undefined : readJson(store, resultKey(at, edition), CaseResult);
}

/** As `readResult`, but the case has to be finished. */
export async function requireResult(store: ObjectStore, at: CaseAddress): Promise<CaseResult> {
  const result = await readResult(store, at);
  if (result !== undefined) return result;
  throw new PlusctError(
    'InvalidInput',
    `${at.collection}/${at.caseId} of ${at.campaign} is not finished; plusct tasks show tells what it waits for`,
  );
}

async function newestEdition(store: ObjectStore, at: CaseAddress): Promise<number> {
  let newest = 0;
  for await (const key of store.list(resultsPrefix(at))) {
    const edition = /\/result(?:-(\d+))?\.json$/.exec(key);
    if (edition !== null) newest = Math.max(newest, Number(edition[1] ?? 1));
  }
  return newest;
}
