import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPassport } from '../../activities/label-store.js';
import { Dataset } from '../../domain/campaign.js';
import type { Collection } from '../../domain/collection.js';
import { modelsPrefix } from '../../domain/keys.js';
import { Model } from '../../domain/model.js';
import { organs, organValue } from '../../domain/organ.js';
import { inflate } from '../../imaging/inflate.js';
import { readLabelMap, readNiftiHeader } from '../../imaging/nifti.js';
import { writeLabelMap } from '../../imaging/nifti-write.js';
import { generateSamples } from '../../sources/samples/generate.js';
import { getContent } from '../../storage/content.js';
import { requireJson } from '../../storage/json.js';
import { buildSimulated } from './campaign-fixture.js';
import { type Installation, install } from './installation.js';

const campaign = `organs-${process.pid}`;
let installation: Installation;
let directory: string;
let dataset: Dataset;

const samples = (...parts: string[]) => join(directory, 'samples', ...parts);
const image = (caseId: string, folder = 'imagesTr') =>
  samples('msd-spleen', 'Task09_Spleen', folder, `${caseId}.nii.gz`);
const reference = (caseId: string) => samples('reference', 'msd-spleen', `${caseId}.nii.gz`);

function place(from: string, ...to: string[]): void {
  const path = join(directory, ...to);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(from, path);
}

/** Patients of the samples as AbdomenCT-1K and an nnU-Net dataset would have them. */
function rearrange(): void {
  const release = [
    ['spleen_2', 'Case_00001'],
    ['spleen_3', 'Case_00002'],
    ['spleen_6', 'Case_00010'],
  ] as const;
  for (const [caseId, name] of release) {
    place(image(caseId), 'all', 'AbdomenCT-1K', `${name}_0000.nii.gz`);
    place(reference(caseId), 'all', 'reference', 'abdomenct-1k', `${name}.nii.gz`);
    if (name !== 'Case_00010') place(reference(caseId), 'all', 'AbdomenCT-1K', 'Mask', `${name}.nii.gz`);
  }
  place(image('spleen_8'), 'all', 'Dataset501_Upper', 'imagesTr', 'eight_0000.nii.gz');
  place(reference('spleen_8'), 'all', 'reference', 'nnunet', 'eight.nii.gz');
  // Another order of values, and no spleen and pancreas.
  const full = readFileSync(reference('spleen_8'));
  const values = readLabelMap(full, 'reference').values;
  const renamed = Uint8Array.from(values, (value) => [0, 7, 3, 0, 0][value]!);
  const folder = join(directory, 'all', 'Dataset501_Upper');
  mkdirSync(join(folder, 'labelsTr'));
  writeFileSync(
    join(folder, 'labelsTr', 'eight.nii.gz'),
    writeLabelMap(renamed, inflate(readFileSync(image('spleen_8')), 'image')),
  );
  const contents = {
    channel_names: { 0: 'CT' },
    labels: { background: 0, kidneys: 3, liver: 7 },
    numTraining: 1,
    file_ending: '.nii.gz',
    licence: 'CC-BY-4.0',
  };
  writeFileSync(join(folder, 'dataset.json'), JSON.stringify(contents));
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plusct-organs-'));
  await generateSamples({ directory: join(directory, 'samples'), seed: 1 });
  rearrange();
  installation = await install('organs', ['orchestration', 'io', 'gpu']);
  const collections = join(directory, 'all');
  const { report } = await buildSimulated(installation, {
    campaign,
    collections,
    reference: join(collections, 'reference'),
  });
  dataset = await requireJson(installation.store, report.datasetKey, Dataset);
}, 400_000);

afterAll(async () => {
  await installation?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const at = (collection: Collection, caseId: string) => ({ campaign, collection, caseId });

describe('a build of sources that label several organs', () => {
  it('finds both kinds by their folders and finishes every case with four organs', async () => {
    expect(dataset.leftOut).toEqual([]);
    expect(dataset.cases.map(({ collection, caseId, licence }) => [collection, caseId, licence])).toEqual([
      ['abdomenct-1k', 'Case_00001', 'CC-BY-NC-SA-4.0'],
      ['abdomenct-1k', 'Case_00002', 'CC-BY-NC-SA-4.0'],
      ['abdomenct-1k', 'Case_00010', 'CC-BY-NC-SA-4.0'],
      ['nnunet', 'eight', 'CC-BY-4.0'],
    ]);
    for (const { caseId, labelMap } of dataset.cases) {
      const { values } = readLabelMap(await getContent(installation.store, labelMap), caseId);
      for (const organ of organs) expect(values.includes(organValue[organ]), `${caseId} ${organ}`).toBe(true);
    }
  });

  it('keeps every organ of the source to the end, voxel for voxel', async () => {
    const { labelMap, image: stored } = dataset.cases[0]!;
    const truth = readFileSync(reference('spleen_2'));
    const final = await getContent(installation.store, labelMap);
    expect(readLabelMap(final, 'final').values).toEqual(readLabelMap(truth, 'truth').values);
    const header = readNiftiHeader(await getContent(installation.store, stored), 'image');
    expect(readNiftiHeader(final, 'final').geometry).toEqual(header.geometry);
  });

  it('asks people only for what the source lacks', async () => {
    const organsOf = async (collection: Collection, caseId: string) => {
      const { sourceLabels, missingOrgans } = await loadPassport(installation.store, at(collection, caseId));
      return [sourceLabels.map(({ organ }) => organ), missingOrgans];
    };
    expect(await organsOf('abdomenct-1k', 'Case_00001')).toEqual([[...organs], []]);
    expect(await organsOf('abdomenct-1k', 'Case_00010')).toEqual([[], [...organs]]);
    expect(await organsOf('nnunet', 'eight')).toEqual([
      ['liver', 'kidney'],
      ['spleen', 'pancreas'],
    ]);
  });

  it('trains each organ on every case whose source labels it', async () => {
    const trained: Record<string, string[]> = {};
    for (const organ of organs) {
      const keys: string[] = [];
      for await (const key of installation.store.list(`${modelsPrefix}atlas-${organ}-`)) keys.push(key);
      const models = await Promise.all(keys.map((key) => requireJson(installation.store, key, Model)));
      const own = models.find(({ trainedOn }) => trainedOn.some(({ caseId }) => caseId === 'Case_00001'));
      trained[organ] = own!.trainedOn.map(({ caseId }) => caseId);
    }
    expect(trained).toEqual({
      liver: ['Case_00001', 'Case_00002', 'eight'],
      kidney: ['Case_00001', 'Case_00002', 'eight'],
      spleen: ['Case_00001', 'Case_00002'],
      pancreas: ['Case_00001', 'Case_00002'],
    });
  });
});
