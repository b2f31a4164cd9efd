import { type Collection, collections } from './collection.js';
import type { CaseAddress } from './keys.js';
import type { Organ } from './organ.js';
import type { TaskKind } from './task.js';

/** Workflow ids, derived from the input so that starting twice is harmless. */
export const campaignId = (campaign: string): string => `campaign/${campaign}`;
export const ingestId = (campaign: string, collection: Collection): string =>
  `${campaignId(campaign)}/ingest/${collection}`;
export const trainingId = (campaign: string, organ: Organ): string =>
  `${campaignId(campaign)}/train/${organ}`;
export const caseWorkflowId = (at: CaseAddress): string =>
  `${campaignId(at.campaign)}/case/${at.collection}/${at.caseId}`;
/** Pre-labelling of a case before the review list is made. */
export const preparationId = (at: CaseAddress): string =>
  `${campaignId(at.campaign)}/prepare/${at.collection}/${at.caseId}`;
export const taskWorkflowId = (at: CaseAddress, round: number, kind?: TaskKind): string =>
  `${campaignId(at.campaign)}/task/${at.collection}/${at.caseId}/${roundName(round, kind)}`;
/** A further round of a finished case, up to its next result. */
export const reopenedCaseId = (at: CaseAddress, round: number): string =>
  `${caseWorkflowId(at)}/round/${round}`;
export const evaluationWorkflowId = (campaign: string): string => `${campaignId(campaign)}/evaluate`;
/** An evaluation that somebody asked for, beside the campaign's own. */
export const askedEvaluationId = (campaign: string): string => `${evaluationWorkflowId(campaign)}/asked`;
/** The pseudo-labels that a workflow asks for. */
export const pseudoLabelsId = (parentId: string): string => `${parentId}/pseudo-labels`;

/** A run of benchmark recipes, the training of one model in it, and the figures of a stage. */
export const benchmarkId = (run: string): string => `benchmark/${run}`;
export const courseId = (run: string, course: string): string => `${benchmarkId(run)}/course/${course}`;
export const scoringId = (run: string, stage: string): string => `${benchmarkId(run)}/scores/${stage}`;
/** The making of a campaign's next release: one at a time, for each comes out of the one before. */
export const releaseWorkflowId = (campaign: string): string => `${campaignId(campaign)}/release`;
export const roundWorkflowId = (campaign: string, roundId: string): string =>
  `${campaignId(campaign)}/pseudo-label-round/${roundId}`;
/** One change of the standing models is carried to the cases at a time. */
export const standingWorkflowId = (campaign: string): string => `${campaignId(campaign)}/standing`;

/** Names of audited entities. */
export const caseEntity = (at: CaseAddress): string => `case/${at.collection}/${at.caseId}`;
/** What people decided on a case that was held back; written by them, and by no workflow. */
export const decisionsPrefix = 'decision/';
export const decisionEntity = (at: CaseAddress): string => `${decisionsPrefix}${at.collection}/${at.caseId}`;
export const taskEntity = (at: CaseAddress, round: number, kind?: TaskKind): string =>
  `task/${at.collection}/${at.caseId}/${roundName(round, kind)}`;
/** What the entities of all tasks of one case begin with. */
export const tasksPrefix = (at: CaseAddress): string => `task/${at.collection}/${at.caseId}/`;
/** Who belongs to a campaign, and every change of that. */
export const rosterEntity = 'roster';
/** Tables that say which cases are of one patient. */
export const patientsEntity = 'patients';
/** Which models propose, and every change of that. */
export const standingEntity = 'standing';
export const roundEntity = (roundId: string): string => `pseudo-label-round/${roundId}`;

const kindSuffix: Readonly<Record<TaskKind, string>> = {
  refine: '',
  'double-read': '-double',
  'blind-audit': '-blind',
};

/** The last part of a task's names: `1`, `2`, `1-double`, `1-blind`. */
export function roundName(round: number, kind: TaskKind = 'refine'): string {
  return `${round}${kindSuffix[kind]}`;
}

/** Reads `roundName` back; undefined for what is none. */
export function parseRound(text: string): { round: number; kind: TaskKind } | undefined {
  const [, digits, suffix] = /^([1-9]\d{0,5})(-double|-blind)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const kind = suffix === '-double' ? 'double-read' : suffix === '-blind' ? 'blind-audit' : 'refine';
  return { round: Number(digits), kind };
}
/**
 * The entity that a workflow of a campaign writes records of, by its id below the campaign's: a further round of a case goes on with the
 * case's own. Undefined where its records are not compared with its history.
 */
export function entityOfWorkflow(id: string): string | undefined {
  if (id.startsWith('task/')) return id;
  return /^(case\/[^/]+\/[^/]+)(?:\/round\/\d+)?$/.exec(id)?.[1];
}
/** The case that an audited entity is about; undefined for one that is about none. */
export function caseOfEntity(campaign: string, entity: string): CaseAddress | undefined {
  const [kind, collection, caseId] = entity.split('/');
  if (caseId === undefined || !['case', 'decision', 'task'].includes(kind!)) return undefined;
  return collections.some((each) => each === collection)
    ? { campaign, collection: collection as Collection, caseId }
    : undefined;
}

/** What became of asking for a release. */
export const releaseEntity = (version: string): string => `release/${version}`;
/** Faults that users of releases reported. */
export const errataPrefix = 'erratum/';
export const erratumEntity = (id: string): string => `${errataPrefix}${id}`;

/** The seals over a campaign's record. */
export const checkpointEntity = 'checkpoint';

/** What the tasks of a campaign are called from outside. */
export const signals = { taskCommand: 'taskCommand', caseFinished: 'caseFinished' } as const;
export const updates = { askTask: 'askTask' } as const;
export const queries = { task: 'task', progress: 'progress' } as const;
/** Workflow type names, as clients start them. */
export const workflowTypes = {
  buildDataset: 'buildDataset',
  evaluateLabels: 'evaluateLabels',
  publishRelease: 'publishRelease',
  refineCase: 'refineCase',
  reopenCase: 'reopenCase',
  runBenchmark: 'runBenchmark',
  pseudoLabelRound: 'pseudoLabelRound',
  applyStanding: 'applyStanding',
} as const;
