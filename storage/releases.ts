import { PlusctError } from '../domain/errors.js';
import { publicationKey, releaseManifestKey, releasesPrefix } from '../domain/keys.js';
import { Publication, ReleaseManifest } from '../domain/release.js';
import { compareVersions } from '../domain/semver.js';
import { sha256 } from './hash.js';
import { readJson } from './json.js';
import type { ObjectStore } from './object-store.js';

/** A manifest as it is stored, and the hash of its bytes. */
export interface StoredRelease {
  readonly manifest: ReleaseManifest;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Versions of a campaign that were published, oldest first. */
export async function releaseVersions(store: ObjectStore, campaign: string): Promise<string[]> {
  const prefix = releasesPrefix(campaign);
  const versions: string[] = [];
  for await (const key of store.list(prefix)) {
    const [, version] = /^([^/]+)\/manifest\.json$/.exec(key.slice(prefix.length)) ?? [];
    if (version !== undefined) versions.push(version);
  }
  return versions.sort(compareVersions);
}

/** A release; undefined when there is none of that version. */
export async function readRelease(
  store: ObjectStore,
  campaign: string,
  version: string,
): Promise<StoredRelease | undefined> {
  const key = releaseManifestKey(campaign, version);
  const bytes = await store.get(key);
  return bytes === undefined ? undefined : parseRelease(bytes, key);
}

/** As `readRelease`, but it has to be there. */
export async function requireRelease(
  store: ObjectStore,
  campaign: string,
  version: string,
): Promise<StoredRelease> {
  const found = await readRelease(store, campaign, version);
  if (found !== undefined) return found;
  const known = await releaseVersions(store, campaign);
  const there = known.length === 0 ? 'there is none yet' : `there are ${known.join(', ')}`;
  throw new PlusctError('InvalidInput', `${campaign} has no release ${version}; ${there}`);
}

/** Reads a manifest's bytes. `where` names them in messages. Throws `SchemaViolation` when they are none. */
export function parseRelease(bytes: Uint8Array, where: string): StoredRelease {
  return { manifest: parsed(bytes, where), bytes, sha256: sha256(bytes) };
}

function parsed(bytes: Uint8Array, where: string): ReleaseManifest {
  try {
    return ReleaseManifest.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new PlusctError('SchemaViolation', `${where} is no manifest of a release: ${why}`, { cause });
  }
}

/** When a release came out; undefined while its publication has not been written down. */
export function readPublication(
  store: ObjectStore,
  campaign: string,
  version: string,
): Promise<Publication | undefined> {
  return readJson(store, publicationKey(campaign, version), Publication);
}
