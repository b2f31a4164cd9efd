import { type Collection, collections } from './collection.js';
import type { CaseAddress } from './keys.js';
import type { Organ } from './organ.js';

/** Workflow ids, derived from the input so that starting twice is harmless. */
export const campaignId = (campaign: string): string => `campaign/${campaign}`;
export const ingestId = (campaign: string, collection: Collection): string =>
  `${campaignId(campaign)}/ingest/${collection}`;
export const trainingId = (campaign: string, organ: Organ): string =>
  `${campaignId(campaign)}/train/${organ}`;
export const caseWorkflowId = (at: CaseAddress): string =>
  `${campaignId(at.campaign)}/case/${at.collection}/${at.caseId}`;
export const taskWorkflowId = (at: CaseAddress, round: number): string =>
  `${campaignId(at.campaign)}/task/${at.collection}/${at.caseId}/${round}`;
export const evaluationWorkflowId = (campaign: string): string => `${campaignId(campaign)}/evaluate`;
/** An evaluation that somebody asked for, beside the campaign's own. */
export const askedEvaluationId = (campaign: string): string => `${evaluationWorkflowId(campaign)}/asked`;

/** Names of audited entities. */
export const caseEntity = (at: CaseAddress): string => `case/${at.collection}/${at.caseId}`;
/** What people decided on a case that was held back; written by them, and by no workflow. */
export const decisionsPrefix = 'decision/';
export const decisionEntity = (at: CaseAddress): string => `${decisionsPrefix}${at.collection}/${at.caseId}`;
export const taskEntity = (at: CaseAddress, round: number): string =>
  `task/${at.collection}/${at.caseId}/${round}`;
/** The case that an audited entity is about; undefined for one that is about none. */
export function caseOfEntity(campaign: string, entity: string): CaseAddress | undefined {
  const [kind, collection, caseId] = entity.split('/');
  if (caseId === undefined || !['case', 'decision', 'task'].includes(kind!)) return undefined;
  return collections.some((each) => each === collection)
    ? { campaign, collection: collection as Collection, caseId }
    : undefined;
}

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
  refineCase: 'refineCase',
} as const;
