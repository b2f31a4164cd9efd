import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SourceCase } from '../../domain/case.js';
import type { Collection } from '../../domain/collection.js';
import { caseStatusOf } from '../../domain/finding.js';
import type { Affine } from '../../imaging/geometry.js';
import { readCt } from '../../imaging/nifti.js';
import { type IngestedCase, ingestCase } from '../../sources/ingest-case.js';
import { missingFile } from '../../sources/listing.js';
import { adapterFor } from '../../sources/registry.js';
import {
  dicomSeries,
  nifti,
  niftiCase,
  organBox,
  rasAffine,
  shape,
  tissue,
  voxelCount,
} from './made-cases.js';

const goodImage = nifti(tissue());
const goodLabel = nifti(organBox());

function ingest(image?: Uint8Array, label?: Uint8Array, collection: Collection = 'msd-spleen'): IngestedCase {
  const files = new Map<string, Uint8Array>();
  if (image) files.set('image.nii', image);
  if (label) files.set('label.nii', label);
  return ingestCase(niftiCase(collection), files, adapterFor(collection));
}
/** The one organ of a collection that labels one. */
const maskOf = ({ organMasks }: IngestedCase) => organMasks[0]?.mask;
const codesOf = ({ findings }: IngestedCase) => findings.map((each) => each.code);

/** Organ voxels that are tumour (2) instead of organ (1): every third. */
const withTumour = () => organBox().map((value, n) => (value === 1 && n % 3 === 0 ? 2 : value));

