import { blurred } from './blur.js';
import type { CoarseVolume } from './coarse-volume.js';
import type { Triple } from './mask-box.js';
import { overlaySums, type Prepared, sumAt, totalSums } from './overlay-sums.js';
import { solvedSymmetric } from './solve3.js';
import type { Symmetry } from './symmetry.js';

/** How well one scan fits on another: `other = turned(one) + offset`. */
export interface Overlay {
  readonly offsetMm: Triple;
  /** Correlation of what both show, −1 … 1; air around the patient does not count. */
  readonly correlation: number;
  /** How many HU of the other scan one HU of the first stands for: 1 in a copy. */
  readonly gain: number;
  /** Millimetres by which three of four blocks of tissue would at most have to move to fit better: near 0 in a copy. */
  readonly displacementMm: number;
  /** Blocks of tissue that could be judged. */
  readonly blocks: number;
  /** Share of the smaller scan's volume that lies in the other. */
  readonly overlap: number;
}

/** Noise of 20 HU is below 2 HU after this. */
const blurMm = 5;
const rounds = 12;
const settledMm = 0.005;
/** A guess that has to be moved farther was none. */
const mostDriftMm = 25;
/** A block is judged when so many of its 216 voxels are tissue and their values vary by so many HU. */
const leastVoxels = 100;
const leastDeviationHu = 12;
/** Keeps a block in place along directions in which nothing changes: (3 HU of noise / 5 mm)² for some 20 free voxels. */
const blockRidge = 8;
const judgedShare = 0.75;
/** Below this correlation the blocks are not looked at. */
const hopeless = 0.9;

/** Blurs a scan and takes its slopes; it can be laid on many others then. */
export function prepared(volume: CoarseVolume): Prepared {
  const { shape, spacingMm } = volume;
  const smooth = blurred(volume.values, shape, blurMm / spacingMm);
  const slope = (axis: number) => slopesAlong(smooth, shape, axis, spacingMm);
  return { volume, smooth, slopes: [slope(0), slope(1), slope(2)] };
}

/** Central differences in HU per millimetre; 0 at the edges. */
function slopesAlong(values: Float32Array, shape: Triple, axis: number, spacingMm: number): Float32Array {
  const stride = axis === 0 ? 1 : axis === 1 ? shape[0] : shape[0] * shape[1];
  const result = new Float32Array(values.length);
  for (let n = stride; n < values.length - stride; n++) {
    const place = Math.floor(n / stride) % shape[axis];
    if (place > 0 && place < shape[axis] - 1)
      result[n] = (values[n + stride] - values[n - stride]) / (2 * spacingMm);
  }
  return result;
}

/**
 * Moves one scan over another from a first guess until they fit best (Gauss–Newton on the squared difference, the gain
 * and offset of HU fitted along), then asks how well every block of 24 mm fits by itself (Lucas–Kanade). Undefined when
 * nothing of them overlaps or the guess was wrong.
 */
export function overlay(
  one: Prepared,
  other: Prepared,
  symmetry: Symmetry,
  guess: Triple,
): Overlay | undefined {
  let offsetMm = guess;
  let correlation = 0;
  for (let round = 0; round < rounds; round++) {
    const sums = totalSums(overlaySums(one, other, symmetry, offsetMm, 2));
    if (sums[sumAt.n] < leastVoxels) return undefined;
    const line = lineOf(sums);
    correlation = line.correlation;
    const [x, y, z] = bestShift(sums, line.gain, 1);
    offsetMm = [offsetMm[0] + x, offsetMm[1] + y, offsetMm[2] + z];
    if (Math.hypot(...offsetMm.map((mm, axis) => mm - guess[axis])) > mostDriftMm) return undefined;
    if (Math.hypot(x, y, z) < settledMm) break;
  }
  if (correlation < hopeless) return undefined;
  const blocks = overlaySums(one, other, symmetry, offsetMm, 1);
  const total = totalSums(blocks);
  const line = lineOf(total);
  const shifts = blocks
    .filter(canBeJudged)
    .map((sums) => Math.hypot(...bestShift(sums, line.gain, blockRidge)));
  shifts.sort((a, b) => a - b);
  const smaller = Math.min(one.smooth.length, other.smooth.length);
  return {
    offsetMm,
    ...line,
    displacementMm: shifts[Math.floor(judgedShare * shifts.length)] ?? Number.POSITIVE_INFINITY,
    blocks: shifts.length,
    overlap: total[sumAt.inside] / smaller,
  };
}

/** Straight line from the values of the first scan to those of the other. */
function lineOf(sums: Float64Array): { correlation: number; gain: number } {
  const n = Math.max(1, sums[sumAt.n]);
  const aa = sums[sumAt.aa] - sums[sumAt.a] ** 2 / n;
  const bb = sums[sumAt.bb] - sums[sumAt.b] ** 2 / n;
  const ab = sums[sumAt.ab] - (sums[sumAt.a] * sums[sumAt.b]) / n;
  if (aa <= 0 || bb <= 0) return { correlation: 0, gain: 1 };
  return { correlation: ab / Math.sqrt(aa * bb), gain: ab / aa };
}

function canBeJudged(sums: Float64Array): boolean {
  const n = sums[sumAt.n];
  return n >= leastVoxels && sums[sumAt.bb] / n - (sums[sumAt.b] / n) ** 2 >= leastDeviationHu ** 2;
}

/** The small shift that brings b nearest to `gain · a` plus any constant. */
function bestShift(sums: Float64Array, gain: number, ridge: number): Triple {
  const n = sums[sumAt.n];
  const mean = (place: number) => sums[place] / n;
  const g = [0, 1, 2].map((axis) => mean(sumAt.g + axis));
  const pull = [0, 1, 2].map((axis) => {
    const ga = sums[sumAt.ga + axis] - n * g[axis] * mean(sumAt.a);
    const gb = sums[sumAt.gb + axis] - n * g[axis] * mean(sumAt.b);
    return gain * ga - gb;
  });
  const centred = (place: number, p: number, q: number) => sums[sumAt.gg + place] - n * g[p] * g[q];
  return solvedSymmetric(
    [
      centred(0, 0, 0),
      centred(1, 0, 1),
      centred(2, 0, 2),
      centred(3, 1, 1),
      centred(4, 1, 2),
      centred(5, 2, 2),
    ],
    [pull[0], pull[1], pull[2]],
    ridge,
  );
}
