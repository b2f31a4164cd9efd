import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { casesOf, judge, pairOf, readScore } from '../activities/benchmark-scores.js';
import { loadPassport } from '../activities/label-store.js';
import { workVolumesInThreads } from '../activities/volume-pool.js';
import type { VolumeWork } from '../activities/volume-work.js';
import type { BenchmarkPlan, PlannedRecipe, PlannedTest } from '../domain/benchmark.js';
import type { BenchmarkSummary } from '../domain/benchmark-summary.js';
import { PlusctError } from '../domain/errors.js';
import type { OrganFigures } from '../domain/metric.js';
import { organs, organValue } from '../domain/organ.js';
import { OrganName } from '../domain/primitives.js';
import {
  benchmarkFigures,
  challengingCases,
  type RecipeSection,
  recipeSection,
} from '../reports/benchmark.js';
import { benchmarkPage, type DrawnCase } from '../reports/benchmark-page.js';
import { readBenchmarkPlan } from '../storage/benchmarks.js';
import { getContent } from '../storage/content.js';
import { canonicalJson, hashOf } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { finishedRun, writeFiles } from './benchmark.js';
import { cellsOf } from './benchmark-print.js';
import { caseFilesBelow } from './case-files.js';
import { printJson, printTable, say, styled } from './output.js';
import type { Session } from './session.js';
import { WrongOption } from './wrong-option.js';

