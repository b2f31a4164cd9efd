import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRecipes } from '../../domain/benchmark-planning.js';
import { parseRecipes, type Recipe } from '../../domain/recipe.js';
import { chooseCases, hardestOf, type Pool, type PoolCase } from '../../domain/recipe-cases.js';
import { leaksBetween } from '../../domain/recipe-leakage.js';
import { recipes } from '../../domain/recipes.js';
import { publishedTables } from '../../reports/published-tables.js';

const named = (id: string): Recipe => recipes.find((each) => each.id === id)!;

const poolCase = (
  collection: PoolCase['collection'],
  n: number,
  subset: 'train' | 'test' = 'train',
): PoolCase => ({
  name: `${collection}/${subset}-${n}`,
  collection,
  subset,
});
const sizes = { lits: 5, kits19: 5, 'msd-spleen': 3, 'msd-pancreas': 4, 'nih-pancreas': 3 } as const;
const cases = (Object.keys(sizes) as (keyof typeof sizes)[]).flatMap((collection) => [
  ...Array.from({ length: sizes[collection] }, (_, n) => poolCase(collection, n)),
  poolCase(collection, 0, 'test'),
]);
const pool: Pool = { cases, groups: [] };
const plan = (
  asked: readonly Recipe[],
  more: { pool?: Pool; pairs?: { first: string; second: string }[] } = {},
) =>
  planRecipes(asked, {
    pool: more.pool ?? pool,
    kinship: {
      pairs: (more.pairs ?? []).map((pair) => ({ ...pair, same: { kind: 'turned' as const } })),
      groups: (more.pool ?? pool).groups,
    },
    seed: 1,
    catalogue: recipes,
    settingsOf: () => ({}),
    keyOf: (value) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16),
  });

describe('the built-in recipes', () => {
  it('cover every row of the published tables once', () => {
    const rows = recipes.flatMap(({ tests }) => tests.flatMap(({ published }) => published ?? []));
    expect(rows.sort()).toEqual(publishedTables.map(({ id }) => id).sort());
  });

  it('ask for as many cases as paper and repository do', () => {
    const training = (id: string) => {
      const { training: of } = named(id);
      if (of.kind === 'supervised') return [of.cases.asked, of.slicePercent];
      if (of.kind === 'teacher-student') return [of.labelled.asked, of.unlabelled.asked];
      return of.parts.map(({ organ, cases: { asked } }) => `${organ} ${asked}`);
    };
    expect(training('fully-supervised-1')).toEqual([210, undefined]);
    expect(training('semi-supervised-1')).toEqual([41, 82]);
    expect(training('semi-supervised-2')).toEqual([41, 363]);
    expect(training('semi-supervised-upper')).toEqual([404, undefined]);
    expect(training('semi-supervised-repository-400')).toEqual([41, 400]);
    expect(training('semi-supervised-repository-800')).toEqual([41, 800]);
    const ratios = recipes.flatMap(({ training: of }) =>
      of.kind === 'supervised' ? (of.slicePercent ?? []) : [],
    );
    expect(ratios).toEqual([5, 15, 30, 50]);
    expect(training('continual-parallel')).toEqual(['liver 139', 'kidney 210', 'spleen 41', 'pancreas 281']);
    expect(training('continual-sequential')).toEqual(training('continual-parallel'));
  });

  it('are data: what `show --json` prints is read back as the same recipe', () => {
    expect(parseRecipes(JSON.parse(JSON.stringify(recipes)), 'recipes.json')).toEqual(recipes);
  });

  it('run with nothing but the five collections, without leakage, and share models where trainings are equal', () => {
    const { recipes: planned, courses } = plan(recipes);
    expect(planned.filter(({ refused }) => refused !== undefined)).toEqual([]);
    const course = (id: string) => planned.find(({ recipe }) => recipe.id === id)!.course;
    expect(course('fully-supervised-1')).toBe(course('table-3-kits'));
    expect(course('fully-supervised-2')).toBe(course('table-3-msd-pan'));
    const hard = planned.find(({ recipe }) => recipe.id === 'semi-supervised-2')!.tests[0]!;
    expect(hard.rankedBy?.course).toBe(course('fully-supervised-2'));
    expect(hard).toMatchObject({ asked: 50, found: 10 });
    expect(Object.keys(courses)).toHaveLength(new Set(planned.map((each) => each.course)).size);
  });
});

describe('a recipe from a file', () => {
  const good = named('weakly-supervised-30');

  it('is refused with file, field and what is wrong', () => {
    const bad = { ...good, organs: ['liver', 'liver'], tests: [{ ...good.tests[0], id: 'A B' }], colour: 1 };
    expect(() => parseRecipes(bad, 'mine.json')).toThrow(
      /^mine\.json is no recipe:\n.*tests\.0\.id: expected lower-case/s,
    );
    expect(() => parseRecipes(bad, 'mine.json')).toThrow(/colour/);
    expect(() => parseRecipes([good, { ...good, organs: ['liver', 'liver'] }], 'two.json')).toThrow(
      /two\.json, recipe 2 is no recipe:\n {2}organs: an organ is named twice/,
    );
    expect(() => parseRecipes([], 'none.json')).toThrow('none.json: holds no recipe');
  });

  it('of an ensemble has one part for each organ', () => {
    const ensemble = named('continual-parallel');
    const training = ensemble.training.kind === 'organ-ensemble' ? ensemble.training : undefined;
    const short = { ...ensemble, training: { ...training, parts: training!.parts.slice(1) } };
    expect(() => parseRecipes(short, 'mine.json')).toThrow(/training\.parts: has kidney, spleen, pancreas/);
  });

  it('that ranks by a recipe that there is not is refused by name', () => {
    const hard = named('semi-supervised-1');
    const cases = { ...hard.tests[0]!.cases, choose: { how: 'hardest' as const, by: 'nobody' } };
    expect(() => plan([{ ...hard, tests: [{ ...hard.tests[0]!, cases }] }])).toThrow(
      /'nobody': there is no such recipe/,
    );
  });
});

