import type { Model } from '../domain/model.js';
import type { Engine, LoadedModel } from '../engines/engine.js';

/** Models that stay loaded where nobody knows how much memory they need. */
const loadedAtMost = 4;

/** A loaded model, and how much of the device it takes. */
interface Kept {
  readonly loading: Promise<LoadedModel>;
  memoryMb: number;
  ready: boolean;
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
  /** How many are at work with a model: it is not put away meanwhile. */
  private readonly users = new Map<string, number>();

  constructor(private readonly source: ModelSource) {}

  has(model: Model): boolean {
    return this.kept.has(nameOf(model));
  }

  /** It is loaded, and not only about to be. */
  isReady(model: Model): boolean {
    return this.kept.get(nameOf(model))?.ready === true;
  }

  /** Whether everything that is loaded may be at work together, as far as needs are known. */
  get fits(): boolean {
    return this.neededMb(this.kept) <= (this.source.memoryMb ?? Number.POSITIVE_INFINITY);
  }

  /** What a model needs, where that became known after it was loaded. */
  learn(model: Model, memoryMb: number | undefined): void {
    const known = this.kept.get(nameOf(model));
    if (known !== undefined && memoryMb !== undefined) known.memoryMb = memoryMb;
  }

  private neededMb(kept: Iterable<readonly [string, Kept]>): number {
    return [...kept].reduce((sum, [, { memoryMb }]) => sum + memoryMb, 0);
  }

  /** How many models are loaded. */
  get size(): number {
    return this.kept.size;
  }

  /** The loaded model, until `release`. `memoryMb` is what it needs of the device, where that is known. */
  async load(model: Model, memoryMb: number | undefined): Promise<LoadedModel> {
    const name = nameOf(model);
    this.users.set(name, (this.users.get(name) ?? 0) + 1);
    try {
      return await this.find(model, memoryMb);
    } catch (error) {
      this.release(model);
      throw error;
    }
  }

  /** Says that one who loaded it is done with it. */
  release(model: Model): void {
    const name = nameOf(model);
    this.users.set(name, (this.users.get(name) ?? 1) - 1);
  }

  private async find(model: Model, memoryMb: number | undefined): Promise<LoadedModel> {
    const name = nameOf(model);
    const known = this.kept.get(name);
    if (known !== undefined) {
      this.kept.delete(name);
      this.kept.set(name, known);
      return known.loading;
    }
    // On record before anything is waited for: whoever asks next shares it.
    const loading = this.makeRoom(name, memoryMb ?? 0).then(() => this.fetch(model));
    const kept: Kept = { loading, memoryMb: memoryMb ?? 0, ready: false };
    this.kept.set(name, kept);
    loading.then(
      () => {
        kept.ready = true;
      },
      () => this.kept.delete(name),
    );
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
      if ((this.users.get(name) ?? 0) > 0) continue;
      const used = this.neededMb(others());
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
