import { z } from 'zod';
import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import {
  CaseExpectedError,
  Doubt,
  expectedError,
  type OrganExpectedError,
  OrganFeatures,
  trainingDistance,
} from '../domain/expected-error.js';
import {
  type CaseAddress,
  doubtKey,
  expectedErrorKey,
  labelKey,
  trainingFeaturesKey,
} from '../domain/keys.js';
import { type LabelSummary, LabelVersion } from '../domain/label-version.js';
import type { Organ } from '../domain/organ.js';
import type { Engine, LoadedModel, RunContext } from '../engines/engine.js';
import { dice } from '../imaging/dice.js';
import { mirrored } from '../imaging/mirror.js';
import { readCt, readLabelMap } from '../imaging/nifti.js';
import { anatomyFaults, organFeatures } from '../imaging/organ-features.js';
import { extractOrgan } from '../imaging/overlap.js';
import { type CtVolume, type Mask, withGeometry } from '../imaging/volume.js';
import { getContent } from '../storage/content.js';
import { publishJson, readJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { loadMask, loadPassport } from './label-store.js';
import { readModel } from './model-store.js';

/** What the estimate takes of the device worker. */
export interface Estimator {
  readonly store: ObjectStore;
  readonly engineByName: (name: string) => Engine;
  readonly loadModel: (modelId: string) => Promise<Pick<LoadedModel, 'predict'>>;
}

/** A case, its labels, and the organs that models had to propose. */
export interface Estimation {
  readonly at: CaseAddress;
  readonly labels: readonly LabelSummary[];
  readonly missing: readonly Organ[];
}

/** How many training cases a model is described by: medians of more say the same. */
const describedAtMost = 48;
const TrainingFeatures = z.object({ cases: z.array(OrganFeatures) });

/**
 * Expected errors of a case's pre-labels, worst first, on record with everything that they are made of. Once written they
 * stay: people were given the case in that order.
 */
export async function estimateErrors(
  around: Estimator,
  { at, labels, missing }: Estimation,
  context: RunContext,
): Promise<CaseExpectedError> {
  const { store } = around;
  const known = await readJson(store, expectedErrorKey(at), CaseExpectedError);
  if (known !== undefined) return known;
  const image = await loadImage(store, at);
  const organs: OrganExpectedError[] = [];
  for (const organ of missing) {
    const label = labels.find((each) => each.organ === organ);
    context.progress(organs.length / missing.length, `expected error of the ${organ}`);
    if (label === undefined || label.voxels === 0) {
      organs.push({ organ, version: label?.version ?? 'none', expected: 1 });
    } else organs.push(await judgeLabel(around, at, image, label, context));
  }
  organs.sort((a, b) => b.expected - a.expected);
  const { collection, caseId } = at;
  const result = CaseExpectedError.parse({ collection, caseId, rule: 1, organs });
  await publishJson(store, expectedErrorKey(at), result);
  return result;
}

async function judgeLabel(
  around: Estimator,
  at: CaseAddress,
  image: CtVolume,
  label: LabelSummary,
  context: RunContext,
): Promise<OrganExpectedError> {
  const { store } = around;
  const { organ, version } = label;
  const modelId = label.author;
  const mask = Uint8Array.from(readLabelMap(await loadMask(store, at, label), organ).values);
  const [doubt, features] = [
    await readJson(store, doubtKey(at, organ, modelId), Doubt),
    organFeatures(image, mask),
  ];
  const far =
    features === undefined
      ? undefined
      : trainingDistance(features, (await describeTraining(store, organ, modelId)).cases);
  const flip = await flipDisagreement(around, modelId, organ, image, mask, context);
  const parts = {
    ...(doubt === undefined ? {} : { doubt }),
    ...(flip === undefined ? {} : { flip }),
    anatomy: anatomyFaults(image, organ, mask),
    ...(far === undefined ? {} : { trainingDistance: far.distance, volumeZ: far.volumeZ }),
  };
  return { organ, version, expected: expectedError(parts), parts };
}

/** Infers once more on the mirrored image; only for engines to which a mirrored patient is a patient. */
async function flipDisagreement(
  { store, engineByName, loadModel }: Estimator,
  modelId: string,
  organ: Organ,
  image: CtVolume,
  mask: Mask,
  context: RunContext,
): Promise<number | undefined> {
  const model = await readModel(store, modelId);
  if (!engineByName(model.engine.name).describe().knowsMirrored) return undefined;
  const loaded = await loadModel(modelId);
  const turned = { ...image, hu: mirrored(image.hu, image.geometry) };
  const labels = await loaded.predict(turned, context);
  const other = mirrored(extractOrgan(labels, organ), image.geometry);
  const dsc = dice(mask, other);
  return typeof dsc === 'number' ? 1 - dsc : 1;
}

/** Features of the organs that a model was trained on; made when they are first asked for, and kept with the model. */
async function describeTraining(store: ObjectStore, organ: Organ, modelId: string) {
  const key = trainingFeaturesKey(organ, modelId);
  const known = await readJson(store, key, TrainingFeatures);
  if (known !== undefined) return known;
  const { trainedOn } = await readModel(store, modelId);
  const cases: OrganFeatures[] = [];
  for (const each of trainedOn.slice(0, describedAtMost)) {
    const label = each.labels.find((own) => own.organ === organ);
    const record = label && (await readJson(store, labelKey(each, organ, label.version), LabelVersion));
    // A model that came from elsewhere: its cases may not be here.
    if (record === undefined) continue;
    const mask = Uint8Array.from(readLabelMap(await getContent(store, record.mask), organ).values);
    const features = organFeatures(await loadImage(store, each), mask);
    if (features !== undefined) cases.push(features);
  }
  const described = { cases };
  await publishJson(store, key, described).catch((error: unknown) => {
    // Another campaign has described it, from other cases of it; the first stays.
    if (!(error instanceof PlusctError) || error.kind !== 'ConflictingResult') throw error;
  });
  return (await readJson(store, key, TrainingFeatures)) ?? described;
}

async function loadImage(store: ObjectStore, at: CaseAddress): Promise<CtVolume> {
  const passport = await loadPassport(store, at);
  const image = readCt(await getContent(store, passport.image!), caseName(at));
  return withGeometry(image, passport.geometry!);
}
