import { zipSync } from 'fflate';
import { inflateStart, isGzip } from '../imaging/inflate.js';
import { itkSnapWorkspace, labelDescriptions } from '../imaging/itk-snap.js';
import { readLabelMap } from '../imaging/nifti.js';
import { maxHeaderBytes, parseNiftiHeader } from '../imaging/nifti-header.js';
import { viewerGrid } from '../imaging/nifti-stated-grids.js';
import { forViewers, writeLabelMap } from '../imaging/nifti-write.js';
import { assembleOrgans } from '../imaging/overlap.js';
import { writeSegNrrd } from '../imaging/seg-nrrd.js';
import { labelBytes } from '../imaging/volume.js';
import type { MaskPart } from './volume-work.js';

/** What a bundle is made of. */
export interface BundleWork {
  /** The case's image as it is stored. */
  readonly image: Uint8Array;
  readonly header: Uint8Array;
  readonly parts: readonly MaskPart[];
  /** The text for people. */
  readonly note: string;
}

/** A file of a bundle, by its name in it. */
export interface BundleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The files of a bundle: image and mask for any viewer, what ITK-SNAP and 3D Slicer need beside them, and the note. */
export function makeBundle({ image, header, parts, note }: BundleWork): BundleFile[] {
  const fields = parseNiftiHeader(inflateStart(header, 'image', maxHeaderBytes), 'image');
  const masks = parts.map(({ organ, origin, maskFile }) => ({
    organ,
    origin,
    mask: labelBytes(readLabelMap(maskFile, `${organ} mask`)),
  }));
  const { labelMap } = assembleOrgans(masks, fields.shape[0] * fields.shape[1] * fields.shape[2]);
  const viewed = forViewers(image);
  const imageName = `image.nii${isGzip(viewed) ? '.gz' : ''}`;
  const text = (written: string): Uint8Array => new Uint8Array(Buffer.from(written, 'utf8'));
  return [
    { name: 'README.txt', bytes: text(note.replaceAll('{image}', imageName)) },
    { name: imageName, bytes: viewed },
    { name: 'mask.nii.gz', bytes: writeLabelMap(labelMap, header) },
    { name: 'mask.seg.nrrd', bytes: writeSegNrrd(labelMap, viewerGrid(fields, 'image')) },
    { name: 'labels.txt', bytes: text(labelDescriptions()) },
    { name: 'workspace.itksnap', bytes: text(itkSnapWorkspace(imageName, 'mask.nii.gz')) },
  ];
}

/** The earliest time that a zip can hold, in local time as zips have it: the same files give the same bytes. */
const noTime = new Date(1980, 0, 1);

/** A zip with everything in one folder. Volumes are packed already, so nothing is packed again. */
export function zipFiles(files: readonly BundleFile[], folder: string): Uint8Array {
  const entries = files.map(({ name, bytes }) => [`${folder}/${name}`, bytes]);
  return zipSync(Object.fromEntries(entries), { level: 0, mtime: noTime });
}
