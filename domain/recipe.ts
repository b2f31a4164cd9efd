import { z } from 'zod';
import { PlusctError } from './errors.js';
import { CollectionName, OrganName } from './primitives.js';
import { EngineSettings } from './training-set.js';

/** A recipe's name on the command line, in workflow ids and in object keys. */
export const RecipeId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,47}$/, 'expected lower-case letters, digits and hyphens (at most 48)');
export type RecipeId = z.infer<typeof RecipeId>;

const CaseName = z
  .string()
  .regex(/^[a-z0-9-]+\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected collection/case');

/** Where cases come from: a collection, or only the part of it that its source calls training or test. */
export const CaseSource = z.strictObject({
  collection: CollectionName,
  subset: z.enum(['train', 'test']).optional(),
});
export type CaseSource = z.infer<typeof CaseSource>;

/** Which cases of a campaign are meant. */
export const Selection = z.strictObject({
  from: z.array(CaseSource).min(1),
  /** How many cases the recipe is written for. Where there are fewer, the run says so. */
  asked: z.number().int().min(1),
  /**
   * `all` there are; `seeded` draws `asked` of them by the run's seed; `hardest` takes the `asked` cases with the lowest
   * mean DSC under the model of the recipe `by`.
   */
  choose: z.discriminatedUnion('how', [
    z.strictObject({ how: z.literal('all') }),
    z.strictObject({ how: z.literal('seeded') }),
    z.strictObject({ how: z.literal('hardest'), by: RecipeId }),
  ]),
  /** Cases that are left away by name. */
  except: z.array(CaseName).optional(),
});
export type Selection = z.infer<typeof Selection>;

/** Training cases: never ranked by a model, and where it is asked for without the cases that the tests take. */
export const TrainingSelection = Selection.extend({
  choose: z.discriminatedUnion('how', [
    z.strictObject({ how: z.literal('all') }),
    z.strictObject({ how: z.literal('seeded') }),
  ]),
  /** Passes over what the tests take, and over every other case that shows the same scan. */
  besidesTests: z.literal(true).optional(),
});
export type TrainingSelection = z.infer<typeof TrainingSelection>;

/** Labels of the source alone, or the campaign's finished ones of all organs. */
export const LabelChoice = z.enum(['source', 'plus']);
export type LabelChoice = z.infer<typeof LabelChoice>;

export const RecipeTraining = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('supervised'),
    cases: TrainingSelection,
    labels: LabelChoice,
    /** Only so many of the slices of each case are labelled, at even intervals. */
    slicePercent: z.number().min(1).max(99).optional(),
  }),
  z.strictObject({
    kind: z.literal('teacher-student'),
    labelled: TrainingSelection,
    labels: LabelChoice,
    unlabelled: TrainingSelection,
    rounds: z.number().int().min(1).max(20),
  }),
  z.strictObject({
    kind: z.literal('organ-ensemble'),
    /** `parallel`: a model for each organ, then one of all. `sequential`: one model that learns an organ more each time. */
    order: z.enum(['parallel', 'sequential']),
    parts: z
      .array(z.strictObject({ organ: OrganName, cases: TrainingSelection, labels: LabelChoice }))
      .min(2),
  }),
]);
export type RecipeTraining = z.infer<typeof RecipeTraining>;

export const RecipeTest = z.strictObject({
  /** Short name of the test set, unique in its recipe. */
  id: RecipeId,
  title: z.string().min(1),
  cases: Selection,
  /** The row of the published tables that the result stands beside. */
  published: z.string().optional(),
});
export type RecipeTest = z.infer<typeof RecipeTest>;

/** A study or a benchmark: what is trained on which cases, and what is tested on which. */
export const Recipe = z
  .strictObject({
    id: RecipeId,
    title: z.string().min(1),
    /** Studies and benchmarks that belong together stand together. */
    family: z.string().min(1),
    /** Whose shape it is. */
    after: z.enum(['paper', 'repository', 'own']),
    /** Organs that are trained and scored. */
    organs: z.array(OrganName).min(1),
    training: RecipeTraining,
    tests: z.array(RecipeTest).min(1),
    /** What an engine is set to for this recipe, by the engine's name; the command line's settings win. */
    engineSettings: z.record(z.string(), EngineSettings).optional(),
    /** What a reader has to know to compare the figures. */
    notes: z.array(z.string()).optional(),
  })
  .superRefine(checkRecipe);
export type Recipe = z.infer<typeof Recipe>;

interface Shape {
  readonly id: string;
  readonly organs: readonly string[];
  readonly training: RecipeTraining;
  readonly tests: readonly RecipeTest[];
}

function checkRecipe({ id, organs, training, tests }: Shape, context: z.RefinementCtx): void {
  const wrong = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (new Set(organs).size < organs.length) wrong(['organs'], 'an organ is named twice');
  tests.forEach((test, at) => {
    if (tests.findIndex((other) => other.id === test.id) < at)
      wrong(['tests', at, 'id'], `'${test.id}' is named twice`);
    const { choose } = test.cases;
    if (choose.how === 'hardest' && choose.by === id && selectsFromTests(training))
      wrong(
        ['tests', at, 'cases', 'choose', 'by'],
        'its own model cannot rank cases that its training leaves out',
      );
  });
  if (training.kind !== 'organ-ensemble') return;
  const parts = training.parts.map(({ organ }) => organ);
  if (new Set(parts).size < parts.length) wrong(['training', 'parts'], 'an organ has two parts');
  if (parts.length !== organs.length || organs.some((organ) => !(parts as string[]).includes(organ)))
    wrong(['training', 'parts'], `has ${parts.join(', ')}; the recipe's organs are ${organs.join(', ')}`);
}

function selectsFromTests(training: RecipeTraining): boolean {
  return trainingSelections(training).some(({ selection }) => selection.besidesTests === true);
}

/** Every selection of a training, with what its cases are for. */
export function trainingSelections(
  training: RecipeTraining,
): { readonly role: string; readonly labels?: LabelChoice; readonly selection: TrainingSelection }[] {
  if (training.kind === 'supervised')
    return [{ role: 'labelled', labels: training.labels, selection: training.cases }];
  if (training.kind === 'teacher-student')
    return [
      { role: 'labelled', labels: training.labels, selection: training.labelled },
      { role: 'unlabelled', selection: training.unlabelled },
    ];
  return training.parts.map(({ organ, labels, cases }) => ({ role: organ, labels, selection: cases }));
}

/** Reads recipes that somebody wrote: one, or a list. Throws `InvalidInput` naming file, recipe, field and what is wrong with it. */
export function parseRecipes(value: unknown, name: string): Recipe[] {
  const given = Array.isArray(value) ? value : [value];
  if (given.length === 0) throw new PlusctError('InvalidInput', `${name}: holds no recipe`);
  return given.map((each, at) => {
    const parsed = Recipe.safeParse(each);
    if (parsed.success) return parsed.data;
    const of = given.length === 1 ? '' : `, recipe ${at + 1}`;
    const lines = parsed.error.issues.map(
      ({ path, message }) => `  ${path.length === 0 ? 'the recipe' : path.join('.')}: ${message}`,
    );
    const remedy = '`plusct benchmark show weakly-supervised-30 --json` prints one to begin with';
    throw new PlusctError('InvalidInput', [`${name}${of} is no recipe:`, ...lines, remedy].join('\n'));
  });
}
