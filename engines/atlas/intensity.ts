/** How much more likely a Hounsfield value is inside of the organ than next to it, in this very scan. */
export interface IntensityModel {
  /** Natural log of the likelihood ratio per bin. */
  readonly logRatio: Float32Array;
}

const lowestHu = -200;
const binHu = 10;
const bins = 60;
/** One bin never decides alone. */
const mostEvidence = 3;

/** Bin of a Hounsfield value; everything beyond the range goes to the outermost bins. */
export function binOf(hu: number): number {
  return Math.min(bins - 1, Math.max(0, Math.floor((hu - lowestHu) / binHu)));
}

/**
 * Learns the organ's values from the scan itself, weighted by the chance of being organ: whatever the contrast
 * phase, the organ's sure core shows its own value. `hu` and `chance` share one grid.
 */
export function learnIntensity(hu: Float32Array, chance: Float32Array): IntensityModel {
  const inside = new Float64Array(bins);
  const outside = new Float64Array(bins);
  for (let n = 0; n < hu.length; n++) {
    const bin = binOf(hu[n]);
    inside[bin] += chance[n] * chance[n];
    outside[bin] += (1 - chance[n]) * (1 - chance[n]);
  }
  const [insideIs, outsideIs] = [normalised(inside), normalised(outside)];
  const logRatio = new Float32Array(bins);
  for (let bin = 0; bin < bins; bin++) {
    const ratio = Math.log((insideIs[bin] + 1e-4) / (outsideIs[bin] + 1e-4));
    logRatio[bin] = Math.min(mostEvidence, Math.max(-mostEvidence, ratio));
  }
  return { logRatio };
}

/** Smoothed over neighbouring bins (1 4 6 4 1) and scaled to a sum of 1. */
function normalised(counts: Float64Array): Float64Array {
  const kernel = [1, 4, 6, 4, 1];
  const smooth = new Float64Array(counts.length);
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    for (let tap = -2; tap <= 2; tap++) {
      const at = Math.min(counts.length - 1, Math.max(0, bin + tap));
      smooth[bin] += (kernel[tap + 2] * counts[at]) / 16;
    }
    sum += smooth[bin];
  }
  for (let bin = 0; bin < counts.length; bin++) smooth[bin] /= Math.max(sum, 1e-9);
  return smooth;
}

/** The evidence of one value, interpolated between bins. */
export function evidence(model: IntensityModel, hu: number): number {
  const at = Math.min(bins - 1, Math.max(0, (hu - lowestHu) / binHu - 0.5));
  const low = Math.min(bins - 2, Math.floor(at));
  return model.logRatio[low] + (at - low) * (model.logRatio[low + 1] - model.logRatio[low]);
}
