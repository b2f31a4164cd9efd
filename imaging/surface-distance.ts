import { PlusctError } from '../domain/errors.js';
import type { MetricValue } from '../domain/metric.js';
import { bothEmpty, diceOf, type LabelTally, tallyLabels } from './dice.js';
import { areasWithin } from './distance-limited.js';
import { squaredDistances } from './distance-transform.js';
import { checkSpacing, type Labels, type Triple, voxelsOf } from './mask-box.js';
import { eitherStretch, type SparseLabels, sparseLabels } from './stretches.js';
import { packMask } from './surface-bits.js';
import { eachElement, elementAreas, findSurface, noSurface, type Surface } from './surface-elements.js';

/** How much surface a mask has. */
export interface SurfaceSize {
  readonly elements: number;
  readonly areaMm2: number;
}

/** Overlap of a prediction with the truth, with the counts that explain it. */
export interface MaskComparison {
  readonly dsc: MetricValue;
  /** One per tolerance, in their order. */
  readonly nsd: MetricValue[];
  readonly truthVoxels: number;
  readonly predictionVoxels: number;
  readonly truthSurface: SurfaceSize;
  readonly predictionSurface: SurfaceSize;
}

/** Distances between two surfaces. Undefined where a mask is empty. */
export interface SurfaceDistances {
  /** Larger of the two directed 95th percentiles, weighted by area. */
  readonly hd95Mm: MetricValue;
  readonly hdMm: MetricValue;
  readonly averageTruthToPredictionMm: MetricValue;
  readonly averagePredictionToTruthMm: MetricValue;
}

/**
 * DSC and normalised surface distance (surface Dice at a tolerance) as google-deepmind/surface-distance
 * computes them (commit 1f805ce): surfaces closed at the volume's border, elements weighted by area, an element
 * counts as close at distance ≤ tolerance, both directions pooled.
 *
 * Masks: nonzero is inside, index order `i + n1·(j + n2·k)`; `spacingMm` in the same order. Both empty: undefined;
 * one empty: 0. Throws `InvalidInput` if lengths, spacing or tolerances make no sense.
 */
export function compareMasks(
  truth: Labels | SparseLabels,
  prediction: Labels | SparseLabels,
  shape: Triple,
  spacingMm: Triple,
  tolerancesMm: readonly number[],
): MaskComparison {
  checkTolerances(tolerancesMm);
  const pair = maskPair(truth, prediction, shape, spacingMm);
  return compare(pair, tolerancesMm);
}

/** What `compareLabelMaps` says about one organ. */
export interface OrganComparison<Name extends string> extends MaskComparison {
  readonly organ: Name;
}

/**
 * `compareMasks` for every label of two label maps, in the labels' order. The maps are read once for counts and
 * boxes, then each organ is compared within its own box. Throws `InvalidInput` as `compareMasks` does, and on
 * a label value that is 0, too large or given twice.
 */
export function compareLabelMaps<Name extends string>(
  truth: Labels | SparseLabels,
  prediction: Labels | SparseLabels,
  shape: Triple,
  spacingMm: Triple,
  labels: readonly { readonly organ: Name; readonly value: number }[],
  tolerancesMm: readonly number[],
): OrganComparison<Name>[] {
  checkTolerances(tolerancesMm);
  const slotOf = slotsOf(labels);
  const pairs = organPairs(truth, prediction, shape, spacingMm, slotOf, labels.length);
  return labels.map(({ organ }, at) => ({ organ, ...compare(pairs[at], tolerancesMm) }));
}

/**
 * Hausdorff distance, its 95th percentile and the area-weighted mean distances, as in `compareMasks` and from a
 * full distance transform: some 20 bytes per voxel of the box around both masks, and several times
 * slower than DSC and NSD. Ask for it only where it is shown.
 */
export function surfaceDistances(
  truth: Labels | SparseLabels,
  prediction: Labels | SparseLabels,
  shape: Triple,
  spacingMm: Triple,
): SurfaceDistances {
  const pair = maskPair(truth, prediction, shape, spacingMm);
  const { truthVoxels, predictionVoxels } = pair.tally;
  if (truthVoxels === 0 || predictionVoxels === 0) return noDistances(truthVoxels, predictionVoxels);
  const areas = elementAreas(spacingMm);
  const truthSurface = surfaceOf(pair, pair.truth, areas);
  const predictionSurface = surfaceOf(pair, pair.prediction, areas);
  const outward = directed(truthSurface, predictionSurface, spacingMm, areas);
  const inward = directed(predictionSurface, truthSurface, spacingMm, areas);
  return {
    hd95Mm: Math.max(outward.percentile95Mm, inward.percentile95Mm),
    hdMm: Math.max(outward.maximumMm, inward.maximumMm),
    averageTruthToPredictionMm: outward.averageMm,
    averagePredictionToTruthMm: inward.averageMm,
  };
}

/** One organ in two maps. */
interface Pair {
  readonly truth: Labels;
  readonly prediction: Labels;
  readonly shape: Triple;
  readonly spacingMm: Triple;
  readonly slotOf: Uint8Array;
  readonly slot: number;
  readonly tally: LabelTally;
}

