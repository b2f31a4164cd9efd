import type { SourceCase } from '../domain/case.js';
import { type Finding, finding } from '../domain/finding.js';
import type { Geometry } from '../domain/volume.js';
import { isPlaceholder, withDirections, withSpacing } from '../imaging/geometry-repair.js';
import { type CtVolume, withGeometry } from '../imaging/volume.js';
import type { SourceAdapter } from './adapter.js';
import { trueSpacingFile } from './true-spacing.js';

/**
 * The image with what is known about a header that is only a placeholder (1 mm, origin 0, or voxel sides alone): true
 * directions of cases in which the collection has them wrong, true spacing where one was given, else the mark that the
 * spacing is unknown. Every change is a repair on record; voxels and file stay. Any other header is left as it is.
 */
export function mendGeometry(
  image: CtVolume,
  { caseId, trueSpacing }: SourceCase,
  { lostGeometry, collection }: SourceAdapter,
): CtVolume {
  const lost = lostGeometry?.holdsFor(caseId) === true;
  const { geometry } = image;
  if (!saysNothing(geometry) || (!lost && trueSpacing === undefined)) return image;
  const directed =
    lost && geometry.axisCodes !== lostGeometry.axisCodes
      ? withDirections(
          geometry,
          lostGeometry.axisCodes,
          `axes read as ${lostGeometry.axisCodes}: in ${caseId} the header of ${collection} says ${geometry.axisCodes}, against the anatomy`,
        )
      : geometry;
  if (trueSpacing === undefined) return withGeometry(image, { ...directed, spacingUnknown: true });
  const { spacingMm, source } = trueSpacing;
  const why = `voxel sides of ${spacingMm.join('×')} mm from ${source}`;
  return withGeometry(image, withSpacing(directed, spacingMm, why));
}

/** A spacing from the user that was not used, because the header (as read from the file) has one of its own. */
export function unusedSpacing({ geometry }: CtVolume, { trueSpacing }: SourceCase, where: string): Finding[] {
  if (trueSpacing === undefined || saysNothing(geometry)) return [];
  const { spacingMm, source } = trueSpacing;
  if (spacingMm.every((side, axis) => Math.abs(side / geometry.spacingMm[axis] - 1) <= 0.01)) return [];
  const [given, own] = [spacingMm.join('×'), geometry.spacingMm.join('×')];
  return [
    finding('GEOMETRY_SUSPECT', {
      where,
      field: 'spacing',
      value: own,
      message: `${where}: the header says ${own} mm, ${source} says ${given} mm; the header was used`,
      suggestion: `find out which is right; take the case out of ${trueSpacingFile} if it is the header`,
    }),
  ];
}

function saysNothing(geometry: Geometry): boolean {
  return isPlaceholder(geometry) || geometry.decidedBy === 'pixdim';
}
