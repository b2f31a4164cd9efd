import { PlusctError } from '../domain/errors.js';
import { objectKey, publicationKey, releaseManifestKey } from '../domain/keys.js';
import type { ObjectRef } from '../domain/primitives.js';
import { Publication, type ReleaseManifest } from '../domain/release.js';
import { newestVersion } from '../domain/release-version.js';
import { systemActor } from '../domain/role.js';
import { croissantOf } from '../reports/croissant.js';
import { writeCheckpoint } from '../storage/checkpoints.js';
import { getContent, putContent } from '../storage/content.js';
import { sha256 } from '../storage/hash.js';
import { canonicalJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { parseRelease, readPublication, releaseVersions } from '../storage/releases.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { type AskedRelease, draftRelease, type ReleaseDraft } from './release-draft.js';

export type ReleaseDeeds = ReturnType<typeof releaseDeeds>;

/** Whose bytes lie under a version. */
export interface PublishedRelease {
  /** False: another publication was quicker, with other bytes. */
  readonly won: boolean;
  /** Of the manifest that is there. */
  readonly manifestSha256: string;
  /** When it came out. */
  readonly at: string;
}

const checksAtOnce = 2;

/** The making of a release. Everything is written under its hash; then one conditional write decides. */
export function releaseDeeds({ store, work, now }: Pick<Dependencies, 'store' | 'work' | 'now'>) {
  return {
    async draftRelease(asked: AskedRelease): Promise<ReleaseDraft> {
      return alive(() => draftRelease({ store, work }, asked));
    },

    /** Reads objects of a drafted release and checks their hashes; a release names nothing that is not whole. */
    async checkReleasePage(input: {
      manifest: ObjectRef;
      offset: number;
      limit: number;
    }): Promise<{ checked: number; total: number }> {
      return alive(async ({ progress }) => {
        const { files } = parseRelease(await getContent(store, input.manifest), input.manifest.key).manifest;
        const page = files.slice(input.offset, input.offset + input.limit);
        let done = 0;
        await mapBounded(page, checksAtOnce, async ({ sha256: hash, bytes, path }) => {
          await getContent(store, { key: objectKey(hash), sha256: hash, bytes });
          done += 1;
          progress(done / page.length, path);
        });
        return { checked: page.length, total: files.length };
      });
    },

    /** Writes the manifest under its version. The same bytes are success; of different ones the first stay. */
    async publishManifest(input: {
      campaign: string;
      version: string;
      manifest: ObjectRef;
      at: string;
    }): Promise<PublishedRelease> {
      return alive(async () => {
        const published = await publishManifest(store, input);
        const reason = `release ${input.version} was published`;
        if (published.won)
          await writeCheckpoint(store, input.campaign, { actor: systemActor, reason, at: now() });
        return published;
      });
    },
  };
}

/** As the activity of this name, without the seal over the record. */
export async function publishManifest(
  store: ObjectStore,
  { campaign, version, manifest, at }: { campaign: string; version: string; manifest: ObjectRef; at: string },
): Promise<PublishedRelease> {
  const bytes = await getContent(store, manifest);
  await requireNewest(store, parseRelease(bytes, manifest.key).manifest);
  const key = releaseManifestKey(campaign, version);
  await store.putIfAbsent(key, bytes);
  const there = await store.get(key);
  if (there === undefined) throw new PlusctError('StoreUnavailable', `${key} was written and cannot be read`);
  const publication = await publicationOf(store, there, at);
  return {
    won: sha256(there) === manifest.sha256,
    manifestSha256: publication.manifestSha256,
    at: publication.at,
  };
}

/** A new release follows the newest one; a publication that died and came back may find that another was quicker. */
async function requireNewest(
  store: ObjectStore,
  { campaign, version, previous }: ReleaseManifest,
): Promise<void> {
  const known = await releaseVersions(store, campaign);
  const newest = newestVersion(known);
  if (newest === undefined || newest === previous?.version || known.includes(version)) return;
  const why = `${newest} came out while ${version} was made and would not be followed by it: ask for the next version`;
  throw new PlusctError('ConflictingResult', why);
}

/** The publication of the manifest that is there; written down now unless its publisher did so. */
async function publicationOf(store: ObjectStore, bytes: Uint8Array, at: string): Promise<Publication> {
  const { manifest, sha256: manifestSha256 } = parseRelease(bytes, 'manifest');
  const { campaign, version } = manifest;
  const croissant = croissantOf(manifest, { at, manifestSha256, manifestBytes: bytes.byteLength });
  const ref = await putContent(store, new TextEncoder().encode(canonicalJson(croissant)));
  const publication = {
    campaign,
    version,
    manifestSha256,
    at,
    croissant: { sha256: ref.sha256, bytes: ref.bytes },
  };
  const text = canonicalJson(Publication.parse(publication));
  await store.putIfAbsent(publicationKey(campaign, version), new TextEncoder().encode(text));
  return (await readPublication(store, campaign, version)) ?? publication;
}