function maskPair(
  truth: Labels | SparseLabels,
  prediction: Labels | SparseLabels,
  shape: Triple,
  spacingMm: Triple,
): Pair {
  return organPairs(truth, prediction, shape, spacingMm, anyValue, 1)[0];
}

/** One pair per slot, slot 1 first, after a single pass over both maps. */
function organPairs(
  truth: Labels | SparseLabels,
  prediction: Labels | SparseLabels,
  shape: Triple,
  spacingMm: Triple,
  slotOf: Uint8Array,
  slots: number,
): Pair[] {
  checkSpacing(spacingMm);
  const [a, b] = [sparseLabels(truth), sparseLabels(prediction)];
  const stretches = eitherStretch(a.nonzero, b.nonzero);
  const tallies = tallyLabels(a.values, b.values, shape, slotOf, slots, stretches);
  return tallies.map((tally, at) => {
    return { truth: a.values, prediction: b.values, shape, spacingMm, slotOf, slot: at + 1, tally };
  });
}

/** Every nonzero value stands for slot 1. */
const anyValue = new Uint8Array(65536).fill(1, 1);

function compare(pair: Pair, tolerancesMm: readonly number[]): MaskComparison {
  const { tally, spacingMm } = pair;
  const areas = elementAreas(spacingMm);
  const truth = surfaceOf(pair, pair.truth, areas);
  const prediction = surfaceOf(pair, pair.prediction, areas);
  const outward = areasWithin(truth, prediction, spacingMm, areas, tolerancesMm);
  const inward = areasWithin(prediction, truth, spacingMm, areas, tolerancesMm);
  const total = truth.areaMm2 + prediction.areaMm2;
  return {
    dsc: diceOf(tally),
    nsd: tolerancesMm.map((_, t) =>
      total === 0 ? bothEmpty : Math.min(1, (outward[t] + inward[t]) / total),
    ),
    truthVoxels: tally.truthVoxels,
    predictionVoxels: tally.predictionVoxels,
    truthSurface: { elements: truth.codes.length, areaMm2: truth.areaMm2 },
    predictionSurface: { elements: prediction.codes.length, areaMm2: prediction.areaMm2 },
  };
}

/** The organ's surface in one of the maps, on the lattice of the box that holds it in both. */
function surfaceOf(pair: Pair, values: Labels, areas: Float64Array): Surface {
  const { box } = pair.tally;
  if (!box) return noSurface;
  return findSurface(packMask(values, pair.shape, box, pair.slotOf, pair.slot), areas);
}

interface DirectedDistances {
  readonly percentile95Mm: number;
  readonly maximumMm: number;
  readonly averageMm: number;
}

function directed(from: Surface, to: Surface, spacingMm: Triple, areas: Float64Array): DirectedDistances {
  const seeds = new Uint8Array(voxelsOf(to.lattice));
  eachElement(to, (at) => {
    seeds[at] = 1;
  });
  const squares = squaredDistances(seeds, 1, to.lattice, spacingMm);
  const areaAt = new Map<number, number>();
  eachElement(from, (at, code) => {
    const square = squares[at];
    areaAt.set(square, (areaAt.get(square) ?? 0) + areas[code]);
  });
  const sorted = Float64Array.from(areaAt.keys()).sort();
  let moment = 0;
  for (const square of sorted) moment += Math.sqrt(square) * (areaAt.get(square) ?? 0);
  return {
    percentile95Mm: Math.sqrt(percentile95(sorted, areaAt, from.areaMm2)),
    maximumMm: Math.sqrt(sorted[sorted.length - 1]),
    averageMm: moment / from.areaMm2,
  };
}

/** The first value, in increasing order, at which 95 % of the area is reached. */
function percentile95(sorted: Float64Array, areaAt: Map<number, number>, total: number): number {
  let reached = 0;
  for (const value of sorted) {
    reached += areaAt.get(value) ?? 0;
    if (reached / total >= 0.95) return value;
  }
  return sorted[sorted.length - 1];
}

function noDistances(truthVoxels: number, predictionVoxels: number): SurfaceDistances {
  const reason = truthVoxels > 0 ? 'the prediction is empty' : 'the truth is empty';
  const value = truthVoxels + predictionVoxels === 0 ? bothEmpty : { undefined: reason };
  return {
    hd95Mm: value,
    hdMm: value,
    averageTruthToPredictionMm: value,
    averagePredictionToTruthMm: value,
  };
}

function slotsOf(labels: readonly { readonly organ: string; readonly value: number }[]): Uint8Array {
  const slotOf = new Uint8Array(65536);
  labels.forEach(({ organ, value }, at) => {
    if (!Number.isInteger(value) || value < 1 || value > 65535 || slotOf[value] !== 0 || at > 254) {
      throw new PlusctError(
        'InvalidInput',
        `label ${value} of ${organ} cannot be compared: give each organ a value of its own, 1 to 65535`,
      );
    }
    slotOf[value] = at + 1;
  });
  return slotOf;
}

function checkTolerances(tolerancesMm: readonly number[]): void {
  if (tolerancesMm.every((tolerance) => tolerance >= 0 && Number.isFinite(tolerance))) return;
  throw new PlusctError(
    'InvalidInput',
    `tolerancesMm is ${tolerancesMm.join(', ')}: give finite millimetres of at least 0`,
  );
}
