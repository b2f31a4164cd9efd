import { createHash } from 'node:crypto';
import { PlusctError } from '../../domain/errors.js';
import { organs as houseOrder } from '../../domain/organ.js';
import type { TrainingContext, TrainingInput } from '../engine.js';
import { type Archive, unpackArchive } from './archive.js';
import { identifiersOf, writeDataset } from './dataset.js';
import { type NnunetSettings, nnunetSettings, planners } from './settings.js';
import { TrainingFolder } from './training-folder.js';
import { trainInFolder } from './training-run.js';
import type { Workshop } from './workshop.js';

/** Shares of the progress that writing the dataset and preparing it take. */
const writtenShare = 0.05;

/**
 * Trains on the cases, in a folder that follows from them: a training that was cut off goes on from the last epoch that
 * was finished on this machine, or from the newest checkpoint of the object store, whichever is further.
 */
export async function trainModel(
  workshop: Workshop,
  version: string,
  input: TrainingInput,
  context: TrainingContext,
): Promise<Uint8Array> {
  const settings = nnunetSettings(input.settings);
  const organs = houseOrder.filter((organ) => input.organs.includes(organ));
  const start = input.startFrom && startingModel(input.startFrom, organs, settings);
  const draft = workshop.privateFolder('draft');
  const write = () =>
    writeDataset(`${draft.path}/raw`, organs, input.cases, (done, id) => {
      if (context.signal.aborted)
        throw new PlusctError('Cancelled', `training was cancelled before case ${id}`);
      context.progress((writtenShare * done) / input.cases.length, `writing ${id}`);
    });
  try {
    // Where nobody says what the training is, its voxels do.
    const digest = input.identity ?? (await write());
    const identity = { version, digest, settings: trained(settings), seed: input.seed };
    const hash = createHash('sha256').update(JSON.stringify(identity));
    if (input.startFrom) hash.update(input.startFrom);
    const folder = TrainingFolder.claim(workshop, hash.digest('hex').slice(0, 16), draft.path);
    try {
      if (!folder.hasCases && !folder.isTrained(settings)) {
        if (input.identity !== undefined) await write();
        folder.takeCases(draft.path);
      }
      const total = epochsOf(settings, start);
      const identifiers = identifiersOf(input.cases);
      const task = { organs, settings, start, total, seed: input.seed, identifiers };
      return await trainInFolder(workshop, folder, task, context);
    } finally {
      folder.release();
    }
  } finally {
    draft.dispose();
  }
}

/** Settings that change what is trained: those of saving and predicting do not. */
function trained(settings: NnunetSettings): Partial<NnunetSettings> {
  const { saveEvery: _, testTimeAugmentation: __, device: ___, ...rest } = settings;
  return rest;
}

function epochsOf(settings: NnunetSettings, start: Archive | undefined): number {
  return start === undefined ? settings.epochs : start.facts.epochs + settings.fineTuneEpochs;
}

/** The model that training goes on from; its network has to be the one that these settings lead to. */
function startingModel(bytes: Uint8Array, organs: readonly string[], settings: NnunetSettings): Archive {
  const archive = unpackArchive(bytes, 'model');
  const { organs: own, configuration, plans } = archive.facts;
  const wanted = planners[settings.planner].plans;
  const differing = [
    ...(own.join() === organs.join() ? [] : [`organs ${own.join(', ')}`]),
    ...(configuration === settings.configuration ? [] : [`configuration ${configuration}`]),
    ...(plans === wanted ? [] : [`plans ${plans}`]),
  ];
  if (differing.length === 0) return archive;
  throw new PlusctError(
    'InvalidInput',
    `training cannot go on from a model of ${differing.join(' and ')}: it needs the same organs, configuration and planner`,
  );
}
