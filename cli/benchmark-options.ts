import { readFile } from 'node:fs/promises';
import { CampaignPlan } from '../domain/campaign.js';
import { PlusctError } from '../domain/errors.js';
import { campaignPlanKey } from '../domain/keys.js';
import { parseRecipes, type Recipe } from '../domain/recipe.js';
import { recipes as builtIn } from '../domain/recipes.js';
import type { EngineSettings } from '../domain/training-set.js';
import { publishedTables } from '../reports/published-tables.js';
import { requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { parseSettings } from './build-plan.js';
import { wholeNumber } from './wrong-option.js';

export interface RunOptions {
  readonly recipe: readonly string[];
  readonly engine?: string;
  readonly engineSetting?: readonly string[];
  readonly seed?: string;
}

/** The recipes that were asked for: by name, `all` built-in ones, and every one of the files. */
export async function chosenRecipes(names: readonly string[], files: readonly string[]): Promise<Recipe[]> {
  const own = await ownRecipes(files);
  const named = names.flatMap((name) => (name === 'all' ? builtIn : [recipeNamed(name, own)]));
  const chosen = [...new Set([...named, ...own])];
  if (chosen.length > 0) return chosen;
  throw new PlusctError(
    'InvalidInput',
    'Name recipes, or `all`, or give --recipe FILE. `plusct benchmark list` shows what there is.',
  );
}

/** Recipes of files. A file may not give a built-in recipe's name to another one. */
export async function ownRecipes(files: readonly string[]): Promise<Recipe[]> {
  const read = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'utf8').catch(() => {
        throw new PlusctError('InvalidInput', `--recipe ${file}: there is no such file`);
      });
      return parseRecipes(parsed(file, text), file);
    }),
  );
  const own = read.flat();
  const taken = own.find(
    ({ id }, at) => builtIn.some((each) => each.id === id) || own.findIndex((each) => each.id === id) < at,
  );
  for (const recipe of own) requirePublished(recipe);
  if (taken === undefined) return own;
  throw new PlusctError(
    'InvalidInput',
    `--recipe: '${taken.id}' is another recipe’s name; give it one of its own`,
  );
}

/** A row that there is not would silently leave the report without its published column. */
function requirePublished({ id, tests }: Recipe): void {
  const ids = publishedTables.map((row) => row.id);
  const strange = tests.find(({ published }) => published !== undefined && !ids.includes(published));
  if (strange === undefined) return;
  const table = strange.published!.split('/')[0];
  const near = ids.filter((each) => each.startsWith(`${table}/`));
  throw new PlusctError(
    'InvalidInput',
    `recipe ${id}, test ${strange.id}: published '${strange.published}' is no row of the published tables; there are ${(near.length > 0 ? near : ids).join(', ')}`,
  );
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PlusctError('InvalidInput', `--recipe ${file}: is not JSON: ${why}`);
  }
}

/** Throws `InvalidInput` naming what there is. */
export function recipeNamed(name: string, own: readonly Recipe[] = []): Recipe {
  const all = [...own, ...builtIn];
  const found = all.find(({ id }) => id === name);
  if (found !== undefined) return found;
  throw new PlusctError(
    'InvalidInput',
    `There is no recipe '${name}'. There are ${all.map(({ id }) => id).join(', ')}.`,
  );
}

/** Engine, settings and seed: the campaign's own where nothing else was said, so that its models are found again. */
export async function trainingChoice(
  store: ObjectStore,
  campaign: string,
  { engine, engineSetting = [], seed }: Omit<RunOptions, 'recipe'>,
): Promise<{ engine: string; settings: EngineSettings; seed: number }> {
  const plan = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
  const same = engine === undefined || engine === plan.engine;
  return {
    engine: engine ?? plan.engine,
    settings: { ...(same ? plan.engineSettings : {}), ...parseSettings(engineSetting) },
    seed: seed === undefined ? plan.seed : wholeNumber('--seed', seed, 0),
  };
}
