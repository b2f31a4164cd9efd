import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Device } from '../../activities/device.js';
import { ingestDeeds } from '../../activities/ingest.js';
import { loadMask, loadPassport } from '../../activities/label-store.js';
import { modelDeeds } from '../../activities/models.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import type { Collection } from '../../domain/collection.js';
import { modelKey, worklistKey } from '../../domain/keys.js';
import { Model } from '../../domain/model.js';
import { organValue } from '../../domain/organ.js';
import type { TrainingInput } from '../../engines/engine.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { publishJson, requireJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { nifti, organBox, tissue } from '../sources/made-cases.js';

const campaign = 'mini';
const work = workVolumesInThreads(1);
let store: ObjectStore;
let directory: string;

beforeEach(() => {
  store = memoryStore();
  directory = mkdtempSync(join(tmpdir(), 'plusct-ingest-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
afterAll(() => work.close());

const run = <Result>(deed: () => Promise<Result>): Promise<Result> =>
  new MockActivityEnvironment().run<[], Result, typeof deed>(deed);

function put(files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

async function takeIn(collection: Collection, caseId: string) {
  const deeds = ingestDeeds({ store, work });
  const at = { campaign, collection, caseId };
  await run(() => deeds.listCollection({ campaign, collection, directory }));
  await run(() => deeds.ingestCase({ ...at, directory }));
  return { at, passport: await loadPassport(store, at) };
}

/** The box in two organs: liver at even voxels, kidney at odd ones. */
const twoOrgans = organBox().map((value, n) => (value === 0 ? 0 : 1 + (n % 2)));

describe('the passport of a case with several organs', () => {
  const dataset = {
    channel_names: { 0: 'CT' },
    labels: { background: 0, liver: 1, kidney: 2, spleen: 3 },
    licence: 'CC-BY-4.0',
  };
  beforeEach(() =>
    put({
      'dataset.json': JSON.stringify(dataset),
      'imagesTr/a_0000.nii.gz': nifti(tissue()),
      'labelsTr/a.nii.gz': nifti(twoOrgans),
    }),
  );

  it('has one source label for each organ that the label holds', async () => {
    const { at, passport } = await takeIn('nnunet', 'a');
    expect(passport.sourceLabels.map(({ organ, origin }) => [organ, origin])).toEqual([
      ['liver', 'source'],
      ['kidney', 'source'],
    ]);
    expect(passport.missingOrgans).toEqual(['spleen', 'pancreas']);
    for (const label of passport.sourceLabels) {
      const { values } = readLabelMap(await loadMask(store, at, label), label.organ);
      const value = label.organ === 'liver' ? 1 : 2;
      expect([...values]).toEqual([...twoOrgans].map((each) => (each === value ? 1 : 0)));
    }
    expect(passport).toMatchObject({ licence: 'CC-BY-4.0', citation: 'unknown', status: 'accepted' });
  });

  it('trains a model of each of its organs, under the licence of its own copy', async () => {
    const { passport } = await takeIn('nnunet', 'a');
    await publishJson(store, worklistKey(campaign), { cases: [passport], leftOut: [] });
    const seen: Record<string, number> = {};
    const engine = {
      describe: () => ({ name: 'counting', version: '1', summary: 'counts', device: 'cpu' as const }),
      settingsOf: () => ({}),
      train: async ({ organs: [organ], cases }: TrainingInput) => {
        const { labels } = await cases[0]!.load();
        seen[organ!] = labels.filter((value) => value === organValue[organ!]).length;
        return new Uint8Array([1]);
      },
      load: () => Promise.reject(new Error('not needed')),
    };
    const engineByName = () => engine;
    const device = new Device({ store, engineByName, now: () => new Date(), about: { name: 'here-0' } });
    const { trainOrgan } = modelDeeds({ store, work, engineByName, device });
    for (const organ of ['liver', 'kidney', 'spleen'] as const) {
      const { model } = await run(() => trainOrgan({ campaign, organ, engine: 'counting', seed: 1 }));
      if (organ === 'spleen') expect(model).toBeUndefined();
      else
        expect((await requireJson(store, modelKey(model!.modelId), Model)).licences).toEqual(['CC-BY-4.0']);
    }
    expect(seen).toEqual({
      liver: twoOrgans.filter((value) => value === 1).length,
      kidney: twoOrgans.filter((value) => value === 2).length,
    });
  });
});

describe('the passport of a case', () => {
  const liver = { 'volume-0.nii': nifti(tissue()), 'segmentation-0.nii': nifti(organBox()) };
  const decathlon = {
    'dataset.json': JSON.stringify({
      licence: 'CC-BY-SA 4.0',
      training: [{ image: './imagesTr/liver_0.nii.gz', label: './labelsTr/liver_0.nii.gz' }],
    }),
    'imagesTr/liver_0.nii.gz': liver['volume-0.nii'],
    'labelsTr/liver_0.nii.gz': liver['segmentation-0.nii'],
  };

  it.each([
    ['LiTS (CodaLab)', 'CC-BY-NC-ND-4.0', 'CC-BY-SA-4.0', liver],
    ['Medical Segmentation Decathlon Task03_Liver', 'CC-BY-SA-4.0', 'CC-BY-NC-ND-4.0', decathlon],
  ])(
    'names the copy that was used, %s, with its licence and that of the other',
    async (copy, licence, other, files) => {
      put(files);
      const { passport } = await takeIn('lits', 'volume-0');
      expect(passport).toMatchObject({
        copy,
        licence,
        otherCopies: [{ licence: other }],
        facts: { tumour: true },
      });
      expect(passport.citation).toContain('Bilic');
    },
  );

  it('keeps what kits.json says, and holds a case back whose header says other voxels', async () => {
    const image = nifti(tissue());
    const spacing = { x_spacing: 0.8, y_spacing: 0.8, z_spacing: 2.5 };
    const entry = (id: string, z: number) => ({
      case_id: id,
      gender: 'female',
      pack_years: null,
      voxel_spacing: { ...spacing, z_spacing: z },
    });
    put({
      'data/kits.json': JSON.stringify([entry('case_00000', 2.5), entry('case_00001', 0.5)]),
      'data/case_00000/imaging.nii.gz': image,
      'data/case_00000/segmentation.nii.gz': nifti(organBox()),
      'data/case_00001/imaging.nii.gz': image,
      'data/case_00001/segmentation.nii.gz': nifti(organBox()),
    });
    const { passport } = await takeIn('kits19', 'case_00000');
    expect(passport).toMatchObject({ status: 'accepted', facts: { gender: 'female', pack_years: null } });
    const other = (await takeIn('kits19', 'case_00001')).passport;
    expect(other.status).toBe('quarantined');
    const found = other.findings.find(({ code }) => code === 'SPACING_DISAGREES');
    expect(found?.message).toContain(
      'voxels of 0.8×0.8×2.5 mm; the table of the collection has 0.8×0.8×0.5 mm',
    );
  });

  it('tells of a file that is not the one of the checksums in the folder, and has its hash', async () => {
    const wrong = '0'.repeat(64);
    put({
      SHA256SUMS: `${wrong}  data/case_00000/imaging.nii.gz`,
      'data/case_00000/imaging.nii.gz': nifti(tissue()),
      'data/case_00000/segmentation.nii.gz': nifti(organBox()),
    });
    const { passport } = await takeIn('kits19', 'case_00000');
    expect(passport.status).toBe('quarantined');
    const found = passport.findings.find(({ code }) => code === 'FILE_CHANGED');
    expect(found).toMatchObject({ value: passport.sourceFiles[0]?.sha256 });
    expect(found?.message).toContain(wrong);
  });
});
