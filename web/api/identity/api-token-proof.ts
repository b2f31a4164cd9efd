import { checkApiToken } from '../../../storage/api-tokens.js';
import type { ObjectStore } from '../../../storage/object-store.js';
import { kept } from '../kept.js';
import type { SignedIn } from './signed-in.js';

/** A revoked token is refused after this time at the latest. */
const freshMs = 2000;

/** Proves who somebody is by an API token of the object store. */
export function apiTokenProof(store: ObjectStore): (token: string) => Promise<SignedIn | undefined> {
  const check = kept(freshMs, (text: string) => checkApiToken(store, text, new Date()));
  return async (text) => {
    const token = await check(text);
    if (token === undefined) return undefined;
    const { person: id, scopes, campaigns } = token;
    return { id, by: 'token', scopes, ...(campaigns === undefined ? {} : { campaigns }) };
  };
}
