import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBenchmarkPlan } from '../../activities/benchmark-planning.js';
import { readCampaignStatus } from '../../activities/campaign-status.js';
import { loadMask, loadPassport } from '../../activities/label-store.js';
import { Assembly, CaseResult, Dataset, Worklist } from '../../domain/campaign.js';
import { CaseGroups } from '../../domain/case-groups.js';
import {
  caseGroupsKey,
  evaluationKey,
  modelKey,
  preLabelKey,
  resultKey,
  worklistKey,
} from '../../domain/keys.js';
import { MetricContract } from '../../domain/metric.js';
import { Model } from '../../domain/model.js';
import { organs, organValue } from '../../domain/organ.js';
import { Recipe } from '../../domain/recipe.js';
import { recipes } from '../../domain/recipes.js';
import { engineByName } from '../../engines/registry.js';
import { inflate } from '../../imaging/inflate.js';
import { readLabelMap, readNiftiHeader } from '../../imaging/nifti.js';
import { generateSamples } from '../../sources/samples/generate.js';
import { readAudit } from '../../storage/audit-log.js';
import { getContent } from '../../storage/content.js';
import { hashOf, requireJson } from '../../storage/json.js';
import type { BuildReport } from '../../workflows/build-dataset.js';
import { buildSimulated } from './campaign-fixture.js';
import { type Installation, install } from './installation.js';

const campaign = `build-${process.pid}`;
let installation: Installation;
let directory: string;
let report: BuildReport;
let dataset: Dataset;

/** Cases whose files are damaged before the build, and the finding that each has to become. */
const damaged: Record<string, string> = {
  'lits/volume-1': 'FILE_TRUNCATED',
  'lits/test-volume-0': 'AFFINE_INVALID',
  'kits19/case_00061': 'FILE_CORRUPT',
  'msd-spleen/spleen_3': 'SHAPE_MISMATCH',
  'msd-pancreas/pancreas_290': 'LABEL_VALUES',
  'nih-pancreas/PANCREAS_0003': 'FILE_EMPTY',
};

async function damage(root: string): Promise<void> {
  const at = (...parts: string[]) => join(root, ...parts);
  await truncate(at('lits', 'Training Batch 1', 'volume-1.nii'), 50_000);
  const header = at('lits', 'LITS-Challenge-Test-Data', 'test-volume-0.nii');
  const bytes = await readFile(header);
  bytes.writeFloatLE(Number.NaN, 280);
  await writeFile(header, bytes);
  const flipped = at('kits19', 'data', 'case_00061', 'imaging.nii.gz');
  const compressed = await readFile(flipped);
  compressed[compressed.length >> 1]! ^= 0x10;
  await writeFile(flipped, compressed);
  const spleens = at('msd-spleen', 'Task09_Spleen');
  const label = join(spleens, 'labelsTr', 'spleen_3.nii.gz');
  const wrong = Buffer.from(inflate(await readFile(label), label));
  const slices = wrong.readInt16LE(46) - 1;
  wrong.writeInt16LE(slices, 46);
  const voxels = wrong.readInt16LE(42) * wrong.readInt16LE(44) * slices;
  await writeFile(label, gzipSync(wrong.subarray(0, 352 + voxels)));
  const pancreas = at('msd-pancreas', 'Task07_Pancreas', 'labelsTr', 'pancreas_290.nii.gz');
  const values = Buffer.from(inflate(await readFile(pancreas), pancreas));
  values[values.length - 1] = 9;
  await writeFile(pancreas, gzipSync(values));
  await truncate(at('nih-pancreas', 'TCIA_pancreas_labels-02-05-2017', 'label0003.nii.gz'), 0);
  await appendFile(at('msd-spleen', 'Task09_Spleen', 'imagesTr', '._stray.nii.gz'), 'no volume');
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plusct-build-'));
  await generateSamples({ directory, seed: 1 });
  await damage(directory);
  installation = await install('build', ['orchestration', 'io', 'gpu']);
  const reference = join(directory, 'reference');
  const patients = join(directory, 'patients.csv');
  await writeFile(
    patients,
    'case,patient\nlits/volume-0,p1\nkits19/case_00000,p1\nnih-pancreas/PANCREAS_0001,p2\n',
  );
  ({ report } = await buildSimulated(installation, {
    campaign,
    collections: directory,
    patients,
    reference,
  }));
  dataset = await requireJson(installation.store, report.datasetKey, Dataset);
}, 400_000);

