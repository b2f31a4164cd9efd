import { describe, expect, it } from 'vitest';
import { SourceCase } from '../../domain/case.js';
import { caseStatusOf } from '../../domain/finding.js';
import { ingestCase } from '../../sources/ingest-case.js';
import { nnunet } from '../../sources/nnunet.js';
import { nifti, organBox, tissue, treeOf } from './made-cases.js';

const version2 = {
  channel_names: { 0: 'CT' },
  labels: { background: 0, liver: 1, stomach: 2, spleen: 3 },
  numTraining: 2,
  file_ending: '.nii.gz',
  licence: 'CC-BY-4.0',
  reference: 'somebody 2024',
};
const dataset = (contents: unknown, files: string[], more: Record<string, string> = {}) =>
  treeOf({
    'dataset.json': JSON.stringify(contents),
    ...Object.fromEntries(files.map((path) => [path, ''])),
    ...more,
  });
const pair = (name: string) => [`imagesTr/${name}_0000.nii.gz`, `labelsTr/${name}.nii.gz`];

describe('listing a dataset of nnU-Net', () => {
  it('of version 2 pairs images with labels by name, and takes test images without labels', async () => {
    const files = [
      ...pair('scan_001'),
      ...pair('PANCREAS_0001'),
      'imagesTs/scan_009_0000.nii.gz',
      'labelsTr/._scan_001.nii.gz',
    ];
    const { cases, findings, source } = await nnunet.list(dataset(version2, files));
    expect(
      cases.map(({ caseId, subset, image, labelPath }) => [
        caseId,
        subset,
        image.kind === 'nifti' && image.path,
        labelPath,
      ]),
    ).toEqual([
      ['PANCREAS_0001', 'train', ...pair('PANCREAS_0001')],
      ['scan_001', 'train', ...pair('scan_001')],
      ['scan_009', 'test', 'imagesTs/scan_009_0000.nii.gz', undefined],
    ]);
    for (const each of cases) {
      expect(SourceCase.parse(each)).toEqual(each);
      expect(each.organLabels).toEqual({ organs: { liver: [1], spleen: [3] }, ignored: [2] });
    }
    expect(source).toMatchObject({ licence: 'CC-BY-4.0', citation: 'somebody 2024' });
    expect(findings).toEqual([]);
  });

  it('of version 1 takes its list, whose names lack the number of the channel', async () => {
    const contents = {
      name: 'NIH',
      modality: { 0: 'CT' },
      labels: { 0: 'background', 1: 'pancreas', 2: 'cancer' },
      tensorImageSize: '4D',
      numTraining: 2,
      licence: 'CC-BY-3.0',
      training: ['PANCREAS_0001', 'PANCREAS_0002'].map((name) => ({
        image: `./imagesTr/${name}.nii.gz`,
        label: `./labelsTr/${name}.nii.gz`,
      })),
      test: ['./imagesTs/PANCREAS_0003.nii.gz'],
    };
    const files = [
      ...pair('PANCREAS_0001'),
      'imagesTr/PANCREAS_0002.nii.gz',
      'labelsTr/PANCREAS_0002.nii.gz',
      'imagesTs/PANCREAS_0003_0000.nii.gz',
    ];
    const { cases, findings, source } = await nnunet.list(dataset(contents, files));
    expect(cases.map(({ caseId, image }) => [caseId, image.kind === 'nifti' && image.path])).toEqual([
      ['PANCREAS_0001', 'imagesTr/PANCREAS_0001_0000.nii.gz'],
      ['PANCREAS_0002', 'imagesTr/PANCREAS_0002.nii.gz'],
      ['PANCREAS_0003', 'imagesTs/PANCREAS_0003_0000.nii.gz'],
    ]);
    expect(cases[0].organLabels).toEqual({ organs: { pancreas: [1, 2] } });
    expect(source.copy).toBe('nnU-Net dataset NIH');
    expect(findings).toEqual([]);
  });

  it('follows the list of files that version 2 may have, but never out of its folder', async () => {
    const listed = {
      a: { images: ['imagesTr/x_0000.nii.gz'], label: 'labelsTr/y.nii.gz' },
      b: { images: ['../../elsewhere/x_0000.nii.gz'], label: 'labelsTr/y.nii.gz' },
      c: { images: ['/etc/x_0000.nii.gz'], label: 'labelsTr/y.nii.gz' },
    };
    const root = dataset({ ...version2, numTraining: 1, dataset: listed }, [
      'imagesTr/x_0000.nii.gz',
      'labelsTr/y.nii.gz',
    ]);
    const { cases, findings } = await nnunet.list(root);
    expect(cases).toMatchObject([{ caseId: 'a', labelPath: 'labelsTr/y.nii.gz' }]);
    expect(findings.filter(({ message }) => message.includes('outside'))).toHaveLength(2);
  });

  it('names missing files, files of no case, and a count that is not the stated one', async () => {
    const files = [
      'labelsTr/a.nii.gz',
      ...pair('b'),
      'imagesTr/b_0001.nii.gz',
      'imagesTr/c_0000.nii.gz',
      ...pair('d e'),
    ];
    const { cases, findings } = await nnunet.list(dataset({ ...version2, numTraining: 3 }, files));
    expect(cases.map(({ caseId, findings: own }) => [caseId, own.map(({ where }) => where)])).toEqual([
      ['a', ['imagesTr/a_0000.nii.gz']],
      ['b', []],
    ]);
    expect(findings.map(({ field, value }) => [field, value])).toEqual([
      ['caseId', 'd e'],
      ['numTraining', '2'],
      ['files', '3'],
      ['files', '1'],
    ]);
    expect(findings[2].message).toContain('b_0001, c_0000');
  });

  it('takes labels, licence and citation from the folder’s declaration', async () => {
    const { licence: _, reference: __, ...silent } = version2;
    const flagged = await nnunet.list(dataset({ ...silent, numTraining: 1 }, pair('a')));
    expect(flagged.findings).toMatchObject([{ code: 'LICENCE_UNEXPECTED', severity: 'flag' }]);
    expect(flagged.source).toMatchObject({ licence: 'unknown', citation: 'unknown' });
    const contents = { ...silent, numTraining: 1, labels: { background: 0, structure_a: 1, structure_b: 2 } };
    await expect(nnunet.list(dataset(contents, pair('a')))).rejects.toThrow(/plusct.json/);
    const said = '{"labels": {"liver": [1]}, "licence": "CC-BY-4.0", "citation": "me"}';
    const { cases, findings, source } = await nnunet.list(
      dataset(contents, pair('a'), { 'plusct.json': said }),
    );
    expect(cases[0].organLabels).toEqual({ organs: { liver: [1] }, ignored: [2] });
    expect(source).toMatchObject({ licence: 'CC-BY-4.0', citation: 'me' });
    expect(findings).toEqual([]);
    const wrong = dataset(contents, pair('a'), { 'plusct.json': '{"labels": {"heart": [1]}}' });
    await expect(nnunet.list(wrong)).rejects.toThrow(/plusct.json: /);
  });

  it.each([
    ['several channels', { channel_names: { 0: 'CT', 1: 'PET' } }, /channel_names: CT, PET/],
    ['another modality', { channel_names: { 0: 'T2' } }, /channel_names: T2/],
    ['another file type', { file_ending: '.nrrd' }, /file_ending: .nrrd/],
    ['no labels', { labels: undefined }, /no description of an nnU-Net dataset/],
  ])('refuses %s', async (_, change, message) => {
    await expect(nnunet.list(dataset({ ...version2, ...change }, pair('a')))).rejects.toThrow(message);
  });

  it('refuses a folder without, or with several, dataset.json', async () => {
    await expect(nnunet.list(treeOf({ 'imagesTr/a_0000.nii.gz': '' }))).rejects.toMatchObject({
      kind: 'InvalidInput',
    });
    const two = treeOf({ 'Dataset001_A/dataset.json': '{}', 'Dataset002_B/dataset.json': '{}' });
    await expect(nnunet.list(two)).rejects.toThrow(/several datasets: Dataset001_A.*Give the folder of one/);
  });
});

describe('a case of an nnU-Net dataset', () => {
  it('has a mask for each organ that its label holds, and a flag for one that it does not', async () => {
    const root = dataset({ ...version2, numTraining: 1 }, pair('a'));
    const [sourceCase] = (await nnunet.list(root)).cases;
    const [imagePath, labelPath] = pair('a');
    // The first half of the box is liver, some of the rest stomach; no spleen.
    const box = organBox();
    const half = box.reduce((sum, value) => sum + value, 0) / 2;
    let before = 0;
    const values = box.map((value) => (value === 0 ? 0 : before++ < half ? 1 : 2));
    const files = new Map([
      [imagePath, nifti(tissue())],
      [labelPath, nifti(values)],
    ]);
    const { organMasks, findings } = ingestCase(sourceCase, files, nnunet);
    expect(organMasks).toEqual([{ organ: 'liver', mask: values.map((value) => (value === 1 ? 1 : 0)) }]);
    expect(findings).toMatchObject([{ code: 'LABEL_ORGAN_EMPTY', field: 'spleen', severity: 'flag' }]);
    expect(caseStatusOf(findings)).toBe('accepted');
  });
});
