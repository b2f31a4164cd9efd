import type { CoreCollection } from '../../domain/collection.js';
import { randomInteger, seededRandom } from '../../imaging/random.js';
import type { Phase } from './tissue.js';

/** One made-up patient: which case of which collection it becomes, and the grid on which it is scanned. */
export interface SamplePatient {
  readonly collection: CoreCollection;
  /** The collection's own name for the case. */
  readonly caseId: string;
  readonly subset: 'train' | 'test';
  readonly phase: Phase;
  /** Everything about the body is drawn from this; two cases with one seed show the same person. */
  readonly seed: string;
  /** Voxels along Right, Anterior and Superior. */
  readonly shape: readonly [number, number, number];
  /** Distance of slices; the in-plane spacing follows from the size of the body. */
  readonly sliceStepMm: number;
  /** Slices left out at the lower end. */
  readonly droppedSlices: number;
  /** Set for the case that the collection withdrew as a copy of this one. */
  readonly copyOf?: string;
}

type Place = Pick<SamplePatient, 'collection' | 'caseId' | 'subset'>;

const train = (collection: CoreCollection, ...caseIds: string[]): Place[] =>
  caseIds.map((caseId) => ({ collection, caseId, subset: 'train' }));
const test = (collection: CoreCollection, ...caseIds: string[]): Place[] =>
  caseIds.map((caseId) => ({ collection, caseId, subset: 'test' }));

/** Case names that exist in the real collections, chosen so that every known trap of their headers occurs. */
const places: readonly Place[] = [
  ...train('lits', 'volume-0', 'volume-1', 'volume-53', 'volume-68'),
  ...test('lits', 'test-volume-0', 'test-volume-59'),
  ...train('kits19', 'case_00000', 'case_00015', 'case_00061', 'case_00160'),
  ...test('kits19', 'case_00210'),
  ...train('msd-spleen', 'spleen_2', 'spleen_3', 'spleen_6', 'spleen_8'),
  ...test('msd-spleen', 'spleen_1'),
  ...train('msd-pancreas', 'pancreas_001', 'pancreas_004', 'pancreas_290', 'pancreas_421'),
  ...test('msd-pancreas', 'pancreas_044'),
  ...train(
    'nih-pancreas',
    'PANCREAS_0001',
    'PANCREAS_0002',
    'PANCREAS_0003',
    'PANCREAS_0004',
    'PANCREAS_0025',
  ),
];

const slicesCoverMm = 200;
const sliceStepsMm = [4.5, 4.8, 5, 5.5];
/** Widths and slice steps that stand out in the real collection: 796 columns in case 160, 29 slices in case 61. */
const unusual: Readonly<Record<string, { columns?: number; sliceStepMm?: number }>> = {
  case_00160: { columns: 112 },
  case_00061: { sliceStepMm: 6.9 },
};
/** The withdrawn duplicate of the NIH collection: patient 2 again, cropped. */
const copies: Readonly<Record<string, string>> = { PANCREAS_0025: 'PANCREAS_0002' };

/**
 * The patients of all five sample collections, in a fixed order. Pure: same seed, same plan.
 * KiTS19 is arterial, the others portal venous, as in the real collections.
 */
export function samplePatients(seed: number): readonly SamplePatient[] {
  return places.map((place) => planPatient(place, seed));
}

function planPatient(place: Place, seed: number): SamplePatient {
  const copyOf = copies[place.caseId];
  const person = `${seed}/${place.collection}/${copyOf ?? place.caseId}`;
  const random = seededRandom(`${person}/grid`);
  const special = unusual[place.caseId] ?? {};
  const sliceStepMm = special.sliceStepMm ?? sliceStepsMm[randomInteger(random, sliceStepsMm.length)];
  return {
    ...place,
    phase: place.collection === 'kits19' ? 'arterial' : 'portal venous',
    seed: person,
    shape: [special.columns ?? 96, 80, Math.round(slicesCoverMm / sliceStepMm)],
    sliceStepMm,
    droppedSlices: copyOf === undefined ? 0 : 1,
    ...(copyOf === undefined ? {} : { copyOf }),
  };
}