afterAll(async () => {
  await installation?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const addressOf = (item: { collection: Dataset['cases'][number]['collection']; caseId: string }) => ({
  campaign,
  collection: item.collection,
  caseId: item.caseId,
});

describe('a build of the sample collections, some of whose files are damaged', () => {
  it('makes each damaged file a finding and finishes every other case', async () => {
    const status = await readCampaignStatus(installation.store, campaign);
    for (const [name, code] of Object.entries(damaged)) {
      const own = status.findings.filter((each) => `${each.collection}/${each.caseId}` === name);
      expect(
        own.map((each) => each.code),
        name,
      ).toContain(code);
    }
    const left = dataset.leftOut.map((each) => `${each.collection}/${each.caseId}`).sort();
    expect(left).toEqual([...Object.keys(damaged), 'nih-pancreas/PANCREAS_0025'].sort());
    expect(report.failed).toBe(0);
    expect(dataset.cases).toHaveLength(26 - left.length);
  });

  it('finds NIH 25 to be a withdrawn copy of NIH 2', async () => {
    const { finding } = dataset.leftOut.find((each) => each.caseId === 'PANCREAS_0025')!;
    expect(finding).toMatchObject({
      code: 'DUPLICATE_WITHDRAWN',
      message: expect.stringContaining('PANCREAS_0002'),
    });
  });

  it('has two scans of one patient in one group and leaves neither out, and its recipes are refused for it', async () => {
    const { store } = installation;
    const { pairs, groups } = await requireJson(store, caseGroupsKey(campaign), CaseGroups);
    expect(groups).toContainEqual(['lits/volume-0', 'kits19/case_00000']);
    expect(pairs.at(-1)).toMatchObject({
      same: { kind: 'same-patient', table: 'patients.csv', lines: [2, 3] },
    });
    const kept = dataset.cases.map((each) => `${each.collection}/${each.caseId}`);
    expect(kept).toEqual(expect.arrayContaining(['lits/volume-0', 'kits19/case_00000']));
    const all = { asked: 9, choose: { how: 'all' } } as const;
    const recipe = Recipe.parse({
      ...recipes.find(({ id }) => id === 'table-3-kits'),
      id: 'leaky',
      training: {
        kind: 'supervised',
        labels: 'plus',
        cases: { ...all, from: [{ collection: 'kits19' }] },
      },
      tests: [{ id: 'lits', title: 'LiTS', cases: { ...all, from: [{ collection: 'lits' }] } }],
    });
    const asked = { campaign, recipes: [recipe], engine: 'atlas', settings: {}, seed: 1 };
    const { recipes: planned } = await makeBenchmarkPlan({ store, engineByName }, asked);
    expect(planned[0]!.refused?.why).toContain(
      'lits/volume-0 is tested, kits19/case_00000 is trained on: one patient: lines 2 and 3 of patients.csv',
    );
  });

  it('ends every case with four organs on the native grid under the image’s own header', async () => {
    for (const item of dataset.cases) {
      const image = readNiftiHeader(await getContent(installation.store, item.image), item.caseId);
      const file = await getContent(installation.store, item.labelMap);
      const header = readNiftiHeader(file, item.caseId);
      expect(header.geometry.affine).toEqual(image.geometry.affine);
      expect([header.sformCode, header.qformCode]).toEqual([image.sformCode, image.qformCode]);
      const { values, geometry } = readLabelMap(file, item.caseId);
      expect(geometry.shape).toEqual(image.geometry.shape);
      for (const organ of organs)
        expect(values.includes(organValue[organ]), `${item.caseId} ${organ}`).toBe(true);
    }
  });

  it('pre-labels an organ that the source has with the source label, voxel for voxel, to the end', async () => {
    const { store } = installation;
    for (const item of dataset.cases) {
      const passport = await loadPassport(store, addressOf(item));
      for (const label of passport.sourceLabels) {
        const source = readLabelMap(await loadMask(store, addressOf(item), label), 'source').values;
        const pre = await requireJson(store, preLabelKey(addressOf(item)), Assembly);
        const final = await requireJson(store, resultKey(addressOf(item)), CaseResult);
        for (const { labelMap } of [pre, final]) {
          const { values } = readLabelMap(await getContent(store, labelMap), 'map');
          const wrong = source.findIndex(
            (inside, n) => (inside === 1) !== (values[n] === organValue[label.organ]),
          );
          expect(wrong, `${item.collection}/${item.caseId}`).toBe(-1);
        }
      }
    }
  });

  it('ends nearer to the reference than it began, for every organ', () => {
    const { scores } = report.evaluation!;
    for (const organ of organs) {
      const mean = (stage: string) =>
        scores.find((each) => each.organ === organ && each.of === 'all' && each.stage === stage)!;
      expect(mean('final').dscMean!, organ).toBeGreaterThan(mean('pre-label').dscMean!);
      expect(mean('final').n).toBe(dataset.cases.length);
    }
  });

  it('trains on source labels of accepted cases only', async () => {
    const { cases } = await requireJson(installation.store, worklistKey(campaign), Worklist);
    const accepted = new Set(cases.map((each) => `${each.collection}/${each.caseId}`));
    const made = await Promise.all(
      cases.map((item) => requireJson(installation.store, preLabelKey(addressOf(item)), Assembly)),
    );
    for (const organ of organs) {
      const labels = made.flatMap((each) => each.labels).filter((label) => label.organ === organ);
      const author = labels.find((label) => label.origin === 'model')!.author;
      const model = await requireJson(installation.store, modelKey(author), Model);
      expect(model.trainedOn.length).toBeGreaterThan(0);
      for (const each of model.trainedOn) {
        expect(accepted.has(`${each.collection}/${each.caseId}`)).toBe(true);
        expect(each.labels.map(({ organ: own, origin }) => [own, origin])).toEqual([[organ, 'source']]);
      }
    }
  });

  it('has every person’s step on record, called simulated, in unbroken chains', async () => {
    for (const item of dataset.cases) {
      const { records, breaks } = await readAudit(
        installation.store,
        campaign,
        `task/${item.collection}/${item.caseId}/1`,
      );
      expect(breaks).toEqual([]);
      const done = records.filter((each) => each.outcome === 'done').map((each) => each.action);
      expect(done[0]).toBe('open');
      expect(done).toContain('approve');
      expect(['verify', 'refine']).toContain(done.at(-1));
      expect(records.slice(1).every((each) => each.simulated)).toBe(true);
    }
  });

  it('writes rows, table, contract and summary to S3', async () => {
    const { evaluation } = report.evaluation!;
    const text = async (file: string) =>
      new TextDecoder().decode(await installation.store.get(evaluationKey(evaluation, file)));
    const rows = (await text('cases.jsonl'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(dataset.cases.length * organs.length * 2);
    expect((await text('cases.csv')).trim().split('\n')).toHaveLength(rows.length + 1);
    const contract = MetricContract.parse(JSON.parse(await text('contract.json')));
    expect(contract.preset).toBe('abdomenct1k');
    expect(contract.organs.map(({ organ, tolerancesMm }) => ({ organ, tolerancesMm }))).toEqual(
      organs.map((organ) => ({ organ, tolerancesMm: [1] })),
    );
    for (const row of rows) expect(row.contractSha256).toBe(hashOf(contract));
    expect(await text('report.html')).toContain(hashOf(contract));
  });
});
