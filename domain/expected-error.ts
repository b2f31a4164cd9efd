import { z } from 'zod';
import { median } from './median.js';
import { CaseId, CollectionName, OrganName } from './primitives.js';

const Share = z.number().min(0).max(1);

/** How sure an engine is of one mask, by its own chances and without any truth. */
export const Doubt = z.object({
  /** Mean binary entropy, in bits, of the voxels along the outline. */
  boundaryEntropy: Share,
  /** 1 − the DSC that the chances themselves let expect. */
  selfLoss: Share,
  /** Mean of 1 − DSC between each part of an ensemble alone and the ensemble; engines that are one model have none. */
  disagreement: Share.optional(),
});
export type Doubt = z.infer<typeof Doubt>;

/** Size, tone and form of an organ in its image: what tells a case from those that a model has learnt from. */
export const OrganFeatures = z.object({
  lnVolumeMl: z.number(),
  meanHu: z.number(),
  sdHu: z.number(),
  /** Share of the organ's box that it fills. */
  fill: z.number(),
  lnDiagonalMm: z.number(),
});
export type OrganFeatures = z.infer<typeof OrganFeatures>;

/** What is wrong with an organ's form and place, each from 0 (nothing) to 1. */
export const AnatomyFaults = z.object({
  /** Share of the mask that belongs to none of the organ's main parts. */
  stray: Share,
  /** Holes, as a share of the mask. */
  holes: Share,
  /** 1 − the smaller kidney's share of the larger one; 0 for other organs. */
  uneven: Share,
  /** How surely the organ lies on the wrong side or depth of the trunk; 0 where it lies right or nothing is sure. */
  misplaced: Share,
});
export type AnatomyFaults = z.infer<typeof AnatomyFaults>;

/** Everything that the expected error of one mask is made of. What an engine cannot tell is left out. */
export const ErrorParts = z.object({
  doubt: Doubt.optional(),
  /** 1 − DSC between the mask and that of the mirrored image, mirrored back; of engines that know mirrored patients. */
  flip: Share.optional(),
  anatomy: AnatomyFaults,
  /** Root mean square of robust z-scores against the organs that the model was trained on. */
  trainingDistance: z.number().nonnegative().optional(),
  /** Robust z-score of the logarithm of the volume among them, with its sign. */
  volumeZ: z.number().optional(),
});
export type ErrorParts = z.infer<typeof ErrorParts>;

export const OrganExpectedError = z.object({
  organ: OrganName,
  /** The label version that was judged. */
  version: z.string(),
  /** What 1 − DSC is expected to be. */
  expected: Share,
  parts: ErrorParts.optional(),
});
export type OrganExpectedError = z.infer<typeof OrganExpectedError>;

/** Expected errors of a case's pre-labels, worst first; source labels have none. */
export const CaseExpectedError = z.object({
  collection: CollectionName,
  caseId: CaseId,
  rule: z.literal(1),
  organs: z.array(OrganExpectedError),
});
export type CaseExpectedError = z.infer<typeof CaseExpectedError>;

/**
 * Fitted on the made collections of seeds 1 and 2 (160 pre-labels of the atlas) against 1 − DSC with their reference, by least
 * squares of the logarithm; see docs/prioritisation.md, also for what it is worth elsewhere. One rule for all organs.
 */
const fitted = {
  /** ln(error) = level + slope · ln(disagreement) + perDistance · distance. */
  disagreement: { level: -0.681, slope: 0.809 },
  /** The same of the model's own expectation, for engines that are one model. */
  selfLoss: { level: -0.008, slope: 0.973 },
  /** The mean of the logarithm, where an engine says nothing of itself. */
  typical: -2.661,
  perDistance: 0.034,
} as const;
/** Below these the logarithm would be ruled by noise; beyond the last, one stranger is as strange as another. */
const least = { disagreement: 0.01, selfLoss: 0.005 } as const;
const farthest = 4;

/**
 * What 1 − DSC of a mask is expected to be. Disagreement leads (of an ensemble's parts, of flips, or the mean of both), then a model's
 * own expectation; distance to training adds to it, and what is wrong with the form is a lower bound. Entropy of the outline is on record
 * only: it did not help.
 */
export function expectedError({ doubt, flip, anatomy, trainingDistance = 0 }: ErrorParts): number {
  const strange = fitted.perDistance * Math.min(farthest, trainingDistance);
  const likely = Math.exp(leadOf(doubt, flip) + strange);
  return Math.min(1, Math.max(likely, formBound(anatomy)));
}

function leadOf(doubt: Doubt | undefined, flip: number | undefined): number {
  const disagreements = [doubt?.disagreement, flip].filter((each) => each !== undefined);
  if (disagreements.length > 0) {
    const mean = disagreements.reduce((sum, each) => sum + each, 0) / disagreements.length;
    const { level, slope } = fitted.disagreement;
    return level + slope * Math.log(Math.max(least.disagreement, mean));
  }
  if (doubt === undefined) return fitted.typical;
  const { level, slope } = fitted.selfLoss;
  return level + slope * Math.log(Math.max(least.selfLoss, doubt.selfLoss));
}

/**
 * The least 1 − DSC when what looks wrong is wrong: a share s of the mask too much or too little costs s / (2 − s). One kidney
 * may be smaller, so that only a difference beyond a half counts: a kidney that is wholly lacking costs a third.
 */
function formBound({ stray, holes, uneven, misplaced }: AnatomyFaults): number {
  const lacking = Math.max(0, 2 * uneven - 1);
  return Math.max(stray / (2 - stray), holes / (2 - holes), lacking / (4 - lacking), misplaced);
}

/** The least spread that a feature is taken to have: a few training cases may be alike by chance. */
const leastSpread: OrganFeatures = { lnVolumeMl: 0.15, meanHu: 8, sdHu: 5, fill: 0.03, lnDiagonalMm: 0.05 };
/** A median absolute deviation times this is a standard deviation of normal figures. */
const madToSd = 1.4826;

/**
 * How far an organ lies from those that a model was trained on: for each feature its distance from their median, in units of
 * their spread (1.4826 times the median absolute deviation), and the root mean square of these. Undefined without any training case.
 */
export function trainingDistance(
  features: OrganFeatures,
  training: readonly OrganFeatures[],
): { distance: number; volumeZ: number } | undefined {
  if (training.length === 0) return undefined;
  const names = Object.keys(leastSpread) as (keyof OrganFeatures)[];
  const zOf = (name: keyof OrganFeatures): number => {
    const values = training.map((each) => each[name]);
    const middle = median(values);
    const spread = madToSd * median(values.map((value) => Math.abs(value - middle)));
    return (features[name] - middle) / Math.max(spread, leastSpread[name]);
  };
  const squares = names.map((name) => zOf(name) ** 2);
  const distance = Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / squares.length);
  return { distance, volumeZ: zOf('lnVolumeMl') };
}

/** The expected error of a case: that of its worst organ. */
export function worstOf({ organs }: CaseExpectedError): number {
  return organs.reduce((worst, each) => Math.max(worst, each.expected), 0);
}
