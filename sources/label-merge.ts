import type { Organ } from '../domain/organ.js';
import { organs } from '../domain/organ.js';
import type { OrganLabels } from '../domain/organ-labels.js';
import type { LabelMap, Mask } from '../imaging/volume.js';

/** One organ with its tumours and cysts, in the label's index order. */
export interface MergedOrgan {
  readonly organ: Organ;
  readonly mask: Mask;
  /** Voxels of the mask. */
  readonly voxels: number;
}

/** A label map as its collection's rules see it. */
export interface MergedLabel {
  /** Every organ that the rules define, in the order of organs, also where it has no voxel. */
  readonly organs: readonly MergedOrgan[];
  /** Every value that occurs, 0 included, rising, with its number of voxels. */
  readonly found: ReadonlyMap<number, number>;
  /** Those of them that the rules do not define. */
  readonly unknown: readonly number[];
}

const maxLabels = 65536;

/** Merges the values that make up each organ; 0 and ignored values are background, anything else is unknown. */
export function mergeOrgans({ values }: LabelMap, rules: OrganLabels): MergedLabel {
  const counts = new Float64Array(maxLabels);
  for (let n = 0; n < values.length; n++) counts[values[n]]++;
  const found = new Map([...counts.entries()].filter(([, voxels]) => voxels > 0));
  const defined = new Set([0, ...(rules.ignored ?? []), ...Object.values(rules.organs).flat()]);
  const merged = organs.flatMap((organ) => {
    const own = rules.organs[organ];
    return own === undefined ? [] : [mergeOne(organ, own, values, counts)];
  });
  return { organs: merged, found, unknown: [...found.keys()].filter((value) => !defined.has(value)) };
}

function mergeOne(
  organ: Organ,
  own: readonly number[],
  values: LabelMap['values'],
  counts: Float64Array,
): MergedOrgan {
  const isOrgan = new Uint8Array(maxLabels);
  for (const value of own) isOrgan[value] = 1;
  const mask = new Uint8Array(values.length);
  for (let n = 0; n < values.length; n++) mask[n] = isOrgan[values[n]];
  return { organ, mask, voxels: own.reduce((sum, value) => sum + counts[value], 0) };
}
