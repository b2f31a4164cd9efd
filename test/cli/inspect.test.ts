import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inspect } from '../../cli/inspect.js';
import { readDicomSeries } from '../../imaging/dicom.js';
import { writeSegmentation } from '../../imaging/dicom-seg-write.js';
import { type Affine, geometryFromAffine, indexToMm } from '../../imaging/geometry.js';
import { boxSize, cropMask, maskBox } from '../../imaging/mask-box.js';
import { writeNifti } from '../../imaging/nifti-write.js';
import { toOrientation } from '../../imaging/orientation.js';
import { writeSegNrrd } from '../../imaging/seg-nrrd.js';
import type { Inspection } from '../../sources/inspection.js';
import { abdomen, liver, size } from '../sources/made-abdomen.js';
import { dicomSeries, organBox, rasAffine, shape, treeOf } from '../sources/made-cases.js';

const { geometry, hu } = abdomen();
const form = { code: 1, affine: geometry.affine };
const identity = rasAffine([1, 1, 1], [0, 0, 0]);
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
  printed = '';
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

describe('plusct inspect of a label of no collection', () => {
  const drawn = (voxels: Uint8Array, affine = geometry.affine) =>
    gzipSync(writeNifti({ shape: size, voxels, spacingMm: geometry.spacingMm, sform: { code: 1, affine } }));
  const beside = (label: Uint8Array) => treeOf({ 'scan.nii.gz': file(hu), 'drawn.nii.gz': label });
  const codes = async (at: string, options = {}) => {
    const { findings } = await inspected(join(at, 'scan.nii.gz'), {
      label: join(at, 'drawn.nii.gz'),
      ...options,
    });
    return findings.map((each) => each.code);
  };
  const upsideDown = toOrientation(geometry, liver, 'RAI');

  it('finds nothing where it lies on its tissue', async () => {
    expect(await codes(beside(drawn(liver)))).toEqual([]);
  });

  it('lays it as its header says where axes are turned on one grid', async () => {
    const at = beside(drawn(upsideDown.voxels, upsideDown.geometry.affine));
    expect(await codes(at)).toEqual([]);
  });

  it('finds that it is mirrored, by the tissue under its values', async () => {
    expect(await codes(beside(drawn(upsideDown.voxels)))).toEqual(['LABEL_HU']);
  });

  it('checks organs that are named as such, and takes the rest for background', async () => {
    const two = liver.map((value, n) => (value === 1 ? (n % 2) + 1 : n === 0 ? 9 : 0));
    const at = beside(drawn(two));
    expect(await codes(at, { labels: '1+2=liver,9=air' })).toEqual([]);
    expect(await codes(at, { labels: '1+2=pancreas' })).toContain('ORGAN_VOLUME');
  });
});

/** The liver's block alone, as 3D Slicer saves it; moved by a part of a voxel along i. */
function cutLiver(axisCodes: string, by: number): Uint8Array {
  const box = maskBox(liver, size)!;
  const values = cropMask(liver, size, box);
  const origin = indexToMm(geometry.affine, box.low[0] + by, box.low[1], box.low[2]);
  const affine = geometry.affine.map(([x, y, z], row) => [x, y, z, origin[row]!]) as Affine;
  const cut = geometryFromAffine([...boxSize(box)], affine, 'sform', 'cut');
  const turned = toOrientation(cut, values, axisCodes);
  return writeSegNrrd(turned.voxels, turned.geometry);
}

