import { gzipStable, writeNifti } from '../../imaging/nifti-write.js';
import { gaussian, randomInteger, seededRandom } from '../../imaging/random.js';
import type { SamplePatient } from './patient.js';
import type { Phantom } from './phantom.js';
import {
  type CollectionLayout,
  jsonFile,
  referenceFile,
  type SampleFile,
  type SampleScan,
  sourceLabel,
  storedAs,
} from './sample-file.js';

/** Nine real labels are uint16 with a qform and a zeroed sform; this sample stands for them. */
const qformOnly = new Set(['case_00015']);
const unknownUnits = 0;
const millimetres = 2;

/** KiTS19 as its repository has it: slices first (axes I, P, L), corner at 0, kidney 1, tumour 2, `kits.json`. */
export const kitsLayout: CollectionLayout = { patientFiles, collectionFiles };

function patientFiles(patient: SamplePatient, phantom: Phantom): SampleFile[] {
  const stored = storedAs(phantom, 'IPL', [0, 0, 0]);
  const { shape, spacingMm, affine } = stored.geometry;
  const folder = `kits19/data/${patient.caseId}`;
  const sform = { code: 2, affine };
  const hu = Float32Array.from(stored.hu);
  const image = writeNifti({ shape, spacingMm, voxels: hu, sform, xyztUnits: unknownUnits });
  const files = [
    { path: `${folder}/imaging.nii.gz`, bytes: gzipStable(image) },
    referenceFile(patient, stored),
  ];
  if (patient.subset === 'test') return files;
  return [...files, { path: `${folder}/segmentation.nii.gz`, bytes: labelBytes(patient, stored) }];
}

function labelBytes({ caseId }: SamplePatient, stored: Phantom): Uint8Array {
  const { shape, spacingMm, affine } = stored.geometry;
  const voxels = sourceLabel(stored, 'kidney');
  const spec = qformOnly.has(caseId)
    ? { voxels: Uint16Array.from(voxels), qform: { code: 1, affine }, xyztUnits: millimetres }
    : { voxels, sform: { code: 2, affine }, xyztUnits: unknownUnits };
  return gzipStable(writeNifti({ shape, spacingMm, ...spec }));
}

/** One entry per labelled case. Types are as mixed as in the real file: numbers, null and numbers as text. */
function collectionFiles(scans: readonly SampleScan[]): SampleFile[] {
  const labelled = scans.filter(({ patient }) => patient.subset === 'train');
  return [jsonFile('kits19/data/kits.json', labelled.map(clinicalEntry))];
}

function clinicalEntry({ patient, geometry }: SampleScan, index: number): Record<string, unknown> {
  const random = seededRandom(`${patient.seed}/clinical`);
  const [x, , z] = geometry.spacingMm;
  const sizeCm = Math.round(10 * (2 + 3 * random())) / 10;
  return {
    case_id: patient.caseId,
    age_at_nephrectomy: 35 + randomInteger(random, 45),
    gender: random() < 0.6 ? 'male' : 'female',
    body_mass_index: Math.round(100 * gaussian(random, 28, 3)) / 100,
    comorbidities: { chronic_kidney_disease: false, uncomplicated_diabetes_mellitus: random() < 0.2 },
    smoking_history: index % 2 === 0 ? 'never_smoked' : 'previous_smoker',
    pack_years: [0, '30', null, 12][index % 4],
    radiographic_size: sizeCm,
    pathologic_size: sizeCm,
    malignant: random() < 0.9,
    last_preop_egfr: { value: index % 2 === 0 ? '>=90' : 74, days_before_nephrectomy: 20 },
    voxel_spacing: { x_spacing: x, y_spacing: x, z_spacing: z },
  };
}
