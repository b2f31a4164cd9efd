import { finding } from '../../domain/finding.js';
import type { Organ } from '../../domain/organ.js';
import { holeVoxels } from '../../imaging/components.js';
import { sidesKnown } from '../../imaging/geometry-repair.js';
import { type OrganCheck, type OrganContext, percent } from './check.js';

/**
 * Smallest, median and largest volume in mL of each organ over the 1,000 labelled cases of AbdomenCT-1K, tumours
 * included, both kidneys together (openmedlab/Awesome-Medical-Dataset, resources/AbdomenCT-1K.md).
 */
const volumesMl: Readonly<Record<Organ, readonly [least: number, median: number, most: number]>> = {
  liver: [505, 1573, 4504],
  kidney: [27, 380, 1947],
  spleen: [31, 223, 1256],
  pancreas: [18, 85, 868],
};
/** A field of view below this (25 cm × 20 cm × 4 cm) is a cut-out, of which no whole organ is expected. */
const leastScanMl = 2000;
/** Pieces that an organ consists of. */
const piecesOf: Readonly<Record<Organ, number>> = { liver: 1, kidney: 2, spleen: 1, pancreas: 1 };
/** At least this share of a label is in as many pieces as its organ has. */
const leastInPieces = 0.9;
/** Stray voxels are common, 8 pieces the most in 44 published labels; so many are noise or a resampled label. */
const mostPieces = 50;
/** Vessels reach the surface; enclosed background above this share was left out by mistake. */
const mostHoles = 0.01;

/** ORGAN_VOLUME: smaller or larger than any of 1,000 cases. A cut organ may be small; a lost spacing says nothing. */
export const plausibleVolume: OrganCheck = (context) => {
  const { organ, where, voxels, image } = context;
  const voxelMl = voxelMlOf(context);
  const unknown = image.geometry.decidedBy === 'pixdim' || !sidesKnown(image.geometry);
  if (unknown || image.hu.length * voxelMl < leastScanMl) return [];
  const ml = voxels * voxelMl;
  const [least, median, most] = volumesMl[organ];
  // The bounds are whole millilitres.
  if (ml < most + 0.5 && (ml > least - 0.5 || isCut(context))) return [];
  return [
    finding('ORGAN_VOLUME', {
      where,
      field: 'volumeMl',
      value: ml.toFixed(1),
      message: `${where}: a ${organ} of ${ml.toFixed(0)} mL; 1,000 cases had ${least} to ${most} mL, half of them less than ${median}`,
      suggestion: 'compare the spacing with the original scan, and look whether the label is complete',
    }),
  ];
};

/** LABEL_PIECES: the organ lies in more pieces than it has. */
export const fewPieces: OrganCheck = ({ organ, voxels, parts, where }) => {
  const pieces = parts()?.voxels ?? [];
  const expected = piecesOf[organ];
  const inThose = pieces.slice(0, expected).reduce((sum, each) => sum + each, 0) / voxels;
  if (inThose >= leastInPieces && pieces.length <= mostPieces) return [];
  const largest = expected === 1 ? 'the largest holds' : `the ${expected} largest hold`;
  return [
    finding('LABEL_PIECES', {
      where,
      field: 'pieces',
      value: String(pieces.length),
      message: `${where}: the ${organ} is in ${pieces.length} pieces, of which ${largest} ${percent(inThose)}`,
      suggestion: 'look at the label: pieces of other organs, noise, or a label that was resampled',
    }),
  ];
};

/** LABEL_HOLES: background enclosed by the organ. */
export const fewHoles: OrganCheck = ({ organ, voxels, crop, where }) => {
  const cut = crop();
  const holes = cut === undefined ? 0 : holeVoxels(cut.mask, cut.shape);
  const share = holes / (holes + voxels);
  if (share <= mostHoles) return [];
  return [
    finding('LABEL_HOLES', {
      where,
      field: 'holes',
      value: percent(share),
      message: `${where}: ${percent(share)} of the ${organ} are holes that the label encloses`,
      suggestion: 'look at the label: a tumour or a cyst may be missing from it',
    }),
  ];
};

function voxelMlOf({ image }: OrganContext): number {
  const [i, j, k] = image.geometry.spacingMm;
  return (i * j * k) / 1000;
}

function isCut({ box: boxOf, image }: OrganContext): boolean {
  const box = boxOf();
  if (box === undefined) return false;
  return image.geometry.shape.some((size, axis) => box.low[axis] === 0 || box.high[axis] === size);
}
