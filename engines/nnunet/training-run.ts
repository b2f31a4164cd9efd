import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { PlusctError } from '../../domain/errors.js';
import type { Organ } from '../../domain/organ.js';
import { beating } from '../beating.js';
import type { TrainingContext } from '../engine.js';
import { runGroup } from '../process-group.js';
import { type Archive, type ArchiveFacts, fileOf, packArchive, unpackArchive } from './archive.js';
import { datasetNumber } from './dataset.js';
import { devicesHere, foundDevice, memoryHere } from './device.js';
import { failureOf } from './failures.js';
import { adjustedPlans } from './plans.js';
import { type NnunetSettings, planners } from './settings.js';
import type { TrainingFolder } from './training-folder.js';
import {
  nothingTrained,
  progressNote,
  readTrainingLine,
  type TrainingProgress,
} from './training-progress.js';
import type { Workshop } from './workshop.js';

export interface TrainingTask {
  readonly organs: readonly Organ[];
  readonly settings: NnunetSettings;
  /** The model that training goes on from. */
  readonly start: Archive | undefined;
  /** Epochs in all, those of `start` included. */
  readonly total: number;
  readonly seed: number;
  /** Cases by the names that nnU-Net knows them under. */
  readonly identifiers: ReadonlyMap<string, string>;
}

/** Shares of the progress: everything before it, and where the first epoch begins. */
const [preparingFrom, trainingFrom] = [0.05, 0.2];
/** Resampling holds whole volumes: each process is given so much memory. Beyond so many the disk is what they wait for. */
const [preparingBytes, mostPreparing] = [6 * 1024 ** 3, 12];

/** Plans, preprocesses and trains, each as far as it is not done yet. Resolves to the model's bytes. */
export async function trainInFolder(
  workshop: Workshop,
  folder: TrainingFolder,
  task: TrainingTask,
  context: TrainingContext,
): Promise<Uint8Array> {
  const { settings } = task;
  if (!folder.isTrained(settings)) {
    const saved = await savedCheckpoint(context);
    await beating(
      context,
      () => [preparingFrom, 'planning and preprocessing'],
      () => prepare(workshop, folder, task, saved, context.signal),
    );
    placeStart(folder, task, saved);
    await train(workshop, folder, task, context);
  }
  const model = packArchive({
    facts: factsOf(task, 'model', task.total),
    files: await folder.files(settings, 'checkpoint_model.pth'),
  });
  folder.clear();
  return model;
}

function factsOf(
  { organs, settings }: TrainingTask,
  kind: ArchiveFacts['kind'],
  epochs: number,
): ArchiveFacts {
  const { configuration, planner, testTimeAugmentation, device } = settings;
  const { plans } = planners[planner];
  return { kind, organs: [...organs], configuration, plans, epochs, testTimeAugmentation, device };
}

async function savedCheckpoint({ checkpoints }: TrainingContext): Promise<Archive | undefined> {
  const bytes = await checkpoints?.newest();
  return bytes && unpackArchive(bytes, 'checkpoint');
}

/** Goes on from what is furthest: this disk, the object store, the model to start from. */
function placeStart(
  folder: TrainingFolder,
  { settings, start }: TrainingTask,
  saved: Archive | undefined,
): void {
  for (const archive of [saved, start]) {
    if (archive !== undefined && archive.facts.epochs > folder.epochsSaved(settings))
      folder.placeCheckpoint(settings, fileOf(archive, 'checkpoint.pth'), archive.facts.epochs);
  }
}

async function prepare(
  workshop: Workshop,
  folder: TrainingFolder,
  { settings, identifiers, start }: TrainingTask,
  saved: Archive | undefined,
  signal: AbortSignal,
): Promise<void> {
  // What another machine has trained further fits only the plans of that machine.
  const ahead = saved !== undefined && saved.facts.epochs > folder.epochsSaved(settings);
  if (folder.isPrepared && !(ahead && !folder.hasPlans(settings, saved))) return;
  const plansOf = saved ?? start;
  folder.beginPreparing();
  const { configuration } = settings;
  const { planner, plans } = planners[settings.planner];
  const fitting = Math.floor(memoryHere() / devicesHere() / preparingBytes);
  const cores = Math.floor(availableParallelism() / devicesHere());
  const processes = String(Math.max(1, Math.min(mostPreparing, cores, fitting)));
  const run = async (name: string, args: readonly string[]) => {
    const spec = workshop.program(name, ['-d', datasetNumber, ...args], folder.path);
    const ending = await runGroup(spec, signal);
    // Without a case nothing is found, and nnU-Net ends well.
    if (ending.code !== 0) throw named(failureOf(name, ending), identifiers);
  };
  if (plansOf !== undefined) {
    folder.adoptPlans(settings, plansOf.files);
    await run('nnUNetv2_preprocess', [
      '-plans_name',
      plans,
      '-c',
      configuration,
      '-np',
      processes,
      '--no_pbar',
    ]);
  } else {
    const planning = [
      '-pl',
      planner,
      '-npfp',
      processes,
      '-np',
      processes,
      '--verify_dataset_integrity',
      '--no_pbar',
    ];
    await run('nnUNetv2_plan_and_preprocess', [...planning, '-c', configuration]);
    const file = folder.plansFile(settings);
    writeFileSync(file, adjustedPlans(readFileSync(file, 'utf8'), settings));
  }
  folder.endPreparing();
}

