import { Assembly, type OrganScore } from '../domain/campaign.js';
import {
  evaluationCaseKey,
  evaluationKey,
  evaluationsPrefix,
  modelsPrefix,
  preLabelKey,
} from '../domain/keys.js';
import { type LicenceUse, licenceObstacles, licenceUses, strictestLicence } from '../domain/licence.js';
import type { CampaignRow } from '../domain/metric.js';
import { Model } from '../domain/model.js';
import { readJson, requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { CaseScores } from './evaluate.js';
import { campaignContract, type EvaluationPlan, loadPlan } from './evaluation-plan.js';
import { scoreTable } from './score-table.js';

const readsAtOnce = 16;

/** What the licences of training data allow of a model and of what it makes. */
export interface Taint {
  /** The strictest of them, joined by AND where none covers the others. */
  readonly licence: string;
  /** Why a use is not allowed; empty where it is. */
  readonly obstacles: Readonly<Record<LicenceUse, readonly string[]>>;
}

/** Figures of a model's own pre-labels in one evaluation, by organ. */
export interface ModelFigures {
  readonly evaluation: string;
  readonly scores: readonly OrganScore[];
}

/** Every model of the store, by id. */
export async function listModels(store: ObjectStore): Promise<Model[]> {
  const keys: string[] = [];
  for await (const key of store.list(modelsPrefix)) keys.push(key);
  return mapBounded(keys, readsAtOnce, (key) => requireJson(store, key, Model));
}

/** What binds a model. */
export function taintOf({ licences }: Pick<Model, 'licences'>): Taint {
  const licence = strictestLicence(licences);
  const of = (use: LicenceUse) => licenceObstacles(licences.join(' AND '), use);
  const [share, derivatives, commercial] = licenceUses.map(of);
  return { licence, obstacles: { share: share!, derivatives: derivatives!, commercial: commercial! } };
}

/** What evaluations say of the masks that a model proposed, evaluation by evaluation; those without any are left out. */
export async function figuresOf(store: ObjectStore, modelId: string): Promise<ModelFigures[]> {
  const evaluations = await store.folders(evaluationsPrefix);
  const figures = await mapBounded(evaluations.sort(), 4, async (evaluation) => {
    // An evaluation of files has no plan, one that is under way no summary.
    if (!(await store.has(evaluationKey(evaluation, 'summary.json')))) return [];
    if (!(await store.has(evaluationKey(evaluation, 'plan.json')))) return [];
    const rows = await rowsOf(store, evaluation, await loadPlan(store, evaluation), modelId);
    const scores = scoreTable(rows, campaignContract).filter(
      ({ stage, of, n, undefinedCount }) => stage === 'pre-label' && of === 'made' && n + undefinedCount > 0,
    );
    return scores.length === 0 ? [] : [{ evaluation, scores }];
  });
  return figures.flat();
}

async function rowsOf(
  store: ObjectStore,
  evaluation: string,
  { campaign, cases }: EvaluationPlan,
  modelId: string,
): Promise<CampaignRow[]> {
  const rows = await mapBounded(cases, readsAtOnce, async ({ collection, caseId }) => {
    const pre = await readJson(store, preLabelKey({ campaign, collection, caseId }), Assembly);
    const own = (pre?.labels ?? []).filter(({ author }) => author === modelId).map(({ organ }) => organ);
    if (own.length === 0) return [];
    const scores = await readJson(store, evaluationCaseKey(evaluation, collection, caseId), CaseScores);
    return (scores?.rows ?? []).filter(({ organ, stage }) => stage === 'pre-label' && own.includes(organ));
  });
  return rows.flat();
}
