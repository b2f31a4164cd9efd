import type { CourseLesson, CourseOutcome, PlannedRecipe, PlannedTest } from '../domain/benchmark.js';
import { benchmarkContract } from '../domain/benchmark-contract.js';
import type { BenchmarkFigure, RecipeSummary, TestSummary } from '../domain/benchmark-summary.js';
import type { MetricContract, MetricRow, OrganFigures } from '../domain/metric.js';
import type { Recipe } from '../domain/recipe.js';
import type { EngineSettings } from '../domain/training-set.js';
import { hashOf } from '../storage/json.js';
import { type Evaluation, evaluateRows } from './evaluation.js';
import { figuresOf, type Measure, measuresOf } from './measure.js';
import { publishedFigure } from './page-tables.js';
import { type PublishedRow, publishedTables } from './published-tables.js';

/** Who was scored: the run's own model, or a submission from outside. */
export interface Entry {
  readonly name: string;
  /** Figures by case. */
  readonly cases: readonly { readonly name: string; readonly rows: readonly OrganFigures[] }[];
}

/** A test of a recipe with everybody who was scored on it. */
export interface TestSection {
  readonly id: string;
  readonly title: string;
  readonly asked: number;
  readonly found: number;
  readonly published?: PublishedRow;
  readonly unscored: readonly string[];
  readonly remarks: readonly string[];
  readonly evaluation: Evaluation;
}

export interface RecipeSection {
  readonly recipe: Recipe;
  readonly status: RecipeSummary['status'];
  readonly why?: string;
  readonly training: RecipeSummary['training'];
  readonly lessons: readonly CourseLesson[];
  /** What the engine was set to. */
  readonly settings: EngineSettings;
  readonly modelId?: string;
  readonly contract: MetricContract;
  readonly tests: readonly TestSection[];
}

export interface ScoredTest {
  readonly test: PlannedTest;
  readonly entries: readonly Entry[];
  readonly unscored: readonly string[];
  readonly remarks: readonly string[];
}

/** What is said of one recipe. A pure consequence of plan, outcome and figures. */
export function recipeSection(
  { recipe, refused, training }: PlannedRecipe,
  outcome: (CourseOutcome & { readonly settings?: EngineSettings | undefined }) | undefined,
  scored: readonly ScoredTest[],
): RecipeSection {
  const contract = benchmarkContract(recipe.organs);
  const { modelId, none, lessons = [], settings = {} } = outcome ?? {};
  const why = refused?.why ?? none;
  return {
    recipe,
    status: refused !== undefined ? 'refused' : modelId === undefined ? 'failed' : 'done',
    ...(why === undefined ? {} : { why }),
    training,
    lessons,
    settings,
    ...(modelId === undefined ? {} : { modelId }),
    contract,
    tests: scored.map((each) => testSection(recipe, contract, each)),
  };
}

function testSection(recipe: Recipe, contract: MetricContract, scored: ScoredTest): TestSection {
  const { test, entries, unscored, remarks } = scored;
  const { title, published: id } = recipe.tests.find((each) => each.id === test.id)!;
  const contractSha256 = hashOf(contract);
  const rows = entries.flatMap(({ name: model, cases }) =>
    cases.flatMap(({ name, rows: own }): MetricRow[] =>
      own.map((row) => ({ ...row, case: name, model, contractSha256 })),
    ),
  );
  const published = publishedTables.find((row) => row.id === id);
  return {
    id: test.id,
    title,
    asked: test.asked,
    found: test.found,
    ...(published === undefined ? {} : { published }),
    unscored,
    remarks,
    evaluation: evaluateRows({ rows, contract, findings: unscored }),
  };
}

/** The section in figures, for programs: of the first entry, which is the run's own. */
export function recipeSummary(section: RecipeSection): RecipeSummary {
  const { recipe, status, why, training, lessons, settings, modelId, contract, tests } = section;
  const { id, title, family, after, organs, notes = [] } = recipe;
  return {
    ...{ id, title, family, after, organs, notes, status },
    ...(why === undefined ? {} : { why }),
    training,
    lessons: [...lessons],
    settings,
    ...(modelId === undefined ? {} : { modelId }),
    contractSha256: hashOf(contract),
    tests: tests.map(testSummary),
  };
}

function testSummary({ published, evaluation, ...test }: TestSection): TestSummary {
  const { id, title, asked, found, unscored, remarks } = test;
  return {
    ...{ id, title, asked, found, unscored: [...unscored], remarks: [...remarks] },
    ...(published === undefined ? {} : { published: published.id }),
    cases: [...evaluation.cases],
    figures: benchmarkFigures(evaluation, published, evaluation.models[0]),
  };
}

/** Every measure of one entry beside the published figure. */
export function benchmarkFigures(
  { contract, summary }: Evaluation,
  published: PublishedRow | undefined,
  entry: string | undefined,
): BenchmarkFigure[] {
  return measuresOf(contract).map((measure) => {
    const cell = summary.find(
      (each) => each.model === entry && each.stratum === undefined && sameMeasure(each, measure),
    );
    const theirs = published === undefined ? null : publishedFigure(published, measure);
    return {
      ...measure,
      n: cell?.n ?? 0,
      mean: cell?.mean ?? null,
      sd: cell?.sd ?? null,
      ...(theirs === null ? {} : { published: asShares(theirs) }),
    };
  });
}

function sameMeasure(one: Measure, other: Measure): boolean {
  return one.organ === other.organ && one.metric === other.metric && one.toleranceMm === other.toleranceMm;
}

/** Percent as they are printed, as shares of 1. Rounding undoes what binary fractions add: 95.7 is 0.957. */
function asShares([mean, sd]: readonly [number, number | null]): { mean: number; sd: number | null } {
  const share = (percent: number) => Number((percent / 100).toFixed(6));
  return { mean: share(mean), sd: sd === null ? null : share(sd) };
}

/** A case that is worth a look. */
export interface ChallengingCase {
  readonly test: string;
  readonly case: string;
  readonly organ: string;
  readonly dsc: number;
}

/** Of each organ the case with the lowest DSC of one entry, over all tests of a recipe; of a single organ the worst four. */
export function challengingCases({ tests, contract }: RecipeSection, entry: string): ChallengingCase[] {
  const each = contract.organs.length === 1 ? 4 : 1;
  const seen = new Set<string>();
  return contract.organs.flatMap(({ organ }) => {
    const ranked = tests
      .flatMap(({ title, evaluation: { rows } }) =>
        figuresOf(rows, contract, { organ, metric: 'dsc' }).flatMap(({ model, value, case: name }) =>
          model === entry && value !== undefined ? [{ test: title, case: name, organ, dsc: value }] : [],
        ),
      )
      .sort((a, b) => a.dsc - b.dsc || (a.case < b.case ? -1 : 1));
    const own = ranked.filter(({ case: name }, at) => !seen.has(name) && first(ranked, name) === at);
    const chosen = own.slice(0, each);
    for (const { case: name } of chosen) seen.add(name);
    return chosen;
  });
}

function first(ranked: readonly ChallengingCase[], name: string): number {
  return ranked.findIndex((each) => each.case === name);
}
