import { describe, expect, it } from 'vitest';
import { lits } from '../../sources/lits.js';
import { treeOf } from './made-cases.js';

describe('listing LiTS', () => {
  it('finds volumes, labels and test volumes whatever the folders are called', async () => {
    const root = treeOf({
      'Training Batch 1/volume-0.nii': '',
      'Training Batch 1/segmentation-0.nii': '',
      'Training Batch 1/._volume-0.nii': '',
      'Traing_Batch2/volume-28.nii.gz': '',
      'Traing_Batch2/segmentation-28.nii.gz': '',
      '__MACOSX/volume-3.nii': '',
      'LITS-Challenge-Test-Data/test-volume-59.nii': '',
      'LITS-Challenge-Test-Data/test-volume-6.nii': '',
      'readme.txt': '',
    });
    const { cases, source } = await lits.list(root);
    expect(cases.map((each) => [each.caseId, each.subset, each.image, each.labelPath])).toEqual([
      [
        'test-volume-6',
        'test',
        { kind: 'nifti', path: 'LITS-Challenge-Test-Data/test-volume-6.nii' },
        undefined,
      ],
      [
        'test-volume-59',
        'test',
        { kind: 'nifti', path: 'LITS-Challenge-Test-Data/test-volume-59.nii' },
        undefined,
      ],
      [
        'volume-0',
        'train',
        { kind: 'nifti', path: 'Training Batch 1/volume-0.nii' },
        'Training Batch 1/segmentation-0.nii',
      ],
      [
        'volume-28',
        'train',
        { kind: 'nifti', path: 'Traing_Batch2/volume-28.nii.gz' },
        'Traing_Batch2/segmentation-28.nii.gz',
      ],
    ]);
    expect(source).toMatchObject({ copy: 'LiTS (CodaLab)', licence: 'CC-BY-NC-ND-4.0' });
    expect(source.otherCopies).toMatchObject([{ licence: 'CC-BY-SA-4.0' }]);
  });

  it('lists a case whose volume or label is missing, with a finding', async () => {
    const { cases } = await lits.list(treeOf({ 'a/volume-1.nii': '', 'a/segmentation-2.nii': '' }));
    expect(cases.map((each) => each.findings.map(({ code, where }) => [code, where]))).toEqual([
      [['FILE_MISSING', 'segmentation-1.nii']],
      [['FILE_MISSING', 'a/volume-2.nii']],
    ]);
  });

  it('takes liver_N of the decathlon copy for volume-N, but leaves its test cases their names', async () => {
    const contents = {
      licence: 'CC-BY-SA 4.0',
      training: [{ image: './imagesTr/liver_7.nii.gz', label: './labelsTr/liver_7.nii.gz' }],
      test: ['./imagesTs/liver_140.nii.gz'],
    };
    const root = treeOf({
      'Task03_Liver/dataset.json': JSON.stringify(contents),
      'Task03_Liver/imagesTr/liver_7.nii.gz': '',
      'Task03_Liver/labelsTr/liver_7.nii.gz': '',
      'Task03_Liver/imagesTs/liver_140.nii.gz': '',
    });
    const { cases, findings, source } = await lits.list(root);
    expect(cases.map((each) => [each.collection, each.caseId, each.subset])).toEqual([
      ['lits', 'liver_140', 'test'],
      ['lits', 'volume-7', 'train'],
    ]);
    expect(source).toMatchObject({
      copy: 'Medical Segmentation Decathlon Task03_Liver',
      licence: 'CC-BY-SA-4.0',
      otherCopies: [{ copy: 'LiTS (CodaLab)', licence: 'CC-BY-NC-ND-4.0' }],
    });
    expect(findings.map((each) => each.code)).toEqual(['COUNT_UNEXPECTED', 'KNOWN_FACT']);
    expect(findings[0].message).toContain('missing without labels: liver_132…139, 141…201');
  });

  it('uses the original where both copies lie together, and says so', async () => {
    const entry = { image: './imagesTr/liver_0.nii.gz', label: './labelsTr/liver_0.nii.gz' };
    const root = treeOf({
      'Training Batch 1/volume-0.nii': '',
      'Training Batch 1/segmentation-0.nii': '',
      'Task03_Liver/dataset.json': JSON.stringify({ training: [entry] }),
      'Task03_Liver/imagesTr/liver_0.nii.gz': '',
      'Task03_Liver/labelsTr/liver_0.nii.gz': '',
    });
    const { cases, findings, source } = await lits.list(root);
    expect(cases.map(({ caseId, image }) => [caseId, image])).toEqual([
      ['volume-0', { kind: 'nifti', path: 'Training Batch 1/volume-0.nii' }],
    ]);
    expect(source.copy).toBe('LiTS (CodaLab)');
    expect(findings[0]).toMatchObject({ code: 'COPY_UNUSED', where: 'Task03_Liver' });
    expect(findings[0].suggestion).toContain('CC-BY-SA-4.0');
  });

  it('knows the names that nnU-Net’s conversion gives, also with a channel number', async () => {
    const flat = 'LITS-Challenge-Train-Data';
    const { cases } = await lits.list(
      treeOf({
        [`${flat}/imagesTr/train_3_0000.nii.gz`]: '',
        [`${flat}/labelsTr/train_3.nii.gz`]: '',
        [`${flat}/imagesTs/test_59.nii.gz`]: '',
        'flat/train_4.nii.gz': '',
        'labels/train_4.nii.gz': '',
      }),
    );
    expect(
      cases.map(({ caseId, image, labelPath }) => [caseId, image.kind === 'nifti' && image.path, labelPath]),
    ).toEqual([
      ['test-volume-59', `${flat}/imagesTs/test_59.nii.gz`, undefined],
      ['volume-3', `${flat}/imagesTr/train_3_0000.nii.gz`, `${flat}/labelsTr/train_3.nii.gz`],
      ['volume-4', 'flat/train_4.nii.gz', 'labels/train_4.nii.gz'],
    ]);
  });

  it('names a second label of a volume, and uses the first', async () => {
    const { cases, findings } = await lits.list(
      treeOf({ 'a/volume-1.nii': '', 'a/segmentation-1.nii': '', 'b/segmentation-1.nii.gz': '' }),
    );
    expect(cases[0].labelPath).toBe('a/segmentation-1.nii');
    expect(findings[0]).toMatchObject({ code: 'COUNT_UNEXPECTED', where: 'b/segmentation-1.nii.gz' });
  });

  it('uses no submission as the label of a test volume', async () => {
    const { cases, findings } = await lits.list(
      treeOf({ 'a/test-volume-5.nii': '', 'b/test-segmentation-5.nii': '', 'b/test-segmentation-6.nii': '' }),
    );
    expect(cases).toMatchObject([{ caseId: 'test-volume-5', subset: 'test' }]);
    expect(cases[0].labelPath).toBeUndefined();
    expect(findings[0].message).toContain('test-segmentation-5…6 are not used');
  });

  it('knows the 13 cases without tumour and the test volume with swapped axes', async () => {
    const numbers = Array.from({ length: 131 }, (_, n) => n);
    const files = numbers.flatMap((n) => [`volume-${n}.nii`, `segmentation-${n}.nii`]);
    const { cases } = await lits.list(
      treeOf(Object.fromEntries([...files, 'test-volume-59.nii'].map((path) => [path, '']))),
    );
    const free = cases.filter(({ facts }) => facts?.tumour === false).map((each) => each.caseId);
    expect(free).toEqual([32, 34, 38, 41, 47, 87, 89, 91, 105, 106, 114, 115, 119].map((n) => `volume-${n}`));
    expect(cases[0].findings).toMatchObject([{ code: 'KNOWN_FACT', where: 'test-volume-59' }]);
  });

  it('refuses a folder without any volume', async () => {
    await expect(lits.list(treeOf({ 'x.txt': '' }))).rejects.toMatchObject({ kind: 'InvalidInput' });
  });
});
