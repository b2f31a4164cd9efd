import { objectKey, publicationKey, releaseManifestKey, releasePrefix } from '../domain/keys.js';
import type { ReleaseFault } from '../domain/release-fault.js';
import { releaseEntity } from '../domain/workflow-ids.js';
import { croissantOf } from '../reports/croissant.js';
import { readAudit } from '../storage/audit-log.js';
import { sha256 } from '../storage/hash.js';
import { canonicalJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readPublication, requireRelease, type StoredRelease } from '../storage/releases.js';

export interface ReleaseCheck {
  readonly version: string;
  readonly manifestSha256: string;
  /** Files that were read. */
  readonly files: number;
  readonly faults: readonly ReleaseFault[];
}

const readsAtOnce = 4;

/**
 * Reads every object of a release and compares: the manifest with the record of its publication, each file with the manifest, the
 * metadata with both. Names what is missing, changed or foreign.
 */
export async function verifyStoredRelease(
  store: ObjectStore,
  campaign: string,
  version: string,
  progress: (done: number, of: number) => void = () => undefined,
): Promise<ReleaseCheck> {
  const release = await requireRelease(store, campaign, version);
  const { files } = release.manifest;
  let done = 0;
  const read = await mapBounded(
    files,
    readsAtOnce,
    async ({ path, sha256: hash }): Promise<ReleaseFault[]> => {
      const bytes = await store.get(objectKey(hash));
      progress(++done, files.length);
      if (bytes === undefined)
        return [{ kind: 'missing', path, why: `${objectKey(hash)} is not in the object store` }];
      if (sha256(bytes) === hash) return [];
      return [{ kind: 'changed', path, why: `${objectKey(hash)} has the hash ${sha256(bytes)}` }];
    },
  );
  const faults = [
    ...(await recordFaults(store, release)),
    ...(await publicationFaults(store, release)),
    ...read.flat(),
    ...(await foreignFaults(store, campaign, version)),
  ];
  return { version, manifestSha256: release.sha256, files: files.length, faults };
}

/** The audit record of the publication knows the manifest's hash. */
async function recordFaults(
  store: ObjectStore,
  { manifest, sha256: hash }: StoredRelease,
): Promise<ReleaseFault[]> {
  const { campaign, version } = manifest;
  const path = releaseManifestKey(campaign, version);
  const { records, breaks } = await readAudit(store, campaign, releaseEntity(version));
  const broken = breaks.map((why): ReleaseFault => ({ kind: 'changed', path: 'audit record', why }));
  const witness = records.find(({ action, outcome }) => action === 'publish-release' && outcome === 'done');
  if (witness === undefined)
    return [
      ...broken,
      { kind: 'missing', path: 'audit record', why: `no record tells that ${version} was published` },
    ];
  const named = witness.details?.manifest;
  if (named === hash) return broken;
  return [
    ...broken,
    { kind: 'changed', path, why: `it has the hash ${hash}; the record of its publication names ${named}` },
  ];
}

async function publicationFaults(
  store: ObjectStore,
  { manifest, bytes, sha256: hash }: StoredRelease,
): Promise<ReleaseFault[]> {
  const { campaign, version } = manifest;
  const path = publicationKey(campaign, version);
  const publication = await readPublication(store, campaign, version);
  if (publication === undefined)
    return [{ kind: 'missing', path, why: 'publish the release again to write it' }];
  if (publication.manifestSha256 !== hash)
    return [{ kind: 'changed', path, why: 'it names another manifest' }];
  const facts = { at: publication.at, manifestSha256: hash, manifestBytes: bytes.byteLength };
  const expected = sha256(canonicalJson(croissantOf(manifest, facts)));
  if (publication.croissant.sha256 !== expected)
    return [{ kind: 'changed', path, why: 'its metadata do not follow from the manifest' }];
  const metadata = await store.get(objectKey(expected));
  if (metadata !== undefined && sha256(metadata) === expected) return [];
  return [
    {
      kind: metadata === undefined ? 'missing' : 'changed',
      path: 'croissant.json',
      why: objectKey(expected),
    },
  ];
}

async function foreignFaults(store: ObjectStore, campaign: string, version: string): Promise<ReleaseFault[]> {
  const own = [releaseManifestKey(campaign, version), publicationKey(campaign, version)];
  const faults: ReleaseFault[] = [];
  for await (const key of store.list(releasePrefix(campaign, version))) {
    if (!own.includes(key)) faults.push({ kind: 'extra', path: key, why: 'no part of the release' });
  }
  return faults;
}
