import { describe, expect, it } from 'vitest';
import { SourceCase } from '../../domain/case.js';
import { caseStatusOf } from '../../domain/finding.js';
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

  it('keeps what kits.json says of a patient as it stands there, and its spacing by direction', async () => {
    const patient = {
      age_at_nephrectomy: 49,
      gender: 'male',
      pack_years: null,
      ischemia_time: 'not_applicable',
      aids: false,
      last_preop_egfr: { value: '>=90', days_before_nephrectomy: 54 },
      voxel_spacing: { x_spacing: 0.9, y_spacing: 0.8, z_spacing: 0.5 },
    };
    const contents = [
      { case_id: 'case_00000', ...patient },
      { case_id: 'case_00001', voxel_spacing: 'unknown' },
    ];
    const root = treeOf({ ...full('00000'), ...full('00001'), 'data/kits.json': JSON.stringify(contents) });
    const { cases } = await kits19.list(root);
    expect(cases[0].facts).toEqual(patient);
    expect(cases[0].listedSpacingMm).toEqual({ leftRight: 0.9, backFront: 0.8, footHead: 0.5 });
    expect(cases[1]).toMatchObject({ facts: { voxel_spacing: 'unknown' } });
    expect(cases[1].listedSpacingMm).toBeUndefined();
    for (const each of cases) expect(SourceCase.parse(each)).toEqual(each);
  });

  it('notes cases that were changed after publication, and holds none of them back for it', async () => {
    const root = treeOf({
      ...full('00000'),
      ...full('00023'),
      ...full('00061'),
      ...full('00125'),
      ...full('00160'),
    });
    const { cases } = await kits19.list(root);
    expect(cases.map(({ findings }) => findings.length)).toEqual([0, 3, 1, 2, 1]);
    for (const { findings } of cases) expect(caseStatusOf(findings)).toBe('accepted');
    expect(cases[1].findings[0].message).toContain('label corrected on 2019-12-20');
    expect(cases[4].findings[0].message).toContain('796 columns');
  });

  it('refuses the interpolated branch by its name', async () => {
    const { cases } = await kits19.list(
      treeOf({
        'kits19-interpolated/data/case_00000/imaging.nii.gz': '',
        'kits19-interpolated/data/case_00000/segmentation.nii.gz': '',
      }),
    );
    expect(cases[0].findings).toMatchObject([{ code: 'EDITION_FOREIGN', value: 'interpolated' }]);
    expect(caseStatusOf(cases[0].findings)).toBe('quarantined');
  });

  it.each([
    ['KiTS23', 'dataset/case_00000', []],
    ['KiTS23', 'data/case_00000', ['instances/kidney_instance-1_annotation-1.nii.gz']],
    ['KiTS21', 'data/case_00000', ['aggregated_MAJ_seg.nii.gz', 'segmentations/x.nii.gz']],
    ['KiTS23', 'data/case_00400', []],
  ])('refuses %s by its layout: %s with %j', async (edition, folder, more) => {
    const names = ['imaging.nii.gz', 'segmentation.nii.gz', ...more];
    const root = treeOf(Object.fromEntries(names.map((name) => [`${folder}/${name}`, ''])));
    const { cases } = await kits19.list(root);
    const [found] = cases[0].findings;
    expect(found).toMatchObject({ code: 'EDITION_FOREIGN', value: edition });
    expect(found.suggestion).toContain(`{"edition": "${edition.toLowerCase()}"}`);
  });

  it('takes labels of a later edition when the folder’s declaration asks for them, cysts as kidney', async () => {
    const root = treeOf({
      'plusct.json': '{"edition": "kits23"}',
      'dataset/case_00000/imaging.nii.gz': '',
      'dataset/case_00000/segmentation.nii.gz': '',
      'dataset/case_00299/imaging.nii.gz': '',
      'dataset/case_00299/segmentation.nii.gz': '',
      'dataset/case_00588/imaging.nii.gz': '',
    });
    const { cases, findings, source } = await kits19.list(root);
    expect(source).toMatchObject({ copy: 'KiTS23 repository', licence: 'CC-BY-NC-SA-4.0' });
    expect(cases.map(({ caseId, subset }) => [caseId, subset])).toEqual([
      ['case_00000', 'train'],
      ['case_00299', 'train'],
      ['case_00588', 'train'],
    ]);
    for (const each of cases) expect(each.organLabels).toEqual({ organs: { kidney: [1, 2, 3] } });
    expect(cases[1].findings).toEqual([]);
    expect(cases[2].findings).toMatchObject([{ code: 'FILE_MISSING' }]);
    expect(findings[0].message).toContain('missing with labels: case_00001…00298, 00400…00587');
    const wrong = treeOf({ ...full('00000'), 'plusct.json': '{"edition": "kits20"}' });
    await expect(kits19.list(wrong)).rejects.toThrow(/plusct.json: .*edition/s);
  });

  it('finds images where they are fetched from, beside the labels of the repository', async () => {
    const root = treeOf({
      'data/case_00007/segmentation.nii.gz': '',
      'images/case_00007.nii.gz': '',
      'images/case_00211.nii.gz': '',
    });
    const { cases } = await kits19.list(root);
    expect(cases.map(({ image, labelPath, findings }) => [image, labelPath, findings])).toEqual([
      [{ kind: 'nifti', path: 'images/case_00007.nii.gz' }, 'data/case_00007/segmentation.nii.gz', []],
      [{ kind: 'nifti', path: 'images/case_00211.nii.gz' }, undefined, []],
    ]);
  });

  it('tells the licences of cases 0 to 209 and 210 to 299 apart', async () => {
    const root = treeOf({ ...full('00000'), 'data/case_00210/imaging.nii.gz': '' });
    const { cases, source } = await kits19.list(root);
    expect(source.otherCopies).toEqual([{ copy: 'TCIA C4KC-KiTS', licence: 'CC-BY-3.0' }]);
    expect(cases[0].source).toBeUndefined();
    expect(cases[1].source).toMatchObject({ licence: 'CC-BY-NC-SA-4.0', otherCopies: [] });
    expect(cases[1].source?.licenceNote).toContain('210 to 299');
  });

  it('refuses a folder without case folders', async () => {
    await expect(kits19.list(treeOf({ 'case_1/imaging.nii.gz': '' }))).rejects.toThrow(/case_00000/);
  });
});
