import type { LabelSummary } from './label-version.js';
import type { Organ } from './organ.js';

/** The hash of each organ's voxels: what audit records tell of labels. */
export function voxelHashes(labels: readonly LabelSummary[]): Partial<Record<Organ, string>> {
  return Object.fromEntries(labels.map((label) => [label.organ, label.voxelSha256]));
}
