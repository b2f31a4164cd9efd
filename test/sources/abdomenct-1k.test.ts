import { describe, expect, it } from 'vitest';
import { caseStatusOf } from '../../domain/finding.js';
import { abdomenCt1k } from '../../sources/abdomenct-1k.js';
import { abdomenCt1kCases } from '../../sources/expected-cases.js';
import { treeOf } from './made-cases.js';

const id = (number: number) => `Case_${String(number).padStart(5, '0')}`;
const image = (number: number) => `AbdomenCT-1K-ImagePart1/${id(number)}_0000.nii.gz`;
const mask = (number: number) => `Mask/${id(number)}.nii.gz`;
const tree = (...paths: string[]) => treeOf(Object.fromEntries(paths.map((path) => [path, ''])));

describe('listing AbdomenCT-1K', () => {
  it('lays masks on images by number, and knows which cases have none', async () => {
    const { cases, findings, source } = await abdomenCt1k.list(
      tree(image(1), mask(1), image(2), mask(2), image(10)),
    );
    expect(
      cases.map(({ caseId, subset, labelPath, findings: own }) => [caseId, subset, labelPath, own]),
    ).toEqual([
      ['Case_00001', 'train', mask(1), []],
      ['Case_00002', 'train', mask(2), []],
      ['Case_00010', 'test', undefined, []],
    ]);
    expect(source.licence).toBe('CC-BY-NC-SA-4.0');
    expect(source.licenceNote).toContain('not published');
    expect(findings).toMatchObject([{ code: 'COUNT_UNEXPECTED', value: '2 + 1' }]);
    expect(findings[0].message).toContain('published are 1000 + 62');
    expect(findings[0].message).toContain('missing without labels: Case_00013, 00016, 00027…00028');
  });

  it('is satisfied with all 1062 images and 1000 masks', async () => {
    const { labelled, unlabelled } = abdomenCt1kCases;
    const images = [...labelled, ...unlabelled].map((each) => `images/${each}_0000.nii.gz`);
    const { cases, findings } = await abdomenCt1k.list(
      tree(...images, ...labelled.map((each) => `Mask/${each}.nii.gz`)),
    );
    expect(cases).toHaveLength(1062);
    expect(findings).toEqual([]);
    const codes = cases.flatMap((each) => each.findings.map(({ code }) => code));
    expect(codes.filter((code) => code === 'KNOWN_DOUBT')).toHaveLength(22);
    expect(codes.filter((code) => code === 'KNOWN_FACT')).toHaveLength(32);
    for (const each of cases) expect(caseStatusOf(each.findings)).toBe('accepted');
  });

  it('names a mask or an image that is missing, and does not use a mask that was never published', async () => {
    const { cases } = await abdomenCt1k.list(tree(image(1), mask(3), image(13), mask(13)));
    expect(
      cases.map(({ caseId, labelPath, findings }) => [
        caseId,
        labelPath,
        findings[0].code,
        findings[0].where,
      ]),
    ).toEqual([
      ['Case_00001', undefined, 'FILE_MISSING', 'Mask/Case_00001.nii.gz'],
      ['Case_00003', mask(3), 'FILE_MISSING', 'Case_00003_0000.nii.gz'],
      ['Case_00013', undefined, 'COUNT_UNEXPECTED', mask(13)],
    ]);
  });

  it('does not mistake the pseudo-tumour labels, which have the same names, for masks', async () => {
    const { cases } = await abdomenCt1k.list(tree(image(1), 'ATumour/Case_00001.nii.gz', mask(1)));
    expect(cases[0].labelPath).toBe(mask(1));
    const flat = await abdomenCt1k.list(tree('Case_00001_0000.nii.gz', 'Case_00001.nii.gz'));
    expect(flat.cases[0].labelPath).toBe('Case_00001.nii.gz');
  });

  it('knows what users reported: lost spacing, one scan twice, no spleen', async () => {
    const { cases } = await abdomenCt1k.list(
      tree(...[78, 219, 297, 656, 928].flatMap((n) => [image(n), mask(n)])),
    );
    expect(
      cases.map(({ findings, absentOrgans }) => [findings.map(({ code }) => code), absentOrgans]),
    ).toEqual([
      [['KNOWN_DOUBT'], undefined],
      [['KNOWN_FACT', 'KNOWN_FACT'], ['spleen']],
      [['KNOWN_DOUBT'], undefined],
      [['KNOWN_FACT'], ['spleen']],
      [['KNOWN_DOUBT'], undefined],
    ]);
  });

  it('refuses a folder without its images', async () => {
    await expect(abdomenCt1k.list(tree('Mask/Case_00001.nii.gz'))).rejects.toThrow(/Case_00001_0000.nii.gz/);
  });
});
