import type { LabelMap, Mask } from '../imaging/volume.js';
import type { OrganLabels } from './adapter.js';

/** A label map as its collection's rules see it. */
export interface MergedLabel {
  /** The organ with its tumours and cysts, in the label's index order. */
  readonly mask: Mask;
  /** Voxels of the mask. */
  readonly voxels: number;
  /** Every value that occurs, 0 included, rising. */
  readonly found: readonly number[];
  /** Those of them that the collection does not define. */
  readonly unknown: readonly number[];
}

const maxLabels = 65536;

/** Merges the values that make up the organ; 0 is background, anything else is unknown. */
export function mergeOrgan(label: LabelMap, { merged }: OrganLabels): MergedLabel {
  const { values } = label;
  const isOrgan = new Uint8Array(maxLabels);
  for (const value of merged) isOrgan[value] = 1;
  const seen = new Uint8Array(maxLabels);
  const mask = new Uint8Array(values.length);
  let voxels = 0;
  for (let n = 0; n < values.length; n++) {
    seen[values[n]] = 1;
    mask[n] = isOrgan[values[n]];
    voxels += mask[n];
  }
  const found = [...seen.keys()].filter((value) => seen[value] === 1);
  return { mask, voxels, found, unknown: found.filter((value) => value !== 0 && isOrgan[value] === 0) };
}
