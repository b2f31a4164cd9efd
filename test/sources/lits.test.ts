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
    const { cases } = await lits.list(root);
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
    expect(lits.copyName(root)).toBe('LiTS (CodaLab)');
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
      training: [{ image: './imagesTr/liver_7.nii.gz', label: './labelsTr/liver_7.nii.gz' }],
      test: ['./imagesTs/liver_140.nii.gz'],
    };
    const root = treeOf({
      'Task03_Liver/dataset.json': JSON.stringify(contents),
      'Task03_Liver/imagesTr/liver_7.nii.gz': '',
      'Task03_Liver/labelsTr/liver_7.nii.gz': '',
      'Task03_Liver/imagesTs/liver_140.nii.gz': '',
    });
    const { cases } = await lits.list(root);
    expect(cases.map((each) => [each.collection, each.caseId, each.subset])).toEqual([
      ['lits', 'liver_140', 'test'],
      ['lits', 'volume-7', 'train'],
    ]);
    expect(lits.copyName(root)).toBe('Medical Segmentation Decathlon Task03_Liver');
  });

  it('refuses a folder without any volume', async () => {
    await expect(lits.list(treeOf({ 'x.txt': '' }))).rejects.toMatchObject({ kind: 'InvalidInput' });
  });
});
