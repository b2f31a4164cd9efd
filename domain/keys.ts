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
/** What tables that came after the build say of patients, each under the table's hash. */
export const patientTablesPrefix = (campaign: string): string =>
  `${campaignPrefix(campaign)}/patient-tables/`;
export const patientTableKey = (campaign: string, tableSha256: string): string =>
  `${patientTablesPrefix(campaign)}${tableSha256}.json`;
export const worklistsPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/worklist`;
/** Every case that goes on to pre-labelling, in order; a further edition for each time that decisions changed it. */
export const worklistKey = (campaign: string, edition = 1): string =>
  `${worklistsPrefix(campaign)}${edition === 1 ? '' : `-${edition}`}.json`;
/** Finished datasets, each under the start of its hash: a campaign that is taken up again publishes another one. */
export const datasetsPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/datasets/`;
export const datasetKey = (campaign: string, sha256: string): string =>
  `${datasetsPrefix(campaign)}${sha256.slice(0, 12)}.json`;

export const peoplePrefix = (campaign: string): string => `${campaignPrefix(campaign)}/people/`;
/** A person of the roster; a further edition for each change. Ids hold no dot, so that no two keys are alike. */
export const personKey = (campaign: string, id: string, edition = 1): string =>
  `${peoplePrefix(campaign)}${id}${edition === 1 ? '' : `.${edition}`}.json`;

export const casesPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/cases/`;
export const casePrefix = (at: CaseAddress): string =>
  `${casesPrefix(at.campaign)}${at.collection}/${at.caseId}`;
export const passportKey = (at: CaseAddress): string => `${casePrefix(at)}/passport.json`;
/** What the scan is found again by. */
export const sketchKey = (at: CaseAddress): string => `${casePrefix(at)}/sketch-${sketchVersion}.json`;
/** The scan at a few millimetres, to tell strangers without reading its voxels. */
export const coarseKey = (at: CaseAddress): string => `${casePrefix(at)}/coarse-${sketchVersion}.bin.gz`;
export const labelsPrefix = (at: CaseAddress): string => `${casePrefix(at)}/labels/`;
export const labelKey = (at: CaseAddress, organ: Organ, version: string): string =>
  `${labelsPrefix(at)}${organ}/${version}.json`;
/** How sure a model is of its own mask. */
export const doubtKey = (at: CaseAddress, organ: Organ, modelId: string): string =>
  `${casePrefix(at)}/doubts/${organ}/${modelId}.json`;
/** The label version that a model's proposal became, to teach a student with. */
export const pseudoLabelKey = (at: CaseAddress, organ: Organ, modelId: string): string =>
  `${casePrefix(at)}/pseudo-labels/${organ}/${modelId}.json`;
export const expectedErrorKey = (at: CaseAddress): string => `${casePrefix(at)}/expected-error.json`;
export const preLabelKey = (at: CaseAddress): string => `${casePrefix(at)}/pre-label.json`;
/**
 * The finished case; each round that finished it again wrote an edition of its own, numbered as the round, and each change
 * of the standing models that concerned it a revision of that.
 */
export const resultKey = (at: CaseAddress, edition = 1, revision = 0): string => {
  const name = revision === 0 ? `${edition}` : `${edition}.${revision}`;
  return `${resultsPrefix(at)}${name === '1' ? '' : `-${name}`}.json`;
};
export const resultsPrefix = (at: CaseAddress): string => `${casePrefix(at)}/result`;

export const apiTokensPrefix = `${root}/access/tokens/`;
/** An API token's record, without the token; a second object beside it once it is revoked. */
export const apiTokenKey = (id: string): string => `${apiTokensPrefix}${id}/token.json`;
export const apiTokenRevokedKey = (id: string): string => `${apiTokensPrefix}${id}/revoked.json`;

/** Who uploaded a mask: a command may only name what its sender has uploaded. */
export const uploadKey = (campaign: string, sha256: string, person: string): string =>
  `${campaignPrefix(campaign)}/uploads/${sha256}/${person}.json`;

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

/** Pseudo-label rounds, each under the hash of its inputs; their numbers tell in which order they were planned. */
export const roundNumbersPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/round-numbers/`;
export const roundNumberKey = (campaign: string, number: number): string =>
  `${roundNumbersPrefix(campaign)}${number}.json`;
