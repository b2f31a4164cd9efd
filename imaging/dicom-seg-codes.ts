import { type Organ, organs } from '../domain/organ.js';
import type { DicomElements, DicomItem } from './dicom-file.js';

/** A coded concept: scheme, value, meaning. */
export type Code = readonly [scheme: string, value: string, meaning: string];

/** SNOMED CT codes of the organs (DICOM PS3.16 CID 7198 and annex L). */
export const organCode: Readonly<Record<Organ, Code>> = {
  liver: ['SCT', '10200004', 'Liver'],
  kidney: ['SCT', '64033007', 'Kidney'],
  spleen: ['SCT', '78961009', 'Spleen'],
  pancreas: ['SCT', '15776009', 'Pancreas'],
};
export const anatomicalStructure: Code = ['SCT', '123037004', 'Anatomical Structure'];
export const segmentationCode: Code = ['DCM', '113076', 'Segmentation'];
export const sourceImageCode: Code = ['DCM', '121322', 'Source image for image processing operation'];

/** The codes of SNOMED RT, which older files have. */
const olderCodes: Readonly<Record<string, Organ>> = {
  'T-62000': 'liver',
  'T-71000': 'kidney',
  'T-C3000': 'spleen',
  'T-65000': 'pancreas',
};

/** A code sequence's one item. */
export function codeElements([scheme, value, meaning]: Code): DicomElements {
  return { codeValue: ['SH', value], codingScheme: ['SH', scheme], codeMeaning: ['LO', meaning] };
}

/** The organ that an item of a code sequence means. */
export function organOf(code: DicomItem | undefined): Organ | undefined {
  const value = code?.text('codeValue') ?? '';
  return organs.find((organ) => organCode[organ][1] === value) ?? olderCodes[value];
}
