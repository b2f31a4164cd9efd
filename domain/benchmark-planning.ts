import type { Course, CoursePart, PlannedRecipe, PlannedTest } from './benchmark.js';
import { PlusctError } from './errors.js';
import { type LabelChoice, type Recipe, trainingSelections } from './recipe.js';
import { type Chosen, chooseCases, type Pool, withTheirGroups } from './recipe-cases.js';
import { type Kinship, leakageText, leaksBetween } from './recipe-leakage.js';
import type { EngineSettings } from './training-set.js';

/** What recipes are planned with. */
export interface Planning {
  readonly pool: Pool;
  readonly kinship: Kinship;
  readonly seed: number;
  /** Recipes that others may name. */
  readonly catalogue: readonly Recipe[];
  /** The engine's settings for a recipe. */
  readonly settingsOf: (recipe: Recipe) => EngineSettings;
  /** A short name that follows from a value. */
  readonly keyOf: (value: unknown) => string;
}

interface Planned {
  readonly recipes: PlannedRecipe[];
  readonly courses: Record<string, Course>;
}

/**
 * Which cases every recipe trains and tests on. Pure. A recipe that finds no cases, or whose test cases its training
 * knows, is refused and says why; the others stand. Throws `InvalidInput` where a recipe names one that there is not.
 */
export function planRecipes(recipes: readonly Recipe[], planning: Planning): Planned {
  const courses: Record<string, Course> = {};
  const take = (course: Course): string => {
    const key = planning.keyOf(course);
    courses[key] = course;
    return key;
  };
  return { recipes: recipes.map((recipe) => planRecipe(recipe, planning, take)), courses };
}

function planRecipe(recipe: Recipe, planning: Planning, take: (course: Course) => string): PlannedRecipe {
  const { pool, seed, kinship } = planning;
  const chosen = recipe.tests.map(({ cases }) => chooseCases(cases, pool, seed));
  const { course, selections } = courseOf(recipe, planning, chosen);
  const training = selections.map(({ role, chosen: { asked, cases } }) => ({
    role,
    asked,
    used: cases.length,
  }));
  const rankings = recipe.tests.map(({ cases }) => rankingOf(cases.choose, planning));
  const about = {
    recipe,
    training,
    tests: recipe.tests.map(({ id }, at): PlannedTest => {
      const { asked, found, cases } = chosen[at]!;
      const ranking = rankings[at];
      if (ranking === undefined || unranked([ranking]) !== undefined)
        return { id, asked, found, cases: [...cases] };
      return {
        id,
        asked,
        found,
        cases: [...cases],
        rankedBy: { course: take(ranking), organs: ranking.organs },
      };
    }),
  };
  const missing = emptyRoles(about) ?? unranked(rankings);
  if (missing !== undefined) return { ...about, refused: { why: missing, leaks: false } };
  const trained = course.parts.flatMap(({ cases }) => cases);
  const leaks = leaksBetween(
    trained,
    chosen.flatMap(({ cases }) => cases),
    kinship,
  );
  if (leaks.length > 0) return { ...about, refused: { why: leakageText(leaks), leaks: true } };
  return { ...about, course: take(course) };
}

/** Why a recipe cannot run in this campaign at all. */
function emptyRoles({ training, tests }: Pick<PlannedRecipe, 'training' | 'tests'>): string | undefined {
  const role = training.find(({ used }) => used === 0);
  if (role !== undefined) return `the campaign has no finished case for training (${role.role})`;
  if (tests.every(({ cases }) => cases.length === 0)) return 'the campaign has no finished case for testing';
  return undefined;
}

/** Why a test's candidates cannot be ranked. */
function unranked(rankings: readonly (Course | undefined)[]): string | undefined {
  const lacking = rankings.some((course) => course?.parts.some(({ cases }) => cases.length === 0));
  return lacking
    ? 'the campaign has no finished case to train the model that ranks its test cases'
    : undefined;
}

interface ChosenRole {
  readonly role: string;
  readonly labels?: LabelChoice;
  readonly chosen: Chosen;
}

function courseOf(
  recipe: Recipe,
  { pool, seed, settingsOf }: Planning,
  tests: readonly Chosen[],
): { course: Course; selections: ChosenRole[] } {
  const { training, organs } = recipe;
  const tested = withTheirGroups(
    tests.flatMap(({ cases }) => cases),
    pool.groups,
  );
  const selections = trainingSelections(training).map(({ role, labels, selection }): ChosenRole => {
    const passOver = selection.besidesTests === true ? tested : undefined;
    const chosen = chooseCases(selection, pool, seed, passOver);
    return { role, chosen, ...(labels === undefined ? {} : { labels }) };
  });
  const parts = selections.map(
    ({ role, labels, chosen }): CoursePart => ({
      role,
      cases: [...chosen.cases],
      organs: training.kind === 'organ-ensemble' ? organs.filter((organ) => organ === role) : [...organs],
      ...(labels === undefined ? {} : { labels }),
    }),
  );
  const about = { organs: [...organs], settings: settingsOf(recipe), parts };
  if (training.kind === 'organ-ensemble') return { selections, course: { kind: training.order, ...about } };
  if (training.kind === 'teacher-student')
    return { selections, course: { kind: training.kind, ...about, rounds: training.rounds } };
  const sparse = training.slicePercent === undefined ? {} : { slicePercent: training.slicePercent };
  return { selections, course: { kind: training.kind, ...about, ...sparse } };
}

/** The course of the model that ranks a test's candidates. */
function rankingOf(
  choose: Recipe['tests'][number]['cases']['choose'],
  planning: Planning,
): Course | undefined {
  if (choose.how !== 'hardest') return undefined;
  const { catalogue, pool, seed } = planning;
  const recipe = catalogue.find(({ id }) => id === choose.by);
  if (recipe === undefined) {
    throw new PlusctError(
      'InvalidInput',
      `hardest by '${choose.by}': there is no such recipe; there are ${catalogue.map(({ id }) => id).join(', ')}`,
    );
  }
  // Candidates are all cases of its tests that need no ranking themselves: only they can be passed over.
  const tests = recipe.tests.map(({ cases }) => chooseCases(cases, pool, seed));
  return courseOf(recipe, planning, tests).course;
}
