import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inspect } from '../../cli/inspect.js';
import { writeNifti } from '../../imaging/nifti-write.js';
import type { Inspection } from '../../sources/inspection.js';
import { abdomen, liver, size } from '../sources/made-abdomen.js';
import { dicomSeries, treeOf } from '../sources/made-cases.js';

const { geometry, hu } = abdomen();
const form = { code: 1, affine: geometry.affine };
const file = (voxels: Int16Array | Uint8Array) =>
  gzipSync(writeNifti({ shape: size, voxels, spacingMm: geometry.spacingMm, sform: form, qform: form }));

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const folder = () =>
  treeOf({ 'volume-32.nii.gz': file(hu), 'segmentation-32.nii.gz': file(liver), 'bad.nii': 'no image' });

async function inspected(path: string, options: Parameters<typeof inspect>[1] = {}): Promise<Inspection> {
  await inspect(path, { ...options, json: true });
  return JSON.parse(printed);
}

describe('plusct inspect of an image', () => {
  it('tells geometry, values and that nothing was found', async () => {
    await inspect(join(folder(), 'volume-32.nii.gz'), {});
    expect(printed).toContain('CT, looked at by the rules of LiTS');
    expect(printed).toContain('64 × 52 × 30 voxels');
    expect(printed).toContain('5 × 5 × 6 mm');
    expect(printed).toMatch(/RAS, as the sform says/);
    expect(printed).toMatch(/values +-1010…70 HU; 1 % -1010, median -1?\d\d\d?/);
    expect(printed).toContain('Nothing was found.');
  });

  it('with its label counts voxels and millilitres and writes a picture', async () => {
    const at = folder();
    const png = join(at, 'picture.png');
    const { values, findings } = await inspected(join(at, 'volume-32.nii.gz'), {
      label: join(at, 'segmentation-32.nii.gz'),
      png,
    });
    const voxels = liver.reduce((a, b) => a + b, 0);
    expect(values).toEqual([{ value: 1, name: 'liver', voxels, ml: expect.closeTo(0.15 * voxels, 6) }]);
    expect(findings).toEqual([]);
    const bytes = readFileSync(png);
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    // Widths in millimetres: 320 axial, 320 coronal and 260 sagittal, at one scale.
    expect(bytes.readUInt32BE(16)).toBeGreaterThan(2 * bytes.readUInt32BE(20));
  });

  it('applies a collection’s rules to its label', async () => {
    const at = folder();
    const options = { label: join(at, 'segmentation-32.nii.gz'), collection: 'msd-pancreas' };
    const { findings } = await inspected(join(at, 'volume-32.nii.gz'), options);
    expect(findings.map((each) => each.code)).toContain('ORGAN_VOLUME');
  });

  it('says of a label of another shape that it does not fit', async () => {
    const at = folder();
    const small = join(at, 'drawn.nii');
    writeFileSync(
      small,
      writeNifti({ shape: [4, 4, 4], voxels: new Uint8Array(64).fill(1), spacingMm: [1, 1, 1] }),
    );
    const { findings } = await inspected(join(at, 'volume-32.nii.gz'), { label: small });
    expect(findings.map((each) => each.code)).toEqual(['SHAPE_MISMATCH']);
  });
});

describe('plusct inspect of other things', () => {
  it('knows a label map by its values and draws it without a CT', async () => {
    const at = folder();
    const png = join(at, 'label.png');
    const found = await inspected(join(at, 'segmentation-32.nii.gz'), { png, labels: '1=left lobe' });
    expect(found).toMatchObject({ kind: 'labels', collection: 'lits', values: [{ name: 'left lobe' }] });
    expect(existsSync(png)).toBe(true);
  });

  it('reads the folder of one DICOM series', async () => {
    const found = await inspected(treeOf(dicomSeries('series', 'PANCREAS_0001')));
    expect(found).toMatchObject({
      path: 'series',
      kind: 'ct',
      geometry: { decidedBy: 'dicom', axisCodes: 'LAI' },
    });
  });

  it('lists a folder, one line for each volume, unreadable ones too', async () => {
    const at = folder();
    await inspect(at, {});
    expect(printed).toContain('3 volumes');
    expect(printed).toMatch(/volume-32\.nii\.gz +ct +64×52×30 +5\.00×5\.00×6\.00 +RAS +none/);
    expect(printed).toMatch(/bad\.nii +unreadable +– +– +– +HEADER_INVALID/);
  });

  it('explains a file that cannot be read, and draws none', async () => {
    const at = folder();
    const found = await inspected(join(at, 'bad.nii'));
    expect(found).toMatchObject({
      kind: 'unreadable',
      findings: [{ code: 'HEADER_INVALID', severity: 'reject' }],
    });
    await expect(inspect(join(at, 'bad.nii'), { png: join(at, 'x.png') })).rejects.toThrow('cannot be read');
  });

  it('refuses what is not there, and a picture of many', async () => {
    const at = folder();
    await expect(inspect(join(at, 'none.nii'), {})).rejects.toThrow('no such file');
    await expect(inspect(at, { png: 'x.png' })).rejects.toThrow('--png');
    await expect(inspect(join(at, 'bad.nii'), { collection: 'liver' })).rejects.toThrow('expected lits');
    mkdirSync(join(at, 'empty'));
    await expect(inspect(join(at, 'empty'), {})).rejects.toThrow('no .nii');
  });
});

const lits44 = resolve('../shared/data/real/lits-44');

describe.skipIf(!existsSync(lits44))(
  'plusct inspect of a real scan whose geometry was lost (skipped where ../shared/data is not there)',
  () => {
    it('finds the lost geometry, knows the case by its name and corrects its directions', async () => {
      const { values, findings } = await inspected(join(lits44, 'volume-44.nii.gz'), {
        label: join(lits44, 'segmentation-44.nii.gz'),
        collection: 'lits',
      });
      expect(findings.map((each) => each.code)).toEqual([
        'GEOMETRY_SUSPECT',
        'SPACING_UNKNOWN',
        'GEOMETRY_CORRECTED',
      ]);
      expect(values.reduce((sum, each) => sum + each.voxels, 0)).toBe(2_106_497);
    });
  },
);
