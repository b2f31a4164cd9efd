import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { dice } from '../../imaging/dice.js';
import { readDicomSeries } from '../../imaging/dicom.js';
import { readSegmentation } from '../../imaging/dicom-seg.js';
import { writeSegmentation } from '../../imaging/dicom-seg-write.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { toOrientation } from '../../imaging/orientation.js';
import { faultOf } from './data-fault.js';

const data = resolve('../shared/data');
const real = join(data, 'real');
const dcmqi = join(real, 'dcmqi/data/segmentations');
const digest = (hu: Int16Array): string => createHash('sha256').update(hu).digest('hex').slice(0, 12);
const filesIn = (folder: string): { path: string; bytes: Uint8Array }[] =>
  readdirSync(folder).map((name) => ({ path: name, bytes: readFileSync(join(folder, name)) }));

describe.skipIf(!existsSync(real))('real DICOM (skipped where ../shared/data is absent)', () => {
  const chaos = readDicomSeriesOnce(join(real, 'chaos/DICOM_anon'));

  it('gives the voxels that pydicom reads', () => {
    const expected: [string, string][] = [
      ['totalsegmentator/example_ct_dicom', '52f3e08938b6'],
      ['dcmqi/data/segmentations/ct-3slice', '0f4f36622538'],
      ['dcmqi/data/segmentations/23x38x3/image', 'b10d6ad5c6b3'],
      ['dcmqi/data/segmentations/23x38x3/multiframe', 'b10d6ad5c6b3'],
      ['dcmqi/data/segmentations/24x38x3/multiframe', 'e4ca424edbcc'],
    ];
    for (const [folder, sha] of expected) {
      expect(digest(readDicomSeries(filesIn(join(real, folder))).image.hu), folder).toBe(sha);
    }
    expect(digest(chaos().image.hu)).toBe('3482a916e874');
  });

  it('CHAOS positions are 2 mm apart although SliceThickness says 3.2', () => {
    const { image, notes, remarks } = chaos();
    expect(image.geometry).toMatchObject({ shape: [512, 512, 78], spacingMm: [0.7265625, 0.7265625, 2] });
    expect(notes).toEqual(['SliceThickness says 3.2 mm; positions are 2 mm apart and were used']);
    expect(remarks).toEqual([]);
  });

  it('CHAOS: truth and submission on the DICOM grid agree as published, DSC 0.978', () => {
    const { geometry } = chaos().image;
    const [truth, submission] = ['liver_GT', 'liver_submission'].map((name) => {
      const map = readLabelMap(readFileSync(join(real, `chaos/${name}.nii.gz`)), name);
      const turned = toOrientation(map.geometry, map.values, geometry.axisCodes);
      expect(turned.geometry.affine[2][3]).toBeCloseTo(geometry.affine[2][3], 3);
      return turned.voxels;
    });
    expect(dice(truth, submission)).toBeCloseTo(0.9784, 4);
  });

  it('CHAOS: the liver goes through DICOM SEG and comes back voxel for voxel', () => {
    const series = chaos();
    const map = readLabelMap(readFileSync(join(real, 'chaos/liver_GT.nii.gz')), 'liver_GT');
    const { voxels } = toOrientation(map.geometry, map.values, series.image.geometry.axisCodes);
    const seg = writeSegmentation({ series, labels: voxels, created: new Date(0) });
    const { values } = readSegmentation('a', seg, map.geometry);
    expect(Buffer.compare(Buffer.from(values), Buffer.from(map.values))).toBe(0);
  });

  it('the TotalSegmentator series is JPEG 2000 without a series UID, which is said', () => {
    const { image, remarks } = readDicomSeries(filesIn(join(real, 'totalsegmentator/example_ct_dicom')));
    expect(image.geometry).toMatchObject({ shape: [512, 512, 20], spacingMm: [0.9765625, 0.9765625, 2] });
    expect(remarks).toMatchObject([{ code: 'DICOM_INCOMPLETE', field: 'seriesInstance' }]);
    // Its segmentation was made from it by dcm2niix, which turns rows and slices.
    const label = readLabelMap(readFileSync(join(real, 'totalsegmentator/example_seg_dicom.nii.gz')), 'seg');
    const turned = toOrientation(label.geometry, label.values, image.geometry.axisCodes);
    expect(turned.geometry.shape).toEqual(image.geometry.shape);
    expect(turned.geometry.affine.map((row) => Math.round(row[3]))).toEqual(
      image.geometry.affine.map((row) => Math.round(row[3])),
    );
  });

  it('segmentations by dcmqi hold the voxels of its NRRD files', () => {
    const cases: [string, string, string, number][] = [
      ['liver.dcm', 'ct-3slice', 'liver_seg.nrrd', 107098],
      ['23x38x3/seg/label.seg', '23x38x3/image', '23x38x3/nrrd/label.nrrd', 322],
      ['24x38x3/seg/label.seg', '24x38x3/multiframe', '24x38x3/nrrd/label.nrrd', 315],
    ];
    for (const [seg, images, nrrd, voxels] of cases) {
      const { geometry } = readDicomSeries(filesIn(join(dcmqi, images))).image;
      const { values } = readSegmentation(seg, readFileSync(join(dcmqi, seg)), geometry);
      const expected = nrrdVoxels(readFileSync(join(dcmqi, nrrd)));
      const [columns, rows, slices] = geometry.shape;
      expect(expected.length).toBe(values.length);
      // NRRD files run from the lowest slice up; so does a series unless InstanceNumber counts down.
      const downwards = geometry.affine[2][2] < 0;
      const differing = expected.findIndex((value, n) => {
        const k = Math.floor(n / (rows * columns));
        const at = (downwards ? slices - 1 - k : k) * rows * columns + (n % (rows * columns));
        return value > 0 !== values[at] > 0;
      });
      expect(differing).toBe(-1);
      expect(labelled(values)).toBe(voxels);
    }
  });

  it('label maps and overlaps among dcmqi’s files are read, and refused', () => {
    const sparse = readFileSync(join(dcmqi, 'sparse-labelmap-noppv.dcm'));
    expect(labelled(readSegmentation('sparse', sparse).values)).toBe(630);
    const overlapping = readFileSync(join(dcmqi, 'partial_overlaps.dcm'));
    expect(faultOf(() => readSegmentation('overlaps', overlapping))).toMatchObject({
      code: 'SEGMENT_OVERLAP',
    });
    const image = readFileSync(join(dcmqi, 'ct-3slice/01.dcm'));
    expect(faultOf(() => readSegmentation('image', image))).toMatchObject({
      code: 'DICOM_SERIES',
      field: 'sopClass',
    });
  });
});