export const roundKey = (campaign: string, roundId: string, file: string): string =>
  `${campaignPrefix(campaign)}/rounds/${roundId}/${file}.json`;
/** What a round's models make of a held-out case. */
export const roundFiguresKey = (at: CaseAddress, roundId: string): string =>
  roundKey(at.campaign, roundId, `held-out/${at.collection}/${at.caseId}`);
/** Which model proposes which organ; a further edition for each change. */
export const standingPrefix = (campaign: string): string => `${campaignPrefix(campaign)}/standing/`;
export const standingKey = (campaign: string, edition: number): string =>
  `${standingPrefix(campaign)}${edition}.json`;
/** That a change of the standing models was carried to the cases, and what came of it first. */
export const standingEndKey = (campaign: string, edition: number): string =>
  `${campaignPrefix(campaign)}/standing-ends/${edition}.json`;
/** What a change of the standing models did to a case. */
export const standingChangeKey = (at: CaseAddress, edition: number): string =>
  `${casePrefix(at)}/standing-changes/${edition}.json`;

export const auditPrefix = (campaign: string): string => `${root}/audit/${campaign}/`;
/** `entity` is a case or a task: `case/lits/volume-0`, `task/lits/volume-0/1`. */
export const auditKey = (campaign: string, entity: string, sequence: number): string =>
  `${auditPrefix(campaign)}${entity}/${String(sequence).padStart(8, '0')}.json`;

export const feedPrefix = (campaign: string): string => `${root}/feed/${campaign}/`;
/** `20260101T093000.000Z`: sorts as time does, and holds nothing that keys or tools stumble over. */
export const feedStamp = (at: Date): string => at.toISOString().replaceAll(/[-:]/g, '');
/** An empty object for each audit record: one listing tells what came since a time. */
export interface FeedEntry {
  readonly at: string;
  readonly entity: string;
  readonly sequence: number;
  /** Hash of the record's bytes: one listing bears witness to every record. */
  readonly sha256: string;
}
/**
 * One folder for a campaign's feed, for object servers on a file system list a folder of thousands far quicker than
 * thousands of folders. `at` is an ISO time to the millisecond.
 */
export const feedKey = (campaign: string, entry: FeedEntry): string =>
  `${feedPrefix(campaign)}${feedStamp(new Date(entry.at))}~${entry.entity.replaceAll('/', '~')}~${String(entry.sequence).padStart(8, '0')}~${entry.sha256}`;
/** Reads `feedKey` back; undefined for a key that is none. */
export function parseFeedKey(key: string): FeedEntry | undefined {
  const parts =
    /\/feed\/[^/]+\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3}Z)~([^/]+)~(\d{8})~([0-9a-f]{64})$/.exec(key);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, entity, sequence, sha256] = parts;
  return {
    at: `${year}-${month}-${day}T${hour}:${minute}:${second}`,
    entity: entity!.replaceAll('~', '/'),
    sequence: Number(sequence),
    sha256: sha256!,
  };
}

export const boardSnapshotsPrefix = (campaign: string): string => `${root}/boards/${campaign}/`;
/** The board as it was at one moment, numbered: a reader goes on from the newest instead of reading every record. */
export const boardSnapshotKey = (campaign: string, number: number): string =>
  `${boardSnapshotsPrefix(campaign)}${String(number).padStart(8, '0')}.json.gz`;

export const checkpointsPrefix = (campaign: string): string => `${root}/audit-heads/${campaign}/`;
/** Checkpoints over all records, numbered from 1. */
export const checkpointKey = (campaign: string, number: number): string =>
  `${checkpointsPrefix(campaign)}${String(number).padStart(8, '0')}.json`;

export const historiesPrefix = (campaign: string): string => `${root}/histories/${campaign}/`;
/** The history of one run of a workflow of the campaign, as Temporal exports it. */
export const historyKey = (campaign: string, workflowId: string, runId: string): string =>
  `${historiesPrefix(campaign)}${workflowId}/${runId}.json`;

