import { beforeEach, describe, expect, it } from 'vitest';
import { estimateErrors } from '../../activities/expected-errors.js';
import { loadPassport, storeLabel } from '../../activities/label-store.js';
import { CampaignPlan } from '../../domain/campaign.js';
import { CaseExpectedError } from '../../domain/expected-error.js';
import { campaignPlanKey, doubtKey, expectedErrorKey, modelKey, worklistKey } from '../../domain/keys.js';
import { Model } from '../../domain/model.js';
import { organValue } from '../../domain/organ.js';
import type { Engine, LoadedModel } from '../../engines/engine.js';
import { mirrored } from '../../imaging/mirror.js';
import { writeLabelMap } from '../../imaging/nifti-write.js';
import type { Mask } from '../../imaging/volume.js';
import { putContent } from '../../storage/content.js';
import { ExpectedErrors } from '../../storage/expected-errors.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson, requireJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { type MiniCase, maskOf, organVoxels, storeMiniCase } from '../workflows/mini-case.js';

const campaign = 'mini';
const context = { signal: new AbortController().signal, progress: () => undefined };
let store: ObjectStore;
let mini: MiniCase;
const calls: string[] = [];
const plan = CampaignPlan.parse({
  campaign,
  collections: [{ collection: 'lits', directory: '/none' }],
  refine: 'human',
  engine: 'stubborn',
  people: [],
  prioritise: true,
  seed: 1,
  window: 1,
});
const missing = ['kidney', 'spleen', 'pancreas'] as const;

/** An engine to which the spleen is always where it was put, whichever way the patient is turned. */
function stubborn(knowsMirrored: boolean, mask: Mask): { engine: Engine; loaded: LoadedModel } {
  const loaded: LoadedModel = {
    organs: missing,
    predict: async () => {
      calls.push('predict');
      return mask.map((inside) => inside * organValue.spleen);
    },
    dispose: async () => undefined,
  };
  const description = { name: 'stubborn', version: '1', summary: '', device: 'cpu' } as const;
  const engine: Engine = {
    describe: () => ({ ...description, ...(knowsMirrored ? { knowsMirrored: true } : {}) }),
    settingsOf: () => ({}),
    train: async () => new Uint8Array(1),
    load: async () => loaded,
  };
  return { engine, loaded };
}

async function storeModel() {
  const model = {
    modelId: 'model',
    organs: missing,
    engine: { name: 'stubborn', version: '1', settings: {}, summary: '' },
    weights: await putContent(store, new Uint8Array(1)),
    seed: 1,
    trainedOn: [],
    licences: [],
  };
  await publishJson(store, modelKey('model'), Model.parse(model));
}

beforeEach(async () => {
  store = memoryStore();
  calls.length = 0;
  mini = await storeMiniCase(store, campaign);
  await storeModel();
});

const estimate = (knowsMirrored: boolean) => {
  const { engine, loaded } = stubborn(knowsMirrored, maskOf(organVoxels('spleen')));
  const around = { store, engineByName: () => engine, loadModel: async () => loaded };
  return estimateErrors(around, { at: mini.at, labels: mini.labels, missing }, context);
};

describe('expected errors of a case', () => {
  it('infer on the mirrored image where the engine knows mirrored patients, and mirror the mask back', async () => {
    const { organs } = await estimate(true);
    expect(calls).toHaveLength(3);
    const spleen = organs.find((each) => each.organ === 'spleen')!;
    const { geometry } = await loadPassport(store, mini.at);
    const own = maskOf(organVoxels('spleen'));
    const back = mirrored(own, geometry!);
    const shared = own.filter((inside, n) => inside === 1 && back[n] === 1).length;
    expect(spleen.parts!.flip).toBeCloseTo(1 - shared / 10, 10);
  });

  it('infer no second time where a mirrored patient is none', async () => {
    const { organs } = await estimate(false);
    expect(calls).toEqual([]);
    for (const { parts } of organs) expect(parts!.flip).toBeUndefined();
  });

  it('take in what the model said of its own mask', async () => {
    const doubt = { boundaryEntropy: 0.5, selfLoss: 0.5, disagreement: 0.9 };
    await publishJson(store, doubtKey(mini.at, 'pancreas', 'model'), doubt);
    const { organs } = await estimate(false);
    expect(organs[0]).toMatchObject({ organ: 'pancreas', parts: { doubt } });
    expect(organs[0]!.expected).toBeGreaterThan(organs[1]!.expected);
  });

  it('are 1 for an organ without a proposal, and for an empty one', async () => {
    const mask = new Uint8Array(maskOf(organVoxels('spleen')).length);
    const packed = {
      organ: 'spleen',
      bytes: writeLabelMap(mask, mini.image),
      voxelSha256: sha256(mask),
      voxels: 0,
    } as const;
    const empty = await storeLabel(store, mini.at, 'spleen', packed, {
      origin: 'model',
      author: 'model',
      reason: 'test',
    });
    const labels = [...mini.labels.filter(({ organ }) => organ === 'liver' || organ === 'kidney'), empty];
    const { engine, loaded } = stubborn(false, mask);
    const around = { store, engineByName: () => engine, loadModel: async () => loaded };
    const { organs } = await estimateErrors(around, { at: mini.at, labels, missing }, context);
    expect(organs.map(({ organ, expected }) => [organ, expected === 1])).toEqual([
      ['spleen', true],
      ['pancreas', true],
      ['kidney', false],
    ]);
  });

  it('are written once and read by the work queue', async () => {
    const first = await estimate(false);
    await publishJson(store, doubtKey(mini.at, 'spleen', 'model'), {
      boundaryEntropy: 1,
      selfLoss: 1,
      disagreement: 1,
    });
    expect(await estimate(false)).toEqual(first);
    expect(await requireJson(store, expectedErrorKey(mini.at), CaseExpectedError)).toEqual(first);
    const { collection, caseId } = mini.at;
    const item = { collection, caseId, status: 'accepted', sourceLabels: [], missingOrgans: [] };
    await publishJson(store, worklistKey(campaign), { cases: [item], leftOut: [] });
    const queue = new ExpectedErrors(store, campaign);
    expect([...(await queue.worst())]).toEqual([]);
    await publishJson(store, campaignPlanKey(campaign), plan);
    const worst = await queue.worst();
    expect([...worst]).toEqual([[`${collection}/${caseId}`, first.organs[0]!.expected]]);
  });
});
