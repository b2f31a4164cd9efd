/** Two states of a label map, voxel by voxel in the order of the file. */
export interface Comparison {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** What the overlay shows besides the organs' values 1 to 4. */
export const addedValue = 5;
export const removedValue = 6;

/**
 * What is shown at a voxel: its organ, nothing where the organ is hidden, or in a comparison what was added to an organ or
 * removed from it. A voxel that went from one organ to another counts as added.
 */
export function shownValue(before: number, now: number, hidden: ReadonlySet<number>): number {
  if (before === now) return hidden.has(now) ? 0 : now;
  if (now !== 0) return hidden.has(now) ? 0 : addedValue;
  return hidden.has(before) ? 0 : removedValue;
}
