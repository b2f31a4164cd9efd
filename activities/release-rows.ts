import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readPublication, releaseVersions, requireRelease } from '../storage/releases.js';

/** A release in a list. */
export interface ReleaseRow {
  readonly version: string;
  /** When it was published; null while that is not written down. */
  readonly at: string | null;
  readonly cases: number;
  readonly leftOut: number;
  /** Whether images are part of it. */
  readonly images: boolean;
  readonly bytes: number;
  readonly manifestSha256: string;
}

const readsAtOnce = 8;

/** Every release of a campaign, the oldest first. */
export async function releaseRows(store: ObjectStore, campaign: string): Promise<ReleaseRow[]> {
  return mapBounded(await releaseVersions(store, campaign), readsAtOnce, async (version) => {
    const { manifest, sha256 } = await requireRelease(store, campaign, version);
    const published = await readPublication(store, campaign, version);
    return {
      version,
      at: published?.at ?? null,
      cases: manifest.cases.length,
      leftOut: manifest.leftOut.length,
      images: manifest.choice.images,
      bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
      manifestSha256: sha256,
    };
  });
}
