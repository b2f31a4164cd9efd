import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDicomSeries } from '../../imaging/dicom.js';
import { readCt, readLabelMap, readNiftiHeader } from '../../imaging/nifti.js';
import { writeLabelMap } from '../../imaging/nifti-write.js';
import { toOrientation } from '../../imaging/orientation.js';
import { faultOf } from './data-fault.js';

const data = resolve(process.cwd(), '../shared/data');
const bytesOf = (path: string): Uint8Array => readFileSync(join(data, path));
const digest = (hu: Int16Array): string => createHash('sha256').update(hu).digest('hex').slice(0, 12);

/** Every file below `folder`, in the reverse of the order of names. */
function filesIn(folder: string): { path: string; bytes: Uint8Array }[] {
  return readdirSync(join(data, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .reverse()
    .map((path) => ({ path, bytes: readFileSync(path) }));
}

/**
 * File, axis codes, shape, least and largest value, and the first 12 digits of the SHA-256 of the values as int16 in
 * index order, as nibabel 5 reads them. Voxel sides are 3 mm throughout.
 */
const expected: [string, string, [number, number, number], number, number, string][] = [
  ['kits19/data/case_00000/imaging.nii.gz', 'IPL', [30, 101, 122], -1024, 933, '81bdf908704d'],
  ['kits19/data/case_00000/segmentation.nii.gz', 'IPL', [30, 101, 122], 0, 2, 'c1b362189eaf'],
  ['kits19/data/case_00015/imaging.nii.gz', 'IPL', [30, 101, 122], -1024, 912, '0c4569d4f01b'],
  ['kits19/data/case_00015/segmentation.nii.gz', 'IPL', [30, 101, 122], 0, 2, '6b83a5fedd67'],
  ['kits19/data/case_00160/imaging.nii.gz', 'IPL', [30, 101, 122], -1024, 1067, '27ab64377b4b'],
  ['kits19/data/case_00160/segmentation.nii.gz', 'IPL', [30, 101, 122], 0, 2, '761d669f2b2c'],
  ['kits19/data/case_00210/imaging.nii.gz', 'IPL', [30, 101, 122], -1024, 891, 'e409108f8f74'],
  ['lits/LITS-Challenge-Test-Data/test-volume-0.nii', 'LPS', [122, 101, 30], -1024, 882, '232f26341223'],
  ['lits/LITS-Challenge-Test-Data/test-volume-59.nii', 'LSA', [122, 30, 101], -1024, 1021, '762c0b9d3dc8'],
  ['lits/Training Batch 1/segmentation-0.nii', 'LAS', [122, 101, 30], 0, 2, '18140198e6ef'],
  ['lits/Training Batch 1/segmentation-1.nii', 'LAS', [122, 101, 30], 0, 2, '441c25352980'],
  ['lits/Training Batch 1/volume-0.nii', 'LAS', [122, 101, 30], -1024, 979, 'adc96d5fd0f9'],
  ['lits/Training Batch 1/volume-1.nii', 'LAS', [122, 101, 30], -1024, 972, 'a46bce6e10e3'],
  ['lits/Training Batch 2/segmentation-53.nii', 'LPS', [122, 101, 30], 0, 2, '7007ccd9f510'],
  ['lits/Training Batch 2/segmentation-68.nii', 'RAS', [122, 101, 30], 0, 2, '7a9fbc8728f3'],
  ['lits/Training Batch 2/volume-53.nii', 'LPS', [122, 101, 30], -1024, 892, 'e6bba8e67854'],
  ['lits/Training Batch 2/volume-68.nii', 'RAS', [122, 101, 30], -1024, 994, 'f389b4b06c97'],
  [
    'msd-pancreas/Task07_Pancreas/imagesTr/pancreas_001.nii.gz',
    'RAS',
    [122, 101, 30],
    -1024,
    1098,
    '1b5661e71e68',
  ],
  [
    'msd-pancreas/Task07_Pancreas/imagesTr/pancreas_290.nii.gz',
    'RAS',
    [122, 101, 30],
    -1024,
    881,
    '84d0ec166c6f',
  ],
  [
    'msd-pancreas/Task07_Pancreas/imagesTr/pancreas_421.nii.gz',
    'RAS',
    [122, 101, 30],
    -1024,
    926,
    '9d91552eeb71',
  ],
  [
    'msd-pancreas/Task07_Pancreas/imagesTs/pancreas_044.nii.gz',
    'RAS',
    [122, 101, 30],
    -1024,
    925,
    'e9e38cbad43c',
  ],
  ['msd-pancreas/Task07_Pancreas/labelsTr/pancreas_001.nii.gz', 'RAS', [122, 101, 30], 0, 2, 'a3aa85fc1a3b'],
  ['msd-pancreas/Task07_Pancreas/labelsTr/pancreas_290.nii.gz', 'RAS', [122, 101, 30], 0, 2, '6bdf5bfb2e8a'],
  ['msd-pancreas/Task07_Pancreas/labelsTr/pancreas_421.nii.gz', 'RAS', [122, 101, 30], 0, 2, '4a6b3574fc01'],
  ['msd-spleen/Task09_Spleen/imagesTr/spleen_2.nii.gz', 'RAS', [122, 101, 30], -1024, 1053, '64ae76f3d5c2'],
  ['msd-spleen/Task09_Spleen/imagesTr/spleen_3.nii.gz', 'RAS', [122, 101, 30], -1024, 811, '01a4f2380311'],
  ['msd-spleen/Task09_Spleen/imagesTr/spleen_6.nii.gz', 'RAS', [122, 101, 30], -1024, 991, '182ff98abf5e'],
  ['msd-spleen/Task09_Spleen/imagesTs/spleen_1.nii.gz', 'RAS', [122, 101, 30], -1024, 964, 'c7bd7df8d65a'],
  ['msd-spleen/Task09_Spleen/labelsTr/spleen_2.nii.gz', 'RAS', [122, 101, 30], 0, 1, '582a2907d79d'],
  ['msd-spleen/Task09_Spleen/labelsTr/spleen_3.nii.gz', 'RAS', [122, 101, 30], 0, 1, '322e9501efb1'],
  ['msd-spleen/Task09_Spleen/labelsTr/spleen_6.nii.gz', 'RAS', [122, 101, 30], 0, 1, '63cdd1e8a305'],
  [
    'nih-pancreas/TCIA_pancreas_labels-02-05-2017/label0001.nii.gz',
    'LAI',
    [122, 101, 30],
    0,
    1,
    '413d18092159',
  ],
  [
    'nih-pancreas/TCIA_pancreas_labels-02-05-2017/label0002.nii.gz',
    'LAI',
    [122, 101, 30],
    0,
    1,
    '313025d78267',
  ],
  [
    'nih-pancreas/TCIA_pancreas_labels-02-05-2017/label0003.nii.gz',
    'LAI',
    [122, 101, 30],
    0,
    1,
    '962312100220',
  ],
  [
    'nih-pancreas/TCIA_pancreas_labels-02-05-2017/label0025.nii.gz',
    'LAI',
    [122, 101, 29],
    0,
    1,
    'ac43e93a5ad4',
  ],
];

describe.skipIf(!existsSync(join(data, 'collections')))(
  'small collections (skipped where the data are absent)',
  () => {
    it.each(expected)('%s reads as in nibabel', (path, axisCodes, shape, min, max, sha) => {
      const bytes = bytesOf(join('collections', path));
      const ct = readCt(bytes, path);
      expect(ct.geometry).toMatchObject({ axisCodes, shape, spacingMm: [3, 3, 3], repairs: [] });
      expect([ct.minHu, ct.maxHu, ct.notFinite, digest(ct.hu)]).toEqual([min, max, 0, sha]);
      const turned = toOrientation(ct.geometry, ct.hu);
      expect(turned.geometry.axisCodes).toBe('RAS');
      expect(digest(turned.back(turned.voxels))).toBe(sha);
    });

    it.each(expected.filter(([, , , min]) => min === 0))('%s goes back on to its own grid', (path) => {
      const bytes = bytesOf(join('collections', path));
      const label = readLabelMap(bytes, path);
      expect(label.values).toBeInstanceOf(Uint8Array);
      const again = readLabelMap(writeLabelMap(Uint8Array.from(label.values), bytes), 'again.nii.gz');
      expect(again.geometry).toEqual(label.geometry);
      expect(digest(Int16Array.from(again.values))).toBe(digest(Int16Array.from(label.values)));
    });

    it('refuses images as label maps', () => {
      const path = 'collections/kits19/data/case_00000/imaging.nii.gz';
      expect(faultOf(() => readLabelMap(bytesOf(path), path)).code).toBe('LABEL_VALUES');
    });

    it('refuses the resource forks that macOS leaves beside files', () => {
      const path = 'collections/msd-spleen/Task09_Spleen/imagesTr/._spleen_2.nii.gz';
      expect(faultOf(() => readCt(bytesOf(path), path)).code).toBe('HEADER_INVALID');
    });
  },
);

const nih = 'collections/nih-pancreas';
const series = 'manifest-1599750808610/Pancreas-CT';
const nihCases: [string, number, number, string][] = [
  ['0001', 30, 1079, '953e8dc75ba0'],
  ['0002', 30, 885, 'b0db25f24c8f'],
  ['0003', 30, 1067, 'b31b3059eeb0'],
  ['0025', 29, 885, 'ba8b14b9c19a'],
];

describe.skipIf(!existsSync(join(data, nih)))('small NIH series (skipped where the data are absent)', () => {
  it.each(nihCases)('PANCREAS_%s lies under its label, index by index', (number, slices, max, sha) => {
    const { image, patientId } = readDicomSeries(filesIn(`${nih}/${series}/PANCREAS_${number}`));
    expect(patientId).toBe(`PANCREAS_${number}`);
    expect(image.geometry).toMatchObject({
      axisCodes: 'LAI',
      shape: [122, 101, slices],
      spacingMm: [3, 3, 3],
    });
    expect([image.minHu, image.maxHu, digest(image.hu)]).toEqual([-1024, max, sha]);
    const path = `${nih}/TCIA_pancreas_labels-02-05-2017/label${number}.nii.gz`;
    const label = readLabelMap(bytesOf(path), path);
    expect(label.geometry.shape).toEqual(image.geometry.shape);
    const right = underLabel(image.hu, label.values);
    expect(right.mean).toBeGreaterThan(0);
    expect(right.mean).toBeLessThan(200);
    expect(right.spread).toBeLessThan(30);
    // One organ is even in itself; the same outline turned round covers bowel, fat and bone.
    for (const target of ['RAI', 'LPI', 'LAS']) {
      const flipped = toOrientation(image.geometry, image.hu, target).voxels;
      expect(underLabel(flipped, label.values).spread).toBeGreaterThan(50);
    }
  });
});

function underLabel(hu: Int16Array, label: Uint8Array | Uint16Array): { mean: number; spread: number } {
  const values = [...hu].filter((_, n) => label[n] !== 0);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, spread: Math.sqrt(variance) };
}

describe.skipIf(!existsSync(join(data, 'negative')))(
  'negative examples (skipped where the data are absent)',
  () => {
    it('keeps an oblique volume oblique and names its nearest axes', () => {
      const { geometry } = readCt(bytesOf('negative/oblique.nii.gz'), 'oblique.nii.gz');
      expect(geometry).toMatchObject({ axisCodes: 'RAS', decidedBy: 'sform', repairs: [] });
      expect(geometry.affine[1]).toEqual([0, 0.779041051864624, 0.6807987689971924, -134.38560485839844]);
      expect(geometry.spacingMm[1]).toBeCloseTo(0.8125, 6);
      expect(geometry.spacingMm[2]).toBeCloseTo(2.39704953, 6);
    });

    it('applies the scaling of slices that have one', () => {
      const figures = ['370', '394'].map((name) => {
        const { minHu, maxHu, hu } = readCt(bytesOf(`negative/scaled-slices/${name}.nii.gz`), name);
        return [minHu, maxHu, digest(hu)];
      });
      expect(figures).toEqual([
        [-1024, 1312, '982f4a414ad7'],
        [-1024, 1102, '3ba08e4b48cc'],
      ]);
    });
  },
);

describe.skipIf(!existsSync(join(data, 'real')))('real scans (skipped where the data are absent)', () => {
  it('LiTS 44 says identity and 1 mm, which is what the reader passes on', () => {
    const header = readNiftiHeader(bytesOf('real/lits-44/volume-44.nii.gz'), 'volume-44.nii.gz');
    expect(header).toMatchObject({
      shape: [512, 512, 119],
      spacingMm: [1, 1, 1],
      sformCode: 1,
      qformCode: 0,
    });
    expect(header.geometry).toMatchObject({ axisCodes: 'RAS', decidedBy: 'sform' });
  });

  it('KiTS19 cases without sform lie as the others do, with the voxel sides of their headers', () => {
    for (const [number, step] of [
      ['00015', 3],
      ['00023', 3],
      ['00037', 5],
      ['00125', 3],
    ] as const) {
      const path = `real/kits19-vs-kits23/case_${number}/kits19_segmentation.nii.gz`;
      const header = readNiftiHeader(bytesOf(path), path);
      expect(header.geometry).toMatchObject({ axisCodes: 'IPL', decidedBy: 'qform', repairs: [] });
      expect(header.spacingMm).toEqual([step, header.pixdim[2], header.pixdim[3]]);
    }
  });
});
