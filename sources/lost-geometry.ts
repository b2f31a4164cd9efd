import type { SourceCase } from '../domain/case.js';
import { type Finding, finding } from '../domain/finding.js';
import type { Geometry } from '../domain/volume.js';
import { isPlaceholder, withDirections, withSpacing } from '../imaging/geometry-repair.js';
import { type CtVolume, withGeometry } from '../imaging/volume.js';
import type { SourceAdapter } from './adapter.js';
import { softTissueHash } from './soft-tissue-hash.js';
import { trueSpacingFile } from './true-spacing.js';

/**
 * The image with what is known about a header that is only a placeholder (1 mm, origin 0, or voxel sides alone): true
 * directions of cases in which the collection has them wrong, true spacing where one was given, else the mark that the
 * spacing is unknown. Every change is a repair on record; voxels and file stay. Any other header is left as it is.
 */
export function mendGeometry<Image extends CtVolume>(
  image: Image,
  sourceCase: SourceCase,
  { lostGeometry, collection }: SourceAdapter,
): Image {
  const { caseId } = sourceCase;
  const lost = lostGeometry?.holdsFor(caseId) === true;
  const { geometry } = image;
  if (!saysNothing(geometry) || (!lost && sourceCase.trueSpacing === undefined)) return image;
  const trueSpacing = sourceCase.trueSpacing ?? spacingOfOriginal(image, sourceCase);
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

/** The voxel sides of the original scan, in the image's index order. Undefined where none has the image's voxels. */
function spacingOfOriginal(
  { geometry, hu }: CtVolume,
  { originals = [] }: SourceCase,
): SourceCase['trueSpacing'] {
  if (originals.length === 0) return undefined;
  const own = softTissueHash(hu);
  const original = originals.find(({ softTissueSha256 }) => softTissueSha256 === own);
  const order =
    original && orders.find((each) => each.every((at, n) => original.shape[at] === geometry.shape[n]));
  if (order === undefined) return undefined;
  const [i, j, k] = order.map((at) => original!.spacingMm[at]!);
  return { spacingMm: [i!, j!, k!], source: `${original!.source}, a series with the same voxels` };
}

/** Orders of axes, the usual one first. Pixels of CT are square, so that it matters only where slices run. */
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [2, 0, 1],
] as const;

/** A spacing from the user that was not used, because the header (as read from the file) has one of its own. */
export function unusedSpacing(image: CtVolume, sourceCase: SourceCase, where: string): Finding[] {
  const { geometry } = image;
  const { trueSpacing, originals = [] } = sourceCase;
  const unknown = trueSpacing === undefined && originals.length > 0 && saysNothing(geometry);
  if (unknown && spacingOfOriginal(image, sourceCase) === undefined) return [noOriginal(originals, where)];
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

function noOriginal(originals: NonNullable<SourceCase['originals']>, where: string): Finding {
  return finding('GEOMETRY_SUSPECT', {
    where,
    field: 'spacing',
    value: String(originals.length),
    message: `${where}: none of the ${originals.length} series beside the collection has its voxels (${originals[0].source} …)`,
    suggestion: `fetch all of 3D-IRCADb-01, or give the true voxel sides in ${trueSpacingFile}`,
  });
}

function saysNothing(geometry: Geometry): boolean {
  return isPlaceholder(geometry) || geometry.decidedBy === 'pixdim';
}
