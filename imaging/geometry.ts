import { DataError } from '../domain/errors.js';
import type { Geometry, GeometryRepair } from '../domain/volume.js';
import {
  angleDegrees,
  type Columns3,
  determinant,
  inverse,
  nearestOrthonormal,
  norm,
  scaled,
  type Vector3,
} from './matrix3.js';

/** First three rows of voxel index (i, j, k, 1) → millimetres in RAS+. */
export type Affine = Geometry['affine'];
/** One number per axis, in index order (i, j, k). */
export type Triple = Geometry['shape'];

/** Axes this close to orthonormal (largest component of the difference) are taken as they are. */
const orthonormalTolerance = 1e-6;
/** Axes turned by more than this are no rounding noise: the voxels lie on a sheared grid. */
const maxSkewDegrees = 3;
/** Smallest determinant of the normalised axes that is not called singular. */
const minDeterminant = 1e-3;
/** Smallest voxel side that is not called singular. */
const minSpacingMm = 1e-4;

/** The three columns that say how far one step along each index goes. */
export function axesOf(affine: Affine): Columns3 {
  return [
    [affine[0][0], affine[1][0], affine[2][0]],
    [affine[0][1], affine[1][1], affine[2][1]],
    [affine[0][2], affine[1][2], affine[2][2]],
  ];
}

/** The affine of three axes (mm per index step) and the position of voxel (0, 0, 0) in mm. */
export function affineOf(axes: Columns3, originMm: Vector3): Affine {
  return [
    [axes[0][0], axes[1][0], axes[2][0], originMm[0]],
    [axes[0][1], axes[1][1], axes[2][1], originMm[1]],
    [axes[0][2], axes[1][2], axes[2][2], originMm[2]],
  ];
}

/**
 * Voxel sides in mm: the lengths of the affine's columns. Headers hold float32, so that a length that is one but for
 * the last bits of a double is taken as it: a step of 3.0000000000000004 mm would be beyond a tolerance of 3 mm.
 */
export function spacingOf(affine: Affine): Triple {
  const [i, j, k] = axesOf(affine);
  return [side(i), side(j), side(k)];
}

function side(axis: Vector3): number {
  const length = norm(axis);
  const stored = Math.fround(length);
  return Math.abs(length - stored) <= 1e-12 * length ? stored : length;
}

/** Position in mm (RAS+) of a voxel index, which need not be whole. */
export function indexToMm(affine: Affine, i: number, j: number, k: number): Triple {
  const at = (row: Affine[0]): number => row[0] * i + row[1] * j + row[2] * k + row[3];
  return [at(affine[0]), at(affine[1]), at(affine[2])];
}

/** Millimetres in RAS+ → voxel index. */
export function inverseAffine(affine: Affine): Affine {
  const axes = inverse(axesOf(affine));
  const turned = indexToMm(affineOf(axes, [0, 0, 0]), affine[0][3], affine[1][3], affine[2][3]);
  return affineOf(axes, scaled(turned, -1));
}

/**
 * For each index the world axis (0 right, 1 anterior, 2 superior) that it runs along, and whether it runs towards
 * R, A, S (+1) or L, P, I (−1). Same choice as nibabel's `io_orientation`: the axes are made orthonormal, then the
 * index that is most decided takes its world axis first, so that no two indices share one.
 */
export function axisDirections(affine: Affine): { world: Triple; sign: Triple } {
  const turned = nearestOrthonormal(normalised(axesOf(affine)));
  const strength = turned.map((column) => Math.max(...column.map(Math.abs)));
  const order = [0, 1, 2].sort((a, b) => strength[b] - strength[a] || a - b);
  const world: Triple = [0, 0, 0];
  const sign: Triple = [1, 1, 1];
  const free = new Set([0, 1, 2]);
  for (const index of order) {
    const column = turned[index];
    const best = [...free].reduce((a, b) => (Math.abs(column[b]) > Math.abs(column[a]) ? b : a));
    free.delete(best);
    world[index] = best;
    sign[index] = column[best] < 0 ? -1 : 1;
  }
  return { world, sign };
}

/** nibabel's `aff2axcodes` as one word: the direction in which each index grows, e.g. `LAS`. */
export function axisCodesOf(affine: Affine): string {
  const { world, sign } = axisDirections(affine);
  return world.map((axis, index) => (sign[index] < 0 ? 'LPI' : 'RAS')[axis]).join('');
}

