import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import { Doubt, worstOf } from '../domain/expected-error.js';
import { type CaseAddress, doubtKey } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { ModelSummary } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import type { Prediction } from '../domain/prediction.js';
import type { ObjectRef } from '../domain/primitives.js';
import type { EngineSettings, TrainingRecord } from '../domain/training-set.js';
import { readLabelMap } from '../imaging/nifti.js';
import { extractOrgan } from '../imaging/overlap.js';
import { getContent } from '../storage/content.js';
import { publishJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { requireWorklist } from '../storage/worklists.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import type { Device } from './device.js';
import { type Estimation, estimateErrors } from './expected-errors.js';
import { registerFixed } from './fixed-models.js';
import { predictOnce } from './inference.js';
import { loadPassport, nativeHeader, storeLabel } from './label-store.js';
import { putTrainingSet, trainOn } from './training.js';

export type ModelDeeds = ReturnType<typeof modelDeeds>;

interface TrainOrgan {
  readonly campaign: string;
  readonly organ: Organ;
  readonly engine: string;
  readonly settings?: EngineSettings;
  readonly seed: number;
}

/** Training and inference, on the device that this worker owns. */
export function modelDeeds({
  store,
  work,
  engineByName,
  device,
}: Pick<Dependencies, 'store' | 'work' | 'engineByName'> & { device: Device }) {
  const trainer = { store, engineByName, device };

  return {
    /** Trains one organ on a campaign's source labels only. The same training set and engine is recognised and costs nothing. */
    async trainOrgan(input: TrainOrgan): Promise<{ model?: ModelSummary }> {
      return alive(async (context) => {
        const { campaign, organ, seed, settings = {} } = input;
        const engine = engineByName(input.engine);
        if (engine.describe().fixed) {
          const { modelId, organs } = await registerFixed(
            trainer,
            { engine: input.engine, settings },
            context,
          );
          return organs.includes(organ) ? { model: { modelId, organ } } : {};
        }
        const cases = await sourceCases(store, campaign, organ);
        if (cases.length === 0) return {};
        const { name, version } = engine.describe();
        const set = await putTrainingSet(store, {
          organs: [organ],
          engine: { name, version, settings: engine.settingsOf(settings) },
          seed,
          cases,
        });
        const { modelId } = await trainOn(trainer, set, context);
        return { model: { modelId, organ } };
      });
    },

    /** Trains the model of a training set that was put together before. */
    async trainModelOn({ set }: { set: ObjectRef }): Promise<{ modelId: string }> {
      return alive(async (context) => {
        const { modelId } = await trainOn(trainer, set, context);
        return { modelId };
      });
    },

    /** What a model says of a case; no label version of the case comes of it. */
    async predictCase({ at, modelId }: { at: CaseAddress; modelId: string }): Promise<Prediction> {
      return alive((context) => predictOnce({ store, work, device }, at, modelId, context));
    },

    /** One organ's pre-label; with `judged`, what the model says of its own mask is kept beside it. */
    async predictOrgan(input: {
      at: CaseAddress;
      organ: Organ;
      modelId: string;
      judged?: boolean;
    }): Promise<LabelSummary> {
      return alive(async (context) => {
        const { at, organ, modelId, judged } = input;
        const { labelMap, doubts } = await predictOnce({ store, work, device }, at, modelId, context);
        if (judged && doubts[organ] !== undefined)
          await publishJson(store, doubtKey(at, organ, modelId), Doubt.parse(doubts[organ]));
        const mask = extractOrgan(
          readLabelMap(await getContent(store, labelMap), caseName(at)).values,
          organ,
        );
        const header = nativeHeader(await loadPassport(store, at));
        const packed = await work.packMask({ header, organ, mask });
        return storeLabel(store, at, organ, packed, {
          origin: 'model',
          author: modelId,
          reason: 'pre-label',
        });
      });
    },

    /** How wrong the pre-labels of a case are expected to be; the highest of them is the case's. */
    async estimateErrors(input: Estimation): Promise<{ worst: number }> {
      const loadModel = (modelId: string) => device.model(modelId, input.at);
      const around = { store, engineByName, loadModel };
      return alive(async (context) => ({ worst: worstOf(await estimateErrors(around, input, context)) }));
    },
  };
}

/** Every case of the campaign whose source labels the organ. */
async function sourceCases(store: ObjectStore, campaign: string, organ: Organ): Promise<TrainingRecord[]> {
  const { cases } = await requireWorklist(store, campaign);
  const examples = cases.flatMap(({ collection, caseId, sourceLabels }) =>
    sourceLabels
      .filter((label) => label.organ === organ)
      .map((label) => ({ at: { campaign, collection, caseId }, label })),
  );
  return mapBounded(examples, 16, ({ at, label }) => sourceRecord(store, at, label));
}

async function sourceRecord(
  store: ObjectStore,
  at: CaseAddress,
  { organ, version, origin, voxelSha256 }: LabelSummary,
): Promise<TrainingRecord> {
  if (origin !== 'source') {
    throw new PlusctError('InvalidInput', `${caseName(at)}: only source labels train a first model`);
  }
  const { image, licence } = await loadPassport(store, at);
  const labels = [{ organ, version, origin, voxelSha256 }];
  return { ...at, imageSha256: image!.sha256, licence, labels };
}
