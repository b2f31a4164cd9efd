import { describe, expect, it } from 'vitest';
import { readDicomSeries } from '../../imaging/dicom.js';
import { readDicomFile, writeDicomFile } from '../../imaging/dicom-file.js';
import { type CtSlice, writeCtSlice } from '../../imaging/dicom-write.js';
import { faultOf } from './data-fault.js';

interface NamedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

function slice(n: number, changes: Partial<CtSlice> = {}, path = `s/${n}.dcm`): NamedFile {
  const bytes = writeCtSlice({
    patientId: 'P',
    studyUid: '1.2',
    seriesUid: '1.2.3',
    sopUid: `1.2.3.${n}`,
    instanceNumber: n,
    rows: 2,
    columns: 2,
    pixelSpacingMm: [1, 1],
    imagePosition: [0, 0, 2 * n],
    imageOrientation: [1, 0, 0, 0, 1, 0],
    sliceThicknessMm: 2,
    pixels: new Int16Array(4).fill(n),
    ...changes,
  });
  return { path, bytes };
}

const whole = [1, 2, 3, 4, 5, 6].map((n) => slice(n));

/** A file beside the slices, of another kind. */
function beside(path: string, elements: Parameters<typeof writeDicomFile>[1]): NamedFile {
  const meta = { transferSyntax: ['UI', '1.2.840.10008.1.2.1'] } as const;
  return { path, bytes: writeDicomFile(meta, elements) };
}

describe('an irregular series', () => {
  it('has localisers, reports, captures and derived images passed over, and named', () => {
    const others = [
      beside('scout.dcm', {
        modality: ['CS', 'CT'],
        imageType: ['CS', ['ORIGINAL', 'PRIMARY', 'LOCALIZER']],
      }),
      beside('dose.dcm', { modality: ['CS', 'SR'] }),
      beside('screen.dcm', { modality: ['CS', 'CT'], sopClass: ['UI', '1.2.840.10008.5.1.4.1.1.7'] }),
      beside('mip.dcm', { modality: ['CS', 'CT'], imageType: ['CS', ['DERIVED', 'SECONDARY']] }),
    ];
    const { image, remarks } = readDicomSeries([...others, ...whole]);
    expect(image.geometry.shape).toEqual([2, 2, 6]);
    expect(remarks.map(({ code, value }) => [code, value])).toEqual([
      ['DICOM_PASSED_OVER', '1 × localiser'],
      ['DICOM_PASSED_OVER', '1 × file of modality SR'],
      ['DICOM_PASSED_OVER', '1 × screen capture'],
      ['DICOM_PASSED_OVER', '1 × derived image'],
    ]);
    expect(remarks[0].message).toContain('scout.dcm');
  });

  it('is refused when a slice of it says another modality', () => {
    const { bytes } = whole[2];
    const at = Buffer.from(bytes).indexOf(Buffer.from([8, 0, 0x60, 0, 0x43, 0x53, 2, 0]));
    const changed = Uint8Array.from(bytes);
    changed.set(Buffer.from('MR'), at + 8);
    const files = whole.map((file, n) => (n === 2 ? { path: 's/odd.dcm', bytes: changed } : file));
    const fault = faultOf(() => readDicomSeries(files));
    expect(fault).toMatchObject({ code: 'DICOM_SERIES', field: 'modality', value: 'MR' });
    expect(fault.message).toContain('s/odd.dcm');
  });

  it('uses a copied file once, and refuses another slice in the same place', () => {
    const { image, remarks } = readDicomSeries([...whole, slice(3, {}, 's/copy of 3.dcm')]);
    expect(image.geometry.shape).toEqual([2, 2, 6]);
    expect(remarks).toMatchObject([{ code: 'DICOM_PASSED_OVER', value: '1 × copy' }]);
    const other = slice(3, { sopUid: '1.2.3.99', pixels: new Int16Array(4) }, 's/other.dcm');
    const fault = faultOf(() => readDicomSeries([...whole, other]));
    expect(fault.code).toBe('SLICES_UNEVEN');
    expect(fault.message).toContain('doubled: s/3.dcm and s/other.dcm are both at 0\\0\\6');
  });

  it('says how many slices are missing and where, and where the step is another one', () => {
    const gapped = [1, 2, 3, 6, 7, 8, 9].map((n) => slice(n));
    expect(faultOf(() => readDicomSeries(gapped)).message).toContain(
      '2 missing: 6.0000 mm instead of 2.0000 mm lie between 0\\0\\6 (s/3.dcm) and 0\\0\\12 (s/6.dcm)',
    );
    const shifted = [...whole, slice(7, { imagePosition: [0, 0, 13.2] })];
    const fault = faultOf(() => readDicomSeries(shifted));
    expect(fault.code).toBe('SLICES_UNEVEN');
    expect(fault.message).toContain('1.2000 mm instead of 2.0000 mm');
    expect(fault.message).not.toContain('missing');
  });

  it('is read and marked when its slices are coronal', () => {
    const coronal = [1, 2, 3].map((n) =>
      slice(n, { imageOrientation: [1, 0, 0, 0, 0, -1], imagePosition: [0, 2 * n, 0] }),
    );
    const { image, remarks } = readDicomSeries(coronal);
    expect(image.geometry.axisCodes).toBe('LIP');
    expect(remarks).toMatchObject([{ code: 'SERIES_NOT_AXIAL', value: 'coronal' }]);
  });

  it('is tilted when slices drift by more than a pixel, however small the angle', () => {
    const drift = (perSlice: number): NamedFile[] =>
      Array.from({ length: 60 }, (_, n) => slice(n + 1, { imagePosition: [0, perSlice * n, 2 * n] }));
    expect(faultOf(() => readDicomSeries(drift(0.04))).code).toBe('GANTRY_TILT');
    expect(readDicomSeries(drift(0.004)).image.geometry.repairs).toHaveLength(1);
  });

  it('names the patient in plain text', () => {
    expect(readDicomFile('a', whole[0].bytes).text('patientName')).toBe('P');
  });
});
