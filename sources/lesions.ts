import type { LabelFault } from './adapter.js';

/** Tumours and cysts have this value in every collection that marks them. */
const lesionValue = 2;

/** What a label says of tumours against what is published of the case; a remark, since organs are not touched by it. */
export function lesionFault(expected: boolean, voxels: ReadonlyMap<number, number>): LabelFault | undefined {
  const there = (voxels.get(lesionValue) ?? 0) > 0;
  if (there === expected) return undefined;
  const message = there
    ? `has tumour (value ${lesionValue}), but this case is published as free of it`
    : `has no tumour (value ${lesionValue}), but this case is published with one; it may have been merged into the organ`;
  return { code: 'LESION_UNEXPECTED', message, suggestion: 'look whether the label is the published one' };
}
