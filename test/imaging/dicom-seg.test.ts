import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDicomSeries } from '../../imaging/dicom.js';
import { readDicomFile } from '../../imaging/dicom-file.js';
import { readSegmentation } from '../../imaging/dicom-seg.js';
import { writeSegmentation } from '../../imaging/dicom-seg-write.js';
import { writeCtSlice } from '../../imaging/dicom-write.js';
import { toOrientation } from '../../imaging/orientation.js';
import { faultOf } from './data-fault.js';

const [columns, rows, count] = [5, 3, 6];
const perSlice = columns * rows;
const created = new Date('2026-01-02T03:04:05Z');

/** A series as NIH Pancreas-CT stores it: rows run to the front, the first slice is the topmost. */
const series = readDicomSeries(
  Array.from({ length: count }, (_, n) => ({
    path: `s/${n}.dcm`,
    bytes: writeCtSlice({
      patientId: 'PANCREAS_0001',
      studyUid: '1.2.3',
      seriesUid: '1.2.3.4',
      sopUid: `1.2.3.4.${n + 1}`,
      instanceNumber: n + 1,
      rows,
      columns,
      pixelSpacingMm: [0.75, 0.5],
      imagePosition: [-180.25, 150 - 1 / 3, 90 - 2.5 * n],
      imageOrientation: [1, 0, 0, 0, -1, 0],
      sliceThicknessMm: 5,
      pixels: new Int16Array(perSlice),
    }),
  })),
);
const { geometry } = series.image;
const labels = Uint8Array.from({ length: perSlice * count }, (_, n) =>
  n < 2 * perSlice ? 0 : [0, 1, 2, 4][n % 4],
);
const written = (values = labels): Uint8Array => writeSegmentation({ series, labels: values, created });

describe('a DICOM SEG', () => {
  it('comes back voxel for voxel, on the grid of the series and on its own', () => {
    const { values, segments, referencedSeriesUid } = readSegmentation('a.dcm', written(), geometry);
    expect(values).toEqual(labels);
    expect(segments).toEqual([
      { number: 1, value: 1, label: 'liver', code: 'SCT 10200004' },
      { number: 2, value: 2, label: 'kidney', code: 'SCT 64033007' },
      { number: 3, value: 4, label: 'pancreas', code: 'SCT 15776009' },
    ]);
    expect(referencedSeriesUid).toBe('1.2.3.4');
    const own = readSegmentation('a.dcm', written());
    // Its own grid begins and ends with slices that are labelled, and runs along row × column.
    expect(own.geometry.shape).toEqual([columns, rows, count - 2]);
    expect(own.geometry.axisCodes).toBe('LAI');
    expect(own.values).toEqual(labels.subarray(2 * perSlice));
  });

  it('comes back on a NIfTI grid whose axes are turned', () => {
    for (const axes of ['RAS', 'LPS', 'SAR', 'IPL']) {
      const turned = toOrientation(geometry, labels, axes);
      expect(readSegmentation('a.dcm', written(), turned.geometry).values).toEqual(turned.voxels);
    }
  });

  it('comes back whatever is labelled', () => {
    const maps = fc.uint8Array({ minLength: labels.length, maxLength: labels.length, max: 4 });
    fc.assert(
      fc.property(maps, (values) => {
        fc.pre(values.some((value) => value > 0));
        expect(readSegmentation('a.dcm', written(values), geometry).values).toEqual(values);
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it('says which slices it was drawn on, frame for frame, and where they lie', () => {
    const file = readDicomFile('a.dcm', written());
    expect(file.text('modality')).toBe('SEG');
    expect(file.text('patientId')).toBe('PANCREAS_0001');
    expect(file.text('studyInstance')).toBe('1.2.3');
    const [referenced] = file.items('referencedSeries');
    expect(referenced.items('referencedInstances').map((item) => item.text('referencedSopInstance'))).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `1.2.3.4.${n}`),
    );
    const pointers = file.items('dimensionIndices').map((item) => item.numbers('dimensionIndexPointer')?.[0]);
    expect(pointers).toEqual([0x0062000b, 0x00200032]);
    const frames = file.items('perFrameGroups');
    expect(frames).toHaveLength(12);
    const places = frames.map((frame) => [
      frame.items('segmentIdentification')[0].numbers('referencedSegment')?.[0],
      frame.items('derivationImages')[0].items('sourceImages')[0].text('referencedSopInstance'),
      frame.items('planePosition')[0].numbers('imagePosition')?.[2],
      frame.items('frameContent')[0].numbers('dimensionIndexValues'),
    ]);
    expect(places[0]).toEqual([1, '1.2.3.4.3', 85, [1, 1]]);
    expect(places[11]).toEqual([3, '1.2.3.4.6', 77.5, [3, 4]]);
  });

  it('is the same bytes for the same labels at the same time, and another object otherwise', () => {
    expect(Buffer.compare(written(), written())).toBe(0);
    const other = writeSegmentation({ series, labels, created: new Date('2026-01-03T00:00:00Z') });
    const uid = (bytes: Uint8Array): string | undefined => readDicomFile('a', bytes).text('sopInstance');
    expect(uid(other)).not.toBe(uid(written()));
    expect(uid(written())).toMatch(/^2\.25\.\d{30,39}$/);
  });

  it('is not written of other values, of nothing, of another grid', () => {
    expect(faultOf(() => written(labels.map(() => 5)))).toMatchObject({ code: 'LABEL_VALUES', value: '5' });
    expect(faultOf(() => written(labels.map(() => 0))).code).toBe('LABEL_EMPTY');
    expect(() => written(labels.subarray(1))).toThrow('do not fill a grid of 5×3×6');
  });

  it('is not written without the UIDs that it has to refer to', () => {
    const slices = series.slices.map((slice) => ({ ...slice, sopInstanceUid: '' }));
    const fault = faultOf(() => writeSegmentation({ series: { ...series, slices }, labels, created }));
    expect(fault).toMatchObject({ code: 'DICOM_INCOMPLETE', field: 'sopInstance' });
  });

  it('is refused on a grid that it does not lie on, naming the frame', () => {
    const [x, y, z] = geometry.affine;
    const moved = { ...geometry, affine: [[x[0], x[1], x[2], x[3] + 0.2], y, z] as typeof geometry.affine };
    const fault = faultOf(() => readSegmentation('a.dcm', written(), moved));
    expect(fault).toMatchObject({ code: 'GRID_MISMATCH', field: 'imagePosition' });
    expect(fault.message).toContain('frame 1 at');
    const small = { ...geometry, shape: [5, 3, 4] as typeof geometry.shape };
    expect(faultOf(() => readSegmentation('a.dcm', written(), small)).code).toBe('GRID_MISMATCH');
  });

  it('throws data errors only when damaged', () => {
    const good = written();
    const hits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(hits, fc.nat(good.length), (places, length) => {
        const bytes = good.slice(0, places.length % 3 === 0 ? length : good.length);
        for (const [at, value] of places) bytes[at % Math.max(1, bytes.length)] = value;
        try {
          readSegmentation('damaged.dcm', bytes, geometry);
        } catch {
          const fault = faultOf(() => readSegmentation('damaged.dcm', bytes, geometry));
          expect(fault.message).toContain('damaged');
        }
      }),
      { numRuns: 150, seed: 1 },
    );
  });
});
