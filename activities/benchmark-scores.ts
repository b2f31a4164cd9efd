import { z } from 'zod';
import type { BenchmarkPlan, PlannedRecipe, PlannedTest } from '../domain/benchmark.js';
import { benchmarkContract } from '../domain/benchmark-contract.js';
import type { CaseAddress } from '../domain/keys.js';
import { modelScoreKey, rankedTestKey } from '../domain/keys.js';
import { OrganFigures } from '../domain/metric.js';
import type { Organ } from '../domain/organ.js';
import { ObjectRef } from '../domain/primitives.js';
import { getContent } from '../storage/content.js';
import { hashOf, publishFirst, readJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { Dependencies } from './dependencies.js';
import { loadPassport } from './label-store.js';
import { trustedSpacing, withoutMillimetres } from './trusted-spacing.js';

/** `ranking` finds out which cases are hard, `tests` are what is reported. */
export type ScoringStage = 'ranking' | 'tests';

/** The model that each course ended with. */
export type CourseModels = Readonly<Record<string, string>>;

/** A case that a model is asked about, and what judges the answer. */
export interface ScorePair {
  readonly at: CaseAddress;
  readonly modelId: string;
  readonly organs: readonly Organ[];
  readonly truth: ObjectRef;
}

/** Raw figures of one model on one case, or why there are none. */
export const CaseScore = z.object({
  rows: z.array(OrganFigures),
  mismatch: z.string().optional(),
  remark: z.string().optional(),
  /** What was judged. */
  labelMap: ObjectRef.optional(),
});
export type CaseScore = z.infer<typeof CaseScore>;

/** The test cases that a model's figures chose; hardest first. */
export const RankedTest = z.object({ cases: z.array(z.string()), unranked: z.array(z.string()) });
export type RankedTest = z.infer<typeof RankedTest>;

/** Every pair of a stage in a fixed order, each once, whichever recipes ask for it. */
export async function pairsOf(
  store: ObjectStore,
  run: string,
  plan: BenchmarkPlan,
  stage: ScoringStage,
  models: CourseModels,
): Promise<ScorePair[]> {
  const pairs = new Map<string, ScorePair>();
  for (const { recipe, tests, course } of plan.recipes) {
    if (course === undefined) continue;
    for (const test of tests) {
      const by = stage === 'tests' ? course : test.rankedBy?.course;
      const modelId = by === undefined ? undefined : models[by];
      if (by === undefined || modelId === undefined) continue;
      const names = stage === 'tests' ? await casesOf(store, run, recipe.id, test) : test.cases;
      for (const name of names) pairs.set(`${modelId}/${name}`, pairOf(plan, name, by, modelId));
    }
  }
  return [...pairs.values()];
}

export function pairOf(plan: BenchmarkPlan, name: string, course: string, modelId: string): ScorePair {
  const { collection, caseId, truth } = plan.cases[name]!;
  const at = { campaign: plan.campaign, collection, caseId };
  return { at, modelId, organs: plan.courses[course]!.organs, truth };
}

/** The cases of a test: as they were planned, or as a model ranked them; none where it could not. */
export async function casesOf(
  store: ObjectStore,
  run: string,
  recipe: string,
  test: PlannedTest,
): Promise<readonly string[]> {
  if (test.rankedBy === undefined) return test.cases;
  return (await readRanking(store, run, recipe, test))?.cases ?? [];
}

/** How a test's candidates were ranked; undefined where they were not. */
export function readRanking(
  store: ObjectStore,
  run: string,
  recipe: string,
  test: PlannedTest,
): Promise<RankedTest | undefined> {
  return readJson(store, rankedTestKey(run, recipe, test.id), RankedTest);
}

/** Tests of a plan that a model has to choose cases for. */
export function rankedTests(
  plan: BenchmarkPlan,
): { recipe: PlannedRecipe['recipe']; test: PlannedTest; by: NonNullable<PlannedTest['rankedBy']> }[] {
  return plan.recipes.flatMap(({ recipe, tests, course }) =>
    course === undefined
      ? []
      : tests.flatMap((test) => (test.rankedBy === undefined ? [] : [{ recipe, test, by: test.rankedBy }])),
  );
}

function scoreKey({ at, modelId, organs, truth }: ScorePair): string {
  return modelScoreKey(at, modelId, hashOf({ truth: truth.sha256, contract: benchmarkContract(organs) }));
}

export function readScore(store: ObjectStore, pair: ScorePair): Promise<CaseScore | undefined> {
  return readJson(store, scoreKey(pair), CaseScore);
}

export function isScored(store: ObjectStore, pair: ScorePair): Promise<boolean> {
  return store.has(scoreKey(pair));
}

/** Figures of a prediction under the contract of its organs; those that are there already count. */
export async function scoreOnce(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  pair: ScorePair,
  labelMap: ObjectRef,
): Promise<void> {
  const judged = await judge({ store, work }, pair, await getContent(store, labelMap));
  await publishFirst(store, scoreKey(pair), CaseScore, { ...judged, labelMap });
}

/** Figures of any label map of a case against the case's finished labels. */
export async function judge(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  { at, organs, truth }: Pick<ScorePair, 'at' | 'organs' | 'truth'>,
  prediction: Uint8Array,
): Promise<CaseScore> {
  const trusted = trustedSpacing((await loadPassport(store, at)).geometry);
  const scored = await work.score({
    ...(trusted.spacingMm === undefined ? {} : { spacingMm: trusted.spacingMm }),
    reference: await getContent(store, truth),
    maps: [{ stage: 'final', file: prediction }],
    contract: benchmarkContract(organs),
  });
  if ('mismatch' in scored) return { rows: [], mismatch: scored.mismatch };
  const rows = (trusted.known ? scored : withoutMillimetres(scored)).map(({ stage: _, ...row }) => row);
  return { rows, ...(trusted.remark === undefined ? {} : { remark: trusted.remark }) };
}
