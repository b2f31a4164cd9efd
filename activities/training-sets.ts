import { caseName } from '../domain/case-name.js';
import { pseudoLabelKey } from '../domain/keys.js';
import { LabelSummary } from '../domain/label-version.js';
import type { Organ } from '../domain/organ.js';
import type { ObjectRef } from '../domain/primitives.js';
import {
  type EngineChoice,
  lackingOrgans,
  type OrganModels,
  type TeachingCase,
  trainingRecordOf,
} from '../domain/teaching.js';
import type { TrainingLabel, TrainingRecord } from '../domain/training-set.js';
import { readJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readTeachingCases } from '../storage/teaching-cases.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { putTrainingSet } from './training.js';

export type TrainingSetDeeds = ReturnType<typeof trainingSetDeeds>;

export interface Composition {
  /** A stored list of teaching cases. */
  readonly cases: ObjectRef;
  readonly organs: readonly Organ[];
  readonly engine: EngineChoice;
  readonly seed: number;
  /** Whose pseudo-labels fill in what cases lack; without it only labels of sources and people count. */
  readonly pseudoLabelsOf?: OrganModels;
  /** The model to go on from. */
  readonly startFrom?: string;
}

/** A training set, or why there is none; and what was left out, some of it by name. */
export type Composed = {
  readonly manual: number;
  readonly pseudo: number;
  readonly leftOut: number;
  readonly examples: readonly string[];
} & ({ readonly set: ObjectRef } | { readonly none: string });

const readsAtOnce = 16;
const examplesNamed = 10;

/** Puts cases and label versions together to training sets: touches no voxel. */
export function trainingSetDeeds({ store, engineByName }: Pick<Dependencies, 'store' | 'engineByName'>) {
  return {
    async composeTrainingSet(input: Composition): Promise<Composed> {
      return alive(async () => {
        const { organs, seed, startFrom } = input;
        const engine = engineByName(input.engine.name);
        const { name, version, finetunes } = engine.describe();
        const made = await recordsOf(store, input);
        const counts = countsOf(made);
        if (startFrom !== undefined && !finetunes)
          return { ...counts, none: `the engine ${name} cannot go on from a model` };
        if (made.records.length === 0) return { ...counts, none: noCase(input) };
        const set = await putTrainingSet(store, {
          organs: [...organs],
          engine: { name, version, settings: engine.settingsOf(input.engine.settings ?? {}) },
          seed,
          ...(startFrom === undefined ? {} : { startFrom }),
          cases: made.records,
        });
        return { ...counts, set };
      });
    },
  };
}

interface Made {
  readonly records: TrainingRecord[];
  readonly leftOut: string[];
}

async function recordsOf(store: ObjectStore, input: Composition): Promise<Made> {
  const { organs, pseudoLabelsOf: models } = input;
  const made: Made = { records: [], leftOut: [] };
  const cases = await readTeachingCases(store, input.cases);
  const proposals = await mapBounded(cases, readsAtOnce, async (one) =>
    models === undefined ? [] : pseudoLabels(store, one, lackingOrgans(one, organs), models),
  );
  cases.forEach((one, at) => {
    const record = trainingRecordOf(one, organs, proposals[at]);
    if ('leftOut' in record) made.leftOut.push(`${caseName(one)}: ${record.leftOut}`);
    else made.records.push(record);
  });
  return made;
}

/** What the models have proposed for a case so far. An organ of which a model found nothing teaches nothing. */
async function pseudoLabels(
  store: ObjectStore,
  one: TeachingCase,
  organs: readonly Organ[],
  models: OrganModels,
): Promise<TrainingLabel[]> {
  const found = await Promise.all(
    organs.map(async (organ) => {
      const modelId = models[organ];
      return modelId === undefined
        ? undefined
        : readJson(store, pseudoLabelKey(one, organ, modelId), LabelSummary);
    }),
  );
  return found
    .filter((label) => label !== undefined)
    .filter(({ voxels }) => voxels > 0)
    .map(({ organ, version, origin, voxelSha256 }) => ({ organ, version, origin, voxelSha256 }));
}

function countsOf({ records, leftOut }: Made) {
  const pseudo = records.filter((record) => record.pseudo).length;
  const examples = leftOut.slice(0, examplesNamed);
  return { manual: records.length - pseudo, pseudo, leftOut: leftOut.length, examples };
}

function noCase({ organs, pseudoLabelsOf }: Composition): string {
  const sort = pseudoLabelsOf === undefined ? 'label of a source or a person' : 'label';
  return `no case has a ${sort} of every organ of ${organs.join(', ')}`;
}
