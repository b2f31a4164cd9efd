import { createHash } from 'node:crypto';
import { writeCtSlice } from '../../imaging/dicom-write.js';
import type { SamplePatient } from './patient.js';
import type { Phantom } from './phantom.js';
import {
  type CollectionLayout,
  packedNifti,
  referenceFile,
  type SampleFile,
  sourceLabel,
  storedAs,
} from './sample-file.js';

const imageFolder = 'nih-pancreas/manifest-1599750808610/Pancreas-CT';
const labelFolder = 'nih-pancreas/TCIA_pancreas_labels-02-05-2017';
/** Thicker than the slices lie apart, as in the real series: only positions tell the step. */
const sliceThicknessMm = 7.5;

/**
 * NIH Pancreas-CT as the NBIA data retriever lays it out: DICOM series with rows that run to the front
 * (orientation 1,0,0,0,−1,0), numbered from the head down; binary labels on axes L, A, I with a zero origin.
 */
export const nihLayout: CollectionLayout = { patientFiles, collectionFiles: () => [] };

function patientFiles(patient: SamplePatient, phantom: Phantom): SampleFile[] {
  const label = storedAs(phantom, 'LAI', [0, 0, 0]);
  const number = patient.caseId.replace('PANCREAS_', '');
  return [
    ...seriesFiles(patient, storedAs(phantom, 'LAI')),
    {
      path: `${labelFolder}/label${number}.nii.gz`,
      bytes: packedNifti(label.geometry, sourceLabel(label, 'pancreas')),
    },
    referenceFile(patient, label),
  ];
}

function seriesFiles({ caseId }: SamplePatient, stored: Phantom): SampleFile[] {
  const [columns, rows, slices] = stored.geometry.shape;
  const folder = seriesFolder(caseId);
  return Array.from({ length: slices }, (_, k) => ({
    path: `${folder}/1-${String(k + 1).padStart(3, '0')}.dcm`,
    bytes: sliceBytes(caseId, stored, k, rows, columns),
  }));
}

function seriesFolder(caseId: string): string {
  const lastDigits = (purpose: string): string => uid(`${caseId}/${purpose}`).slice(-5);
  const study = `11-24-2015-${caseId.replace('_', '')}-Pancreas-${lastDigits('study')}`;
  return `${imageFolder}/${caseId}/${study}/Pancreas-${lastDigits('series')}`;
}

/** Index i runs along a row to the patient's left, j down a column to the front; DICOM's world is LPS. */
function sliceBytes(caseId: string, stored: Phantom, k: number, rows: number, columns: number): Uint8Array {
  const { affine, spacingMm } = stored.geometry;
  const male = Number(caseId.slice(-1)) % 2 === 0;
  return writeCtSlice({
    patientId: caseId,
    studyUid: uid(`${caseId}/study`),
    seriesUid: uid(`${caseId}/series`),
    sopUid: uid(`${caseId}/slice/${k}`),
    instanceNumber: k + 1,
    rows,
    columns,
    pixelSpacingMm: [spacingMm[1], spacingMm[0]],
    imagePosition: [-affine[0][3], -affine[1][3], rounded(affine[2][3] + affine[2][2] * k)],
    imageOrientation: [1, 0, 0, 0, -1, 0],
    sliceThicknessMm,
    pixels: stored.hu.slice(rows * columns * k, rows * columns * (k + 1)),
    studyDate: '20151124',
    manufacturer: male ? 'Philips' : 'SIEMENS',
    sex: male ? 'M' : 'F',
    age: '041Y',
    transferSyntax: male ? 'implicit' : 'explicit',
  });
}

/** Positions are decimal text in DICOM: no tail of floating-point noise. */
function rounded(mm: number): number {
  return Math.round(mm * 1e6) / 1e6;
}

/** A DICOM identifier under the root for UUIDs (2.25), its number the first 16 bytes of a hash of the text. */
function uid(text: string): string {
  const hash = createHash('sha256').update(`plusct samples ${text}`).digest('hex');
  return `2.25.${BigInt(`0x${hash.slice(0, 32)}`)}`;
}
