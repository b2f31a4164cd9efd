import { type Organ, organValue } from '../domain/organ.js';
import type { EngineSettings } from '../domain/training-set.js';
import type { Engine, LoadedModel } from '../engines/engine.js';
import { nnunetEngine } from '../engines/nnunet/nnunet-engine.js';
import { engineByName } from '../engines/registry.js';
import { type GpuCase, trainingOf, unseenBy } from './gpu-cases.js';
import { meanUse, watchUse } from './gpu-device.js';
import type { GpuProgress } from './gpu-progress.js';
import { contextOf, type GpuRun } from './gpu-run.js';

export interface OrganRow {
  readonly set: string;
  readonly organ: Organ;
  /** Cases that the model has not seen. */
  readonly cases: number;
  readonly nnunet: number;
  readonly atlas: number;
}

/** What a training took; of one that was cut off and went on, the last attempt. */
export interface TrainingTime {
  /** Writing, planning and preprocessing. */
  readonly preparingSeconds: number;
  readonly epochsSeconds: number;
  /** Mean use of the device in percent from the first epoch on; undefined where nothing tells. */
  readonly use?: number | undefined;
}

export interface Asked {
  readonly set: string;
  readonly organ: Organ;
  readonly cases: readonly GpuCase[];
  readonly settings: EngineSettings;
}

/** nnU-Net's model of an organ: trained on the cases whose source labels it, unless an earlier run has. */
export async function trainedModel(
  { set, organ, cases, settings }: Asked,
  progress: GpuProgress,
  run: GpuRun,
): Promise<Uint8Array> {
  return progress.model(`${set}-${organ}`, async () => {
    run.say(`${set}, ${organ}: training …`);
    const watching = watchUse();
    const startedMs = performance.now();
    let epochsFromMs = startedMs;
    const firstEpoch = () => {
      epochsFromMs = performance.now();
    };
    try {
      const model = await train(nnunetEngine(), organ, cases, settings, contextOf(run, { firstEpoch }));
      const endedMs = performance.now();
      await progress.once<TrainingTime>(`${set}-${organ}-time`, async () => ({
        preparingSeconds: (epochsFromMs - startedMs) / 1000,
        epochsSeconds: (endedMs - epochsFromMs) / 1000,
        use: meanUse(watching.samples, epochsFromMs, endedMs),
      }));
      return model;
    } finally {
      watching.stop();
    }
  });
}

/** The model beside the atlas, on cases that neither has seen. */
export async function organRow(
  { set, organ, cases, unseen }: Asked & { readonly unseen: number },
  model: Uint8Array,
  run: GpuRun,
): Promise<OrganRow> {
  const judging = unseenBy(cases, organ).slice(0, unseen);
  const atlas = engineByName('atlas');
  const other = await train(atlas, organ, cases, {}, contextOf(run));
  return {
    set,
    organ,
    cases: judging.length,
    nnunet: await meanDsc(await nnunetEngine().load(model), organ, judging, run),
    atlas: await meanDsc(await atlas.load(other), organ, judging, run),
  };
}

function train(
  engine: Engine,
  organ: Organ,
  cases: readonly GpuCase[],
  settings: EngineSettings,
  context: ReturnType<typeof contextOf>,
): Promise<Uint8Array> {
  const input = {
    organs: [organ],
    cases: trainingOf(cases, organ),
    seed: 1,
    settings: engine.settingsOf(settings),
  };
  return engine.train(input, context);
}

async function meanDsc(
  model: LoadedModel,
  organ: Organ,
  cases: readonly GpuCase[],
  run: GpuRun,
): Promise<number> {
  let sum = 0;
  for (const { image, reference } of cases)
    sum += dscOf(await model.predict(image, contextOf(run)), reference!, organValue[organ]);
  await model.dispose();
  return sum / cases.length;
}

function dscOf(prediction: Uint8Array, reference: Uint8Array, value: number): number {
  let [both, all] = [0, 0];
  for (let n = 0; n < reference.length; n++) {
    const [a, b] = [prediction[n] === value, reference[n] === value];
    if (a && b) both += 1;
    all += Number(a) + Number(b);
  }
  return (2 * both) / all;
}