describe('a good case', () => {
  it('gives image, identity, mask and no finding', () => {
    const hu = tissue();
    const result = ingest(goodImage, goodLabel);
    expect(result.findings).toEqual([]);
    expect(maskOf(result)).toEqual(organBox());
    expect(result.imageNifti).toBe(goodImage);
    expect(result.geometry).toMatchObject({ shape: [...shape], axisCodes: 'RAS' });
    const bytes = Buffer.alloc(2 * hu.length);
    hu.forEach((value, n) => {
      bytes.writeInt16LE(value, 2 * n);
    });
    expect(result.voxels?.voxelSha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(result.voxels?.minHu).toBe(Math.min(...hu));
  });

  it('has the same identity whatever the file type and compression', () => {
    const hashes = [
      goodImage,
      gzipSync(goodImage),
      nifti(Float32Array.from(tissue())),
      nifti(
        tissue().map((value) => value + 1024),
        { intercept: -1024 },
      ),
    ].map((image) => ingest(image).voxels?.voxelSha256);
    expect(new Set(hashes).size).toBe(1);
  });

  it.each(['lits', 'kits19', 'msd-pancreas'] as const)(
    'of %s has its tumour merged into the organ',
    (collection) => {
      const result = ingest(goodImage, nifti(withTumour()), collection);
      expect(maskOf(result)).toEqual(organBox());
      expect(result.findings.filter((each) => each.severity !== 'note')).toEqual([]);
    },
  );

  it('without a label at the source gives an image alone', () => {
    const { labelPath: _, ...unlabelled } = niftiCase();
    const result = ingestCase(unlabelled, new Map([['image.nii', goodImage]]), adapterFor('msd-spleen'));
    expect(result.image).toBeDefined();
    expect(maskOf(result)).toBeUndefined();
    expect(result.findings).toEqual([]);
  });
});

describe('a DICOM case', () => {
  const dicom = (changes: Record<string, Uint8Array | undefined> = {}): IngestedCase => {
    const series = dicomSeries('s', 'PANCREAS_0001');
    const paths = Object.keys(series);
    const files = new Map<string, Uint8Array>(Object.entries({ ...series, 'label.nii': goodLabel }));
    for (const [path, bytes] of Object.entries(changes)) {
      if (bytes === undefined) files.delete(path);
      else files.set(path, bytes);
    }
    const sourceCase: SourceCase = { ...niftiCase('nih-pancreas'), image: { kind: 'dicom', paths } };
    return ingestCase(sourceCase, files, adapterFor('nih-pancreas'));
  };

  it('becomes a NIfTI file; its label is laid on by index and that is noted', () => {
    const result = dicom();
    expect(codesOf(result)).toEqual(['LABEL_GEOMETRY_COPIED']);
    expect(result.findings[0].message).toContain('axes RAS instead of LAI');
    expect(maskOf(result)).toEqual(organBox());
    const converted = readCt(result.imageNifti ?? new Uint8Array(), 'converted');
    expect(converted.hu).toEqual(tissue());
    expect(converted.geometry).toMatchObject({ axisCodes: 'LAI', shape: [...shape] });
  });

  it('without one of its files is not read', () => {
    const result = dicom({ 's/1-004.dcm': undefined, 's/1-005.dcm': undefined });
    expect(result.findings).toMatchObject([{ code: 'FILE_MISSING', where: 's/1-004.dcm' }]);
    expect(result.findings[0].message).toContain('and 1 more');
    expect(result.image).toBeUndefined();
  });

  it('with a slice of another series, or a damaged one, is refused by name', () => {
    const stranger = dicomSeries('s', 'PANCREAS_0001', tissue(), '1.2.9')['s/1-004.dcm'];
    const mixed = dicom({ 's/1-004.dcm': stranger });
    expect(codesOf(mixed)).toEqual(['DICOM_SERIES']);
    expect(mixed.findings[0].message).toContain('s/1-004.dcm');
    expect(codesOf(dicom({ 's/1-004.dcm': new Uint8Array(0) }))).toEqual(['FILE_EMPTY']);
    expect(codesOf(dicom({ 's/1-004.dcm': new Uint8Array(300) }))).toEqual(['FILE_CORRUPT']);
  });
});

describe('a bad image', () => {
  const flipped = (): Uint8Array => {
    const bytes = Uint8Array.from(gzipSync(goodImage));
    bytes[bytes.length - 6] ^= 1;
    return bytes;
  };
  const header = (change: (view: DataView) => void): Uint8Array => {
    const bytes = goodImage.slice();
    change(new DataView(bytes.buffer));
    return bytes;
  };
  const nan = header((view) => view.setFloat32(280, Number.NaN, true));
  const singular = header((view) => {
    for (const at of [280, 284, 288]) view.setFloat32(at, 0, true);
  });

  it.each([
    ['is missing', undefined, 'FILE_MISSING'],
    ['is empty', new Uint8Array(0), 'FILE_EMPTY'],
    ['is cut off', goodImage.subarray(0, goodImage.length - 100), 'FILE_TRUNCATED'],
    ['is cut off inside its gzip', gzipSync(goodImage).subarray(0, 900), 'FILE_CORRUPT'],
    ['has a flipped bit in its gzip', flipped(), 'FILE_CORRUPT'],
    [
      'is a text file',
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1'),
      'HEADER_INVALID',
    ],
    ['has NaN in its affine', nan, 'AFFINE_INVALID'],
    ['has a singular affine', singular, 'AFFINE_INVALID'],
    ['has RGB voxels', header((view) => view.setInt16(70, 128, true)), 'DATATYPE_UNSUPPORTED'],
  ])('that %s quarantines the case and names the file', (_, bytes, code) => {
    const result = ingest(bytes, goodLabel);
    expect(result.findings).toMatchObject([{ code, severity: 'reject', where: 'image.nii' }]);
    expect(result.findings[0].message).toContain('image.nii');
    expect(result.findings[0].suggestion).not.toBe('');
    expect(caseStatusOf(result.findings)).toBe('quarantined');
    expect([result.image, result.imageNifti, maskOf(result)]).toEqual([undefined, undefined, undefined]);
  });

  it('that holds NaN voxels is kept but quarantined', () => {
    const voxels = Float32Array.from(tissue());
    voxels[5] = Number.NaN;
    const result = ingest(nifti(voxels), goodLabel);
    expect(result.findings).toMatchObject([{ code: 'VALUES_NOT_FINITE', value: '1' }]);
    expect(caseStatusOf(result.findings)).toBe('quarantined');
    expect(result.image).toBeDefined();
  });

  it('that was already listed as missing is not reported twice', () => {
    const listed = { ...niftiCase(), findings: [missingFile('image.nii', 'is gone', 'fetch it')] };
    expect(ingestCase(listed, new Map(), adapterFor('msd-spleen')).findings).toEqual(listed.findings);
  });
});

describe('a bad label', () => {
  const other = new Uint8Array(voxelCount / 2);
  const mirrored = organBox().reverse();

  it.each([
    ['is missing', undefined, 'FILE_MISSING'],
    ['is empty', new Uint8Array(0), 'FILE_EMPTY'],
    ['is cut off', goodLabel.subarray(0, 900), 'FILE_TRUNCATED'],
    ['has another shape', nifti(other, { shape: [shape[0], shape[1], shape[2] / 2] }), 'SHAPE_MISMATCH'],
    ['has its axes swapped', nifti(organBox(), { shape: [shape[2], shape[1], shape[0]] }), 'SHAPE_MISMATCH'],
    ['has a value that the collection lacks', nifti(withTumour()), 'LABEL_VALUES'],
    ['was interpolated', nifti(Float32Array.from(organBox(), (value) => value * 0.7)), 'LABEL_VALUES'],
    ['holds nothing', nifti(new Uint8Array(voxelCount)), 'LABEL_EMPTY'],
  ])('that %s quarantines the case and is not used', (_, bytes, code) => {
    const result = ingest(goodImage, bytes);
    expect(result.findings).toMatchObject([{ code, where: 'label.nii' }]);
    expect(caseStatusOf(result.findings)).toBe('quarantined');
    expect(maskOf(result)).toBeUndefined();
    expect(result.image).toBeDefined();
  });

  it.each([
    ['lies on fat', organBox().map((value) => 1 - value)],
    ['is mirrored', mirrored],
  ])('that %s quarantines the case and is kept for the person who decides', (_, mask) => {
    const result = ingest(goodImage, nifti(mask));
    expect(result.findings).toMatchObject([{ code: 'LABEL_HU', where: 'label.nii' }]);
    expect(caseStatusOf(result.findings)).toBe('quarantined');
    expect(result.organMasks[0]?.mask).toEqual(mask);
  });

  it('that is mirrored onto other soft tissue is found by its mirror image', () => {
    const random = tissue();
    // Half of what the mirrored label covers is as bright as an organ: the mean alone looks healthy.
    const image = random.map((value, n) => (mirrored[n] === 1 && n % 2 === 0 ? 150 : value));
    const result = ingest(nifti(image), nifti(mirrored));
    expect(result.findings).toMatchObject([{ code: 'LABEL_HU', field: 'softTissue' }]);
    expect(result.findings[0].message).toContain('mirrored along i and j and k');
  });

  it('of KiTS21 in KiTS19 is told what it is', () => {
    const cysts = organBox().map((value, n) => (value === 1 && n % 5 === 0 ? 3 : value));
    const { findings } = ingest(goodImage, nifti(cysts), 'kits19');
    const values = findings.find((each) => each.code === 'EDITION_FOREIGN');
    expect(values?.value).toBe('0, 1, 3');
    expect(values?.message).toContain('this is KiTS21/23');
  });
});

describe('a label of several organs', () => {
  // Four slabs of the box, each in one piece.
  const box = organBox();
  const total = box.reduce((sum, value) => sum + value, 0);
  let before = 0;
  const all = box.map((value) => (value === 0 ? 0 : 1 + Math.floor((4 * before++) / total)));
  const threeOrgans = all.map((value) => (value === 3 ? 4 : value));

  it('gives a mask for each, in the order of organs', () => {
    const { organMasks, findings } = ingest(goodImage, nifti(all), 'abdomenct-1k');
    expect(organMasks.map(({ organ }) => organ)).toEqual(['liver', 'kidney', 'spleen', 'pancreas']);
    organMasks.forEach(({ mask }, n) => {
      expect(mask).toEqual(all.map((value) => (value === n + 1 ? 1 : 0)));
    });
    expect(findings).toEqual([]);
  });

  it('without one of them is flagged, unless the patient is known not to have it', () => {
    const flagged = ingest(goodImage, nifti(threeOrgans), 'abdomenct-1k');
    expect(flagged.findings).toMatchObject([{ code: 'LABEL_ORGAN_EMPTY', field: 'spleen' }]);
    expect(flagged.organMasks.map(({ organ }) => organ)).toEqual(['liver', 'kidney', 'pancreas']);
    const files = new Map([
      ['image.nii', goodImage],
      ['label.nii', nifti(threeOrgans)],
    ]);
    const known = { ...niftiCase('abdomenct-1k'), absentOrgans: ['spleen' as const] };
    expect(ingestCase(known, files, adapterFor('abdomenct-1k')).findings).toEqual([]);
  });

  it('is refused whole when it is of FLARE22, or when it holds nothing', () => {
    const flare = ingest(goodImage, nifti(all.map((value) => (value === 4 ? 13 : value))), 'abdomenct-1k');
    expect(flare.findings).toMatchObject([{ code: 'EDITION_FOREIGN' }]);
    expect(flare.findings[0].message).toContain('FLARE22');
    expect(flare.organMasks).toEqual([]);
    expect(codesOf(ingest(goodImage, nifti(new Uint8Array(voxelCount)), 'abdomenct-1k'))).toEqual([
      'LABEL_EMPTY',
    ]);
  });
});

describe('voxels of other editions', () => {
  it('of the interpolated KiTS19 are refused as what they are', () => {
    const sides = [3, 0.78162497, 0.78162497] as const;
    const affine: Affine = [
      [0, 0, -sides[2], 0],
      [0, -sides[1], 0, 0],
      [-sides[0], 0, 0, 0],
    ];
    const form = { code: 1, affine };
    const spaced = { spacingMm: sides, sform: form, qform: form };
    const result = ingest(nifti(tissue(), spaced), nifti(withTumour(), spaced), 'kits19');
    expect(result.findings).toMatchObject([{ code: 'EDITION_FOREIGN', field: 'spacing' }]);
    expect(result.findings[0].message).toContain('interpolated');
    expect(caseStatusOf(result.findings)).toBe('quarantined');
  });

  it('with tumours where none are published, or none where some are, are noted and used', () => {
    const merged = ingest(goodImage, goodLabel, 'msd-pancreas');
    expect(merged.findings).toMatchObject([{ code: 'LESION_UNEXPECTED', severity: 'note' }]);
    expect(maskOf(merged)).toEqual(organBox());
    const free = { ...niftiCase('lits'), caseId: 'volume-32' };
    const files = new Map([
      ['image.nii', goodImage],
      ['label.nii', nifti(withTumour())],
    ]);
    const { findings } = ingestCase(free, files, adapterFor('lits'));
    expect(findings.map(({ code }) => code)).toEqual(['LESION_UNEXPECTED']);
    expect(findings[0].message).toContain('published as free of it');
  });
});

describe('a file with a fourth axis', () => {
  const size: [number, number, number] = [shape[0], shape[1], shape[2]];
  /** `dim[0]` and `dim[4]` of a NIfTI header. */
  const withFourth = (file: Uint8Array, length: number): Uint8Array => {
    const bytes = file.slice();
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setInt16(40, 4, true);
    view.setInt16(48, length, true);
    return bytes;
  };

  it('of length one is a volume', () => {
    const { geometry, findings } = ingest(withFourth(goodImage, 1), withFourth(goodLabel, 1));
    expect(geometry?.shape).toEqual(size);
    expect(findings).toEqual([]);
  });

  it('that is really one is refused', () => {
    const twice = Int16Array.from([...tissue(), ...tissue()]);
    const bytes = withFourth(nifti(twice, { shape: [size[0], size[1], 2 * size[2]] }), 2);
    new DataView(bytes.buffer, bytes.byteOffset).setInt16(46, size[2], true);
    const { findings, image } = ingest(bytes, goodLabel);
    expect(findings).toMatchObject([{ code: 'HEADER_INVALID', field: 'dim' }]);
    expect(findings[0].message).toContain('several volumes');
    expect(image).toBeUndefined();
  });
});

describe('a label with a geometry of its own', () => {
  it('is laid on the image by index and noted', () => {
    const form = { code: 1, affine: rasAffine([0.8, 0.8, 2.5], [0, 0, 0]) };
    const result = ingest(goodImage, nifti(organBox(), { sform: form, qform: form }));
    expect(result.findings).toMatchObject([{ code: 'LABEL_GEOMETRY_COPIED', severity: 'note' }]);
    expect(maskOf(result)).toEqual(organBox());
    expect(caseStatusOf(result.findings)).toBe('accepted');
  });
});
