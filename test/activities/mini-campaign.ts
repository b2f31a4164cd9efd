import { storeLabel } from '../../activities/label-store.js';
import { CampaignPlan, CaseResult } from '../../domain/campaign.js';
import { campaignPlanKey, modelKey, resultKey } from '../../domain/keys.js';
import type { LabelSummary } from '../../domain/label-version.js';
import { Model } from '../../domain/model.js';
import { organs } from '../../domain/organ.js';
import type { Geometry } from '../../domain/volume.js';
import { writeLabelMap } from '../../imaging/nifti-write.js';
import { putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson } from '../../storage/json.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { labelMapFile, maskOf, organVoxels, storeMiniCase } from '../workflows/mini-case.js';

/**
 * A campaign of mini cases: `volume-1` was only ingested, `volume-2` is finished: its kidney is as the model proposed it, its spleen was
 * corrected twice, its pancreas is absent. `mend` changes the geometry in the passport of the latter.
 */
export async function storeMiniCampaign(
  store: ObjectStore,
  campaign: string,
  { licence = 'CC-BY-4.0', mend = (geometry: Geometry): Geometry => geometry } = {},
): Promise<void> {
  const plan = {
    campaign,
    collections: [{ collection: 'lits', directory: '/none' }],
    refine: 'human',
    engine: 'atlas',
    people: [],
    seed: 1,
    window: 1,
  };
  await publishJson(store, campaignPlanKey(campaign), CampaignPlan.parse(plan));
  await storeMiniCase(store, campaign, 'volume-1');
  await finishMiniCase(store, campaign, 'volume-2', { licence, mend });
  // In mini cases the author of every proposal is `model`.
  const model = {
    modelId: 'model',
    organs: ['kidney', 'spleen'],
    engine: { name: 'none', version: '1', settings: {}, summary: '' },
    weights: await putContent(store, new Uint8Array(1)),
    seed: 1,
    trainedOn: [],
    licences: ['CC-BY-NC-SA-4.0'],
  };
  await publishJson(store, modelKey('model'), Model.parse(model));
}

/** A finished case, as `volume-2` of a mini campaign is. */
export async function finishMiniCase(
  store: ObjectStore,
  campaign: string,
  caseId: string,
  changes: { licence: string; mend?: (geometry: Geometry) => Geometry },
): Promise<void> {
  const { at, labels, image } = await storeMiniCase(store, campaign, caseId, changes);
  const spleen = labels.find(({ organ }) => organ === 'spleen')!;
  let parent = spleen.version;
  let drawn: LabelSummary = spleen;
  for (const author of ['anna', 'carla']) {
    const mask = maskOf(organVoxels('spleen').slice(author === 'anna' ? 1 : 2));
    const packed = {
      organ: 'spleen' as const,
      bytes: writeLabelMap(mask, image),
      voxelSha256: sha256(mask),
      voxels: 9,
    };
    drawn = await storeLabel(store, at, 'spleen', packed, {
      origin: 'human',
      author,
      reason: `by ${author}`,
      parent,
    });
    parent = drawn.version;
  }
  const final: LabelSummary[] = [
    ...labels.filter(({ organ }) => organ !== 'spleen' && organ !== 'pancreas'),
    drawn,
  ];
  const labelMap = await putContent(
    store,
    labelMapFile(image, Object.fromEntries(organs.map((organ) => [organ, organVoxels(organ)]))),
  );
  await publishJson(
    store,
    resultKey(at),
    CaseResult.parse({
      labelMap,
      labels: final,
      findings: [],
      collection: 'lits',
      caseId,
      absent: ['pancreas'],
    }),
  );
}
