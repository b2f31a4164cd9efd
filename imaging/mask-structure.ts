import { type Finding, finding } from '../domain/finding.js';
import { type Organ, organValue } from '../domain/organ.js';
import type { Geometry } from '../domain/volume.js';
import { findComponents, holeVoxels } from './components.js';
import { tallyLabels } from './dice.js';
import { type Box, boxSize, cropMask, type Triple } from './mask-box.js';

/** Pieces that an organ consists of. */
export const piecesOf: Readonly<Record<Organ, number>> = { liver: 1, kidney: 2, spleen: 1, pancreas: 1 };
/** Smaller organs than this have no shape to speak of. */
const leastVoxels = 100;
/** At least this share of a drawn organ is in as many pieces as it has: what was just looked at holds no loose parts. */
const leastInPieces = 0.98;
/** Published labels have up to 8 pieces; more are specks that a tool left. */
const mostPieces = 10;
/** Vessels reach the surface; enclosed background above this share was left out by mistake. */
const mostHoles = 0.01;

/** SUBMISSION_PIECES and SUBMISSION_HOLES of organs in a label map. */
export function shapeFindings(labelMap: Uint8Array, { shape }: Geometry, of: readonly Organ[]): Finding[] {
  const slotOf = new Uint8Array(256);
  for (const [n, organ] of of.entries()) slotOf[organValue[organ]] = n + 1;
  const tallies = tallyLabels(labelMap, labelMap, shape, slotOf, of.length);
  return of.flatMap((organ, n) => {
    const { box } = tallies[n];
    return box === undefined ? [] : organFindings(labelMap, shape, organ, box);
  });
}

function organFindings(labelMap: Uint8Array, shape: Triple, organ: Organ, box: Box): Finding[] {
  const only = new Uint8Array(256);
  only[organValue[organ]] = 1;
  const crop = cropMask(labelMap, shape, box, 0, only);
  const size = boxSize(box);
  const pieces = findComponents(crop, size).voxels;
  const voxels = pieces.reduce((a, b) => a + b, 0);
  if (voxels < leastVoxels) return [];
  return [...looseParts(organ, pieces, voxels), ...holes(organ, holeVoxels(crop, size), voxels)];
}

function looseParts(organ: Organ, pieces: readonly number[], voxels: number): Finding[] {
  const most = piecesOf[organ];
  const loose = pieces.slice(most).reduce((a, b) => a + b, 0);
  if (loose <= (1 - leastInPieces) * voxels && pieces.length <= mostPieces) return [];
  return [
    finding('SUBMISSION_PIECES', {
      where: 'submission',
      field: organ,
      value: String(pieces.length),
      message: `${organ} is in ${pieces.length} pieces; ${loose} voxels lie apart from the largest ${most === 1 ? 'one' : most}`,
      suggestion: 'erase what is not the organ, or say why it is in pieces',
    }),
  ];
}

function holes(organ: Organ, enclosed: number, voxels: number): Finding[] {
  const share = enclosed / (enclosed + voxels);
  if (share <= mostHoles) return [];
  return [
    finding('SUBMISSION_HOLES', {
      where: 'submission',
      field: organ,
      value: `${(100 * share).toFixed(1)} %`,
      message: `${organ} encloses ${enclosed} voxels of background, ${(100 * share).toFixed(1)} % of it`,
      suggestion: 'fill the holes: tumours and cysts belong to the organ; or say why they stay open',
    }),
  ];
}
