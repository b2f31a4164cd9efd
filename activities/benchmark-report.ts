import type { BenchmarkPlan, CourseOutcome, PlannedRecipe, PlannedTest } from '../domain/benchmark.js';
import type { BenchmarkSummary } from '../domain/benchmark-summary.js';
import { truthRemark } from '../domain/benchmark-truth.js';
import { organValue } from '../domain/organ.js';
import { OrganName } from '../domain/primitives.js';
import {
  challengingCases,
  type RecipeSection,
  recipeSection,
  recipeSummary,
  type ScoredTest,
} from '../reports/benchmark.js';
import type { DrawnCase } from '../reports/benchmark-page.js';
import { toCsv, toJsonl } from '../reports/rows.js';
import { getContent, putContent } from '../storage/content.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { casesOf, pairOf, readRanking, readScore } from './benchmark-scores.js';
import type { Dependencies } from './dependencies.js';
import { loadPassport } from './label-store.js';

type Means = Pick<Dependencies, 'store' | 'work'>;

export interface FinishedRun {
  readonly run: string;
  readonly plan: BenchmarkPlan;
  readonly outcomes: Readonly<Record<string, CourseOutcome>>;
  /** Cases that could not be predicted or scored, in words. */
  readonly failures: readonly string[];
}

const columns = [
  'recipe',
  'test',
  'case',
  'organ',
  'model',
  'modelId',
  'toleranceMm',
  'dsc',
  'nsd',
  'truthVoxels',
  'predictionVoxels',
  'contractSha256',
] as const;

const readsAtOnce = 16;
const picturesAtOnce = 2;

/** Everything that is written of a run: the summary, and its files as stored objects. */
export async function benchmarkReport(means: Means, finished: FinishedRun): Promise<BenchmarkSummary> {
  const { store } = means;
  const { run, plan } = finished;
  const sections: RecipeSection[] = [];
  for (const planned of plan.recipes) sections.push(await sectionOf(store, finished, planned));
  const rows = sections.flatMap(rowsOf);
  const text = (content: string) => putContent(store, new TextEncoder().encode(content));
  const { name, version, summary } = plan.engine;
  const about = {
    run,
    campaign: plan.campaign,
    engine: { name, version, summary },
    seed: plan.seed,
    recipes: sections.map(recipeSummary),
  };
  const pictures = await drawChallenging(means, plan, sections);
  // Drawing takes libraries that no other work of this process needs.
  const { benchmarkPage } = await import('../reports/benchmark-page.js');
  const title = `Studies and benchmarks on ${plan.campaign}`;
  const page = await benchmarkPage({ title, run, seed: plan.seed, engine: about.engine, sections, pictures });
  const files = {
    report: await text(page),
    rows: await text(toJsonl(rows, columns)),
    csv: await text(toCsv(rows, columns)),
  };
  return { ...about, files };
}

async function sectionOf(
  store: ObjectStore,
  { run, plan, outcomes, failures }: FinishedRun,
  planned: PlannedRecipe,
): Promise<RecipeSection> {
  const { course, recipe, tests } = planned;
  const outcome = course === undefined ? undefined : outcomes[course];
  const modelId = outcome?.modelId;
  const scored = await Promise.all(
    tests.map(async (test): Promise<ScoredTest> => {
      if (course === undefined || modelId === undefined)
        return { test, entries: [], unscored: [], remarks: [] };
      const names = await casesOf(store, run, recipe.id, test);
      const found = await mapBounded(names, readsAtOnce, async (name) => ({
        name,
        score: await readScore(store, pairOf(plan, name, course, modelId)),
      }));
      const entry = found.flatMap(({ name, score }) =>
        score === undefined || score.mismatch !== undefined ? [] : [{ name, rows: score.rows }],
      );
      const unscored = found.flatMap(({ name, score }) =>
        score === undefined
          ? [failures.find((each) => each.startsWith(`${name}: `)) ?? `${name}: no figures`]
          : score.mismatch === undefined
            ? []
            : [`${name}: ${score.mismatch}`],
      );
      const remarks = found.flatMap(({ name, score }) =>
        score?.remark === undefined ? [] : [`${name}: ${score.remark}`],
      );
      const ranking = await rankingRemarks(store, { run, plan, outcomes, failures }, recipe.id, test);
      const truth = truthRemark(
        entry.map(({ name }) => plan.cases[name]!),
        recipe.organs,
      );
      return {
        test,
        entries: [{ name: plan.engine.name, cases: entry }],
        unscored,
        remarks: [...ranking, ...(truth === undefined ? [] : [truth]), ...remarks],
      };
    }),
  );
  const settings = course === undefined ? undefined : plan.courses[course]?.settings;
  return recipeSection(planned, outcome && { ...outcome, settings }, scored);
}

/** What is to be said of the choice of hard cases. */
async function rankingRemarks(
  store: ObjectStore,
  { run, outcomes }: FinishedRun,
  recipe: string,
  test: PlannedTest,
): Promise<string[]> {
  if (test.rankedBy === undefined) return [];
  const ranking = await readRanking(store, run, recipe, test);
  if (ranking === undefined)
    return [`its cases could not be ranked: ${outcomes[test.rankedBy.course]?.none ?? 'there is no model'}`];
  const { unranked } = ranking;
  return unranked.length === 0 ? [] : [`candidates without a figure, not ranked: ${unranked.join(', ')}`];
}

function rowsOf({ recipe, modelId, tests }: RecipeSection) {
  return tests.flatMap(({ id, evaluation }) =>
    evaluation.rows.map((row) => ({ recipe: recipe.id, test: id, modelId, ...row })),
  );
}

function courseKeyOf(plan: BenchmarkPlan, recipeId: string): string {
  return plan.recipes.find(({ recipe }) => recipe.id === recipeId)!.course!;
}

/** The worst cases of every recipe, drawn on their CTs. */
async function drawChallenging(
  { store, work }: Means,
  plan: BenchmarkPlan,
  sections: readonly RecipeSection[],
): Promise<DrawnCase[]> {
  const wanted = sections.flatMap((section) =>
    section.modelId === undefined
      ? []
      : challengingCases(section, plan.engine.name).map((each) => ({
          ...each,
          recipe: section,
        })),
  );
  const drawn = await mapBounded(wanted, picturesAtOnce, async (each): Promise<DrawnCase[]> => {
    const { recipe, modelId } = each.recipe;
    const pair = pairOf(plan, each.case, courseKeyOf(plan, recipe.id), modelId!);
    const { image } = await loadPassport(store, pair.at);
    const labelMap = (await readScore(store, pair))?.labelMap;
    if (labelMap === undefined || image === undefined) return [];
    const picture = await work.picture({
      truth: await getContent(store, pair.truth),
      prediction: await getContent(store, labelMap),
      image: await getContent(store, image),
      labels: [organValue[OrganName.parse(each.organ)]],
    });
    if (picture === undefined) return [];
    const { svg, slice, slices } = picture;
    return [{ ...each, recipe: recipe.id, svg, slice, slices }];
  });
  return drawn.flat();
}
