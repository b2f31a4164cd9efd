import { BenchmarkCase, BenchmarkPlan } from '../domain/benchmark.js';
import { planRecipes } from '../domain/benchmark-planning.js';
import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import type { LabelSummary } from '../domain/label-version.js';
import { organs } from '../domain/organ.js';
import type { Recipe } from '../domain/recipe.js';
import type { PoolCase } from '../domain/recipe-cases.js';
import { recipes as builtIn } from '../domain/recipes.js';
import type { EngineSettings, TrainingLabel } from '../domain/training-set.js';
import { readCaseGroups } from '../storage/case-groups.js';
import { hashOf } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readResult } from '../storage/results.js';
import { requireWorklist } from '../storage/worklists.js';
import type { Dependencies } from './dependencies.js';
import { loadPassport } from './label-store.js';

/** Part of a run's id: raised whenever the same figures are written down otherwise. */
const outputVersion = 3;
const readsAtOnce = 16;

export interface BenchmarkRequest {
  readonly campaign: string;
  readonly recipes: readonly Recipe[];
  readonly engine: string;
  readonly settings: EngineSettings;
  readonly seed: number;
}

/**
 * What a run of recipes on a campaign comes to: its finished cases as they are now, and which of them each recipe trains
 * and tests on. Reads records only.
 */
export async function makeBenchmarkPlan(
  { store, engineByName }: Pick<Dependencies, 'store' | 'engineByName'>,
  { campaign, recipes, engine: engineName, settings, seed }: BenchmarkRequest,
): Promise<BenchmarkPlan> {
  const engine = engineByName(engineName);
  const { name, version, summary, finetunes = false } = engine.describe();
  const { pool, cases } = await finishedCases(store, campaign);
  const { pairs, groups } = await readCaseGroups(store, campaign);
  const planned = planRecipes(recipes, {
    pool: { cases: pool, groups },
    kinship: { pairs, groups },
    seed,
    catalogue: [...builtIn, ...recipes],
    settingsOf: ({ engineSettings }) => engine.settingsOf({ ...engineSettings?.[name], ...settings }),
    keyOf: (value) => hashOf(value).slice(0, 16),
  });
  return BenchmarkPlan.parse({
    campaign,
    engine: { name, version, summary, finetunes },
    seed,
    ...planned,
    cases: onlyUsed(cases, planned),
    outputVersion,
  });
}

interface Finished {
  readonly pool: readonly PoolCase[];
  readonly cases: Map<string, BenchmarkCase>;
}

async function finishedCases(store: ObjectStore, campaign: string): Promise<Finished> {
  const { cases: listed } = await requireWorklist(store, campaign);
  const found = await mapBounded(listed, readsAtOnce, async ({ collection, caseId, sourceLabels }) => {
    const at = { campaign, collection, caseId };
    const result = await readResult(store, at);
    if (result === undefined) return undefined;
    const passport = await loadPassport(store, at);
    const one = BenchmarkCase.parse({
      collection,
      caseId,
      imageSha256: passport.image!.sha256,
      licence: passport.licence,
      truth: result.labelMap,
      sourceLabels: sourceLabels.map(trainingLabel),
      plusLabels: result.labels.map(trainingLabel),
      absent: organs.filter((organ) => result.absent.includes(organ)),
    });
    return { name: caseName(at), one, passport };
  });
  const finished = found.filter((each) => each !== undefined);
  if (finished.length === 0) {
    throw new PlusctError(
      'InvalidInput',
      `campaign ${campaign} has no finished case: recipes train and test on finished label maps`,
    );
  }
  return {
    cases: new Map(finished.map(({ name, one }) => [name, one])),
    pool: finished.map(({ name, passport: { collection, subset } }) => ({ name, collection, subset })),
  };
}

function trainingLabel({ organ, version, origin, voxelSha256 }: LabelSummary): TrainingLabel {
  return { organ, version, origin, voxelSha256 };
}

function onlyUsed(
  cases: ReadonlyMap<string, BenchmarkCase>,
  { recipes, courses }: ReturnType<typeof planRecipes>,
): Record<string, BenchmarkCase> {
  const used = new Set([
    ...recipes.flatMap(({ tests }) => tests.flatMap((test) => test.cases)),
    ...Object.values(courses).flatMap(({ parts }) => parts.flatMap((part) => part.cases)),
  ]);
  return Object.fromEntries([...cases].filter(([name]) => used.has(name)));
}
