import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readModel } from '../../activities/model-store.js';
import { BenchmarkSummary, type RecipeSummary } from '../../domain/benchmark-summary.js';
import { recipes } from '../../domain/recipes.js';
import { readBenchmarkPlan } from '../../storage/benchmarks.js';
import { getContent } from '../../storage/content.js';
import { type Installation, install } from './installation.js';
import { storePhantomResults } from './phantom-results.js';

/** Every recipe on one small campaign, by the command line, with the built-in engine. */
const campaign = `recipes-${process.pid}`;
const published = resolve('../shared/spec/published-tables.json');
let installation: Installation;
let directory: string;
let summary: BenchmarkSummary;
let printed: string;

function plusct(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, ...inject('servers'), PLUSCT_QUEUE_SUFFIX: installation.queueSuffix };
  return new Promise((done) => {
    execFile(process.execPath, [resolve('infra/plusct.mjs'), ...args], { env }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plusct-recipes-'));
  installation = await install('recipes', ['orchestration', 'io', 'gpu']);
  await storePhantomResults(installation.store, campaign, [
    { first: 'kits19/test-0', second: 'msd-pancreas/test-0', same: { kind: 'turned' } },
  ]);
  const run = await plusct(
    'benchmark',
    'run',
    'all',
    '--campaign',
    campaign,
    '--out',
    join(directory, 'all'),
  );
  expect(run).toMatchObject({ code: 0 });
  printed = run.out;
  summary = BenchmarkSummary.parse(JSON.parse(readFileSync(join(directory, 'all', 'summary.json'), 'utf8')));
}, 900_000);

afterAll(async () => {
  await installation?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const recipeOf = (id: string): RecipeSummary => summary.recipes.find((each) => each.id === id)!;
const page = () => readFileSync(join(directory, 'all', 'report.html'), 'utf8');
const ownRecipe = (name: string, change: object): string => {
  const path = join(directory, `${name}.json`);
  writeFileSync(
    path,
    JSON.stringify({ ...recipes.find(({ id }) => id === 'table-3-kits'), id: name, after: 'own', ...change }),
  );
  return path;
};

describe('all recipes in one command', () => {
  it('run to their ends, and say how many cases they asked for and used', () => {
    expect(summary.recipes.map(({ id, status }) => [id, status])).toEqual(
      recipes.map(({ id }) => [id, 'done']),
    );
    for (const { tests } of summary.recipes)
      for (const { figures, cases, unscored } of tests) {
        expect(unscored).toEqual([]);
        expect(figures.map(({ n }) => n)).toEqual(figures.map(() => cases.length));
      }
    const { training, tests } = recipeOf('fully-supervised-1');
    expect(training).toEqual([{ role: 'labelled', asked: 210, used: 2 }]);
    expect(tests[0]).toMatchObject({ asked: 50, found: 8, cases: { length: 8 } });
    expect(printed).toMatch(/fully-supervised-1 +fifty +8 of 50 /);
    expect(page().includes('<span>8 of 50 cases</span>')).toBe(true);
  });

  it('learn something: a liver is found where a model was trained on livers', () => {
    const liver = recipeOf('table-2-liver').tests.flatMap(({ figures }) =>
      figures.filter(({ metric }) => metric === 'dsc'),
    );
    for (const { mean } of liver) expect(mean).toBeGreaterThan(0.7);
  });

  it('share models wherever trainings are equal', () => {
    expect(recipeOf('fully-supervised-1').modelId).toBe(recipeOf('table-3-kits').modelId);
    expect(recipeOf('semi-supervised-1').lessons[0]!.modelId).toBe(recipeOf('semi-supervised-lower').modelId);
    const organOf = (id: string) =>
      recipeOf('continual-parallel').lessons.find(({ organs }) => organs.join() === id)!;
    expect(organOf('kidney').modelId).toBe(recipeOf('table-2-kidney').modelId);
  });

  it('teach students with pseudo-labels, and one organ more each time', () => {
    const student = recipeOf('semi-supervised-2').lessons.find(({ step }) => step === 'student')!;
    expect(student).toMatchObject({ manual: 2, pseudo: 4, leftOut: 0 });
    const grown = recipeOf('continual-sequential').lessons.map(({ organs, manual, pseudo }) => [
      organs.length,
      manual,
      pseudo,
    ]);
    expect(grown).toEqual([
      [1, 1, 0],
      [2, 0, 2],
      [3, 0, 2],
      [4, 0, 2],
    ]);
  });

  it('train weakly on the slices of their percentage alone', async () => {
    const slices = async (id: string) => {
      const { trainedOn } = await readModel(installation.store, recipeOf(id).modelId!);
      return trainedOn[0]!.slices!;
    };
    const [five, fifty] = [await slices('weakly-supervised-5'), await slices('weakly-supervised-50')];
    expect([five[0], five.at(-1)]).toEqual([fifty[0], fifty.at(-1)]);
    expect(five.length).toBeLessThan(fifty.length);
  });

  it('write a report that needs nothing else, with plots, challenging cases and contract', () => {
    const text = page();
    expect(/(src|href)="(?!#|data:)/.exec(text)).toBeNull();
    expect(text.match(/<figure class="plot">/g)!.length).toBeGreaterThanOrEqual(recipes.length);
    expect(text.match(/<div class="frame">/g)!.length).toBeGreaterThanOrEqual(4 * 16);
    const wanted = [
      'A classical CPU baseline',
      ...summary.recipes.map(({ contractSha256 }) => contractSha256),
    ];
    expect(wanted.filter((each) => !text.includes(each))).toEqual([]);
  });

  it('are found finished when they are asked for again', async () => {
    const again = await plusct('benchmark', 'run', 'all', '--campaign', campaign);
    expect(again.err).toContain(`Run ${summary.run} is finished`);
    expect(again.out).toBe(printed);
  }, 60_000);
});

describe.skipIf(!existsSync(published))(
  'published columns beside ../shared/spec/published-tables.json',
  () => {
    it('hold every figure of the tables, in their order', () => {
      const wanted: (number | null)[] = [];
      const collect = (value: unknown): void => {
        if (value === null || typeof value !== 'object') return;
        if ('mean' in value && 'sd' in value)
          wanted.push(Number(value.mean), value.sd === null ? null : Number(value.sd));
        else for (const inner of Object.values(value)) collect(inner);
      };
      for (const [name, table] of Object.entries(JSON.parse(readFileSync(published, 'utf8')) as object))
        if (!name.endsWith('_mean')) collect(table);
      const rows = [...page().matchAll(/<tr class="published">(.*?)<\/tr>/gs)].flatMap(([, row]) =>
        [...row!.matchAll(/<td>([^<]*)<\/td>/g)].slice(1).map(([, text]) => text!),
      );
      const shown = rows
        .filter((text) => text !== '–')
        .flatMap((text) => {
          const [mean, sd] = text.split(' ± ');
          return [Number(mean), sd === undefined ? null : Number(sd)];
        });
      expect(shown).toEqual(wanted);
    });
  },
);

describe('a recipe of one’s own', () => {
  const tests = (cases: object) => [{ id: 'own', title: 'own test', cases }];

  it('takes the hardest cases by the model of another recipe', async () => {
    const cases = {
      from: [
        { collection: 'kits19', subset: 'train' },
        { collection: 'lits', subset: 'train' },
      ],
      asked: 2,
      choose: { how: 'hardest', by: 'fully-supervised-2' },
    };
    const training = {
      kind: 'supervised',
      labels: 'plus',
      cases: { from: [{ collection: 'msd-spleen' }], asked: 3, choose: { how: 'all' } },
    };
    const file = ownRecipe('two-hard', { training, tests: tests(cases) });
    const { out, code } = await plusct(
      'benchmark',
      'run',
      '--recipe',
      file,
      '--campaign',
      campaign,
      '--json',
    );
    expect(code).toBe(0);
    const { run, recipes: ran } = BenchmarkSummary.parse(JSON.parse(out));
    const plan = await readBenchmarkPlan(installation.store, run);
    expect(plan.recipes[0]!.tests[0]).toMatchObject({ asked: 2, found: 4 });
    const all = readFileSync(join(directory, 'all', 'rows.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const means = new Map<string, number>();
    for (const row of all)
      if (row.recipe === 'table-3-msd-pan' && row.test !== 'spleen')
        means.set(row.case, (means.get(row.case) ?? 0) + row.dsc / 4);
    const hardest = [...means]
      .sort(([, a], [, b]) => a - b)
      .slice(0, 2)
      .map(([name]) => name);
    expect(ran[0]!.tests[0]!.cases).toEqual(hardest);
  }, 120_000);

  it('is refused when a test case shows the scan of a training case, with the pair named', async () => {
    const training = {
      kind: 'supervised',
      labels: 'plus',
      cases: { from: [{ collection: 'kits19' }], asked: 3, choose: { how: 'all' } },
    };
    const cases = { from: [{ collection: 'msd-pancreas' }], asked: 3, choose: { how: 'all' } };
    const file = ownRecipe('leaky', { training, tests: tests(cases) });
    const { code, err, out } = await plusct('benchmark', 'run', '--recipe', file, '--campaign', campaign);
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain(
      'msd-pancreas/test-0 is tested, kits19/test-0 is trained on: the same voxels, turned',
    );
  });

  it('is refused when it is none, with its field named', async () => {
    const file = ownRecipe('wrong', { organs: ['heart'] });
    const { code, err } = await plusct('benchmark', 'run', '--recipe', file, '--campaign', campaign);
    expect(code).toBe(1);
    expect(err).toMatch(/wrong\.json is no recipe:\n {2}organs\.0: Invalid option/);
  });
});

describe('a submission from outside', () => {
  const score = (...more: string[]) =>
    plusct(
      'benchmark',
      'score',
      'fully-supervised-2',
      join(directory, 'submission'),
      '--campaign',
      campaign,
      ...more,
    );

  it('is refused with every missing, foreign and misplaced label map named, and scored on request without them', async () => {
    const plan = await readBenchmarkPlan(installation.store, summary.run);
    const names = recipeOf('fully-supervised-2').tests[0]!.cases;
    const folder = join(directory, 'submission');
    const truth = (name: string) => getContent(installation.store, plan.cases[name]!.truth);
    for (const [at, name] of names.entries()) {
      if (at === 0) continue;
      const path = join(folder, `${name}.nii.gz`);
      mkdirSync(join(path, '..'), { recursive: true });
      // The last one has the label map of another patient.
      writeFileSync(path, await truth(names[at === names.length - 1 ? 0 : at]!));
    }
    writeFileSync(join(folder, 'stranger.nii.gz'), await truth(names[0]!));
    const refused = await score();
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`${names[0]}: has no label map`);
    expect(refused.err).toContain('stranger.nii.gz: is no test case of the recipe');
    const { out, code } = await score('--skip-faulty', '--json', '--out', join(directory, 'scored'));
    expect(code).toBe(0);
    const { tests, contractSha256, missing, extra, faults } = JSON.parse(out);
    expect(contractSha256).toBe(recipeOf('fully-supervised-2').contractSha256);
    expect([missing.length, extra.length]).toEqual([1, 1]);
    expect(faults).toEqual([
      expect.stringMatching(new RegExp(`^${names.at(-1)}: the prediction lies on another grid`)),
    ]);
    const [own, ours] = tests[0].entries;
    expect(own.name).toBe('submission');
    expect(own.figures.map(({ mean, n }: { mean: number; n: number }) => [mean, n])).toEqual(
      own.figures.map(() => [1, names.length - 2]),
    );
    expect(ours.figures[0].mean).toBeLessThan(1);
    const page = readFileSync(join(directory, 'scored', 'report.html'), 'utf8');
    expect(page.includes('<tr class="entry"><td>atlas')).toBe(true);
  }, 60_000);
});
