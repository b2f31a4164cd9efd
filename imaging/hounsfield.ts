import { int16Range, type Range } from './int16-range.js';
import type { CtVolume } from './volume.js';

/** What air reads as; voxels without a number read the same. */
export const airHu = -1024;
const lowest = -32768;
const highest = 32767;

type HuVoxels = Pick<CtVolume, 'hu' | 'minHu' | 'maxHu' | 'notFinite'>;

/** Collects HU values of any size into int16, keeping the extremes and counting what is no number. */
export class HuCollector {
  private readonly hu: Int16Array;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private notFinite = 0;

  constructor(voxels: number) {
    this.hu = new Int16Array(voxels);
  }

  /** Rounds `values` and stores them from index `from` on. */
  add(values: Float64Array, from: number): void {
    const { hu } = this;
    let { min, max, notFinite } = this;
    for (let n = 0; n < values.length; n++) {
      const value = Math.round(values[n]);
      if (value - value !== 0) {
        hu[from + n] = airHu;
        notFinite++;
        continue;
      }
      if (value < min) min = value;
      if (value > max) max = value;
      hu[from + n] = Math.max(lowest, Math.min(highest, value));
    }
    this.min = min;
    this.max = max;
    this.notFinite = notFinite;
  }

  result(): HuVoxels {
    return { hu: this.hu, notFinite: this.notFinite, ...extremes(this.min, this.max) };
  }
}

/** HU that are int16 already, taken as they are. */
export function integerHu(hu: Int16Array, { min, max }: Range = int16Range(hu)): HuVoxels {
  return { hu, notFinite: 0, ...extremes(min, max) };
}

/** A volume without any number counts as air: infinity would not survive JSON. */
function extremes(min: number, max: number): { minHu: number; maxHu: number } {
  // Adding zero turns −0, which rounding makes of −0.3, into 0.
  return min <= max ? { minHu: min + 0, maxHu: max + 0 } : { minHu: airHu, maxHu: airHu };
}
