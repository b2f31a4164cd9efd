import { writeCtSlice } from '../../imaging/dicom-write.js';

/** A CT series of three slices of 4 × 3 pixels, 2 mm apart. */
export const smallSeries = [1, 2, 3].map((n) => ({
  path: `slice-${n}.dcm`,
  bytes: writeCtSlice({
    patientId: 'P',
    studyUid: '1.2',
    seriesUid: '1.2.3',
    sopUid: `1.2.3.${n}`,
    instanceNumber: n,
    rows: 3,
    columns: 4,
    pixelSpacingMm: [1, 1],
    imagePosition: [0, 0, 2 * n],
    imageOrientation: [1, 0, 0, 0, -1, 0],
    sliceThicknessMm: 2,
    pixels: new Int16Array(12),
  }),
}));
