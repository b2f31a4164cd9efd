import { writeNifti } from '../../imaging/nifti-write.js';
import type { SamplePatient } from './patient.js';
import type { Phantom } from './phantom.js';
import {
  type CollectionLayout,
  plainNifti,
  referenceFile,
  type SampleFile,
  sourceLabel,
  storedAs,
} from './sample-file.js';

/** The real collection mixes orientations in blocks of cases; test volume 59 has its slice axis second. */
const axisCodes: Readonly<Record<string, string>> = {
  'volume-0': 'LAS',
  'volume-1': 'LAS',
  'volume-53': 'LPS',
  'volume-68': 'RAS',
  'test-volume-0': 'LPS',
  'test-volume-59': 'LSA',
};
/** Some real segmentations have no valid geometry in their header: only shape and voxel sides can be trusted. */
const withoutForms = new Set(['volume-1']);
/** Training volumes 0–27 came in the first archive. */
const lastOfFirstBatch = 27;

/** LiTS as CodaLab gave it out: plain `.nii`, liver 1, tumour 2, no labels for the test volumes. */
export const litsLayout: CollectionLayout = { patientFiles, collectionFiles: () => [] };

function patientFiles(patient: SamplePatient, phantom: Phantom): SampleFile[] {
  const { caseId, subset } = patient;
  const stored = storedAs(phantom, axisCodes[caseId]);
  const image = plainNifti(stored.geometry, stored.hu);
  const reference = referenceFile(patient, stored);
  if (subset === 'test') {
    return [{ path: `lits/LITS-Challenge-Test-Data/${caseId}.nii`, bytes: image }, reference];
  }
  const number = Number(caseId.replace('volume-', ''));
  const folder = `lits/Training Batch ${number <= lastOfFirstBatch ? 1 : 2}`;
  return [
    { path: `${folder}/volume-${number}.nii`, bytes: image },
    { path: `${folder}/segmentation-${number}.nii`, bytes: labelBytes(caseId, stored) },
    reference,
  ];
}

function labelBytes(caseId: string, stored: Phantom): Uint8Array {
  const voxels = sourceLabel(stored, 'liver');
  const { shape, spacingMm } = stored.geometry;
  return withoutForms.has(caseId)
    ? writeNifti({ shape, spacingMm, voxels })
    : plainNifti(stored.geometry, voxels);
}
