import { Assembly, CampaignPlan, EvaluationSummary, type LeftOut } from '../domain/campaign.js';
import type { CaseSummary, Passport } from '../domain/case.js';
import { caseName } from '../domain/case-name.js';
import type { Collection } from '../domain/collection.js';
import { type Decision, decidedPassport } from '../domain/decision.js';
import type { Finding } from '../domain/finding.js';
import {
  campaignPlanKey,
  campaignsPrefix,
  casesPrefix,
  datasetsPrefix,
  evaluationKey,
  evaluationsPrefix,
  manifestKey,
  preLabelKey,
  resultKey,
} from '../domain/keys.js';
import type { WorkingRole } from '../domain/role.js';
import { waitsFor } from '../domain/task-summary.js';
import { readDecisions } from '../storage/decisions.js';
import { readJson, requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readAllPassports } from '../storage/passports.js';
import { currentTasks, TaskBoard } from '../storage/task-board.js';
import { readWorklist } from '../storage/worklists.js';
import { Manifest } from './ingest.js';
import { unfinishedFinding } from './left-out.js';

/** How many cases of a collection have come how far. */
export interface CollectionStatus {
  readonly collection: Collection;
  readonly listed: number;
  readonly ingested: number;
  readonly quarantined: number;
  readonly excluded: number;
  readonly preLabelled: number;
  readonly waiting: Readonly<Record<WorkingRole, number>>;
  readonly finished: number;
}

export interface CaseFinding extends Finding {
  readonly collection: Collection;
  readonly caseId?: string;
}

export interface CampaignStatus {
  readonly campaign: string;
  readonly refine: CampaignPlan['refine'];
  readonly collections: readonly CollectionStatus[];
  readonly findings: readonly CaseFinding[];
  /** The newest decision on each case on which people decided. */
  readonly decisions: readonly Decision[];
  /** Datasets that the campaign published; more than one when it was taken up again. */
  readonly datasetKeys: readonly string[];
}

/** Names of all campaigns in the store. */
export async function campaignNames(store: ObjectStore): Promise<string[]> {
  return (await store.folders(campaignsPrefix)).sort();
}

/** How a campaign stands, read from the objects that its steps left behind; no worker is asked. */
export async function readCampaignStatus(store: ObjectStore, campaign: string): Promise<CampaignStatus> {
  const plan = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
  const order = plan.collections.map((each) => each.collection);
  const [manifests, passports, decisions, worklist, board, steps] = await Promise.all([
    Promise.all(order.map((collection) => readJson(store, manifestKey(campaign, collection), Manifest))),
    readAllPassports(store, campaign, order),
    readDecisions(store, campaign),
    readWorklist(store, campaign),
    new TaskBoard(store, campaign).read(),
    countSteps(store, campaign),
  ]);
  const current = [...currentTasks(board).values()];
  const leftOut = worklist?.leftOut ?? [];
  const datasetKeys = await keysBelow(store, datasetsPrefix(campaign));
  const later = await findingsOfProcessing(store, campaign, worklist?.cases ?? [], datasetKeys.length > 0);
  const collections = order.map((collection, index) => {
    const own = passports
      .filter((each) => each.collection === collection)
      .map((each) => decidedPassport(each, decisions.get(caseName(each))));
    const out = leftOut.filter((each) => each.collection === collection);
    const tasks = current.filter((task) => task.collection === collection);
    const waits = (role: WorkingRole) => tasks.filter((task) => waitsFor(task) === role).length;
    return {
      collection,
      listed: manifests[index]?.cases.length ?? 0,
      ingested: own.length,
      quarantined: own.filter((each) => each.status === 'quarantined').length,
      excluded: out.filter((each) => each.finding.severity === 'exclude').length,
      preLabelled: steps.get(`${collection}/pre-label`) ?? 0,
      waiting: { junior: waits('junior'), certified: waits('certified'), senior: waits('senior') },
      finished: steps.get(`${collection}/result`) ?? 0,
    };
  });
  const ofCollections = order.flatMap((collection, index) =>
    (manifests[index]?.findings ?? []).map((each) => ({ ...each, collection })),
  );
  return {
    campaign,
    refine: plan.refine,
    collections,
    findings: [...ofCollections, ...findingsOf(passports, leftOut), ...later],
    decisions: [...decisions.values()],
    datasetKeys,
  };
}

