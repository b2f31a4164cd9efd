import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { geometryFromAffine } from '../../imaging/geometry.js';
import { gzipStable, writeNifti } from '../../imaging/nifti-write.js';
import { isNrrd, readNrrdHead, readNrrdLabels } from '../../imaging/nrrd.js';
import { parseNrrdFields } from '../../imaging/nrrd-fields.js';
import { organsOfSegments, writeSegNrrd } from '../../imaging/seg-nrrd.js';
import { readSubmission } from '../../imaging/submission-file.js';
import { faultOf } from './data-fault.js';

/** 4 × 3 × 2 voxels; i grows to the left, j to the back. */
const affine = [
  [-2, 0, 0, 30],
  [0, -2.5, 0, 12.25],
  [0, 0, 3, -100],
] satisfies Parameters<typeof geometryFromAffine>[1];
const geometry = geometryFromAffine([4, 3, 2], affine, 'sform');
const labels = Uint8Array.from([0, 1, 1, 0, 2, 2, 0, 0, 3, 0, 4, 4, 0, 1, 0, 0, 2, 0, 0, 0, 3, 3, 0, 4]);
const file = writeSegNrrd(labels, geometry);
const image = writeNifti({
  shape: [4, 3, 2],
  spacingMm: [2, 2.5, 3],
  voxels: new Int16Array(24),
  sform: { code: 1, affine },
});

/** A file of 3D Slicer's with the given lines after the standard ones. */
function nrrd(lines: readonly string[], data: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`NRRD0004\n${lines.join('\n')}\n\n`), data]);
}

const place = [
  'space: left-posterior-superior',
  'space directions: (2,0,0) (0,2.5,0) (0,0,3)',
  'space origin: (-30,-12.25,-100)',
];

