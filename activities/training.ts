import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import { modelKey } from '../domain/keys.js';
import { Model } from '../domain/model.js';
import type { ObjectRef } from '../domain/primitives.js';
import { modelIdOf, type TrainingRecord, TrainingSet, trainingIdentity } from '../domain/training-set.js';
import {
  type Engine,
  type RunContext,
  type TrainingCase,
  type TrainingContext,
  type TrainingVolume,
  unlabelled,
} from '../engines/engine.js';
import { readCt } from '../imaging/nifti.js';
import { assembleOrgans } from '../imaging/overlap.js';
import { interpolateSlices } from '../imaging/shape-interpolation.js';
import { axialAxis, fillOtherSlices } from '../imaging/sparse-slices.js';
import { withGeometry } from '../imaging/volume.js';
import { getContent, putContent } from '../storage/content.js';
import { canonicalJson, hashOf, parseJson, publishFirst, readJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { Device } from './device.js';
import { loadParts, loadPassport } from './label-store.js';
import { inheritanceOf } from './model-descent.js';
import { readModel } from './model-store.js';
import { checkpointsOf } from './training-checkpoints.js';

/** What training takes of its worker. */
export interface Trainer {
  readonly store: ObjectStore;
  readonly engineByName: (name: string) => Engine;
  /** The device to train on; left out where nobody shares it. */
  readonly device?: Pick<Device, 'train'>;
}

/** Keeps a training set as an object: workflows and activities hand it on by its hash. */
export function putTrainingSet(store: ObjectStore, set: TrainingSet): Promise<ObjectRef> {
  return putContent(store, new TextEncoder().encode(canonicalJson(TrainingSet.parse(set))));
}

/** Trains the model of a stored set, or finds that it is there. Of two that were trained at once the first one counts. */
export async function trainOn(
  { store, engineByName, device }: Trainer,
  setRef: ObjectRef,
  context: TrainingContext,
): Promise<Model> {
  const set = parseJson(await getContent(store, setRef), setRef.key, TrainingSet);
  const modelId = modelIdOf(set, hashOf(trainingIdentity(set)));
  const known = await readJson(store, modelKey(modelId), Model);
  if (known !== undefined) return known;
  const engine = engineByName(set.engine.name);
  const { name, version, summary, finetunes, fixed, learnsFromSlices } = engine.describe();
  if (version !== set.engine.version) throw otherVersion(set, version);
  if (fixed) throw new PlusctError('InvalidInput', `the engine ${name} learns nothing: give it no cases`);
  if (set.startFrom !== undefined && !finetunes) {
    throw new PlusctError(
      'InvalidInput',
      `the engine ${name} cannot go on from ${set.startFrom}: train anew`,
    );
  }
  const { organs, seed, startFrom } = set;
  const input = {
    identity: modelId,
    organs,
    seed,
    settings: set.engine.settings,
    cases: set.cases.map((record) => trainingCase(store, set, record, learnsFromSlices === true)),
    ...(startFrom === undefined ? {} : { startFrom: await weightsOf(store, startFrom) }),
  };
  const train = (clock: Pick<RunContext, 'onDevice'> = {}) =>
    engine.train(input, { ...context, ...clock, checkpoints: checkpointsOf(store, modelId) });
  const { campaign } = set.cases[0]!;
  const bytes = await (device?.train(
    { modelId, organs, campaign, settings: set.engine.settings },
    context.signal,
    train,
  ) ?? train());
  const { learnedFrom, licences } = await inheritanceOf(store, set);
  const model: Model = {
    modelId,
    organs,
    engine: { ...set.engine, summary },
    weights: await putContent(store, bytes),
    seed,
    ...(startFrom === undefined ? {} : { startFrom }),
    ...(learnedFrom.length === 0 ? {} : { learnedFrom: [...learnedFrom] }),
    trainedOn: set.cases,
    licences: [...new Set([...set.cases.map(({ licence }) => licence), ...licences])].sort(),
  };
  return publishFirst(store, modelKey(modelId), Model, model);
}

async function weightsOf(store: ObjectStore, modelId: string): Promise<Uint8Array> {
  return getContent(store, (await readModel(store, modelId)).weights);
}

function trainingCase(
  store: ObjectStore,
  set: TrainingSet,
  record: TrainingRecord,
  learnsFromSlices: boolean,
): TrainingCase {
  return {
    id: caseName(record),
    ...(record.pseudo === undefined ? {} : { pseudo: record.pseudo }),
    load: async () => sparseVolume(await loadTrainingVolume(store, set, record), record, learnsFromSlices),
  };
}

/** Image and labels of one case of a set, the organs put together as in a pre-label. */
async function loadTrainingVolume(
  store: ObjectStore,
  { organs }: TrainingSet,
  record: TrainingRecord,
): Promise<TrainingVolume> {
  const { geometry, image: ref } = await loadPassport(store, record);
  const image = withGeometry(readCt(await getContent(store, ref!), caseName(record)), geometry!);
  const wanted = record.labels.filter(({ organ }) => organs.includes(organ));
  const parts = await loadParts(store, record, wanted);
  return { image, labels: assembleOrgans(parts, image.hu.length).labelMap };
}

/** Where only some slices count as labelled: the others say that nobody looked, or for engines that cannot learn so, what lies between. */
function sparseVolume(
  volume: TrainingVolume,
  { slices }: TrainingRecord,
  learnsFromSlices: boolean,
): TrainingVolume {
  if (slices === undefined) return volume;
  const { image, labels } = volume;
  if (!learnsFromSlices) return { image, labels: interpolateSlices(labels, image.geometry, slices) };
  return { image, labels: fillOtherSlices(labels, axialAxis(image.geometry), slices, unlabelled) };
}

function otherVersion({ engine }: TrainingSet, version: string): PlusctError {
  return new PlusctError(
    'InvalidInput',
    `the training set is for ${engine.name} ${engine.version}, this worker has version ${version}: start the training anew, or a worker of that version`,
  );
}
