import type { CaseSummary } from '../domain/case.js';
import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import { Doubt, worstOf } from '../domain/expected-error.js';
import { type CaseAddress, doubtKey, modelKey } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import { Model, type ModelSummary } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import type { Engine, LoadedModel, RunContext, TrainingCase } from '../engines/engine.js';
import { readCt, readLabelMap } from '../imaging/nifti.js';
import { type CtVolume, type Mask, withGeometry } from '../imaging/volume.js';
import { getContent, putContent } from '../storage/content.js';
import { hashOf, publishJson, readJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { requireWorklist } from '../storage/worklists.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { type Estimation, estimateErrors } from './expected-errors.js';
import { loadMask, loadPassport, nativeHeader, storeLabel } from './label-store.js';

export type ModelDeeds = ReturnType<typeof modelDeeds>;

interface TrainOrgan {
  readonly campaign: string;
  readonly organ: Organ;
  readonly engine: string;
  readonly seed: number;
}

/** Models that stay loaded in one worker; the least recently used goes first. */
const loadedAtMost = 4;

/** Training and inference of single-organ models, on the device that this worker owns. */
export function modelDeeds({
  store,
  work,
  engineByName,
}: Pick<Dependencies, 'store' | 'work' | 'engineByName'>) {
  const loaded = new Map<string, Promise<LoadedModel>>();

  return {
    /** Trains on source labels only. The same training set and engine is recognised and costs nothing. */
    async trainOrgan(input: TrainOrgan): Promise<{ model?: ModelSummary }> {
      return alive(async (context) => {
        const { organ, seed } = input;
        const engine = engineByName(input.engine);
        const examples = await trainingSet(input.campaign, organ);
        if (examples.length === 0) return {};
        const { name, version, summary } = engine.describe();
        const records = await mapBounded(examples, 16, ({ campaign, item, label }) =>
          trainingRecord(store, { campaign, collection: item.collection, caseId: item.caseId }, label),
        );
        const trainedOn = records.map(({ trainedOn }) => trainedOn);
        const modelId = `${name}-${organ}-${hashOf({ name, version, seed, organ, trainedOn }).slice(0, 16)}`;
        if (await store.has(modelKey(organ, modelId))) return { model: { modelId, organ } };
        const weights = await train(engine, input, examples, context);
        const licences = [...new Set(records.map(({ licence }) => licence))].sort();
        const model = {
          modelId,
          organ,
          engine: { name, version, summary },
          weights,
          seed,
          trainedOn,
          licences,
        };
        await publishJson(store, modelKey(organ, modelId), Model.parse(model));
        return { model: { modelId, organ } };
      });
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
        const passport = await loadPassport(store, at);
        const image = readCt(await getContent(store, passport.image!), caseName(at));
        const model = await loadModel(organ, modelId);
        const placed = withGeometry(image, passport.geometry!);
        const { mask, doubt } = await infer(model, placed, judged === true, context);
        if (doubt !== undefined) await publishJson(store, doubtKey(at, organ, modelId), Doubt.parse(doubt));
        const packed = await work.packMask({ header: nativeHeader(passport), organ, mask });
        return storeLabel(store, at, organ, packed, {
          origin: 'model',
          author: modelId,
          reason: 'pre-label',
        });
      });
    },

    /** How wrong the pre-labels of a case are expected to be; the highest of them is the case's. */
    async estimateErrors(input: Estimation): Promise<{ worst: number }> {
      const around = { store, engineByName, loadModel };
      return alive(async (context) => ({ worst: worstOf(await estimateErrors(around, input, context)) }));
    },
  };

  async function trainingSet(campaign: string, organ: Organ) {
    const { cases } = await requireWorklist(store, campaign);
    return cases.flatMap((item) =>
      item.sourceLabels.filter((label) => label.organ === organ).map((label) => ({ campaign, item, label })),
    );
  }

  async function train(
    engine: Engine,
    { organ, seed }: TrainOrgan,
    examples: readonly { campaign: string; item: CaseSummary; label: LabelSummary }[],
    context: RunContext,
  ) {
    const cases: TrainingCase[] = examples.map(({ campaign, item, label }) => ({
      id: caseName(item),
      load: async () => {
        const at = { campaign, collection: item.collection, caseId: item.caseId };
        const passport = await loadPassport(store, at);
        const image = readCt(await getContent(store, passport.image!), item.caseId);
        const mask = readLabelMap(await loadMask(store, at, label), item.caseId).values;
        return { image: withGeometry(image, passport.geometry!), mask: Uint8Array.from(mask) };
      },
    }));
    return putContent(store, await engine.train({ organ, cases, seed }, context));
  }

  function loadModel(organ: Organ, modelId: string): Promise<LoadedModel> {
    const known = loaded.get(modelId) ?? readModel(organ, modelId);
    loaded.delete(modelId);
    loaded.set(modelId, known);
    known.catch(() => loaded.delete(modelId));
    if (loaded.size > loadedAtMost) evictOldest();
    return known;
  }

  async function readModel(organ: Organ, modelId: string): Promise<LoadedModel> {
    const model = await readJson(store, modelKey(organ, modelId), Model);
    if (model === undefined) {
      throw new PlusctError('ModelNotFound', `model ${modelId} is not in the object store; train it first`);
    }
    return engineByName(model.engine.name).load(await getContent(store, model.weights));
  }

  function evictOldest(): void {
    const [oldest, model] = loaded.entries().next().value!;
    loaded.delete(oldest);
    void model.then((each) => each.dispose());
  }
}

/** The mask; and what the model says of it, where that is wanted and the model can tell. */
async function infer(
  model: LoadedModel,
  image: CtVolume,
  judged: boolean,
  context: RunContext,
): Promise<{ mask: Mask; doubt?: Doubt }> {
  if (judged && model.judge !== undefined) return model.judge(image, context);
  return { mask: await model.predict(image, context) };
}

/** What the model says of one training case, and the licence of the copy that it is from. */
async function trainingRecord(
  store: ObjectStore,
  at: CaseAddress,
  label: LabelSummary,
): Promise<{ trainedOn: Model['trainedOn'][number]; licence: string }> {
  const { collection, caseId } = at;
  if (label.origin !== 'source') {
    throw new PlusctError('InvalidInput', `${collection}/${caseId}: only source labels train a first model`);
  }
  const { image, licence } = await loadPassport(store, at);
  const { version, voxelSha256 } = label;
  return {
    trainedOn: { collection, caseId, imageSha256: image!.sha256, label: version, voxelSha256 },
    licence,
  };
}
