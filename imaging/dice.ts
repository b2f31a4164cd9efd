import { PlusctError } from '../domain/errors.js';
import type { MetricValue } from '../domain/metric.js';
import { type Box, checkShape, forEachNonzero, type Labels, type Triple } from './mask-box.js';
import type { Stretches } from './stretches.js';

/** Why an overlap metric of two empty masks has no value. */
export const bothEmpty: MetricValue = { undefined: 'both masks are empty' };

/** What one pass over truth and prediction tells about one organ. */
export interface LabelTally {
  readonly truthVoxels: number;
  readonly predictionVoxels: number;
  readonly sharedVoxels: number;
  /** Holds the organ in both maps; undefined if it is in neither. */
  readonly box: Box | undefined;
}

/**
 * Counts and boxes of several organs in one pass. `slotOf` maps a label value to the organ's slot, 1 to `slots`
 * (0: not judged); it has 256 or 65536 entries, as many as the maps' type needs.
 * Returns one tally per slot, slot 1 first. Both maps have the same shape and index order; outside of `stretches`,
 * if given, both are zero.
 */
export function tallyLabels(
  truth: Labels,
  prediction: Labels,
  shape: Triple,
  slotOf: Uint8Array,
  slots: number,
  stretches?: Stretches,
): LabelTally[] {
  checkShape('the truth', truth, shape);
  checkShape('the prediction', prediction, shape);
  const truthVoxels = new Float64Array(slots + 1);
  const predictionVoxels = new Float64Array(slots + 1);
  const sharedVoxels = new Float64Array(slots + 1);
  const extent = new Extents(shape, slots);
  const visit = (index: number): void => {
    const t = slotOf[truth[index]];
    const p = slotOf[prediction[index]];
    if (t === 0 && p === 0) return;
    extent.moveTo(index);
    truthVoxels[t]++;
    predictionVoxels[p]++;
    if (t !== 0) extent.widen(t);
    if (t === p) sharedVoxels[t]++;
    else if (p !== 0) extent.widen(p);
  };
  forEachNonzero(truth, prediction, visit, stretches);
  return Array.from({ length: slots }, (_, at) => ({
    truthVoxels: truthVoxels[at + 1],
    predictionVoxels: predictionVoxels[at + 1],
    sharedVoxels: sharedVoxels[at + 1],
    box: extent.box(at + 1),
  }));
}

/** 2·|A∩B| / (|A| + |B|): undefined if both are empty, 0 if one is. */
export function diceOf(tally: Omit<LabelTally, 'box'>): MetricValue {
  const both = tally.truthVoxels + tally.predictionVoxels;
  return both === 0 ? bothEmpty : (2 * tally.sharedVoxels) / both;
}

/** DSC of two masks of the same shape; nonzero is inside. */
export function dice(truth: Labels, prediction: Labels): MetricValue {
  if (truth.length !== prediction.length) {
    throw new PlusctError(
      'InvalidInput',
      `the truth has ${truth.length} voxels and the prediction ${prediction.length}: compare masks on one grid`,
    );
  }
  let truthVoxels = 0;
  let predictionVoxels = 0;
  let sharedVoxels = 0;
  forEachNonzero(truth, prediction, (index) => {
    if (truth[index] !== 0) truthVoxels++;
    if (prediction[index] !== 0) predictionVoxels++;
    if (truth[index] !== 0 && prediction[index] !== 0) sharedVoxels++;
  });
  return diceOf({ truthVoxels, predictionVoxels, sharedVoxels });
}

/** Boxes of several organs, grown voxel by voxel in index order. */
class Extents {
  private readonly low: Int32Array;
  private readonly high: Int32Array;
  private rowStart = 0;
  private rowEnd = 0;
  private i = 0;
  private j = 0;
  private k = 0;

  constructor(
    private readonly shape: Triple,
    slots: number,
  ) {
    this.low = new Int32Array(3 * (slots + 1)).fill(0x7fffffff);
    this.high = new Int32Array(3 * (slots + 1)).fill(-1);
  }

  /** Indices never fall: the division is needed once per row only. */
  moveTo(index: number): void {
    if (index >= this.rowEnd) {
      const row = Math.floor(index / this.shape[0]);
      this.rowStart = row * this.shape[0];
      this.rowEnd = this.rowStart + this.shape[0];
      this.j = row % this.shape[1];
      this.k = (row - this.j) / this.shape[1];
    }
    this.i = index - this.rowStart;
  }

  widen(slot: number): void {
    const { low, high, i, j, k } = this;
    const at = 3 * slot;
    if (i < low[at]) low[at] = i;
    if (i > high[at]) high[at] = i;
    if (j < low[at + 1]) low[at + 1] = j;
    if (j > high[at + 1]) high[at + 1] = j;
    if (k < low[at + 2]) low[at + 2] = k;
    if (k > high[at + 2]) high[at + 2] = k;
  }

  box(slot: number): Box | undefined {
    const [l1, l2, l3] = this.low.subarray(3 * slot);
    const [h1, h2, h3] = this.high.subarray(3 * slot);
    return h1 < 0 ? undefined : { low: [l1, l2, l3], high: [h1 + 1, h2 + 1, h3 + 1] };
  }
}
