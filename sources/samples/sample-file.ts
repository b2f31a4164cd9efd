import { type Organ, organValue } from '../../domain/organ.js';
import type { Geometry } from '../../domain/volume.js';
import { gzipStable, writeNifti } from '../../imaging/nifti-write.js';
import { toOrientation } from '../../imaging/orientation.js';
import type { SamplePatient } from './patient.js';
import type { Phantom } from './phantom.js';

/** A file of the sample collections; the path is relative to their common folder, with forward slashes. */
export interface SampleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What is known of a patient once the phantom is painted and gone. */
export interface SampleScan {
  readonly patient: SamplePatient;
  readonly geometry: Geometry;
}

/** How one collection stores its cases. */
export interface CollectionLayout {
  /** Image, source label where the collection gives one, and the four-organ reference. */
  readonly patientFiles: (patient: SamplePatient, phantom: Phantom) => SampleFile[];
  /** Files that the collection has once: its table of contents, droppings of other systems. */
  readonly collectionFiles: (scans: readonly SampleScan[]) => SampleFile[];
}

/**
 * The phantom with its axes permuted and flipped to `axisCodes`, as the collection stores it.
 * `originMm` replaces the world position of the first voxel where the collection does not keep the scanner's.
 */
export function storedAs(phantom: Phantom, axisCodes: string, originMm?: readonly number[]): Phantom {
  const image = toOrientation(phantom.geometry, phantom.hu, axisCodes);
  const turned = (values: Uint8Array): Uint8Array =>
    toOrientation(phantom.geometry, values, axisCodes).voxels;
  return {
    geometry: originMm === undefined ? image.geometry : movedTo(image.geometry, originMm),
    hu: image.voxels,
    labels: turned(phantom.labels),
    tumour: turned(phantom.tumour),
  };
}

function movedTo(geometry: Geometry, originMm: readonly number[]): Geometry {
  const [x, y, z] = geometry.affine;
  return {
    ...geometry,
    affine: [
      [x[0], x[1], x[2], originMm[0]],
      [y[0], y[1], y[2], originMm[1]],
      [z[0], z[1], z[2], originMm[2]],
    ],
  };
}

/** What the collection publishes of its one organ: 1 organ, 2 tumour. Same index order as the phantom. */
export function sourceLabel({ labels, tumour }: Phantom, organ: Organ): Uint8Array {
  const own = organValue[organ];
  const published = new Uint8Array(labels.length);
  for (let n = 0; n < labels.length; n++) {
    if (labels[n] === own) published[n] = 1 + tumour[n];
  }
  return published;
}

/** A gzipped NIfTI whose sform and qform (both code 1) say the same. */
export function packedNifti(geometry: Geometry, voxels: Uint8Array | Int16Array): Uint8Array {
  return gzipStable(plainNifti(geometry, voxels));
}

/** The same, not compressed. */
export function plainNifti(geometry: Geometry, voxels: Uint8Array | Int16Array): Uint8Array {
  const form = { code: 1, affine: geometry.affine };
  const { shape, spacingMm } = geometry;
  return writeNifti({ shape, spacingMm, voxels, sform: form, qform: form });
}

/** All four organs (1–4) on the case's own grid: what a perfect annotator would draw. */
export function referenceFile({ collection, caseId }: SamplePatient, stored: Phantom): SampleFile {
  return {
    path: `reference/${collection}/${caseId}.nii.gz`,
    bytes: packedNifti(stored.geometry, stored.labels),
  };
}

export function jsonFile(path: string, value: unknown): SampleFile {
  return { path, bytes: new TextEncoder().encode(`${JSON.stringify(value, undefined, 1)}\n`) };
}
