import { type Organ, organs } from './organ.js';
import {
  type CaseSource,
  Recipe,
  type RecipeTest,
  type Selection,
  type TrainingSelection,
} from './recipe.js';

/**
 * The studies and benchmarks of Ma et al., AbdomenCT-1K (arXiv:2010.14808v1, tables 2 to 10), and the shapes that the
 * paper's repository (JunMa11/AbdomenCT-1K) gives them where the two differ. Data only: a recipe from a file is the same thing.
 */
const lits: CaseSource = { collection: 'lits', subset: 'train' };
const kits: CaseSource = { collection: 'kits19', subset: 'train' };
const spleen: CaseSource = { collection: 'msd-spleen', subset: 'train' };
const msdPancreas: CaseSource = { collection: 'msd-pancreas', subset: 'train' };
const nih: CaseSource = { collection: 'nih-pancreas' };
const testPart = ({ collection }: CaseSource): CaseSource => ({ collection, subset: 'test' });

const all = (asked: number, ...from: CaseSource[]): TrainingSelection => ({
  from,
  asked,
  choose: { how: 'all' },
});
const seeded = (asked: number, ...from: CaseSource[]): TrainingSelection => ({
  from,
  asked,
  choose: { how: 'seeded' },
});
const hardest = (asked: number, ...from: CaseSource[]): Selection => ({
  from,
  asked,
  choose: { how: 'hardest', by: 'fully-supervised-2' },
});

const test = (id: string, title: string, cases: Selection, published?: string): RecipeTest => ({
  id,
  title,
  cases,
  ...(published === undefined ? {} : { published }),
});

type OrganSource = { readonly organ: Organ; readonly name: string; readonly cases: TrainingSelection };

const organSources: readonly OrganSource[] = [
  { organ: 'liver', name: 'LiTS', cases: all(131, lits) },
  { organ: 'kidney', name: 'KiTS', cases: all(210, kits) },
  { organ: 'spleen', name: 'Spleen', cases: all(41, spleen) },
  { organ: 'pancreas', name: 'MSD Pan.', cases: all(281, msdPancreas) },
];

const wholes = {
  lits: { title: 'LiTS (131)', cases: all(131, lits) },
  kits: { title: 'KiTS (210)', cases: all(210, kits) },
  pancreas: { title: 'Pancreas (363)', cases: all(363, msdPancreas, nih) },
  spleen: { title: 'Spleen (41)', cases: all(41, spleen) },
} as const;
type Whole = keyof typeof wholes;

/** Table 2: one organ, learned from the one collection that has it, on collections that nobody had seen. */
const ownTests: Readonly<Record<Organ, readonly [id: string, title: string, cases: TrainingSelection]>> = {
  liver: ['lits-ts', 'LiTS Ts (70)', all(70, testPart(lits))],
  kidney: ['kits-ts', 'KiTS Ts (90)', all(90, testPart(kits))],
  spleen: ['spleen-ts', 'Spleen Ts (20)', all(20, testPart(spleen))],
  pancreas: ['msd-pan-ts', 'MSD Pan. Ts (139)', all(139, testPart(msdPancreas))],
};
const others: Readonly<Record<Organ, readonly Whole[]>> = {
  liver: ['kits', 'pancreas', 'spleen'],
  kidney: ['lits', 'pancreas', 'spleen'],
  spleen: ['lits', 'kits', 'pancreas'],
  pancreas: ['lits', 'kits', 'spleen'],
};

const singleOrgan = organSources.map(({ organ, name, cases }): Recipe => {
  const [id, title, own] = ownTests[organ];
  return {
    id: `table-2-${organ}`,
    title: `Single organ: ${organ}, trained on ${name} (${cases.asked})`,
    family: 'Single-organ study (Table 2)',
    after: 'paper',
    organs: [organ],
    training: { kind: 'supervised', cases, labels: 'source' },
    tests: [
      test(id, title, own, `table-2/${organ}-on-${id}`),
      ...others[organ].map((each) =>
        test(each, wholes[each].title, wholes[each].cases, `table-2/${organ}-on-${each}`),
      ),
    ],
    notes: [
      `On ${title} the paper quotes the challenge's own figure for a hidden truth; here the campaign's finished labels judge.`,
    ],
  };
});