describe('a segmentation for 3D Slicer', () => {
  it('is NRRD by its definition: fields, keys, an empty line, gzipped bytes', () => {
    expect(isNrrd(file)).toBe(true);
    const { fields, keyValues, dataAt } = parseNrrdFields(file, 'file');
    expect(Object.fromEntries(fields)).toEqual({
      type: 'unsigned char',
      dimension: '3',
      space: 'left-posterior-superior',
      sizes: '4 3 2',
      'space directions': '(2,0,0) (0,2.5,0) (0,0,3)',
      kinds: 'domain domain domain',
      encoding: 'gzip',
      'space origin': '(-30,-12.25,-100)',
    });
    expect(new Uint8Array(gunzipSync(file.subarray(dataAt)))).toEqual(labels);
    expect(keyValues.get('Segment2_Name')).toBe('spleen');
    expect(keyValues.get('Segment2_LabelValue')).toBe('3');
    expect(keyValues.get('Segment2_Extent')).toBe('0 3 0 2 0 1');
    expect(keyValues.get('Segment0_Color')).toBe('0.866667 0.329412 0.329412');
    expect(keyValues.get('Segment3_Tags')).toContain('SCT^15776009^Pancreas');
    expect(keyValues.get('Segmentation_ContainedRepresentationNames')).toBe('Binary labelmap|');
  });

  it('comes back as it was, on the same grid', () => {
    const head = readNrrdHead(file, 'file');
    expect(head.geometry.affine).toEqual(affine);
    expect(organsOfSegments(readNrrdLabels(file, head, 'file'), 'file')).toEqual({
      values: labels,
      sharedVoxels: 0,
    });
    expect(writeSegNrrd(labels, geometry)).toEqual(file);
  });

  it('is known by the names of its segments, whatever values Slicer gave them', () => {
    const renumbered = labels.map((value) => [0, 4, 3, 2, 1][value]!);
    const names = ['pancreas', 'Spleen', 'Kidneys', 'LIVER'];
    const keys = names.flatMap((name, n) => [
      `Segment${n}_ID:=Segment_${n}`,
      `Segment${n}_Name:=${name}`,
      `Segment${n}_LabelValue:=${n + 1}`,
      `Segment${n}_Layer:=0`,
    ]);
    const lines = ['type: uchar', 'dimension: 3', 'sizes: 4 3 2', 'encoding: raw', ...place, ...keys];
    expect(readSubmission(nrrd(lines, renumbered), 'file', image).values).toEqual(labels);
    const other = lines.map((line) => line.replace(':=Spleen', ':=stomach'));
    const fault = faultOf(() => readSubmission(nrrd(other, renumbered), 'file', image));
    expect(fault).toMatchObject({ code: 'SUBMISSION_VALUES', value: 'stomach' });
  });

  it('may have layers: left and right kidney are one organ, and what two organs share is flagged', () => {
    const keys = ['left kidney', 'right kidney', 'liver'].flatMap((name, n) => [
      `Segment${n}_Name:=${name}`,
      `Segment${n}_LabelValue:=${n === 1 ? 2 : 1}`,
      `Segment${n}_Layer:=${n === 2 ? 1 : 0}`,
    ]);
    const layered = new Uint8Array(48);
    layered.set([1, 0], 0);
    layered.set([2, 1], 2);
    layered.set([0, 1], 4);
    const [, directions, origin] = place;
    const lines = ['type: uint8', 'dimension: 4', 'space: LPS', 'sizes: 2 4 3 2', 'encoding: gz'];
    const vectors = directions!.replace(': ', ': none ');
    const read = readSubmission(
      nrrd([...lines, vectors, origin!, ...keys], gzipSync(layered)),
      'file',
      image,
    );
    expect([...read.values.subarray(0, 4)]).toEqual([2, 2, 1, 0]);
    expect(read.findings).toMatchObject([{ code: 'SUBMISSION_OVERLAP', value: '1' }]);
  });

  it('may be cut to a block of the grid, as Slicer saves it, but not lie beside it', () => {
    const block = ['type: short', 'endian: big', 'dimension: 3', 'sizes: 2 1 1', 'encoding: raw'];
    const at = (i: number): string[] => [
      place[0]!,
      place[1]!,
      `space origin: (${-30 + 2 * i},${-12.25 + 2.5},-97)`,
    ];
    const data = Uint8Array.from([0, 3, 0, 3]);
    const { values, shape } = readSubmission(nrrd([...block, ...at(2)], data), 'file', image);
    expect(shape).toEqual([4, 3, 2]);
    expect([...values.keys()].filter((n) => values[n] === 3)).toEqual([18, 19]);
    const beside = faultOf(() => readSubmission(nrrd([...block, ...at(3)], data), 'file', image));
    expect(beside).toMatchObject({ code: 'SUBMISSION_GRID', value: 'cropped' });
    const between = faultOf(() => readSubmission(nrrd([...block, ...at(0.5)], data), 'file', image));
    expect(between).toMatchObject({ code: 'SUBMISSION_GRID', value: 'resampled' });
  });

  it('without any voxel is one voxel anywhere', () => {
    const lines = ['type: uchar', 'dimension: 3', 'sizes: 1 1 1', 'encoding: raw', ...place];
    const { values } = readSubmission(nrrd(lines, new Uint8Array(1)), 'file', image);
    expect(values).toEqual(new Uint8Array(24));
  });

  const whole = ['type: uchar', 'dimension: 3', 'sizes: 4 3 2', 'encoding: raw', ...place];
  it.each([
    ['cut off', whole, labels.subarray(0, 20), 'FILE_TRUNCATED'],
    ['data in another file', [...whole, 'data file: other.raw'], labels, 'SUBMISSION_UNREADABLE'],
    ['a type without meaning', ['type: block', ...whole.slice(1)], labels, 'SUBMISSION_UNREADABLE'],
    ['bzip2', whole.map((line) => line.replace('raw', 'bzip2')), labels, 'SUBMISSION_UNREADABLE'],
    ['no place', whole.slice(0, 4), labels, 'SUBMISSION_UNREADABLE'],
    ['gzip that is none', whole.map((line) => line.replace('raw', 'gzip')), labels, 'SUBMISSION_UNREADABLE'],
    [
      'sizes beyond all scans',
      whole.map((line) => line.replace('4 3 2', '9999 9999 9999')),
      labels,
      'HEADER_INVALID',
    ],
    ['too much data', whole, new Uint8Array([...labels, ...labels]), 'FILE_TRUNCATED'],
  ])('with %s is refused', (_, lines, data, code) => {
    expect(faultOf(() => readSubmission(nrrd(lines, data), 'file', image))).toMatchObject({ code });
  });

  it('with a header that never ends is refused, and so is one that is packed as a whole', () => {
    const endless = Buffer.from(`NRRD0004\n${'# and so on\n'.repeat(200_000)}`);
    expect(faultOf(() => readSubmission(endless, 'file', image))).toMatchObject({
      code: 'SUBMISSION_UNREADABLE',
    });
    expect(faultOf(() => readSubmission(gzipStable(file), 'file', image))).toMatchObject({
      code: 'HEADER_INVALID',
    });
  });
});
