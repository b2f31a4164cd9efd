import { CaseResult } from '../domain/campaign.js';
import { PlusctError } from '../domain/errors.js';
import { type CaseAddress, resultKey, resultsPrefix } from '../domain/keys.js';
import type { ResultEdition } from '../domain/standing.js';
import { requireJson } from './json.js';
import type { ObjectStore } from './object-store.js';

/** A finished case, and which of its editions says so. */
export interface EditedResult {
  readonly edition: ResultEdition;
  readonly result: CaseResult;
}

/** The finished case, by the newest edition; undefined before the first. */
export async function newestResult(store: ObjectStore, at: CaseAddress): Promise<EditedResult | undefined> {
  const edition = await newestEdition(store, at);
  return edition && { edition, result: await readEdition(store, at, edition) };
}

export function readEdition(
  store: ObjectStore,
  at: CaseAddress,
  { round, revision }: ResultEdition,
): Promise<CaseResult> {
  return requireJson(store, resultKey(at, round, revision), CaseResult);
}

/** The finished case, by the newest round that finished it; undefined before the first did. */
export async function readResult(store: ObjectStore, at: CaseAddress): Promise<CaseResult | undefined> {
  return (await newestResult(store, at))?.result;
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

async function newestEdition(store: ObjectStore, at: CaseAddress): Promise<ResultEdition | undefined> {
  let newest: ResultEdition | undefined;
  for await (const key of store.list(resultsPrefix(at))) {
    const [name, round = '1', revision = '0'] = /\/result(?:-(\d+)(?:\.(\d+))?)?\.json$/.exec(key) ?? [];
    const found = { round: Number(round), revision: Number(revision) };
    if (name !== undefined && (newest === undefined || isLater(found, newest))) newest = found;
  }
  return newest;
}

function isLater(one: ResultEdition, other: ResultEdition): boolean {
  return one.round > other.round || (one.round === other.round && one.revision > other.revision);
}
