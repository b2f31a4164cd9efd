import type { SourceCase } from '../domain/case.js';
import type { Collection } from '../domain/collection.js';
import type { Finding } from '../domain/finding.js';
import type { OrganLabels } from '../domain/organ-labels.js';
import type { SourceCopy } from '../domain/source-copy.js';

/** What a folder holds of a collection, before any volume was opened. */
export interface CollectionListing {
  /** Which distribution of the collection the folder holds; a case may tell otherwise of itself. */
  readonly source: SourceCopy;
  /** In natural order of their ids, each id once. */
  readonly cases: SourceCase[];
  /** What concerns the collection and no single case. */
  readonly findings: Finding[];
}

/** What a collection knows of one label beyond the meaning of its values. */
export interface LabelFault {
  readonly code: 'EDITION_FOREIGN' | 'LESION_UNEXPECTED';
  readonly message: string;
  readonly suggestion: string;
}

/** One source collection: what its files are called, how its headers lie, what its labels mean. */
export interface SourceAdapter {
  readonly collection: Collection;
  /**
   * Lists the cases of `directory` without opening volumes. A case whose files are missing is listed with a finding.
   * Throws `InvalidInput` when the folder cannot be read or holds nothing of this collection.
   */
  list(directory: string): Promise<CollectionListing>;
  /** What label values mean, unless a case says otherwise. */
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
  /** What is wrong with a label of the right shape whose values have these numbers of voxels; for known labels only. */
  readonly labelFault?: (label: {
    readonly caseId: string;
    readonly shape: readonly [number, number, number];
    readonly voxels: ReadonlyMap<number, number>;
  }) => LabelFault | undefined;
}