export const modelsPrefix = `${root}/models/`;
export const modelKey = (modelId: string): string => `${modelsPrefix}${modelId}.json`;
/** Checkpoints of a model's training, numbered from 1. */
export const trainingCheckpointsPrefix = (modelId: string): string => `${root}/trainings/${modelId}/`;
export const trainingCheckpointKey = (modelId: string, number: number): string =>
  `${trainingCheckpointsPrefix(modelId)}${String(number).padStart(8, '0')}.json`;
/** What a model says of an image, by the hash of image and geometry. */
export const predictionKey = (modelId: string, placedImageSha256: string): string =>
  `${root}/predictions/${modelId}/${placedImageSha256}.json`;

/** What the organs that a model was trained on are like. */
export const trainingFeaturesKey = (organ: Organ, modelId: string): string =>
  `${root}/training-features/${organ}/${modelId}.json`;

export const evaluationsPrefix = `${root}/evaluations/`;
export const evaluationPrefix = (id: string): string => `${evaluationsPrefix}${id}`;
export const evaluationKey = (id: string, file: string): string => `${evaluationPrefix(id)}/${file}`;
export const evaluationCaseKey = (id: string, collection: Collection, caseId: string): string =>
  `${evaluationPrefix(id)}/cases/${collection}/${caseId}.json`;

export const benchmarksPrefix = `${root}/benchmarks/`;
export const benchmarkKey = (run: string, file: string): string => `${benchmarksPrefix}${run}/${file}`;
/** The test cases that a model's figures chose. */
export const rankedTestKey = (run: string, recipe: string, test: string): string =>
  benchmarkKey(run, `ranked/${recipe}/${test}.json`);
export const benchmarkResultsPrefix = (run: string): string => benchmarkKey(run, 'results/');
export const benchmarkResultKey = (run: string, edition: number): string =>
  `${benchmarkResultsPrefix(run)}${edition}.json`;
/** Figures of a model on a case, by the hash of what was compared and how. */
export const modelScoreKey = (at: CaseAddress, modelId: string, sha256: string): string =>
  `${casePrefix(at)}/model-scores/${modelId}/${sha256.slice(0, 16)}.json`;

export const releasesPrefix = (campaign: string): string => `${root}/releases/${campaign}/`;
export const releasePrefix = (campaign: string, version: string): string =>
  `${releasesPrefix(campaign)}${version}/`;
/** Written once and last: with it a release is there, without it there is none. */
export const releaseManifestKey = (campaign: string, version: string): string =>
  `${releasePrefix(campaign, version)}manifest.json`;
/** When it came out, which the manifest does not hold. */
export const publicationKey = (campaign: string, version: string): string =>
  `${releasePrefix(campaign, version)}published.json`;

export const usagesPrefix = `${root}/usage/`;
export const usagePrefix = (campaign: string): string => `${usagesPrefix}${campaign}/`;
/** One stay on a device, by its start and the hash of the record. `at` is an ISO time to the millisecond. */
export const usageKey = (campaign: string, at: string, sha256: string): string =>
  `${usagePrefix(campaign)}${feedStamp(new Date(at))}~${sha256.slice(0, 16)}.json`;
export const devicesPrefix = `${root}/devices/`;
export const devicePrefix = (device: string): string => `${devicesPrefix}${device}/`;
/** What became of a device, numbered from 1. */
export const deviceStateKey = (device: string, number: number): string =>
  `${devicePrefix(device)}${String(number).padStart(8, '0')}.json`;
/** Device memory that a model was seen to need. */
export const modelMemoryPrefix = (modelId: string): string => `${root}/model-memory/${modelId}/`;
export const modelMemoryKey = (modelId: string, memoryMb: number): string =>
  `${modelMemoryPrefix(modelId)}${String(memoryMb).padStart(8, '0')}.json`;
export const modelImportsPrefix = (modelId: string): string => `${root}/model-imports/${modelId}/`;
/** Who took a model in from an archive, by the hash of the archive. */
export const modelImportKey = (modelId: string, archiveSha256: string): string =>
  `${modelImportsPrefix(modelId)}${archiveSha256}.json`;