/** Table 3: four organs, learned from one plus dataset, on the others. */
const plusSets = [
  { id: 'lits', name: 'LiTS Plus', cases: all(131, lits), tests: ['kits', 'pancreas', 'spleen'] },
  { id: 'kits', name: 'KiTS Plus', cases: all(210, kits), tests: ['lits', 'pancreas', 'spleen'] },
  { id: 'msd-pan', name: 'MSD Pan. Plus', cases: all(281, msdPancreas), tests: ['lits', 'kits', 'spleen'] },
] as const satisfies readonly { tests: readonly Whole[]; [key: string]: unknown }[];

const multiOrgan = plusSets.map(
  ({ id, name, cases, tests }): Recipe => ({
    id: `table-3-${id}`,
    title: `Multi organ: trained on ${name} (${cases.asked})`,
    family: 'Multi-organ study (Table 3)',
    after: 'paper',
    organs: [...organs],
    training: { kind: 'supervised', cases, labels: 'plus' },
    tests: tests.map((each) =>
      test(each, wholes[each].title.replace(' (', ' Plus ('), wholes[each].cases, `table-3/${id}-on-${each}`),
    ),
  }),
);

const fifty = 'The paper does not say how its 50 cases were chosen; here the seed draws them.';

const fullySupervised: Recipe[] = [
  {
    id: 'fully-supervised-1',
    title: 'Fully supervised, subtask 1: trained on KiTS Plus (210)',
    family: 'Fully supervised benchmark (Table 4)',
    after: 'paper',
    organs: [...organs],
    training: { kind: 'supervised', cases: all(210, kits), labels: 'plus' },
    tests: [
      test(
        'fifty',
        '50 of LiTS, Pancreas, Spleen Plus',
        seeded(50, lits, msdPancreas, nih, spleen),
        'table-4/subtask-1',
      ),
    ],
    notes: ['Table 4 prints 131 training cases; KiTS Plus has 210.', fifty],
  },
  {
    id: 'fully-supervised-2',
    title: 'Fully supervised, subtask 2: trained on MSD Pan. Plus (281)',
    family: 'Fully supervised benchmark (Table 4)',
    after: 'paper',
    organs: [...organs],
    training: { kind: 'supervised', cases: all(281, msdPancreas), labels: 'plus' },
    tests: [
      test('fifty', '50 of LiTS, KiTS, Spleen Plus', seeded(50, lits, kits, spleen), 'table-4/subtask-2'),
    ],
    notes: [fifty],
  },
];

const hard = test('hard-fifty', '50 hard cases of KiTS and LiTS Plus', hardest(50, kits, lits));
const hardNote = 'Hard cases are those of the lowest mean DSC under the model of fully-supervised-2.';
const semi = (
  id: string,
  title: string,
  training: Recipe['training'],
  more: Partial<Recipe> & { published?: string } = {},
): Recipe => {
  const { published, notes = [], ...rest } = more;
  return {
    id: `semi-supervised-${id}`,
    title: `Semi-supervised, ${title}`,
    family: 'Semi-supervised benchmark (Tables 5 and 6)',
    after: 'paper',
    organs: [...organs],
    training,
    tests: [published === undefined ? hard : { ...hard, published }],
    notes: [hardNote, ...notes],
    ...rest,
  };
};
const taught = (unlabelled: TrainingSelection): Recipe['training'] => ({
  kind: 'teacher-student',
  labelled: all(41, spleen),
  labels: 'plus',
  unlabelled,
  rounds: 1,
});
const fineTuning =
  'Fine-tuning on the labelled cases alone follows where the engine can go on from a model; elsewhere the student stands.';
const repositoryUnlabelled =
  'The repository’s unlabelled cases are not known here: the seed draws them from all collections, passing over every case that the tests may take.';

