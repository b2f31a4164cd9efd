import type { Organ } from '../../domain/organ.js';
import type { CubicGrid } from '../../imaging/resample.js';
import type { Overview } from './alignment.js';

/** One training case, deformed onto the template. */
export interface Exemplar {
  readonly id: string;
  /** Squashed scan, 1…255; 0 where the case was not scanned. */
  readonly values: Uint8Array;
  /** Share of the organ in each voxel, 0…255. */
  readonly organ: Uint8Array;
}

/** What training makes of a collection: a template to align to, and every case's organ in the template's frame. */
export interface AtlasModel {
  readonly organ: Organ;
  /** The whole scan of the case that lends its frame to the template. */
  readonly overview: Overview;
  /** The region around the organ that all exemplars share. */
  readonly region: CubicGrid;
  readonly exemplars: readonly Exemplar[];
}
