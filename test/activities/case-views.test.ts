import { beforeAll, describe, expect, it } from 'vitest';
import { readCaseViews } from '../../activities/case-views.js';
import { decide } from '../../activities/decide.js';
import { caseQuery } from '../../cli/cases.js';
import { caseField, caseFields } from '../../domain/case-fields.js';
import type { CaseView } from '../../domain/case-view.js';
import { memoryStore } from '../../storage/memory.js';
import { storeMiniCampaign } from './mini-campaign.js';

const campaign = 'views';
const store = memoryStore();
let views: CaseView[];

beforeAll(async () => {
  await storeMiniCampaign(store, campaign);
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

  it('has no volume where the spacing is unknown', async () => {
    const own = memoryStore();
    await storeMiniCampaign(own, campaign, {
      mend: (geometry) => ({ ...geometry, spacingUnknown: true }),
    });
    const [, second] = await readCaseViews(own, campaign);
    expect(second.organs[2]).toMatchObject({ author: 'carla', voxels: 9 });
    expect(second.organs[2].volumeMl).toBeUndefined();
  });

  it('binds what a model proposed by the licences of its training data, also after corrections', async () => {
    const [, { organs, licence }] = views;
    expect(organs.map((organ) => organ.licence)).toEqual([
      'CC-BY-4.0',
      'CC-BY-NC-SA-4.0',
      'CC-BY-NC-SA-4.0',
      undefined,
    ]);
    expect(licence).toBe('CC-BY-NC-SA-4.0');
    const [, free] = await readCaseViews(store, campaign, { modelsBind: false });
    expect(free.licence).toBe('CC-BY-4.0');
  });
});

describe('the view of a case on which a person decided', () => {
  it('is what was decided; it is accepted again when that is taken back', async () => {
    const own = memoryStore();
    await storeMiniCampaign(own, campaign);
    const at = { campaign, collection: 'lits', caseId: 'volume-1' } as const;
    await decide(own, at, {
      verdict: 'exclude',
      reason: 'wrong patient',
      by: 'carla',
      withoutLabel: false,
      at: '2026-01-01T00:00:00.000Z',
    });
    const [excluded] = await readCaseViews(own, campaign);
    expect(excluded).toMatchObject({ status: 'excluded', findings: [{ code: 'EXCLUDED_BY_OPERATOR' }] });
    await decide(own, at, {
      verdict: 'accept',
      reason: 'right patient',
      by: 'carla',
      withoutLabel: false,
      at: '2026-01-01T00:00:00.000Z',
    });
    expect((await readCaseViews(own, campaign))[0].status).toBe('accepted');
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

  it('ask what the collection’s table says, nested values too', () => {
    const facts = { gender: 'female', voxel_spacing: { x_spacing: 3 }, alcohol: null };
    const view = { ...views[0], passport: { ...views[0].passport, facts } };
    const holds = (where: string) => caseQuery(where)(view);
    expect(
      ['fact.gender=female', 'fact.voxel_spacing.x_spacing>2', 'fact.alcohol', 'fact.age'].map(holds),
    ).toEqual([true, true, false, false]);
    expect(caseField('fact.gender').read(view)).toEqual(['female']);
  });

  it('find no voxel side and no volume where the spacing is unknown', () => {
    const { passport } = views[1];
    const geometry = { ...passport.geometry!, spacingUnknown: true } as const;
    const view = { ...views[1], passport: { ...passport, geometry } };
    expect(['spacing', 'spacing.k>0', 'spacing.unknown=yes'].map((where) => caseQuery(where)(view))).toEqual([
      false,
      false,
      true,
    ]);
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
