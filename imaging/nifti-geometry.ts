import { DataError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import { type Affine, affineOf, geometryFromAffine } from './geometry.js';
import { scaled } from './matrix3.js';
import type { NiftiFields } from './nifti-header.js';
import { rotationOf } from './quaternion.js';

/** Rounding makes b² + c² + d² exceed 1 by less than this; more is no quaternion. */
const quaternionTolerance = 1e-3;

/**
 * Where a NIfTI volume lies: the sform where its code is positive, else the qform where its code is positive, else
 * voxel sides alone. An sform of zeros counts as absent. Voxel sides alone give nibabel's grid: i grows to the left,
 * the centre of the volume is the origin. Throws AFFINE_INVALID.
 */
export function niftiGeometry(fields: NiftiFields, where: string): Geometry {
  const { shape } = fields;
  const sformIsZero = fields.srow.every((row) => row[0] === 0 && row[1] === 0 && row[2] === 0);
  if (fields.sformCode > 0 && !sformIsZero) {
    return geometryFromAffine(shape, fields.srow, 'sform', where);
  }
  const decidedBy = fields.qformCode > 0 ? 'qform' : 'pixdim';
  checkSides(fields, where);
  const affine = decidedBy === 'qform' ? qformAffine(fields, where) : centredAffine(fields);
  const why = `sform holds only zeros; the ${decidedBy} was used`;
  const instead = {
    kind: 'sform-empty',
    field: 'sform',
    before: finite(fields.srow),
    after: affine,
    why,
  } as const;
  return geometryFromAffine(shape, affine, decidedBy, where, fields.sformCode > 0 ? [instead] : []);
}

/** Records cannot hold NaN: an empty sform's position may be anything. */
function finite(affine: Affine): Affine {
  const [x, y, z, w] = [0, 1, 2, 3].map((n) => affine.map((row) => (Number.isFinite(row[n]) ? row[n] : 0)));
  return [
    [x[0], y[0], z[0], w[0]],
    [x[1], y[1], z[1], w[1]],
    [x[2], y[2], z[2], w[2]],
  ];
}

function qformAffine(fields: NiftiFields, where: string): Affine {
  const { quaternion, pixdim, qoffsetMm } = fields;
  const [b, c, d] = quaternion;
  if (b * b + c * c + d * d > 1 + quaternionTolerance) {
    const value = quaternion.join(' ');
    throw invalid('quatern_b/c/d', value, `${where}: the quaternion ${value} is longer than 1`);
  }
  const [i, j, k] = rotationOf(quaternion);
  const qfac = pixdim[0] < 0 ? -1 : 1;
  return affineOf([scaled(i, pixdim[1]), scaled(j, pixdim[2]), scaled(k, qfac * pixdim[3])], qoffsetMm);
}

function centredAffine({ shape, pixdim }: NiftiFields): Affine {
  const [, x, y, z] = pixdim;
  const middle = (axis: number): number => ((shape[axis] - 1) / 2) * pixdim[axis + 1];
  return [
    [-x, 0, 0, middle(0)],
    [0, y, 0, -middle(1)],
    [0, 0, z, -middle(2)],
  ];
}

function checkSides({ pixdim }: NiftiFields, where: string): void {
  const sides = pixdim.slice(1, 4);
  if (sides.every((side) => Number.isFinite(side) && side > 0)) return;
  const value = sides.join(' ');
  throw invalid('pixdim', value, `${where}: voxel sides of ${value} mm are not usable`);
}

function invalid(field: string, value: string, message: string): DataError {
  const suggestion = 'Correct the header from the original scan, or leave this case out.';
  return new DataError({ code: 'AFFINE_INVALID', field, value, message, suggestion });
}
