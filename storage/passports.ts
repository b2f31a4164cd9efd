import { Passport } from '../domain/case.js';
import type { Collection } from '../domain/collection.js';
import { casesPrefix } from '../domain/keys.js';
import { requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 16;

/** Every passport of a campaign, by collection in the order given, then by case in natural order. */
export async function readAllPassports(
  store: ObjectStore,
  campaign: string,
  collections: readonly Collection[],
): Promise<Passport[]> {
  const keys: string[] = [];
  for (const collection of collections) {
    for await (const key of store.list(`${casesPrefix(campaign)}${collection}/`)) {
      if (key.endsWith('/passport.json')) keys.push(key);
    }
  }
  const passports = await mapBounded(keys, readsAtOnce, (key) => requireJson(store, key, Passport));
  const rank = (each: Passport) => collections.indexOf(each.collection);
  return passports.sort((a, b) => rank(a) - rank(b) || natural.compare(a.caseId, b.caseId));
}

const natural = new Intl.Collator('en', { numeric: true });
