import type { Collection } from './collection.js';
import type { ComparisonKind } from './comparison.js';
import type { Organ } from './organ.js';
import { sketchVersion } from './sketch-version.js';

/** Object keys, one function each. No key is written anywhere else, and every object is written once. */
const root = 'v1';

export interface CaseAddress {
  readonly campaign: string;
  readonly collection: Collection;
  readonly caseId: string;
}

export const objectKey = (sha256: string): string => `${root}/objects/sha256/${sha256}`;

export const campaignsPrefix = `${root}/campaigns/`;
export const campaignPrefix = (campaign: string): string => `${campaignsPrefix}${campaign}`;
export const campaignPlanKey = (campaign: string): string => `${campaignPrefix(campaign)}/plan.json`;
export const manifestKey = (campaign: string, collection: Collection): string =>
  `${campaignPrefix(campaign)}/manifests/${collection}.json`;
/** Which cases show one scan, with the proof. */
export const caseGroupsKey = (campaign: string): string => `${campaignPrefix(campaign)}/case-groups.json`;
export const worklistsPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/worklist`;
/** Every case that goes on to pre-labelling, in order; a further edition for each time that decisions changed it. */
export const worklistKey = (campaign: string, edition = 1): string =>
  `${worklistsPrefix(campaign)}${edition === 1 ? '' : `-${edition}`}.json`;
/** Finished datasets, each under the start of its hash: a campaign that is taken up again publishes another one. */
export const datasetsPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/datasets/`;
export const datasetKey = (campaign: string, sha256: string): string =>
  `${datasetsPrefix(campaign)}${sha256.slice(0, 12)}.json`;

export const casesPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/cases/`;
export const casePrefix = (at: CaseAddress): string =>
  `${casesPrefix(at.campaign)}${at.collection}/${at.caseId}`;
export const passportKey = (at: CaseAddress): string => `${casePrefix(at)}/passport.json`;
/** What the scan is found again by. */
export const sketchKey = (at: CaseAddress): string => `${casePrefix(at)}/sketch-${sketchVersion}.json`;
export const labelKey = (at: CaseAddress, organ: Organ, version: string): string =>
  `${casePrefix(at)}/labels/${organ}/${version}.json`;
/** How sure a model is of its own mask. */
export const doubtKey = (at: CaseAddress, organ: Organ, modelId: string): string =>
  `${casePrefix(at)}/doubts/${organ}/${modelId}.json`;
export const expectedErrorKey = (at: CaseAddress): string => `${casePrefix(at)}/expected-error.json`;
export const preLabelKey = (at: CaseAddress): string => `${casePrefix(at)}/pre-label.json`;
export const resultKey = (at: CaseAddress): string => `${casePrefix(at)}/result.json`;

/** Planned double reads and review lists; a further edition for each time that cases were added. */
export const readPlansPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/double-reads/`;
export const readPlanKey = (campaign: string, edition: number): string =>
  `${readPlansPrefix(campaign)}${edition}.json`;
export const reviewPlansPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/review-lists/`;
export const reviewPlanKey = (campaign: string, edition: number): string =>
  `${reviewPlansPrefix(campaign)}${edition}.json`;
/** What labels of a case were compared for agreement and recall. */
export const comparisonsPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/comparisons/`;
export const comparisonKey = (at: CaseAddress, kind: ComparisonKind): string =>
  `${comparisonsPrefix(at.campaign)}${kind}/${at.collection}/${at.caseId}.json`;

export const auditPrefix = (campaign: string): string => `${root}/audit/${campaign}/`;
/** `entity` is a case or a task: `case/lits/volume-0`, `task/lits/volume-0/1`. */
export const auditKey = (campaign: string, entity: string, sequence: number): string =>
  `${auditPrefix(campaign)}${entity}/${String(sequence).padStart(8, '0')}.json`;

export const modelKey = (organ: Organ, modelId: string): string => `${root}/models/${organ}/${modelId}.json`;

/** What the organs that a model was trained on are like. */
export const trainingFeaturesKey = (organ: Organ, modelId: string): string =>
  `${root}/training-features/${organ}/${modelId}.json`;

export const evaluationsPrefix = `${root}/evaluations/`;
export const evaluationPrefix = (id: string): string => `${evaluationsPrefix}${id}`;
export const evaluationKey = (id: string, file: string): string => `${evaluationPrefix(id)}/${file}`;
export const evaluationCaseKey = (id: string, collection: Collection, caseId: string): string =>
  `${evaluationPrefix(id)}/cases/${collection}/${caseId}.json`;
