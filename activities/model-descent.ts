import { modelKey } from '../domain/keys.js';
import { Model } from '../domain/model.js';
import type { TrainingSet } from '../domain/training-set.js';
import { readJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { lineageOf } from './lineage.js';

const readsAtOnce = 16;

/** What a training owes to models: which they are, and the licences that bind them. */
export interface Inheritance {
  /** In the order of their ids. */
  readonly learnedFrom: readonly string[];
  readonly licences: readonly string[];
}

/**
 * The models that a training set rests on: those that proposed one of its labels or the version that a person corrected, and the one that
 * training goes on from. A model that is not in the store has an unknown licence.
 */
export async function inheritanceOf(store: ObjectStore, set: TrainingSet): Promise<Inheritance> {
  const labels = set.cases.flatMap((record) =>
    record.labels.filter(({ origin }) => origin !== 'source').map((label) => ({ record, label })),
  );
  const authors = await mapBounded(labels, readsAtOnce, async ({ record, label }) => {
    const lineage = await lineageOf(store, record, label);
    return lineage.filter(({ origin }) => origin === 'model').map(({ author }) => author);
  });
  const ids = new Set(authors.flat());
  if (set.startFrom !== undefined) ids.add(set.startFrom);
  const learnedFrom = [...ids].sort();
  const licences = await mapBounded(
    learnedFrom,
    readsAtOnce,
    async (id) => (await readJson(store, modelKey(id), Model))?.licences ?? ['unknown'],
  );
  return { learnedFrom, licences: licences.flat() };
}

/** A model and those whose weights it goes on from: everything that its weights have seen. */
export async function withForerunners(store: ObjectStore, model: Model): Promise<Model[]> {
  const found = [model];
  for (let { startFrom } = model; startFrom !== undefined; ) {
    const before: Model | undefined = await readJson(store, modelKey(startFrom), Model);
    if (before === undefined) break;
    found.push(before);
    startFrom = before.startFrom;
  }
  return found;
}
