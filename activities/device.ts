import { Context } from '@temporalio/activity';
import { PlusctError } from '../domain/errors.js';
import type { Model } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import { organValue } from '../domain/organ.js';
import { priorityKeys } from '../domain/queues.js';
import type { EngineSettings } from '../domain/training-set.js';
import type { Usage } from '../domain/usage.js';
import type { Engine, JudgedLabels, LoadedModel, RunContext } from '../engines/engine.js';
import type { CtVolume } from '../imaging/volume.js';
import { getContent } from '../storage/content.js';
import type { LocalCopies } from '../storage/local-copies.js';
import type { ObjectStore } from '../storage/object-store.js';
import { modelMemoryMb, recordModelMemory, recordUsage } from '../storage/usages.js';
import { DeviceTurns, type TurnAsked } from './device-turns.js';
import { watchMemory } from './device-watch.js';
import { ModelCache } from './model-cache.js';
import { readModel } from './model-store.js';

/** The device that a worker owns. */
export interface DeviceAbout {
  /** `{host}-{number}`, in records. */
  readonly name: string;
  readonly hardwareClass?: string;
  /** Memory of the device; left out where there is no telling, and everything is tried. */
  readonly memoryMb?: number;
  /** Memory in use right now. */
  readonly usedMb?: () => Promise<number | undefined>;
}

/** For what the device works. */
export interface Charged {
  readonly campaign: string;
  readonly collection?: Usage['collection'];
  readonly caseId?: string;
}

/** A model whose every answer takes the device, loading it if need be. */
export interface DeviceModel {
  readonly organs: readonly Organ[];
  predict: LoadedModel['predict'];
  judge(image: CtVolume, context: RunContext): Promise<JudgedLabels>;
}

interface Surroundings {
  readonly store: ObjectStore;
  readonly engineByName: (name: string) => Engine;
  readonly about: DeviceAbout;
  readonly now: () => Date;
  /** Copies of weights on this machine. */
  readonly copies?: LocalCopies;
  /** Told when an engine crashed: the device may be the reason. */
  readonly crashed?: () => void;
}

type Question<T> = (loaded: LoadedModel, context: RunContext) => Promise<T>;

/** What tells how long a stay used the device. */
interface Clocks {
  readonly loading: <L>(load: () => Promise<L>) => Promise<L>;
  /** Where nobody calls it, the whole stay counts. */
  readonly onDevice: (seconds: number) => void;
}

type Stay = Pick<Usage, 'deed' | 'modelId' | 'organs'> & Charged;

/**
 * One device: one piece of work at a time, whatever else its worker has accepted, or as many cases of loaded models as their engines take at
 * once; every stay is on record.
 */
export class Device {
  private readonly turns = new DeviceTurns();
  private readonly cache: ModelCache;
  private trainings = 0;
  private stays = 0;
  private casesAtOnce = 1;
  /** Memory in use before each model was loaded: what others take of the device. */
  private readonly beforeMb = new Map<string, number>();

  constructor(private readonly around: Surroundings) {
    const { engineByName, about } = around;
    this.cache = new ModelCache({
      engineByName,
      memoryMb: about.memoryMb,
      weightsOf: (model) => this.weightsOf(model),
    });
  }

  /** Work that waits for the device or has it, and the most cases that one of its engines took at once. */
  get load(): { readonly stays: number; readonly casesAtOnce: number } {
    const { stays, casesAtOnce } = this;
    return { stays, casesAtOnce };
  }

  /**
   * A model to ask. Its weights come to this machine while others have the device. Throws `DeviceTooSmall` when the model is
   * known to need more memory than there is.
   */
  async model(modelId: string, charged: Charged): Promise<DeviceModel> {
    const model = await readModel(this.around.store, modelId);
    const needs = await this.fitting(model);
    // What fails here fails again, and is told, when the model is loaded.
    if (!this.cache.has(model)) void this.weightsOf(model).catch(() => undefined);
    const ask = <T>(context: RunContext, question: Question<T>) =>
      this.infer(model, needs, charged, context, question);
    return {
      organs: model.organs,
      predict: async (image, context) =>
        checked(model, image, await ask(context, (loaded, own) => loaded.predict(image, own))),
      judge: async (image, context) => {
        const answer = await ask(context, (loaded, own) => judgeOrPredict(loaded, image, own));
        checked(model, image, answer.labels);
        return answer;
      },
    };
  }

