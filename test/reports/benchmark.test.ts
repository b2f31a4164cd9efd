import { describe, expect, it } from 'vitest';
import type { PlannedRecipe } from '../../domain/benchmark.js';
import type { OrganFigures } from '../../domain/metric.js';
import { recipes } from '../../domain/recipes.js';
import { challengingCases, recipeSection, recipeSummary } from '../../reports/benchmark.js';
import { benchmarkPage } from '../../reports/benchmark-page.js';

const recipe = recipes.find(({ id }) => id === 'table-2-liver')!;
const planned: PlannedRecipe = {
  recipe,
  course: 'c',
  training: [{ role: 'labelled', asked: 131, used: 3 }],
  tests: recipe.tests.map(({ id, cases }) => ({
    id,
    asked: cases.asked,
    found: 2,
    cases: ['kits19/a', 'kits19/b'],
  })),
};
const liver = (dsc: number): OrganFigures[] => [
  { organ: 'liver', toleranceMm: 1, dsc, nsd: dsc / 2, truthVoxels: 10, predictionVoxels: 10 },
];
const scored = planned.tests.map((test, at) => ({
  test,
  entries: [
    {
      name: 'atlas',
      cases:
        at === 0
          ? []
          : [
              { name: 'kits19/a', rows: liver(0.8) },
              { name: 'kits19/b', rows: liver(0.6 + at / 100) },
            ],
    },
  ],
  unscored: at === 0 ? ['kits19/a: <no> body'] : [],
  remarks: [],
}));
const settings = { epochs: 50 };
const done = recipeSection(planned, { modelId: 'm', lessons: [], settings }, scored);
const pageOf = (section: typeof done) =>
  benchmarkPage({
    title: 'Trial',
    run: 'trial.1',
    seed: 1,
    engine: { name: 'atlas', version: '1', summary: 'A baseline.' },
    sections: [section],
    pictures: [],
  });

describe('a recipe’s section', () => {
  it('has ours beside the published figures, as shares of 1, with n', () => {
    const [own, kits] = recipeSummary(done).tests;
    expect(kits!.figures).toEqual([
      {
        organ: 'liver',
        metric: 'dsc',
        n: 2,
        mean: (0.8 + 0.61) / 2,
        sd: expect.closeTo(0.1344, 4),
        published: { mean: 0.959, sd: 0.0935 },
      },
      {
        organ: 'liver',
        metric: 'nsd',
        toleranceMm: 1,
        n: 2,
        mean: expect.closeTo(0.3525),
        sd: expect.closeTo(0.0672, 4),
        published: { mean: 0.863, sd: 0.141 },
      },
    ]);
    expect(own).toMatchObject({ asked: 70, found: 2, cases: [], unscored: ['kits19/a: <no> body'] });
    expect(own!.figures[0]).toEqual({
      organ: 'liver',
      metric: 'dsc',
      n: 0,
      mean: null,
      sd: null,
      published: { mean: 0.957, sd: null },
    });
  });

  it('shows the worst cases over all tests, none twice', () => {
    expect(challengingCases(done, 'atlas')).toEqual([
      { test: 'KiTS (210)', case: 'kits19/b', organ: 'liver', dsc: 0.61 },
      { test: 'KiTS (210)', case: 'kits19/a', organ: 'liver', dsc: 0.8 },
    ]);
    expect(challengingCases(done, 'nobody')).toEqual([]);
  });
});

describe('the report of a run', () => {
  it('has a row for ours, the published one and the difference under each test, and equal input gives equal bytes', async () => {
    const text = await pageOf(done);
    // The whole page would be the message of a failure: only what was not found is.
    const flat = text.replaceAll('>\n<', '><');
    const wanted = [
      'Engine set to epochs=50.',
      '<b>KiTS (210)</b> <span>2 of 210 cases</span>',
      '<tr class="ours"><td>atlas</td><td>70.5 ± 13.4<small>n 2</small>',
      '<td>published, table-2/liver-on-kits</td><td>95.9 ± 9.35</td><td>86.3 ± 14.1</td>',
      'atlas less published</td><td>−25.4<',
      '<b>LiTS Ts (70)</b> <span>0 of 70 cases</span>',
      'kits19/a: &lt;no&gt; body',
    ];
    expect(wanted.filter((each) => !flat.includes(each))).toEqual([]);
    expect((await pageOf(done)) === text).toBe(true);
  });

  it('says why a recipe was refused and shows no table of it', async () => {
    const refused = { why: 'its tests\n  leak', leaks: true };
    const { course: _, ...without } = planned;
    const text = await pageOf(recipeSection({ ...without, refused }, undefined, []));
    expect(text).toContain('<b>It was refused.</b> <span class="why">its tests\n  leak</span>');
    expect(text).not.toContain('class="results"');
  });
});
