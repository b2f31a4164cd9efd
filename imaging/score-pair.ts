import type { FindingCode } from '../domain/finding-catalogue.js';
import type { MetricContract, MetricValue, OrganFigures, OrganRule } from '../domain/metric.js';
import { diceOf, type LabelTally, tallyLabels } from './dice.js';
import { sameGrid } from './geometry-compare.js';
import { boxSize, cropMask, forEachNonzero, type Labels, type Triple } from './mask-box.js';
import { eitherStretch, type SparseLabels, sparseLabels } from './stretches.js';
import { compareLabelMaps, type MaskComparison, surfaceDistances } from './surface-distance.js';
import type { LabelMap } from './volume.js';

/** Why two label maps cannot be compared. */
export interface PairFault {
  readonly code: FindingCode;
  readonly message: string;
}

/** A label map whose reader may have said where it holds anything. */
type ReadLabelMap = LabelMap & Partial<SparseLabels>;

/**
 * Figures of every organ of the contract, one for each organ and tolerance, in the contract's order; or why the maps
 * cannot be compared. Spacing is the truth's. Where an organ has several labels, they are merged in the arrays
 * that were given: both maps belong to this function.
 */
export function scorePair(
  truth: ReadLabelMap,
  prediction: ReadLabelMap,
  contract: MetricContract,
): { figures: OrganFigures[] } | { faults: PairFault[] } {
  const faults = pairFaults(truth, prediction, contract);
  if (faults.length > 0) return { faults };
  const pair: Pair = {
    truth: merged(labelsFrom(truth), contract.organs),
    prediction: merged(labelsFrom(prediction), contract.organs),
    shape: truth.geometry.shape,
    spacingMm: truth.geometry.spacingMm,
  };
  const cut = contract.organs.filter(({ organ }) => contract.truthSlicesOnly.includes(organ));
  const whole = contract.organs.filter((rule) => !cut.includes(rule));
  const figures = new Map(measure(pair, whole, contract).map((each) => [each.organ, each.figures]));
  const tallies = cut.length === 0 ? [] : tally(pair, cut);
  cut.forEach((rule, at) => {
    const { truthVoxels, predictionVoxels } = tallies[at]!;
    const [own] = measure(betweenTruthSlices(pair, rule), [rule], contract);
    figures.set(
      rule.organ,
      own!.figures.map((each) => ({ ...each, truthVoxels, predictionVoxels })),
    );
  });
  return { figures: contract.organs.flatMap(({ organ }) => figures.get(organ)!) };
}

/** Labels and where they may be; without a word from the reader, everywhere. */
function labelsFrom({ values, nonzero }: ReadLabelMap): SparseLabels {
  return sparseLabels(nonzero === undefined ? values : { values, nonzero });
}

/** What keeps two maps from being compared under a contract: shape, grid, values that no organ has. */
export function pairFaults(
  truth: ReadLabelMap,
  prediction: ReadLabelMap,
  contract: MetricContract,
): PairFault[] {
  const sizes = [truth, prediction].map(({ geometry }) => geometry.shape.join('×'));
  if (sizes[0] !== sizes[1]) {
    return [
      { code: 'SHAPE_MISMATCH', message: `the prediction has shape ${sizes[1]}, the truth ${sizes[0]}` },
    ];
  }
  const faults: PairFault[] = [];
  const apart =
    contract.geometry === 'not compared' ? undefined : sameGrid(truth.geometry, prediction.geometry);
  if (apart !== undefined) {
    const message = `the prediction lies on another grid than the truth: ${apart}`;
    faults.push({ code: 'GRID_MISMATCH', message });
  }
  if (contract.unknownLabels === 'ignored') return faults;
  const known = new Set(contract.organs.flatMap(({ labels }) => labels));
  for (const [name, map] of [
    ['truth', truth],
    ['prediction', prediction],
  ] as const) {
    const unknown = labelsIn(labelsFrom(map)).filter((value) => !known.has(value));
    if (unknown.length === 0) continue;
    faults.push({
      code: 'LABEL_VALUES',
      message: `the ${name} holds ${unknown.length === 1 ? 'label' : 'labels'} ${unknown.join(', ')}, which no organ was given`,
    });
  }
  return faults;
}

/** Every label in a map but 0, in increasing order. */
export function labelsIn({ values, nonzero }: SparseLabels): number[] {
  const seen = new Uint8Array(65536);
  const visit = (index: number): void => {
    seen[values[index]!] = 1;
  };
  forEachNonzero(values, values, visit, nonzero);
  return [...seen.keys()].filter((value) => seen[value] === 1);
}

/** Two arrays on one grid, index order `i + n1·(j + n2·k)`. */
interface Pair {
  readonly truth: SparseLabels;
  readonly prediction: SparseLabels;
  readonly shape: Triple;
  readonly spacingMm: Triple;
}