/** An error with cases under their own names. */
function named(error: PlusctError, identifiers: ReadonlyMap<string, string>): PlusctError {
  let { message } = error;
  for (const [identifier, id] of identifiers) message = message.replaceAll(identifier, id);
  return new PlusctError(error.kind, message, { cause: error });
}

async function train(
  workshop: Workshop,
  folder: TrainingFolder,
  task: TrainingTask,
  context: TrainingContext,
): Promise<void> {
  const { settings, total, seed, identifiers } = task;
  const { signal } = context;
  const device =
    settings.device === 'auto' ? await foundDevice(workshop, folder.path, signal) : settings.device;
  const saver = new CheckpointSaver(folder, task, context);
  let progress: TrainingProgress = { ...nothingTrained, finished: folder.epochsSaved(settings) };
  const spec = workshop.program(
    'nnUNetv2_train',
    // With --c a first run begins, and every other one goes on; without it all would begin anew.
    [
      datasetNumber,
      settings.configuration,
      'all',
      '-tr',
      'PlusctTrainer',
      '-p',
      planners[settings.planner].plans,
    ].concat(['--c', '-device', device]),
    folder.path,
    {
      PLUSCT_NNUNET_TRAINING: JSON.stringify({
        epochs: total,
        iterationsPerEpoch: settings.iterationsPerEpoch,
        learningRate: settings.learningRate,
        seed,
      }),
    },
  );
  const onLine = (line: string) => {
    const before = progress;
    progress = readTrainingLine(progress, line);
    if (progress.savedEpoch !== undefined && progress.savedEpoch !== before.savedEpoch)
      saver.saved(progress.savedEpoch + 1);
  };
  const note = () => `${progressNote(progress, total)}${saver.trouble}`;
  const fraction = () => trainingFrom + (1 - trainingFrom) * Math.min(1, progress.finished / total);
  const report = (): readonly [number, string] => [fraction(), note()];
  const startedMs = performance.now();
  const ending = await beating(context, report, () => runGroup({ ...spec, onLine }, signal)).finally(() =>
    context.onDevice?.((performance.now() - startedMs) / 1000),
  );
  await saver.finish();
  if (!folder.isTrained(settings)) throw named(failureOf('nnUNetv2_train', ending), identifiers);
}

/** Copies checkpoints to the object store, one at a time, while training goes on. */
class CheckpointSaver {
  private saving: Promise<void> | undefined;
  /** What to add to the progress while checkpoints cannot be saved. */
  trouble = '';

  constructor(
    private readonly folder: TrainingFolder,
    private readonly task: TrainingTask,
    private readonly context: TrainingContext,
  ) {}

  /** Hears that an epoch's checkpoint is on this disk. One that comes while another is copied stays there alone. */
  saved(epochs: number): void {
    const { settings, total } = this.task;
    this.folder.noteEpochs(settings, epochs);
    const { checkpoints } = this.context;
    if (checkpoints === undefined || epochs >= total || epochs % settings.saveEvery !== 0) return;
    this.saving ??= this.copy(epochs, checkpoints).finally(() => {
      this.saving = undefined;
    });
  }

  async finish(): Promise<void> {
    await this.saving;
  }

  /** A store that is away for a while costs no training: the checkpoint on this disk is enough to go on. */
  private async copy(
    epochs: number,
    checkpoints: NonNullable<TrainingContext['checkpoints']>,
  ): Promise<void> {
    try {
      const files = await this.folder.files(this.task.settings, 'checkpoint_latest.pth');
      await checkpoints.save(packArchive({ facts: factsOf(this.task, 'checkpoint', epochs), files }));
      this.trouble = '';
    } catch (error) {
      this.trouble = `; its checkpoint could not be saved: ${error instanceof Error ? error.message : error}`;
    }
  }
}