const semiSupervised: Recipe[] = [
  semi(
    'lower',
    'lower bound: Spleen Plus (41)',
    { kind: 'supervised', cases: all(41, spleen), labels: 'plus' },
    { published: 'table-6/lower-bound' },
  ),
  semi('1', 'subtask 1: 41 labelled and NIH (82) unlabelled', taught(all(82, nih)), {
    published: 'table-6/subtask-1',
    notes: [fineTuning],
  }),
  semi('2', 'subtask 2: 41 labelled, NIH and MSD Pan. (363) unlabelled', taught(all(363, nih, msdPancreas)), {
    published: 'table-6/subtask-2',
    notes: [fineTuning],
  }),
  semi(
    'upper',
    'upper bound: 404 labelled',
    { kind: 'supervised', cases: all(404, spleen, nih, msdPancreas), labels: 'plus' },
    { published: 'table-6/upper-bound' },
  ),
  ...[400, 800].map((count) =>
    semi(
      `repository-${count}`,
      `as in the repository: 41 labelled and ${count} unlabelled`,
      taught({
        ...seeded(count, lits, testPart(lits), kits, testPart(kits), msdPancreas, testPart(msdPancreas), nih),
        besidesTests: true,
      }),
      { after: 'repository', notes: [fineTuning, repositoryUnlabelled] },
    ),
  ),
];

const weak = (percent: number, after: Recipe['after'], published?: string, notes: string[] = []): Recipe => ({
  id: `weakly-supervised-${percent}`,
  title: `Weakly supervised: Spleen Plus (41), ${percent} % of the slices labelled`,
  family: 'Weakly supervised benchmark (Tables 7 and 8)',
  after,
  organs: [...organs],
  training: { kind: 'supervised', cases: all(41, spleen), labels: 'plus', slicePercent: percent },
  // As in paper and repository: a network for slices.
  engineSettings: { nnunet: { configuration: '2d' } },
  tests: [test('fifty', '50 of LiTS and KiTS Plus', seeded(50, lits, kits), published)],
  notes: [
    'Labelled slices lie at even intervals from the first to the last slice with an organ, both included.',
    ...notes,
    fifty,
  ],
});
const noCrf =
  'The repository smooths its predictions with a dense CRF; that is no part of this recipe, so its figures are those before smoothing.';

const weaklySupervised: Recipe[] = [
  weak(5, 'paper', 'table-8/5-percent', [`The repository has this ratio too. ${noCrf}`]),
  weak(15, 'repository', undefined, [noCrf]),
  weak(30, 'paper', 'table-8/30-percent', [`The repository has this ratio too. ${noCrf}`]),
  weak(50, 'paper', 'table-8/50-percent'),
];

const continualParts = [
  { organ: 'liver' as const, cases: all(139, testPart(msdPancreas)), labels: 'plus' as const },
  { organ: 'kidney' as const, cases: all(210, kits), labels: 'source' as const },
  { organ: 'spleen' as const, cases: all(41, spleen), labels: 'source' as const },
  { organ: 'pancreas' as const, cases: all(281, msdPancreas), labels: 'source' as const },
];
const continual = (order: 'parallel' | 'sequential', more: Partial<Recipe>, published?: string): Recipe => ({
  id: `continual-${order}`,
  title: `Continual learning: one organ for each dataset, ${order}`,
  family: 'Continual learning benchmark (Tables 9 and 10)',
  after: 'paper',
  organs: [...organs],
  training: { kind: 'organ-ensemble', order, parts: continualParts },
  tests: [test('fifty', '50 of LiTS and NIH Pan. Plus', seeded(50, lits, nih), published)],
  ...more,
});

const continualLearning: Recipe[] = [
  continual('parallel', { notes: [fifty] }, 'table-10'),
  continual('sequential', {
    after: 'repository',
    notes: [
      'Liver, then kidney, spleen and pancreas: each model learns from the new organ’s cases alone, what it knew before as pseudo-labels.',
      fifty,
    ],
  }),
];

/** Every built-in recipe, in the order of the paper's tables. */
export const recipes: readonly Recipe[] = [
  ...singleOrgan,
  ...multiOrgan,
  ...fullySupervised,
  ...semiSupervised,
  ...weaklySupervised,
  ...continualLearning,
].map((each) => Recipe.parse(each));
