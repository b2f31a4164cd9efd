import { beforeAll, describe, expect, it } from 'vitest';
import { readCaseViews } from '../../activities/case-views.js';
import { storeLabel } from '../../activities/label-store.js';
import { caseQuery } from '../../cli/cases.js';
import { CampaignPlan, CaseResult } from '../../domain/campaign.js';
import { caseField, caseFields } from '../../domain/case-fields.js';
import type { CaseView } from '../../domain/case-view.js';
import { campaignPlanKey, modelKey, resultKey } from '../../domain/keys.js';
import type { LabelSummary } from '../../domain/label-version.js';
import { Model } from '../../domain/model.js';
import { writeLabelMap } from '../../imaging/nifti-write.js';
import { putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import { maskOf, organVoxels, storeMiniCase } from '../workflows/mini-case.js';

const campaign = 'views';
const store = memoryStore();
let views: CaseView[];

async function finish(caseId: string): Promise<void> {
  const { at, labels, image } = await storeMiniCase(store, campaign, caseId);
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
  const final = [...labels.filter(({ organ }) => organ !== 'spleen' && organ !== 'pancreas'), drawn];
  const labelMap = await putContent(store, writeLabelMap(maskOf(organVoxels('liver')), image));
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

beforeAll(async () => {
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
  await finish('volume-2');
  // In mini cases the author of every proposal is `model`.
  for (const organ of ['kidney', 'spleen'] as const) {
    const model = {
      modelId: 'model',
      organ,
      engine: { name: 'none', version: '1', summary: '' },
      weights: await putContent(store, new Uint8Array(1)),
      seed: 1,
      trainedOn: [],
      licences: ['CC-BY-NC-SA-4.0'],
    };
    await publishJson(store, modelKey(organ, 'model'), Model.parse(model));
  }
  views = await readCaseViews(store, campaign);
});

describe('the view of a case', () => {
  it('joins the passport with label versions, models and the result', () => {
    const [first, second] = views;
    expect([first.stage, second.stage]).toEqual(['ingested', 'finished']);
    expect(first.organs.map(({ origin }) => origin)).toEqual(['source', 'none', 'none', 'none']);
    expect(second.organs.map(({ origin }) => origin)).toEqual(['source', 'model', 'human', 'absent']);
    expect(second.organs[2]).toMatchObject({
      author: 'carla',
      model: 'model',
      editors: ['anna', 'carla'],
      reason: 'by carla',
      voxels: 9,
      volumeMl: 0.1,
    });
  });

  it('binds what a model proposed by the licences of its training data, also after corrections', async () => {
    const [, { organs, licence }] = views;
    expect(organs.map((organ) => organ.licence)).toEqual([
      'none',
      'CC-BY-NC-SA-4.0 AND none',
      'CC-BY-NC-SA-4.0 AND none',
      undefined,
    ]);
    expect(licence).toBe('CC-BY-NC-SA-4.0 AND none');
    const [, free] = await readCaseViews(store, campaign, { modelsBind: false });
    expect(free.licence).toBe('none');
  });
});

describe('queries of cases', () => {
  const names = (where: string) => views.filter(caseQuery(where)).map(({ passport }) => passport.caseId);

  it('ask any field, of the case and of its organs', () => {
    expect(names('organ.spleen.origin=human & editor=anna')).toEqual(['volume-2']);
    expect(names('organ.spleen.origin!=human')).toEqual(['volume-1']);
    expect(names('spacing.k>2.5 & spacing.i<2.5')).toEqual(['volume-1', 'volume-2']);
    expect(names('missing=spleen & stage=finished')).toEqual(['volume-2']);
    expect(names('licence=CC-BY-NC-*')).toEqual(['volume-2']);
    expect(names('shape=6×5×4 & axes=lAs')).toEqual(['volume-1', 'volume-2']);
  });

  it('read every field of every case without failing', () => {
    for (const view of views) {
      for (const { name, read } of caseFields) {
        for (const value of read(view)) expect(['string', 'number', 'boolean'], name).toContain(typeof value);
      }
    }
  });

  it('name the fields that there are when one is asked for that is not', () => {
    expect(() => names('organ.heart.origin=human')).toThrow('organ.NAME.PART with NAME one of liver');
    expect(() => caseField('colour')).toThrow("no field 'colour'");
  });
});
