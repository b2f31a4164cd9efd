import type { Organ } from '../../domain/organ.js';
import type { SamplePatient } from './patient.js';
import type { Phantom } from './phantom.js';
import {
  type CollectionLayout,
  jsonFile,
  packedNifti,
  referenceFile,
  type SampleFile,
  type SampleScan,
  sourceLabel,
  storedAs,
} from './sample-file.js';

interface MsdTask {
  readonly folder: string;
  readonly organ: Organ;
  /** The task's own words at the head of `dataset.json`. */
  readonly about: Readonly<Record<string, unknown>>;
}

const shared = { tensorImageSize: '3D', modality: { 0: 'CT' } };

/** Task 9: spleen 1; numbers are not padded with zeros. */
export const msdSpleenLayout = msdLayout({
  folder: 'msd-spleen/Task09_Spleen',
  organ: 'spleen',
  about: {
    name: 'Spleen',
    description: 'Spleen Segmentation',
    reference: 'Made-up patients in the layout of the Medical Segmentation Decathlon',
    licence: 'CC-BY-SA 4.0',
    release: '1.0 06/08/2018',
    ...shared,
    labels: { 0: 'background', 1: 'spleen' },
  },
});

/** Task 7: pancreas 1, cancer 2; the real file spells `release` wrongly, and so does this one. */
export const msdPancreasLayout = msdLayout({
  folder: 'msd-pancreas/Task07_Pancreas',
  organ: 'pancreas',
  about: {
    name: 'Pancreas',
    description: 'Pancreas and cancer segmentation',
    reference: 'Made-up patients in the layout of the Medical Segmentation Decathlon',
    licence: 'CC-BY-SA 4.0',
    relase: '1.0 04/05/2018',
    ...shared,
    labels: { 0: 'background', 1: 'pancreas', 2: 'cancer' },
  },
});

/** RAS with an origin that means nothing: (−(n₁−1)·s, −(n₂−1)·s, 0). */
function msdLayout(task: MsdTask): CollectionLayout {
  return {
    patientFiles: (patient, phantom) => patientFiles(task, patient, phantom),
    collectionFiles: (scans) => collectionFiles(task, scans),
  };
}

function patientFiles({ folder, organ }: MsdTask, patient: SamplePatient, phantom: Phantom): SampleFile[] {
  const { shape, spacingMm } = phantom.geometry;
  const origin = [-(shape[0] - 1) * spacingMm[0], -(shape[1] - 1) * spacingMm[1], 0];
  const stored = storedAs(phantom, 'RAS', origin);
  const name = `${patient.caseId}.nii.gz`;
  const image = packedNifti(stored.geometry, stored.hu);
  const reference = referenceFile(patient, stored);
  if (patient.subset === 'test') return [{ path: `${folder}/imagesTs/${name}`, bytes: image }, reference];
  const label = packedNifti(stored.geometry, sourceLabel(stored, organ));
  return [
    { path: `${folder}/imagesTr/${name}`, bytes: image },
    { path: `${folder}/imagesTr/._${name}`, bytes: appleDouble() },
    { path: `${folder}/labelsTr/${name}`, bytes: label },
    { path: `${folder}/labelsTr/._${name}`, bytes: appleDouble() },
    reference,
  ];
}

/** What macOS leaves beside files on foreign disks. The real archives hold one for every file; none is an image. */
function appleDouble(): Uint8Array {
  const bytes = new Uint8Array(112);
  bytes.set([0x00, 0x05, 0x16, 0x07, 0x00, 0x02, 0x00, 0x00]);
  bytes.set(new TextEncoder().encode('Mac OS X        '), 8);
  return bytes;
}

function collectionFiles({ folder, about }: MsdTask, scans: readonly SampleScan[]): SampleFile[] {
  const names = (subset: string): string[] =>
    scans.filter(({ patient }) => patient.subset === subset).map(({ patient }) => `${patient.caseId}.nii.gz`);
  const [training, test] = [names('train'), names('test')];
  const contents = {
    ...about,
    numTraining: training.length,
    numTest: test.length,
    training: training.map((name) => ({ image: `./imagesTr/${name}`, label: `./labelsTr/${name}` })),
    test: test.map((name) => `./imagesTs/${name}`),
  };
  return [jsonFile(`${folder}/dataset.json`, contents)];
}