interface ScoreOptions {
  readonly run?: string;
  readonly campaign?: string;
  readonly name?: string;
  readonly skipFaulty?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** A submission on one test: files by case, and what is wrong with it. */
interface Submitted {
  readonly test: PlannedTest;
  readonly files: ReadonlyMap<string, string>;
  readonly missing: readonly string[];
}

const casesAtOnce = 2;

/** `plusct benchmark score RECIPE FOLDER`: label maps from outside, on the same cases under the same contract, beside ours. */
export async function scoreSubmission(
  session: Session,
  id: string,
  folder: string,
  options: ScoreOptions,
): Promise<void> {
  const { store } = session;
  const hasRecipe = ({ recipes }: BenchmarkSummary) =>
    recipes.some((each) => each.id === id && each.status === 'done');
  const summary = await finishedRun(session, options.run, options.campaign, hasRecipe);
  const plan = await readBenchmarkPlan(store, summary.run);
  const planned = plan.recipes.find(({ recipe }) => recipe.id === id)!;
  const tests = await Promise.all(
    planned.tests.map(async (test) => ({ test, names: await casesOf(store, summary.run, id, test) })),
  );
  const { submitted, extra } = pairFiles(folder, tests);
  const missing = submitted.flatMap((each) => each.missing);
  const early = [...missing, ...extra];
  if (early.length > 0 && !options.skipFaulty) throw refusal(early);
  const name = options.name ?? basename(resolve(folder));
  if (name === plan.engine.name)
    throw new WrongOption(
      `the submission is called '${name}', as the run's own engine is; give it another name with --name`,
    );
  const work = workVolumesInThreads();
  try {
    const about: Scoring = { store, work, plan, planned, summary, name };
    const judged = await Promise.all(submitted.map((each) => scoreTest(about, each)));
    const scored = judged.map((each, at) => ({ ...each, missing: submitted[at]!.missing }));
    const faults = scored.flatMap((each) => each.faults);
    if (faults.length > 0 && !options.skipFaulty) throw refusal(faults);
    const section = sectionOf(about, scored);
    if (options.out !== undefined) await writeScores(about, section, submitted, options.out);
    const faulty = { missing, extra, faults };
    if (options.json) printJson({ ...scoresOf(about, section), ...faulty });
    else printScores(about, section, [...early, ...faults]);
  } finally {
    await work.close();
  }
}

function refusal(lines: readonly string[]): PlusctError {
  const text = [...new Set(lines)].map((line) => `  ${line}`);
  return new PlusctError(
    'InvalidInput',
    [
      'The submission is not what the recipe asks for:',
      ...text,
      '--skip-faulty scores the rest and says so.',
    ].join('\n'),
  );
}

/** Files are named by their cases: `collection/case.nii.gz`, or `case.nii.gz` alone. */
function pairFiles(
  folder: string,
  tests: readonly { test: PlannedTest; names: readonly string[] }[],
): { submitted: Submitted[]; extra: string[] } {
  const files = caseFilesBelow(folder, 'FOLDER');
  const used = new Set<string>();
  const submitted = tests.map(({ test, names }): Submitted => {
    const found = new Map<string, string>();
    for (const name of names) {
      const key = [name, name.slice(name.indexOf('/') + 1)].find((each) => files.has(each));
      if (key === undefined) continue;
      used.add(key);
      found.set(name, files.get(key)!);
    }
    const missing = names.filter((name) => !found.has(name)).map((name) => `${name}: has no label map`);
    return { test, files: found, missing };
  });
  const extra = [...files]
    .filter(([key]) => !used.has(key))
    .map(([, path]) => `${path}: is no test case of the recipe`);
  return { submitted, extra };
}

interface Scoring {
  readonly store: ObjectStore;
  readonly work: VolumeWork;
  readonly plan: BenchmarkPlan;
  readonly planned: PlannedRecipe;
  readonly summary: BenchmarkSummary;
  readonly name: string;
}

interface ScoredEntry {
  readonly name: string;
  readonly rows: readonly OrganFigures[];
}

interface ScoredSubmission {
  readonly test: PlannedTest;
  readonly theirs: ScoredEntry[];
  readonly ours: ScoredEntry[];
  readonly faults: string[];
}

async function scoreTest(about: Scoring, { test, files }: Submitted): Promise<ScoredSubmission> {
  const { store, work, plan, planned, summary } = about;
  const { modelId } = summary.recipes.find(({ id }) => id === planned.recipe.id)!;
  const faults: string[] = [];
  const scored = await mapBounded([...files], casesAtOnce, async ([name, path]) => {
    const pair = pairOf(plan, name, planned.course!, modelId!);
    const own = await readScore(store, pair);
    const ours = own === undefined || own.mismatch !== undefined ? [] : [{ name, rows: own.rows }];
    try {
      const { rows, mismatch } = await judge({ store, work }, pair, readFileSync(path));
      if (mismatch === undefined) return { theirs: [{ name, rows }], ours };
      faults.push(`${name}: ${mismatch}`);
    } catch (error) {
      if (!(error instanceof PlusctError)) throw error;
      faults.push(`${name}: ${error.message}`);
    }
    return { theirs: [], ours };
  });
  return {
    test,
    theirs: scored.flatMap((each) => each.theirs),
    ours: scored.flatMap((each) => each.ours),
    faults: faults.sort(),
  };
}

function sectionOf(
  { plan, planned, summary, name }: Scoring,
  scored: readonly (ScoredSubmission & Pick<Submitted, 'missing'>)[],
): RecipeSection {
  const { modelId } = summary.recipes.find(({ id }) => id === planned.recipe.id)!;
  return recipeSection(
    planned,
    {
      lessons: [],
      settings: plan.courses[planned.course!]?.settings,
      ...(modelId === undefined ? {} : { modelId }),
    },
    scored.map(({ test, theirs, ours, faults, missing }) => ({
      test,
      entries: [
        { name, cases: theirs },
        { name: plan.engine.name, cases: ours },
      ],
      unscored: [...missing, ...faults],
      remarks: [],
    })),
  );
}

function scoresOf({ summary, name }: Scoring, { recipe, contract, tests }: RecipeSection) {
  return {
    run: summary.run,
    recipe: recipe.id,
    submission: name,
    contract,
    contractSha256: hashOf(contract),
    tests: tests.map(({ id, asked, unscored, evaluation, published }) => ({
      id,
      asked,
      unscored,
      cases: evaluation.cases,
      entries: evaluation.models.map((model) => ({
        name: model,
        figures: benchmarkFigures(evaluation, published, model),
      })),
      rows: evaluation.rows,
    })),
  };
}

function printScores(
  { name, plan }: Scoring,
  { recipe, tests }: RecipeSection,
  faults: readonly string[],
): void {
  say(styled('bold', `${recipe.title}: ${name} beside ${plan.engine.name}`));
  say('DSC in %, own | published');
  printTable(
    ['tested on', 'entry', 'cases', ...organs],
    tests.flatMap(({ id, asked, evaluation, published }) =>
      evaluation.models.map((model, at) => {
        const cases = new Set(evaluation.rows.flatMap((row) => (row.model === model ? [row.case] : []))).size;
        return [
          at === 0 ? id : '',
          model,
          `${cases} of ${asked}`,
          ...cellsOf(benchmarkFigures(evaluation, published, model)),
        ];
      }),
    ),
  );
  for (const line of new Set(faults)) say(`left out: ${line}`);
}

async function writeScores(
  about: Scoring,
  section: RecipeSection,
  submitted: readonly Submitted[],
  directory: string,
): Promise<void> {
  const { store, work, plan, summary, name } = about;
  const drawn = await mapBounded(
    challengingCases(section, name),
    casesAtOnce,
    async (each): Promise<DrawnCase[]> => {
      const { collection, caseId, truth } = plan.cases[each.case]!;
      const { image } = await loadPassport(store, { campaign: plan.campaign, collection, caseId });
      const picture = await work.picture({
        truth: await getContent(store, truth),
        prediction: submitted.find(({ files }) => files.has(each.case))!.files.get(each.case)!,
        labels: [organValue[OrganName.parse(each.organ)]],
        ...(image === undefined ? {} : { image: await getContent(store, image) }),
      });
      return picture === undefined ? [] : [{ ...each, ...picture, recipe: section.recipe.id }];
    },
  );
  const { engine, seed, run } = summary;
  const title = `${name}: ${section.recipe.title}`;
  const page = await benchmarkPage({ title, run, seed, engine, sections: [section], pictures: drawn.flat() });
  await writeFiles(directory, {
    'report.html': page,
    'summary.json': canonicalJson(scoresOf(about, section)),
  });
}