describe.skipIf(!existsSync(join(data, 'negative')))(
  'bad DICOM (skipped where ../shared/data is absent)',
  () => {
    it('a tilted gantry is refused, with the angle that positions show and the header says', () => {
      const fault = faultOf(() => readDicomSeries(filesIn(join(data, 'negative/gantry-tilt/In/GE'))));
      expect(fault).toMatchObject({ code: 'GANTRY_TILT', value: '18.5°' });
      expect(fault.message).toContain('GantryDetectorTilt says 18.5°');
    });

    it('doubled and missing slices are refused, each named', () => {
      const files = unzipped(readFileSync(join(data, 'negative/dicom-numpy_dupe-positions.zip')));
      const fault = faultOf(() => readDicomSeries(files));
      expect(fault.code).toBe('SLICES_UNEVEN');
      expect(fault.message).toMatch(/missing|instead of/);
    });
  },
);

function readDicomSeriesOnce(folder: string): () => ReturnType<typeof readDicomSeries> {
  let series: ReturnType<typeof readDicomSeries> | undefined;
  return () => {
    series ??= readDicomSeries(filesIn(folder));
    return series;
  };
}

function labelled(values: Uint8Array | Uint16Array): number {
  return [...values].filter((value) => value > 0).length;
}

/** Voxels of a gzipped NRRD of shorts. */
function nrrdVoxels(bytes: Buffer): Int16Array {
  const content = gunzipSync(bytes.subarray(bytes.indexOf('\n\n') + 2));
  return new Int16Array(new Uint8Array(content).buffer);
}

/** The files of a zip archive, by its central directory. */
function unzipped(zip: Buffer): { path: string; bytes: Uint8Array }[] {
  const files: { path: string; bytes: Uint8Array }[] = [];
  let at = zip.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  while (at >= 0 && zip.readUInt32LE(at) === 0x02014b50) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const path = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    const bytes = zip.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed);
    if (path.endsWith('.dcm')) files.push({ path, bytes });
    at += 46 + nameLength + extra + comment;
  }
  return files;
}
