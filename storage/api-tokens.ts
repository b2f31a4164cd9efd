import { randomBytes } from 'node:crypto';
import { ApiToken, ApiTokenRevocation, apiTokenPrefix, parseApiToken } from '../domain/api-token.js';
import { PlusctError } from '../domain/errors.js';
import { apiTokenKey, apiTokenRevokedKey, apiTokensPrefix } from '../domain/keys.js';
import { sha256 } from './hash.js';
import { publishJson, readJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 16;

/** An API token as it is listed. */
export interface ListedToken {
  readonly token: ApiToken;
  readonly revoked?: ApiTokenRevocation;
}

/** Makes a token. What is returned as `text` is told this once; the store keeps its hash. */
export async function createApiToken(
  store: ObjectStore,
  about: Pick<ApiToken, 'person' | 'scopes' | 'campaigns' | 'createdBy'>,
  { now, days }: { now: Date; days: number },
): Promise<{ token: ApiToken; text: string }> {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const token = ApiToken.parse({
    ...about,
    id,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + days * 86_400_000).toISOString(),
    secretSha256: sha256(secret),
  });
  await publishJson(store, apiTokenKey(id), token);
  return { token, text: `${apiTokenPrefix}${id}_${secret}` };
}

/** Every token that was made, expired and revoked ones too, oldest first. */
export async function listApiTokens(store: ObjectStore): Promise<ListedToken[]> {
  const ids = await store.folders(apiTokensPrefix);
  const found = await mapBounded(ids, readsAtOnce, (id) => readToken(store, id));
  return found
    .filter((each) => each !== undefined)
    .sort((a, b) => (a.token.createdAt < b.token.createdAt ? -1 : 1));
}

/** Ends a token. Throws `InvalidInput` when there is none of that id. */
export async function revokeApiToken(store: ObjectStore, id: string, by: string, now: Date): Promise<void> {
  const known = /^[0-9a-f]{16}$/.test(id) ? await readToken(store, id) : undefined;
  if (known === undefined) {
    throw new PlusctError('InvalidInput', `There is no token ${id}; \`plusct tokens list\` shows them`);
  }
  if (known.revoked !== undefined) return;
  await publishJson(store, apiTokenRevokedKey(id), ApiTokenRevocation.parse({ by, at: now.toISOString() }));
}

/** The record of a token that somebody brought; undefined when it is unknown, forged, expired or revoked. */
export async function checkApiToken(
  store: ObjectStore,
  text: string,
  now: Date,
): Promise<ApiToken | undefined> {
  const parts = parseApiToken(text);
  const known = parts && (await readToken(store, parts.id));
  if (known === undefined || known.revoked !== undefined) return undefined;
  // Both are hashes of the same length; how long it takes to compare them tells nothing of the secret.
  if (sha256(parts!.secret) !== known.token.secretSha256) return undefined;
  return known.token.expiresAt > now.toISOString() ? known.token : undefined;
}

async function readToken(store: ObjectStore, id: string): Promise<ListedToken | undefined> {
  const [token, revoked] = await Promise.all([
    readJson(store, apiTokenKey(id), ApiToken),
    readJson(store, apiTokenRevokedKey(id), ApiTokenRevocation),
  ]);
  return token && { token, ...(revoked === undefined ? {} : { revoked }) };
}
