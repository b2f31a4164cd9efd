import { makeBenchmarkPlan } from '../activities/benchmark-planning.js';
import type { Recipe } from '../domain/recipe.js';
import { trainingSelections } from '../domain/recipe.js';
import { recipes } from '../domain/recipes.js';
import { engineByName } from '../engines/registry.js';
import { ownRecipes, recipeNamed, trainingChoice } from './benchmark-options.js';
import { printFittingTable } from './fit-table.js';
import { printJson, say, styled, terminalWidth } from './output.js';
import { chooseCampaign, type Session } from './session.js';

/** `plusct benchmark list`: what there is to run. */
export function listRecipes({ json }: { json?: boolean }): void {
  if (json) {
    printJson(recipes);
    return;
  }
  printFittingTable(
    ['recipe', 'trains', 'tests on'],
    recipes.map((recipe) => [
      recipe.id,
      trainingText(recipe),
      recipe.tests.map(({ title }) => title).join('; '),
    ]),
    terminalWidth(),
  );
  say('`plusct benchmark show RECIPE` tells all of one; `plusct benchmark run all` runs them on a campaign.');
}

function trainingText({ training, organs }: Recipe): string {
  const counts = trainingSelections(training).map(({ selection: { asked } }) => asked);
  const what = organs.length === 1 ? organs[0]! : `${organs.length} organs`;
  if (training.kind === 'teacher-student') return `${what}, ${counts[0]} labelled, ${counts[1]} unlabelled`;
  if (training.kind === 'organ-ensemble') return `${what}, ${training.order}, ${counts.join(' + ')}`;
  const sparse = training.slicePercent === undefined ? '' : `, ${training.slicePercent} % of slices`;
  return `${what}, ${counts[0]}${sparse}`;
}

/** `plusct benchmark show RECIPE`: as data, ready to be changed. */
export async function showRecipe(
  name: string,
  options: { recipe: readonly string[]; json?: boolean },
): Promise<void> {
  const recipe = recipeNamed(name, await ownRecipes(options.recipe));
  if (options.json) return printJson(recipe);
  say(styled('bold', recipe.title));
  say(`${recipe.family}; ${recipe.after === 'own' ? 'own recipe' : `as in the ${recipe.after}`}`);
  for (const { role, labels, selection } of trainingSelections(recipe.training))
    say(
      `  trains on ${selection.asked} ${sourceText(selection)} (${role}${labels === undefined ? '' : `, ${labels} labels`})`,
    );
  for (const { title, cases, published } of recipe.tests) {
    const beside = published === undefined ? '' : `, beside ${published}`;
    say(`  tests on ${title}: ${cases.choose.how} of ${sourceText(cases)}${beside}`);
  }
  for (const note of recipe.notes ?? []) say(`  ${note}`);
}

function sourceText({ from }: Recipe['tests'][number]['cases']): string {
  return from
    .map(({ collection, subset }) => (subset === undefined ? collection : `${collection} ${subset}`))
    .join(', ');
}

/** `plusct benchmark show RECIPE --campaign C`: the cases that it comes to. */
export async function showPlanned(
  session: Session,
  name: string,
  options: { recipe: readonly string[]; campaign?: string; seed?: string; json?: boolean },
): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const recipe = recipeNamed(name, await ownRecipes(options.recipe));
  const choice = await trainingChoice(session.store, campaign, options);
  const plan = await makeBenchmarkPlan(
    { store: session.store, engineByName },
    { campaign, recipes: [recipe], ...choice },
  );
  const [planned] = plan.recipes;
  if (options.json) return printJson({ campaign, seed: choice.seed, ...planned, courses: plan.courses });
  const { refused, training, tests } = planned!;
  say(styled('bold', `${recipe.title}, on ${campaign}`));
  if (refused !== undefined) say(`REFUSED: ${refused.why}`);
  for (const { role, asked, used } of training) say(`  training, ${role}: ${used} of ${asked} cases`);
  for (const { id, asked, cases, rankedBy } of tests) {
    const what = rankedBy === undefined ? '' : ' candidates, which a model ranks';
    say(`  test ${id}: ${cases.length} of ${asked}${what}`);
    for (const each of cases) say(`    ${each}`);
  }
}