describe('a selection', () => {
  const seeded = {
    from: [{ collection: 'lits' as const }, { collection: 'kits19' as const }],
    choose: { how: 'seeded' as const },
  };

  it('says how many are asked for and how many there are', () => {
    expect(chooseCases({ ...seeded, asked: 50 }, pool, 1)).toMatchObject({ asked: 50, found: 12 });
    expect(chooseCases({ ...seeded, asked: 4 }, pool, 1).cases).toHaveLength(4);
  });

  it('is the same for the same seed and another one for another, in the campaign’s order', () => {
    const draw = (seed: number) => chooseCases({ ...seeded, asked: 4 }, pool, seed).cases;
    expect(draw(1)).toEqual(draw(1));
    expect(new Set([1, 2, 3, 4].map((seed) => draw(seed).join())).size).toBeGreaterThan(1);
    const order = cases.map(({ name }) => name);
    expect([...draw(2)].sort((a, b) => order.indexOf(a) - order.indexOf(b))).toEqual(draw(2));
  });

  it('never parts cases that show one scan, and never takes more than it was asked for', () => {
    const names = cases.map(({ name }) => name);
    const group = fc.subarray(names, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(group, { maxLength: 4 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(1000),
        (groups, asked, seed) => {
          const chosen = chooseCases({ ...seeded, asked }, { cases, groups }, seed);
          const fits = new Set(
            chooseCases({ ...seeded, asked: 1, choose: { how: 'all' } }, pool, seed).cases,
          );
          expect(chosen.cases.length).toBeLessThanOrEqual(asked);
          for (const own of groups) {
            const inside = own.filter((name) => fits.has(name)).map((name) => chosen.cases.includes(name));
            expect(new Set(inside).size).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  it('leaves away what it names', () => {
    const all = {
      ...seeded,
      asked: 12,
      choose: { how: 'all' as const },
      except: ['lits/train-0', 'kits19/test-0'],
    };
    expect(chooseCases(all, pool, 1)).toMatchObject({ found: 10 });
    expect(chooseCases(all, pool, 1).cases).not.toContain('lits/train-0');
  });

  it('of the hardest takes the lowest figures, and none that has no figure', () => {
    const ranked = [
      { name: 'lits/b', dsc: 0.4 },
      { name: 'lits/c', dsc: undefined },
      { name: 'lits/a', dsc: 0.4 },
      { name: 'lits/d', dsc: 0.9 },
    ];
    expect(hardestOf(ranked, 2)).toEqual(['lits/a', 'lits/b']);
    expect(hardestOf(ranked, 50)).toEqual(['lits/a', 'lits/b', 'lits/d']);
  });
});

describe('leakage between training and test', () => {
  it('is named with the pair and the proof', () => {
    const pairs = [{ first: 'kits19/x', second: 'lits/y', same: { kind: 'turned' as const } }];
    const leaks = leaksBetween(['lits/y', 'lits/z'], ['kits19/x', 'kits19/w', 'lits/z'], {
      pairs,
      groups: [['kits19/w', 'nih/v', 'lits/z']],
    });
    expect(leaks).toEqual([
      { training: 'lits/y', test: 'kits19/x', why: 'the same voxels, turned' },
      { training: 'lits/z', test: 'kits19/w', why: 'connected by other cases of one scan or patient' },
      { training: 'lits/z', test: 'lits/z', why: 'the same case' },
    ]);
    expect(leaksBetween(['lits/y'], ['kits19/w'], { pairs, groups: [] })).toEqual([]);
  });

  it('refuses the recipe, and the others stand', () => {
    const pairs = [{ first: 'msd-pancreas/train-0', second: 'lits/train-2' }];
    const { recipes: planned } = plan([named('table-3-msd-pan'), named('table-3-kits')], { pairs });
    expect(planned[0]!.course).toBeUndefined();
    expect(planned[0]!.refused).toMatchObject({ leaks: true });
    expect(planned[0]!.refused!.why).toContain(
      'lits/train-2 is tested, msd-pancreas/train-0 is trained on: the same voxels, turned',
    );
    expect(planned[1]!.refused).toBeUndefined();
  });

  it('cannot come of training that passes over what the tests take', () => {
    const groups = [['lits/train-0', 'nih-pancreas/train-1']];
    const open = named('semi-supervised-repository-400');
    const { recipes: planned, courses } = plan([open], { pool: { cases, groups } });
    expect(planned[0]!.refused).toBeUndefined();
    const unlabelled = courses[planned[0]!.course!]!.parts[1]!.cases;
    expect(unlabelled).toContain('lits/test-0');
    expect(unlabelled).not.toContain('lits/train-1');
    expect(unlabelled).not.toContain('nih-pancreas/train-1');
    expect(planned[0]!.training[1]).toEqual({ role: 'unlabelled', asked: 400, used: unlabelled.length });
  });
});

describe('a recipe whose cases the campaign lacks', () => {
  it('is refused and says which role nobody can fill', () => {
    const some = { cases: cases.filter(({ collection }) => collection !== 'msd-spleen'), groups: [] };
    const [planned] = plan([named('weakly-supervised-5')], { pool: some }).recipes;
    expect(planned!.refused).toEqual({
      why: 'the campaign has no finished case for training (labelled)',
      leaks: false,
    });
  });
});