  /**
   * Trains with the device to itself: nothing stays loaded beside it. Throws `DeviceTooSmall` as `model` does, and `DeviceBusy`
   * where another training has the device, for that may take days.
   */
  async train(
    what: { modelId: string; organs: readonly Organ[]; campaign: string; settings: Readonly<EngineSettings> },
    signal: AbortSignal,
    work: (clock: Pick<RunContext, 'onDevice'>) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const { settings, modelId, organs, campaign } = what;
    this.requireRoom(modelId, givenMemoryMb(settings));
    if (this.trainings > 0)
      throw new PlusctError('DeviceBusy', `${this.around.about.name} trains another model: retry elsewhere`);
    const stay: Stay = { deed: 'train', modelId, organs: [...organs], campaign };
    this.trainings++;
    try {
      return await this.stay(stay, { warm: () => false, signal }, async ({ onDevice }) => {
        await this.cache.close();
        return await this.watchingForCrashes(() => work({ onDevice }));
      });
    } finally {
      this.trainings--;
    }
  }

  /** Frees everything that is loaded. */
  close(): Promise<void> {
    return this.cache.close();
  }

  private async infer<T>(
    model: Model,
    needs: number | undefined,
    charged: Charged,
    context: RunContext,
    question: Question<T>,
  ): Promise<T> {
    const { campaign, collection, caseId } = charged;
    const stay: Stay = {
      deed: 'infer',
      modelId: model.modelId,
      organs: model.organs,
      campaign,
      ...(collection === undefined || caseId === undefined ? {} : { collection, caseId }),
    };
    const { casesAtOnce: atOnce = 1 } = this.around.engineByName(model.engine.name).describe();
    this.casesAtOnce = Math.max(this.casesAtOnce, atOnce);
    this.cache.learn(model, needs);
    const asked = {
      warm: () => this.cache.has(model),
      signal: context.signal,
      together: {
        name: model.modelId,
        atOnce,
        ready: () => this.cache.isReady(model) && this.fitsBesideOthers(needs),
      },
    };
    return this.stay(stay, asked, async ({ loading, onDevice }) => {
      const loaded = await loading(() => this.loadAlone(model, needs));
      try {
        return await this.watchingForCrashes(() => question(loaded, { ...context, onDevice }));
      } catch (error) {
        // What crashed may be of no more use: the next attempt loads it anew.
        if (isCrash(error)) await this.cache.drop(model);
        throw error;
      } finally {
        this.cache.release(model);
      }
    });
  }

  /** Where memory is counted, one whose need is not known yet has the device to itself. */
  private fitsBesideOthers(needs: number | undefined): boolean {
    return this.around.about.memoryMb === undefined || (needs !== undefined && this.cache.fits);
  }

  private async loadAlone(model: Model, needs: number | undefined): Promise<LoadedModel> {
    if (!this.cache.has(model)) this.beforeMb.set(model.modelId, (await this.around.about.usedMb?.()) ?? 0);
    const loaded = await this.cache.load(model, needs);
    // Those who wait with other models may share the device with this one now.
    this.turns.admit();
    return loaded;
  }

