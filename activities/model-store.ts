import { PlusctError } from '../domain/errors.js';
import { modelKey } from '../domain/keys.js';
import { Model } from '../domain/model.js';
import { readJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';

/** The record of a trained model. Throws `ModelNotFound` when there is none of that id. */
export async function readModel(store: ObjectStore, modelId: string): Promise<Model> {
  const model = await readJson(store, modelKey(modelId), Model);
  if (model !== undefined) return model;
  throw new PlusctError('ModelNotFound', `model ${modelId} is not in the object store; train it first`);
}
