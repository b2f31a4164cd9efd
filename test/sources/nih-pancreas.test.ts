import { describe, expect, it } from 'vitest';
import { nihPancreas } from '../../sources/nih-pancreas.js';
import { dicomSeries, shape, tissue, treeOf } from './made-cases.js';

const labels = 'TCIA_pancreas_labels-02-05-2017';
const series = (folder: string, patient: string, uid = `1.2.826.${patient.slice(-2)}`) =>
  dicomSeries(folder, patient, tissue(), uid);
const slices = shape[2];

describe('listing NIH Pancreas-CT', () => {
  it('finds series in the tree of the data retriever, and labels beside it', async () => {
    const folder = 'manifest-1599750808610/Pancreas-CT/PANCREAS_0001/11-24-2015-PANCREAS0001-1/Pancreas-1';
    const root = treeOf({
      ...series(folder, 'PANCREAS_0001'),
      'manifest-1599750808610/metadata.csv': 'x',
      'manifest-1599750808610/LICENSE': 'x',
      [`${labels}/label0001.nii.gz`]: '',
    });
    const { cases, findings, source } = await nihPancreas.list(root);
    expect(cases).toMatchObject([
      { caseId: 'PANCREAS_0001', subset: 'train', labelPath: `${labels}/label0001.nii.gz`, findings: [] },
    ]);
    expect(cases[0].image).toMatchObject({ kind: 'dicom' });
    const paths = cases[0].image.kind === 'dicom' ? cases[0].image.paths : [];
    expect(paths).toHaveLength(slices);
    expect(paths[1]).toBe(`${folder}/1-002.dcm`);
    expect(findings.map((each) => each.code)).toEqual(['COUNT_UNEXPECTED']);
    expect(source).toMatchObject({ copy: 'TCIA Pancreas-CT, NBIA layout', licence: 'CC-BY-3.0' });
  });

  it('finds series in the old tree, in flattened folders and in quoted ones', async () => {
    const root = treeOf({
      ...series('DOI/PANCREAS_0001/1.2.3/1.2.3.4', 'PANCREAS_0001'),
      ...series('PANCREAS_0002', 'anonymous', '1.2.826.2'),
      ...series('"PANCREAS_0003"/\'x\'', 'PANCREAS_0003'),
      '._junk.dcm': 'x',
      '__MACOSX/PANCREAS_0009/1.dcm': 'x',
    });
    const { cases, source } = await nihPancreas.list(root);
    expect(cases.map((each) => each.caseId)).toEqual(['PANCREAS_0001', 'PANCREAS_0002', 'PANCREAS_0003']);
    expect(source.copy).toBe('TCIA Pancreas-CT, old layout');
  });

  it('tells patients apart by content when all files lie in one folder without extensions', async () => {
    const rename = (files: Record<string, Uint8Array>, prefix: string) =>
      Object.fromEntries(
        Object.entries(files).map(([path, bytes]) => [`${prefix}${path.slice(4, -4)}`, bytes]),
      );
    const root = treeOf({
      ...rename(series('all', 'PANCREAS_0004'), 'all/a'),
      ...rename(series('all', 'PANCREAS_0005'), 'all/b'),
      'all/NOTES': 'no DICOM file',
    });
    const { cases } = await nihPancreas.list(root);
    expect(cases.map(({ caseId, image }) => [caseId, image.kind === 'dicom' && image.paths.length])).toEqual([
      ['PANCREAS_0004', slices],
      ['PANCREAS_0005', slices],
    ]);
  });

  it('keeps a damaged slice with its series, so that ingest sees it', async () => {
    const files = series('PANCREAS_0001', 'PANCREAS_0001');
    files['PANCREAS_0001/1-001.dcm'] = new Uint8Array(0);
    const { cases } = await nihPancreas.list(treeOf(files));
    expect(cases[0].image.kind === 'dicom' && cases[0].image.paths).toHaveLength(slices);
  });

  it('lists 25 and 70 as withdrawn copies of 2, with or without labels', async () => {
    const root = treeOf({
      ...series('PANCREAS_0025', 'PANCREAS_0025'),
      ...series('PANCREAS_0070', 'PANCREAS_0070'),
      'label0025.nii.gz': '',
      'label0070.nii.gz': '',
    });
    const { cases } = await nihPancreas.list(root);
    expect(cases.map(({ withdrawnCopyOf, findings }) => [withdrawnCopyOf, findings.length])).toEqual([
      ['PANCREAS_0002', 0],
      ['PANCREAS_0002', 0],
    ]);
  });

  it('says which labels have no image, but not those of withdrawn cases, and which image has no label', async () => {
    const root = treeOf({
      ...series('PANCREAS_0001', 'PANCREAS_0001'),
      'label0003.nii.gz': '',
      'label0025.nii.gz': '',
    });
    const { cases, findings } = await nihPancreas.list(root);
    expect(findings[0]).toMatchObject({ code: 'FILE_MISSING', value: '1' });
    expect(findings[0].message).toContain('PANCREAS_0003');
    expect(cases[0].findings).toMatchObject([{ code: 'FILE_MISSING', where: 'label0001.nii.gz' }]);
  });

  it('names the missing series by their labels, and says why withdrawn cases have labels without images', async () => {
    const root = treeOf({
      ...series('PANCREAS_0001', 'PANCREAS_0001'),
      ...Object.fromEntries(
        [3, 4, 5, 9, 25, 70].map((n) => [`labels/label${String(n).padStart(4, '0')}.nii.gz`, '']),
      ),
      'labels/label0001.nii.gz': '',
      'older/label0001.nii.gz': '',
    });
    const { cases, findings } = await nihPancreas.list(root);
    expect(cases).toMatchObject([{ caseId: 'PANCREAS_0001', labelPath: 'labels/label0001.nii.gz' }]);
    expect(findings.map(({ code, where }) => [code, where])).toEqual([
      ['COUNT_UNEXPECTED', 'older/label0001.nii.gz'],
      ['FILE_MISSING', 'nih-pancreas'],
      ['KNOWN_FACT', 'PANCREAS_0025, 0070'],
      ['COUNT_UNEXPECTED', 'nih-pancreas'],
    ]);
    expect(findings[1].message).toContain('PANCREAS_0003…0005, 0009');
    expect(findings[3].message).toContain('missing with labels: PANCREAS_0002…0024, 0026…0069, 0071…0082');
  });

  it('flags 63, of which one author said that image and label do not match', async () => {
    const root = treeOf({ ...series('PANCREAS_0063', 'PANCREAS_0063'), 'label0063.nii.gz': '' });
    const { cases } = await nihPancreas.list(root);
    expect(cases[0].findings).toMatchObject([{ code: 'KNOWN_DOUBT', severity: 'flag' }]);
  });

  it('quarantines a patient with two series, or in the folder of another', async () => {
    const root = treeOf({
      ...series('PANCREAS_0001/a', 'PANCREAS_0001', '1.2.826.1'),
      ...series('PANCREAS_0001/b', 'PANCREAS_0001', '1.2.826.2'),
      ...series('PANCREAS_0003', 'PANCREAS_0004', '1.2.826.3'),
    });
    const { cases } = await nihPancreas.list(root);
    const codes = cases.map(({ caseId, findings }) => [caseId, findings[0].code, findings[0].severity]);
    expect(codes).toEqual([
      ['PANCREAS_0001', 'DICOM_SERIES', 'quarantine'],
      ['PANCREAS_0004', 'DICOM_SERIES', 'quarantine'],
    ]);
  });

  it('leaves out a series that belongs to nobody, and refuses a folder without DICOM', async () => {
    const { cases, findings } = await nihPancreas.list(treeOf(series('scans', 'Doe')));
    expect(cases).toEqual([]);
    expect(findings[0]).toMatchObject({ code: 'DICOM_SERIES', where: 'scans', value: 'Doe' });
    await expect(nihPancreas.list(treeOf({ 'label0001.nii.gz': '' }))).rejects.toMatchObject({
      kind: 'InvalidInput',
    });
  });
});
