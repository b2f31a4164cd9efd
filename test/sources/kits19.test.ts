import { describe, expect, it } from 'vitest';
import { kits19 } from '../../sources/kits19.js';
import { treeOf } from './made-cases.js';

const full = (id: string): Record<string, string> => ({
  [`data/case_${id}/imaging.nii.gz`]: '',
  [`data/case_${id}/segmentation.nii.gz`]: '',
});

describe('listing KiTS19', () => {
  it('takes one case from each case folder; cases from 210 on have no label', async () => {
    const { cases } = await kits19.list(treeOf({ ...full('00000'), 'data/case_00210/imaging.nii.gz': '' }));
    expect(cases.map((each) => [each.caseId, each.subset, each.labelPath, each.findings])).toEqual([
      ['case_00000', 'train', 'data/case_00000/segmentation.nii.gz', []],
      ['case_00210', 'test', undefined, []],
    ]);
  });

  it('lists what kits.json has but no folder holds', async () => {
    const contents = [{ case_id: 'case_00000', age: 1 }, { case_id: 'case_00003' }];
    const { cases } = await kits19.list(
      treeOf({ ...full('00000'), 'data/kits.json': JSON.stringify(contents) }),
    );
    expect(cases[1]).toMatchObject({
      caseId: 'case_00003',
      image: { path: 'data/case_00003/imaging.nii.gz' },
    });
    expect(cases[1].findings.map((each) => each.code)).toEqual(['FILE_MISSING', 'FILE_MISSING']);
  });

  it('does without kits.json, and says so when it is damaged', async () => {
    expect((await kits19.list(treeOf(full('00000')))).findings.map((each) => each.code)).toEqual([
      'COUNT_UNEXPECTED',
    ]);
    const { cases, findings } = await kits19.list(treeOf({ ...full('00000'), 'data/kits.json': '[{' }));
    expect(cases).toHaveLength(1);
    expect(findings[0]).toMatchObject({ code: 'FILE_CORRUPT', where: 'data/kits.json' });
  });

  it('names the remedy for images that were not fetched yet', async () => {
    const { cases } = await kits19.list(treeOf({ 'data/case_00005/segmentation.nii.gz': '' }));
    expect(cases[0].findings[0]).toMatchObject({
      code: 'FILE_MISSING',
      where: 'data/case_00005/imaging.nii.gz',
    });
    expect(cases[0].findings[0].suggestion).toContain('starter_code.get_imaging');
  });

  it('does not use a label that KiTS19 never published', async () => {
    const { cases } = await kits19.list(treeOf(full('00215')));
    expect(cases[0].labelPath).toBeUndefined();
    expect(cases[0].findings[0].message).toContain('KiTS19 published no label of case_00215');
  });

  it('refuses a folder without case folders', async () => {
    await expect(kits19.list(treeOf({ 'case_1/imaging.nii.gz': '' }))).rejects.toThrow(/case_00000/);
  });
});
