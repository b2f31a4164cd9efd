import { CaseComparison } from '../domain/comparison.js';
import { comparisonsPrefix } from '../domain/keys.js';
import { requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 16;

/** Every comparison of labels that a campaign has made so far, in the order of kinds, collections and cases. */
export async function readComparisons(store: ObjectStore, campaign: string): Promise<CaseComparison[]> {
  const keys: string[] = [];
  for await (const key of store.list(comparisonsPrefix(campaign))) keys.push(key);
  return mapBounded(keys, readsAtOnce, (key) => requireJson(store, key, CaseComparison));
}
