import type { Engine, LoadedModel } from '../engines/engine.js';
import { getContent } from '../storage/content.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readModel } from './model-store.js';

/** Models that stay loaded in one worker; the least recently used goes first. */
const loadedAtMost = 4;

/** The models that one worker has ready to infer. */
export class ModelCache {
  private readonly loaded = new Map<string, Promise<LoadedModel>>();

  constructor(
    private readonly store: ObjectStore,
    private readonly engineByName: (name: string) => Engine,
  ) {}

  load(modelId: string): Promise<LoadedModel> {
    const known = this.loaded.get(modelId) ?? this.fetch(modelId);
    this.loaded.delete(modelId);
    this.loaded.set(modelId, known);
    known.catch(() => this.loaded.delete(modelId));
    if (this.loaded.size > loadedAtMost) this.evictOldest();
    return known;
  }

  private async fetch(modelId: string): Promise<LoadedModel> {
    const model = await readModel(this.store, modelId);
    return this.engineByName(model.engine.name).load(await getContent(this.store, model.weights));
  }

  private evictOldest(): void {
    const [oldest, model] = this.loaded.entries().next().value!;
    this.loaded.delete(oldest);
    void model.then((each) => each.dispose());
  }
}
