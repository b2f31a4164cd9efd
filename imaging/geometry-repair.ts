import type { Geometry, GeometryRepair } from '../domain/volume.js';
import { type Affine, affineOf, axesOf, axisCodesOf, spacingOf, type Triple } from './geometry.js';
import { norm, scaled, type Vector3 } from './matrix3.js';

/** Repairs that replace the affine; the others are remarks on which field was read. */
type Change = Exclude<GeometryRepair, { kind: 'series-remark' }>;

/**
 * The grid under the affine that the deciding header field states, every repair of it undone. An empty sform was passed
 * over and not repaired: there the affine is that of the field that was read instead.
 */
export function asFiled(geometry: Geometry): Geometry {
  const first = geometry.repairs.find(
    (each): each is Change => each.kind !== 'series-remark' && each.kind !== 'sform-empty',
  );
  if (first === undefined) return geometry;
  const { spacingUnknown: _, ...rest } = geometry;
  const affine = first.before;
  const repairs = geometry.repairs.slice(0, geometry.repairs.indexOf(first));
  return { ...rest, affine, spacingMm: spacingOf(affine), axisCodes: axisCodesOf(affine), repairs };
}

/**
 * The same grid with each index running towards `axisCodes` (three letters of R L A P S I). Only for headers whose axes
 * lie along the patient's and whose order is right: signs are changed, sides and the position of voxel (0, 0, 0) stay.
 */
export function withDirections(geometry: Geometry, axisCodes: string, why: string): Geometry {
  const { affine } = geometry;
  const found = axisCodesOf(affine);
  if (found === axisCodes) return geometry;
  const axes = axesOf(affine);
  const turned = axes.map((axis, n) => (found[n] === axisCodes[n] ? axis : scaled(axis, -1)));
  const after = affineOf([tidy(turned[0]), tidy(turned[1]), tidy(turned[2])], originOf(affine));
  return changed(geometry, {
    kind: 'direction-corrected',
    field: geometry.decidedBy,
    before: affine,
    after,
    why,
  });
}

/** The same grid with voxels of `spacingMm` (index order); directions and the position of voxel (0, 0, 0) stay. */
export function withSpacing(geometry: Geometry, spacingMm: Triple, why: string): Geometry {
  const { spacingUnknown: _, ...known } = geometry;
  const [i, j, k] = axesOf(geometry.affine);
  const to = (axis: Vector3, sideMm: number): Vector3 => scaled(axis, sideMm / norm(axis));
  const after = affineOf(
    [to(i, spacingMm[0]), to(j, spacingMm[1]), to(k, spacingMm[2])],
    originOf(geometry.affine),
  );
  const before = geometry.affine;
  return changed(known, { kind: 'spacing-given', field: geometry.decidedBy, before, after, why });
}

/** True for voxels of 1×1×1 mm with voxel (0, 0, 0) at position 0: what programs write when they know nothing. */
export function isPlaceholder({ affine }: Geometry): boolean {
  return spacingOf(affine).every((side) => Math.abs(side - 1) < 1e-6) && affine.every((row) => row[3] === 0);
}

/** Whether the voxels' sides are those of the patient, as far as anybody knows. */
export function sidesKnown(geometry: Geometry): boolean {
  return geometry.spacingUnknown !== true && !isPlaceholder(geometry);
}

function changed(geometry: Geometry, repair: Change): Geometry {
  const { after: affine } = repair;
  return {
    ...geometry,
    affine,
    spacingMm: spacingOf(affine),
    axisCodes: axisCodesOf(affine),
    repairs: [...geometry.repairs, repair],
  };
}

function originOf(affine: Affine): Vector3 {
  return [affine[0][3], affine[1][3], affine[2][3]];
}

/** Adding zero keeps −0 out of the affine. */
function tidy([x, y, z]: Vector3): Vector3 {
  return [x + 0, y + 0, z + 0];
}
