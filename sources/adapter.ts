import type { SourceCase } from '../domain/case.js';
import type { Collection } from '../domain/collection.js';
import type { Finding } from '../domain/finding.js';

/** What the values of a collection's label files mean; 0 is background everywhere. */
export interface OrganLabels {
  /** Values that together are the organ: tumours and cysts belong to it. */
  readonly merged: readonly number[];
  /** Values that give files of another data set away, and what they give away. */
  readonly foreign?: Readonly<Record<number, string>>;
}

/** What a folder holds of a collection, before any volume was opened. */
export interface CollectionListing {
  /** In natural order of their ids, each id once. */
  readonly cases: SourceCase[];
  /** What concerns the collection and no single case. */
  readonly findings: Finding[];
}

/** One source collection: what its files are called, how its headers lie, what its labels mean. */
export interface SourceAdapter {
  readonly collection: Collection;
  /**
   * Lists the cases of `directory` without opening volumes. A case whose files are missing is listed with a finding.
   * Throws `InvalidInput` when the folder cannot be read or holds nothing of this collection.
   */
  list(directory: string): Promise<CollectionListing>;
  readonly organLabels: OrganLabels;
  /** Mean HU under a label that lies on its image; outside, image and label do not belong together. */
  readonly organHu: readonly [least: number, most: number];
  /** Index (0 i, 1 j, 2 k) that usually counts slices. */
  readonly sliceAxis: 0 | 1 | 2;
  /** Axis codes of every image; left out where the collection mixes them. */
  readonly expectedAxisCodes?: string;
  /** Voxel sides in mm, in index order, of a resampled edition that must not be mixed with the original. */
  readonly resampledSpacingMm?: readonly [number, number, number];
  /** Cases whose header is a placeholder in every copy, and how their axes really run. */
  readonly lostGeometry?: { readonly holdsFor: (caseId: string) => boolean; readonly axisCodes: string };
  /** Which distribution of the collection `directory` holds. */
  copyName(directory: string): string;
}
