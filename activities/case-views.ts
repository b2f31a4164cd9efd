import { Assembly, CampaignPlan } from '../domain/campaign.js';
import { type Passport, Passport as PassportSchema } from '../domain/case.js';
import { caseName } from '../domain/case-name.js';
import { type CaseRecords, type CaseView, caseView } from '../domain/case-view.js';
import { decidedPassport, decisionOf } from '../domain/decision.js';
import { type CaseAddress, campaignPlanKey, modelKey, passportKey, preLabelKey } from '../domain/keys.js';
import type { LabelSummary, LabelVersion } from '../domain/label-version.js';
import { Model } from '../domain/model.js';
import type { TaskState } from '../domain/task.js';
import { labelsOf } from '../domain/task-organs.js';
import { isRead } from '../domain/task-rules.js';
import { decisionEntity } from '../domain/workflow-ids.js';
import { newestAudit } from '../storage/audit-log.js';
import { readDecisions } from '../storage/decisions.js';
import { readJson, requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readAllPassports } from '../storage/passports.js';
import { readResult } from '../storage/results.js';
import { currentTasks, TaskBoard, tasksOfCase } from '../storage/task-board.js';
import { readWorklist } from '../storage/worklists.js';
import { lineageOf } from './lineage.js';

const readsAtOnce = 16;

/**
 * Every case of a campaign with all that is on record of it: passport, what a person decided, worklist, pre-label, task, result, label versions and the
 * models behind them. With `modelsBind` false, licences of training data do not bind what models made.
 */
export async function readCaseViews(
  store: ObjectStore,
  campaign: string,
  { modelsBind = true }: { modelsBind?: boolean } = {},
): Promise<CaseView[]> {
  const plan = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
  const order = plan.collections.map((each) => each.collection);
  const [written, decisions, worklist, board] = await Promise.all([
    readAllPassports(store, campaign, order),
    readDecisions(store, campaign),
    readWorklist(store, campaign),
    new TaskBoard(store, campaign).read(),
  ]);
  const passports = written.map((each) => decidedPassport(each, decisions.get(caseName(each))));
  const models = modelReader(store);
  const tasks = currentTasks(board);
  const out = new Map(worklist?.leftOut.map((each) => [caseName(each), each]));
  return mapBounded(passports, readsAtOnce, async (passport) => {
    const name = caseName(passport);
    const records = await recordsOf(store, campaign, passport, tasks.get(name), models);
    const leftOut = out.get(name);
    return caseView({ ...records, ...(leftOut === undefined ? {} : { leftOut }) }, modelsBind);
  });
}

/** As `readCaseViews`, of one case; undefined when the campaign has not taken it in. */
export async function readCaseView(store: ObjectStore, at: CaseAddress): Promise<CaseView | undefined> {
  const { campaign, collection, caseId } = at;
  const written = await readJson(store, passportKey(at), PassportSchema);
  if (written === undefined) return undefined;
  const [decision, worklist, tasks] = await Promise.all([
    newestAudit(store, campaign, decisionEntity(at)),
    readWorklist(store, campaign),
    tasksOfCase(store, at),
  ]);
  const newest = tasks.filter((task) => !isRead(task)).at(-1);
  const passport = decidedPassport(written, decision && decisionOf(decision));
  const records = await recordsOf(store, campaign, passport, newest, modelReader(store));
  const leftOut = worklist?.leftOut.find((each) => each.collection === collection && each.caseId === caseId);
  return caseView({ ...records, ...(leftOut === undefined ? {} : { leftOut }) });
}

type ModelReader = (modelId: string) => Promise<Model | undefined>;

/** Reads each model once. */
function modelReader(store: ObjectStore): ModelReader {
  const known = new Map<string, Promise<Model | undefined>>();
  return (modelId) => {
    const found = known.get(modelId) ?? readJson(store, modelKey(modelId), Model);
    known.set(modelId, found);
    return found;
  };
}

async function recordsOf(
  store: ObjectStore,
  campaign: string,
  passport: Passport,
  task: TaskState | undefined,
  models: ModelReader,
): Promise<CaseRecords> {
  const at = { campaign, collection: passport.collection, caseId: passport.caseId };
  const [preLabel, result] = await Promise.all([
    readJson(store, preLabelKey(at), Assembly),
    readResult(store, at),
  ]);
  const labels = result?.labels ?? (task && labelsOf(task)) ?? preLabel?.labels ?? passport.sourceLabels;
  const drawn = labels.filter(({ origin }) => origin === 'human');
  const lineages = new Map<string, LabelVersion[]>();
  for (const label of drawn) lineages.set(label.version, await lineageOf(store, at, label));
  const wanted = modelsBehind(labels, lineages);
  const found = await Promise.all(wanted.map(models));
  return {
    passport,
    labels,
    lineages,
    models: new Map(found.flatMap((model) => (model === undefined ? [] : [[model.modelId, model] as const]))),
    ...(preLabel === undefined ? {} : { preLabel }),
    ...(task === undefined ? {} : { task }),
    ...(result === undefined ? {} : { result }),
  };
}

function modelsBehind(
  labels: readonly LabelSummary[],
  lineages: ReadonlyMap<string, readonly LabelVersion[]>,
): string[] {
  const all: readonly Pick<LabelSummary, 'origin' | 'author'>[] = [
    ...labels,
    ...[...lineages.values()].flat(),
  ];
  return all.filter(({ origin }) => origin === 'model').map(({ author }) => author);
}
