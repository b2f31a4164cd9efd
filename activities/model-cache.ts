import type { Model } from '../domain/model.js';
import type { Engine, LoadedModel } from '../engines/engine.js';

/** Models that stay loaded where nobody knows how much memory they need. */
const loadedAtMost = 4;

/** A loaded model, and how much of the device it takes. */
interface Kept {
  readonly loading: Promise<LoadedModel>;
  readonly memoryMb: number;
}

/** What the cache takes of its worker. */
export interface ModelSource {
  readonly engineByName: (name: string) => Engine;
  /** The model's bytes, from the nearest place that has them. */
  readonly weightsOf: (model: Model) => Promise<Uint8Array>;
  /** Memory of the device; undefined where there is no telling. */
  readonly memoryMb: number | undefined;
}

/**
 * The models that one worker has ready to infer, by engine and hash of their weights. Room is made before a model is loaded: the
 * least recently used go while there are too many, or while all together need more memory than the device has.
 */
export class ModelCache {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly source: ModelSource) {}

  has(model: Model): boolean {
    return this.kept.has(nameOf(model));
  }

  /** How many models are loaded. */
  get size(): number {
    return this.kept.size;
  }

  /** The loaded model. `memoryMb` is what it needs of the device, where that is known. */
  async load(model: Model, memoryMb: number | undefined): Promise<LoadedModel> {
    const name = nameOf(model);
    const known = this.kept.get(name);
    if (known !== undefined) {
      this.kept.delete(name);
      this.kept.set(name, known);
      return known.loading;
    }
    // On record before anything is waited for: whoever asks next shares it.
    const loading = this.makeRoom(name, memoryMb ?? 0).then(() => this.fetch(model));
    this.kept.set(name, { loading, memoryMb: memoryMb ?? 0 });
    loading.catch(() => this.kept.delete(name));
    return loading;
  }

  /** Drops a model that may be broken: it is loaded anew when somebody asks. */
  async drop(model: Model): Promise<void> {
    const known = this.kept.get(nameOf(model));
    this.kept.delete(nameOf(model));
    if (known !== undefined) await disposeOf(known);
  }

  /** Frees everything. */
  async close(): Promise<void> {
    const all = [...this.kept.values()];
    this.kept.clear();
    await Promise.all(all.map(disposeOf));
  }

  private async fetch(model: Model): Promise<LoadedModel> {
    return this.source.engineByName(model.engine.name).load(await this.source.weightsOf(model));
  }

  private async makeRoom(wanted: string, wantedMb: number): Promise<void> {
    const { memoryMb = Number.POSITIVE_INFINITY } = this.source;
    const others = (): [string, Kept][] => [...this.kept].filter(([name]) => name !== wanted);
    for (const [name, oldest] of others()) {
      const used = others().reduce((sum, [, each]) => sum + each.memoryMb, 0);
      if (others().length < loadedAtMost && used + wantedMb <= memoryMb) return;
      this.kept.delete(name);
      await disposeOf(oldest);
    }
  }
}

function nameOf({ engine, weights }: Model): string {
  return `${engine.name} ${engine.version} ${weights.sha256}`;
}

async function disposeOf({ loading }: Kept): Promise<void> {
  const loaded = await loading.catch(() => undefined);
  await loaded?.dispose();
}