/**
 * Checks an affine and describes the grid. `affine` maps (i, j, k) to mm in RAS+; `where` names the file in messages.
 * Slightly skewed axes are made orthonormal, keeping voxel sides and origin, and the angle is noted in `repairs`;
 * axes that are orthonormal to 1e-6 stay exactly as they are.
 * Throws AFFINE_INVALID when the affine is not finite, near singular or sheared by more than 3°.
 */
export function geometryFromAffine(
  shape: readonly [number, number, number],
  affine: Affine,
  decidedBy: Geometry['decidedBy'],
  where = 'volume',
  repairs: readonly GeometryRepair[] = [],
): Geometry {
  checkInvertible(affine, decidedBy, where);
  const straight = orthonormalised(affine);
  if (straight.angle > maxSkewDegrees) throw sheared(straight.angle, decidedBy, where);
  return {
    shape: [...shape],
    spacingMm: spacingOf(affine),
    axisCodes: axisCodesOf(straight.affine),
    affine: straight.affine,
    decidedBy,
    repairs: straight.angle > 0 ? [...repairs, straightening(affine, straight, decidedBy)] : [...repairs],
  };
}

function straightening(
  before: Affine,
  { affine: after, angle }: { readonly affine: Affine; readonly angle: number },
  field: Geometry['decidedBy'],
): GeometryRepair {
  const why = `axes turned by up to ${angle.toPrecision(3)}° to make them orthonormal`;
  return { kind: 'orthonormalised', field, before, after, angleDegrees: angle, why };
}

/** The affine with orthogonal axes of the same lengths, and the largest angle (degrees) that an axis was turned by. */
export function orthonormalised(affine: Affine): { affine: Affine; angle: number } {
  const axes = axesOf(affine);
  const unit = normalised(axes);
  const straight = nearestOrthonormal(unit);
  const off = Math.max(...unit.flatMap((column, c) => column.map((v, r) => Math.abs(v - straight[c][r]))));
  if (off <= orthonormalTolerance) return { affine, angle: 0 };
  const lengthened: Columns3 = [
    scaled(straight[0], norm(axes[0])),
    scaled(straight[1], norm(axes[1])),
    scaled(straight[2], norm(axes[2])),
  ];
  const angle = Math.max(...unit.map((column, c) => angleDegrees(column, straight[c])));
  return { affine: affineOf(lengthened, [affine[0][3], affine[1][3], affine[2][3]]), angle };
}

function normalised(axes: Columns3): Columns3 {
  return [
    scaled(axes[0], 1 / norm(axes[0])),
    scaled(axes[1], 1 / norm(axes[1])),
    scaled(axes[2], 1 / norm(axes[2])),
  ];
}

function checkInvertible(affine: Affine, decidedBy: Geometry['decidedBy'], where: string): void {
  const value = JSON.stringify(affine);
  const suggestion = 'Correct the header from the original scan, or leave this case out.';
  if (!affine.flat().every(Number.isFinite)) {
    const message = `${where}: the affine of the ${decidedBy} holds NaN or infinity`;
    const shown = affine.map((row) => row.map(String).join(' ')).join('; ');
    throw new DataError({ code: 'AFFINE_INVALID', field: decidedBy, value: shown, message, suggestion });
  }
  const tooShort = spacingOf(affine).some((side) => side < minSpacingMm);
  if (tooShort || Math.abs(determinant(normalised(axesOf(affine)))) < minDeterminant) {
    const message = `${where}: the affine of the ${decidedBy} is singular or nearly so: it flattens the volume`;
    throw new DataError({ code: 'AFFINE_INVALID', field: decidedBy, value, message, suggestion });
  }
}

function sheared(angle: number, decidedBy: Geometry['decidedBy'], where: string): DataError {
  return new DataError({
    code: 'AFFINE_INVALID',
    field: decidedBy,
    value: `${angle.toPrecision(3)}°`,
    message: `${where}: the axes of the ${decidedBy} are skewed by ${angle.toPrecision(3)}°, more than ${maxSkewDegrees}°`,
    suggestion: 'Resample the scan to a grid with right angles (tilted gantry?), or leave this case out.',
  });
}