describe('plusct inspect of other formats', () => {
  it('reads the names and voxels of a segmentation of 3D Slicer', async () => {
    const at = treeOf({ 'a.seg.nrrd': writeSegNrrd(liver, geometry) });
    const { kind, values } = await inspected(at);
    const voxels = liver.reduce((a, b) => a + b, 0);
    expect({ kind, values }).toMatchObject({ kind: 'labels', values: [{ value: 1, name: 'liver', voxels }] });
  });

  it('names the fields of NRRD that say where voxels lie', async () => {
    await inspect(treeOf({ 'a.seg.nrrd': writeSegNrrd(liver, geometry) }), {});
    expect(printed).toContain('RAS, as the NRRD fields "space directions" and "space origin" say');
  });

  it.each([[geometry.axisCodes], ['LPS'], ['SRA']])(
    'lays a segmentation that is cut to a block on the image by its header, axes as in %s',
    async (axisCodes) => {
      const at = treeOf({ 'scan.nii.gz': file(hu), 'cut.seg.nrrd': cutLiver(axisCodes, 0) });
      const found = await inspected(join(at, 'scan.nii.gz'), { label: join(at, 'cut.seg.nrrd') });
      const voxels = liver.reduce((a, b) => a + b, 0);
      expect(found.values).toMatchObject([{ value: 1, name: 'liver', voxels }]);
      expect(found.findings).toEqual([]);
    },
  );

  it('says how to save a cut segmentation that does not lie on the image’s voxels', async () => {
    const at = treeOf({ 'scan.nii.gz': file(hu), 'cut.seg.nrrd': cutLiver(geometry.axisCodes, 0.4) });
    const { findings } = await inspected(join(at, 'scan.nii.gz'), { label: join(at, 'cut.seg.nrrd') });
    expect(findings).toMatchObject([
      { code: 'SHAPE_MISMATCH', suggestion: expect.stringContaining('reference volume') },
    ]);
  });

  it('takes a DICOM file for its series, and a DICOM SEG for labels of its own or on the series', async () => {
    const at = treeOf(dicomSeries('series', 'PANCREAS_0001'));
    const names = readdirSync(join(at, 'series')).map((name) => `series/${name}`);
    const series = readDicomSeries(names.map((path) => ({ path, bytes: readFileSync(join(at, path)) })));
    const labels = organBox().map((inside) => 4 * inside);
    writeFileSync(join(at, 'seg.dcm'), writeSegmentation({ series, labels, created: new Date(0) }));
    const found = await inspected(join(at, names[0]!), { label: join(at, 'seg.dcm') });
    const voxels = organBox().reduce((a, b) => a + b, 0);
    const values = [{ value: 4, name: 'pancreas', voxels, ml: expect.any(Number) }];
    expect(found).toMatchObject({ path: 'series', kind: 'ct', geometry: { shape }, values });
    expect(await inspected(join(at, 'seg.dcm'))).toMatchObject({ kind: 'labels', values });
  });

  it('says what a file is that is none of them', async () => {
    const at = treeOf({ 'scan.nii.gz': Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(400)]) });
    const { findings } = await inspected(join(at, 'scan.nii.gz'));
    expect(findings).toMatchObject([
      { code: 'HEADER_INVALID', message: expect.stringContaining('no NIfTI file, but a zip archive') },
    ]);
  });

  it('gives no millilitres and no scale where voxels are placeholders', async () => {
    const lost = writeNifti({
      shape: size,
      voxels: liver,
      spacingMm: [1, 1, 1],
      sform: { code: 1, affine: identity },
    });
    const at = treeOf({ 'lost.nii': lost });
    await inspect(join(at, 'lost.nii'), {});
    expect(printed).toContain('1 × 1 × 1 mm, a placeholder');
    expect(printed).toMatch(/value 1 +[\d,]+ +–/);
  });

  it('tells of traces of people', async () => {
    const form = { code: 1, affine: geometry.affine };
    const named = writeNifti({
      shape: size,
      voxels: hu,
      spacingMm: geometry.spacingMm,
      sform: form,
      descrip: 'patient name: Doe',
    });
    const at = treeOf({ 'scan.nii': named });
    const { findings } = await inspected(join(at, 'scan.nii'));
    expect(findings.map((each) => each.code)).toEqual(['IDENTITY_DIRECT']);
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
    printed = '';
    await expect(inspect(join(at, 'bad.nii'), { png: join(at, 'x.png') })).rejects.toThrow('cannot be read');
    expect(printed).toContain('HEADER_INVALID');
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

const chaos = resolve('../shared/data/real/chaos');

describe.skipIf(!existsSync(chaos))(
  'plusct inspect of a real series (skipped where ../shared/data is not there)',
  () => {
    it('lays the published label as its header says: slices the other way round, on the liver', async () => {
      const label = join(chaos, 'liver_GT.nii.gz');
      const options = { label, labels: '1=liver' };
      const { findings, geometry } = await inspected(join(chaos, 'DICOM_anon'), options);
      expect(geometry).toMatchObject({ axisCodes: 'LPI', spacingMm: [0.7265625, 0.7265625, 2] });
      expect(findings.map((each) => each.code)).toEqual(['ORGAN_CUT']);
    });
  },
);

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
      expect(values.map((each) => each.ml)).toEqual([undefined, undefined]);
    });
  },
);
