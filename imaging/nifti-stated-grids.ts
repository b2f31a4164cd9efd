import { DataError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import { type Affine, geometryFromAffine } from './geometry.js';
import { niftiGeometry } from './nifti-geometry.js';
import type { NiftiFields } from './nifti-header.js';

/**
 * Every grid that readers take from a header, that of plusct first: ITK prefers the qform or the sform by their codes and its
 * version, others have other rules. A mask that was saved by any of them lies on the image's voxels. A header without
 * either form gives three grids: nibabel's, the standard's method 1 (no direction, origin 0) and ITK's (the same in LPS).
 */
export function statedGrids(fields: NiftiFields, where: string): Geometry[] {
  const own = niftiGeometry(fields, where);
  const byQform = fields.qformCode > 0 ? tried(() => niftiGeometry({ ...fields, sformCode: 0 }, where)) : [];
  return [own, ...byQform, ...(own.decidedBy === 'pixdim' ? [itkGrid(own), plainGrid(own)] : [])];
}

/**
 * The grid on which ITK-SNAP and 3D Slicer show an image: plusct's own, but for a header without either form, which ITK
 * takes for LPS axes from the origin.
 */
export function viewerGrid(fields: NiftiFields, where: string): Geometry {
  const own = niftiGeometry(fields, where);
  return own.decidedBy === 'pixdim' ? itkGrid(own) : own;
}

function itkGrid({ shape, spacingMm: [x, y, z] }: Geometry): Geometry {
  return diagonal(shape, -x, -y, z);
}

function plainGrid({ shape, spacingMm: [x, y, z] }: Geometry): Geometry {
  return diagonal(shape, x, y, z);
}

function diagonal(shape: Geometry['shape'], x: number, y: number, z: number): Geometry {
  const affine: Affine = [
    [x, 0, 0, 0],
    [0, y, 0, 0],
    [0, 0, z, 0],
  ];
  return geometryFromAffine(shape, affine, 'pixdim');
}

/** A form that nobody can read is none that a tool took. */
function tried(read: () => Geometry): Geometry[] {
  try {
    return [read()];
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
}