function measure(pair: Pair, rules: readonly OrganRule[], contract: MetricContract) {
  if (rules.length === 0) return [];
  const { truth, prediction, shape, spacingMm } = pair;
  const wants = (...names: MetricContract['metrics']): boolean =>
    names.some((name) => contract.metrics.includes(name));
  const tolerancesMm = [...new Set(rules.flatMap((rule) => rule.tolerancesMm))].sort((a, b) => a - b);
  const tallies = wants('nsd', 'assd') && !wants('hd95', 'hd', 'assd') ? [] : tally(pair, rules);
  const compared: readonly (MaskComparison | undefined)[] = wants('nsd', 'assd')
    ? compareLabelMaps(truth, prediction, shape, spacingMm, labelsOf(rules), tolerancesMm)
    : rules.map(() => undefined);
  return rules.map((rule, at) => {
    const surfaces = compared[at];
    const counts = surfaces ?? { ...tallies[at]!, dsc: diceOf(tallies[at]!) };
    const { dsc, truthVoxels, predictionVoxels } = counts;
    const distances = wants('hd95', 'hd', 'assd')
      ? distanceFigures(pair, rule, tallies[at]!, surfaces, wants)
      : {};
    const rest = { ...distances, truthVoxels, predictionVoxels };
    if (!wants('nsd')) return { organ: rule.organ, figures: [{ organ: rule.organ, dsc, ...rest }] };
    const figures = rule.tolerancesMm.map((toleranceMm) => {
      const nsd = surfaces!.nsd[tolerancesMm.indexOf(toleranceMm)]!;
      return { organ: rule.organ, toleranceMm, dsc, nsd, ...rest };
    });
    return { organ: rule.organ, figures };
  });
}

function distanceFigures(
  pair: Pair,
  rule: OrganRule,
  { box }: LabelTally,
  surfaces: MaskComparison | undefined,
  wants: (...names: MetricContract['metrics']) => boolean,
): Pick<OrganFigures, 'hd95Mm' | 'hdMm' | 'assdMm'> {
  const slotOf = slotOfOne(rule);
  // A border of the crop is a border of the volume to the surface code, so that a box of both masks changes nothing.
  const crop = (values: Labels) =>
    box === undefined ? new Uint8Array(1) : cropMask(values, pair.shape, box, 0, slotOf, 1);
  const distances = surfaceDistances(
    crop(pair.truth.values),
    crop(pair.prediction.values),
    box === undefined ? [1, 1, 1] : boxSize(box),
    pair.spacingMm,
  );
  return {
    ...(wants('hd95') ? { hd95Mm: distances.hd95Mm } : {}),
    ...(wants('hd') ? { hdMm: distances.hdMm } : {}),
    ...(wants('assd') && surfaces !== undefined ? { assdMm: assd(distances, surfaces) } : {}),
  };
}

/** Mean over both surfaces together: the directed means weighted by the surfaces that they are taken over. */
function assd(distances: ReturnType<typeof surfaceDistances>, surfaces: MaskComparison): MetricValue {
  const { averageTruthToPredictionMm: outward, averagePredictionToTruthMm: inward } = distances;
  if (typeof outward !== 'number' || typeof inward !== 'number') return outward;
  const [truthMm2, predictionMm2] = [surfaces.truthSurface.areaMm2, surfaces.predictionSurface.areaMm2];
  return (outward * truthMm2 + inward * predictionMm2) / (truthMm2 + predictionMm2);
}

function labelsOf(rules: readonly OrganRule[]): { organ: string; value: number }[] {
  return rules.map(({ organ, labels }) => ({ organ, value: labels[0]! }));
}

function tally({ truth, prediction, shape }: Pair, rules: readonly OrganRule[]): LabelTally[] {
  const slotOf = new Uint8Array(65536);
  labelsOf(rules).forEach(({ value }, at) => {
    slotOf[value] = at + 1;
  });
  const stretches = eitherStretch(truth.nonzero, prediction.nonzero);
  return tallyLabels(truth.values, prediction.values, shape, slotOf, rules.length, stretches);
}

function slotOfOne(rule: OrganRule): Uint8Array {
  const slotOf = new Uint8Array(65536);
  slotOf[rule.labels[0]!] = 1;
  return slotOf;
}

/** Gives every voxel of an organ the first of its labels, in place; background stays background. */
function merged(labels: SparseLabels, organs: readonly OrganRule[]): SparseLabels {
  const several = organs.filter((rule) => rule.labels.length > 1);
  if (several.length === 0) return labels;
  const into = new Uint16Array(65536).map((_, value) => value);
  for (const rule of several) for (const label of rule.labels) into[label] = rule.labels[0]!;
  const { values, nonzero } = labels;
  const visit = (index: number): void => {
    values[index] = into[values[index]!]!;
  };
  forEachNonzero(values, values, visit, nonzero);
  return labels;
}

/**
 * Slices `first` to `last − 1` of the third index, where the truth has the organ from `first` to `last`. The official
 * FLARE22 code leaves the last slice out; figures are comparable only if it is left out here too.
 */
function betweenTruthSlices({ truth, prediction, shape, spacingMm }: Pair, rule: OrganRule): Pair {
  const plane = shape[0] * shape[1];
  const label = rule.labels[0]!;
  const first = truth.values.indexOf(label);
  const low = first < 0 ? 0 : Math.floor(first / plane);
  const high = first < 0 ? shape[2] : Math.floor(truth.values.lastIndexOf(label) / plane);
  const nothing = sparseLabels(new Uint8Array(1));
  if (high === low) return { truth: nothing, prediction: nothing, shape: [1, 1, 1], spacingMm };
  const cut = ({ values }: SparseLabels) => sparseLabels(values.subarray(low * plane, high * plane));
  return {
    truth: cut(truth),
    prediction: cut(prediction),
    shape: [shape[0], shape[1], high - low],
    spacingMm,
  };
}