  private async watchingForCrashes<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isCrash(error)) this.around.crashed?.();
      throw error;
    }
  }

  private async stay<T>(
    stay: Stay,
    asked: Omit<TurnAsked, 'rank'>,
    work: (clocks: Clocks) => Promise<T>,
  ): Promise<T> {
    const { about } = this.around;
    this.stays++;
    try {
      return await this.turns.take({ rank: rankOfActivity(), ...asked }, async () => {
        const at = this.around.now().toISOString();
        const [start, memory] = [performance.now(), watchMemory(about.usedMb)];
        let loadSeconds = 0;
        let workSeconds: number | undefined;
        let outcome: Usage['outcome'] = 'failed';
        const clocks: Clocks = {
          loading: (load) => {
            const began = performance.now();
            return load().finally(() => {
              loadSeconds = secondsSince(began);
            });
          },
          onDevice: (seconds) => {
            workSeconds = (workSeconds ?? 0) + seconds;
          },
        };
        try {
          const result = await work(clocks);
          outcome = 'done';
          return result;
        } finally {
          const peakMemoryMb = await memory.stop();
          await this.record({
            ...stay,
            at,
            device: about.name,
            ...(about.hardwareClass === undefined ? {} : { hardwareClass: about.hardwareClass }),
            outcome,
            seconds: workSeconds === undefined ? secondsSince(start) : loadSeconds + workSeconds,
            loadSeconds,
            ...(peakMemoryMb === undefined ? {} : { peakMemoryMb }),
          });
        }
      });
    } finally {
      this.stays--;
    }
  }

  /** Memory that came into use is the model's own while no other is at work: one that is being loaded is alone. */
  private async record(usage: Usage): Promise<void> {
    const { store } = this.around;
    await recordUsage(store, usage);
    const { peakMemoryMb, deed, outcome, modelId, loadSeconds } = usage;
    if (peakMemoryMb === undefined || deed === 'train' || outcome === 'failed') return;
    if (this.cache.size > 1 && loadSeconds === 0) return;
    const ownMb = peakMemoryMb - (this.beforeMb.get(modelId) ?? 0);
    if (ownMb > 0) await recordModelMemory(store, modelId, ownMb, this.around.about.memoryMb);
  }

  private weightsOf({ weights }: Model): Promise<Uint8Array> {
    const { copies, store } = this.around;
    return copies === undefined ? getContent(store, weights) : copies.get(weights);
  }

  /** What the model needs of the device, where that is known; more than the device has is refused, unless the engine can do with less. */
  private async fitting({ modelId, engine }: Model): Promise<number | undefined> {
    const given = givenMemoryMb(engine.settings);
    const needs = given ?? (await modelMemoryMb(this.around.store, modelId));
    const { savesMemory } = this.around.engineByName(engine.name).describe();
    if (given !== undefined || !savesMemory) this.requireRoom(modelId, needs);
    return needs;
  }

  private requireRoom(modelId: string, needs: number | undefined): void {
    const { name, memoryMb } = this.around.about;
    if (needs === undefined || memoryMb === undefined || needs <= memoryMb) return;
    throw new PlusctError(
      'DeviceTooSmall',
      `${modelId} needs ${needs} MB, the device ${name} has ${memoryMb} MB: name a class of larger devices in the campaign's plan`,
    );
  }
}

function isCrash(error: unknown): boolean {
  return (
    error instanceof PlusctError && (error.kind === 'EngineCrashed' || error.kind === 'DeviceOutOfMemory')
  );
}

/** The setting `memoryMb`, which every engine may have. */
function givenMemoryMb({ memoryMb }: Readonly<EngineSettings>): number | undefined {
  return typeof memoryMb === 'number' ? memoryMb : undefined;
}

async function judgeOrPredict(
  model: LoadedModel,
  image: CtVolume,
  context: RunContext,
): Promise<JudgedLabels> {
  if (model.judge !== undefined) return model.judge(image, context);
  return { labels: await model.predict(image, context), doubts: {} };
}

/** What an engine gave is not believed: its size and its values are looked at. */
function checked({ organs, engine }: Model, { hu }: CtVolume, labels: Uint8Array): Uint8Array {
  if (labels.length !== hu.length) {
    const sizes = `${labels.length} labels for an image of ${hu.length} voxels`;
    throw new PlusctError('SchemaViolation', `${engine.name} gave ${sizes}`);
  }
  const own = [0, ...organs.map((organ) => organValue[organ])];
  const allowed = new Uint8Array(256);
  for (const value of own) allowed[value] = 1;
  const strange = labels.find((value) => allowed[value] === 0);
  if (strange === undefined) return labels;
  throw new PlusctError(
    'SchemaViolation',
    `${engine.name} gave the value ${strange}; its model is of ${organs.join(', ')} (${own.join(', ')})`,
  );
}

function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}

/** How urgent the activity is that runs here; bulk work where none does. */
function rankOfActivity(): number {
  try {
    return Context.current().info.priority?.priorityKey ?? priorityKeys.bulk;
  } catch {
    return priorityKeys.bulk;
  }
}