async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
}

const readsAtOnce = 16;

/** What was found after ingest: in pre-labels, and cases that the published dataset had to do without. */
async function findingsOfProcessing(
  store: ObjectStore,
  campaign: string,
  cases: readonly CaseSummary[],
  published: boolean,
): Promise<CaseFinding[]> {
  const found = await mapBounded(cases, readsAtOnce, async ({ collection, caseId }) => {
    const at = { campaign, collection, caseId };
    const findings = (await readJson(store, preLabelKey(at), Assembly))?.findings ?? [];
    const unfinished = published && !(await store.has(resultKey(at)));
    return [...findings, ...(unfinished ? [unfinishedFinding(at)] : [])].map((each) => ({
      ...each,
      collection,
      caseId,
    }));
  });
  return found.flat();
}

/** The summary of the campaign's newest evaluation in the store, if there is one. */
export async function readEvaluation(
  store: ObjectStore,
  evaluation: string,
): Promise<EvaluationSummary | undefined> {
  return readJson(store, evaluationKey(evaluation, 'summary.json'), EvaluationSummary);
}

/** Ids of the evaluations of a campaign. */
export async function evaluationsOf(store: ObjectStore, campaign: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const key of store.list(`${evaluationsPrefix}${campaign}.`)) {
    const [id, file] = key.slice(evaluationsPrefix.length).split('/');
    if (file === 'summary.json') ids.push(id!);
  }
  return ids;
}

/** Cases of a campaign by how far they are. */
export interface CampaignProgress {
  readonly listed: number;
  readonly ingested: number;
  /** Cases that go on after ingest; undefined before that is settled. */
  readonly going: number | undefined;
  readonly preLabelled: number;
  readonly finished: number;
}

/** The same as counts only: cheap enough to ask every few seconds. */
export async function readProgress(store: ObjectStore, campaign: string): Promise<CampaignProgress> {
  const plan = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
  const [steps, worklist, ...manifests] = await Promise.all([
    countSteps(store, campaign),
    readWorklist(store, campaign),
    ...plan.collections.map(({ collection }) => readJson(store, manifestKey(campaign, collection), Manifest)),
  ]);
  const sum = (step: string) =>
    plan.collections.reduce((total, { collection }) => total + (steps.get(`${collection}/${step}`) ?? 0), 0);
  return {
    listed: manifests.reduce((total, manifest) => total + (manifest?.cases.length ?? 0), 0),
    ingested: sum('passport'),
    going: worklist?.cases.length,
    preLabelled: sum('pre-label'),
    finished: sum('result'),
  };
}

/** Number of `passport`, `pre-label` and `result` objects per collection, from one listing. */
async function countSteps(store: ObjectStore, campaign: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const prefix = casesPrefix(campaign);
  for await (const key of store.list(prefix)) {
    const [collection, , file, ...deeper] = key.slice(prefix.length).split('/');
    if (deeper.length > 0 || file === undefined) continue;
    const step = `${collection}/${file.replace('.json', '')}`;
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return counts;
}

/** Findings of passports, then those that only the whole campaign could find. */
function findingsOf(passports: readonly Passport[], leftOut: readonly LeftOut[]): CaseFinding[] {
  const own = passports.flatMap(({ collection, caseId, findings }) =>
    findings.map((each) => ({ ...each, collection, caseId })),
  );
  const known = new Set(own.map((each) => `${each.collection}/${each.caseId}/${each.code}`));
  const more = leftOut
    .map(({ collection, caseId, finding }) => ({ ...finding, collection, caseId }))
    .filter((each) => !known.has(`${each.collection}/${each.caseId}/${each.code}`));
  return [...own, ...more];
}
