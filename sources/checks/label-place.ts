import { type Finding, finding } from '../../domain/finding.js';
import type { CtVolume, LabelMap } from '../../imaging/volume.js';
import { labelEvenness, labelFit } from '../label-fit.js';
import { type OrganCheck, percent } from './check.js';
import { sliceAxisOf } from './geometry.js';

/** By how much a mirrored label must fit better: a fatty pancreas fits less well than its mirror image in the liver. */
const clearlyBetter = 0.1;
/** Tissue under a mirrored label map is this much more even than it may be by chance. */
const farMoreEven = 0.75;
/** No part of an abdominal organ is as thin as this, lung at the liver's dome and gas beside the pancreas included. */
const airHu = -500;
/** More of a label than this outside of the patient is no matter of drawing. */
const mostOffBody = 0.05;
/** Fewer picked voxels than this are too few for a share. */
const fewestPicked = 40;

/** LABEL_HU: the tissue under the label is not the organ's, or would be if the label were mirrored. */
export const onSoftTissue: OrganCheck = ({ image, organ, mask, rules, where }) => {
  const { meanHu, share, bestMirrored } = labelFit(image, mask);
  const [least, most] = rules.organHu;
  const suggestion = 'look at both in a viewer: the label may be mirrored, or that of another case';
  if (meanHu < least || meanHu > most) {
    const mean = meanHu.toFixed(1);
    const message = `${where}: ${mean} HU on average under the label of the ${organ}; the organ has ${least} to ${most}`;
    return [finding('LABEL_HU', { where, field: 'meanHu', value: mean, message, suggestion })];
  }
  if (bestMirrored.share - share <= clearlyBetter) return [];
  const better = `mirrored along ${bestMirrored.along} it would be ${percent(bestMirrored.share)}`;
  const message = `${where}: ${percent(share)} of the label of the ${organ} lies on soft tissue, ${better}`;
  return [finding('LABEL_HU', { where, field: 'softTissue', value: percent(share), message, suggestion })];
};

/**
 * LABEL_HU of a label map whose values nobody named: tissue under it would be far more even if it were mirrored. Image and
 * labels have one shape.
 */
export function evenUnderLabels(image: CtVolume, labels: LabelMap['values'], where: string): Finding[] {
  if (labels.every((value) => value === 0)) return [];
  const { spreadHu, bestMirrored } = labelEvenness(image, labels);
  if (bestMirrored.spreadHu > farMoreEven * spreadHu) return [];
  const [own, mirrored] = [spreadHu, bestMirrored.spreadHu].map((each) => `${each.toFixed(0)} HU`);
  return [
    finding('LABEL_HU', {
      where,
      field: 'spreadHu',
      value: own,
      message: `${where}: tissue under its values spreads by ${own}; mirrored along ${bestMirrored.along} it would be ${mirrored}`,
      suggestion: 'look at both in a viewer: the label is mirrored, or that of another case',
    }),
  ];
}

/** LABEL_OFF_BODY: part of the label lies in the air or outside of the patient. */
export const insideTheBody: OrganCheck = ({ organ, mask, body: findBody, where }) => {
  const found = findBody();
  if (found === undefined) return [];
  const picked = found.pick(mask);
  let [inside, off] = [0, 0];
  for (let n = 0; n < picked.length; n++) {
    if (picked[n] === 0) continue;
    if (found.body[n] === 0 || found.hu[n] < airHu) off++;
    else inside++;
  }
  const share = off / (off + inside);
  if (off + inside < fewestPicked || share <= mostOffBody) return [];
  return [
    finding('LABEL_OFF_BODY', {
      where,
      field: 'outside',
      value: percent(share),
      message: `${where}: ${percent(share)} of the label of the ${organ} lies in air or outside of the patient`,
      suggestion: 'look at both in a viewer: the label may be shifted, mirrored, or that of another case',
    }),
  ];
};

/** ORGAN_CUT: the organ reaches the end of the scan, so that part of it is missing. */
export const wholeOrgan: OrganCheck = ({ image: { geometry }, organ, box: boxOf, where }) => {
  const box = boxOf();
  if (box === undefined) return [];
  const { shape, axisCodes } = geometry;
  const slices = sliceAxisOf(geometry);
  const ends = [0, 1, 2].flatMap((axis) => {
    const names =
      axis === slices
        ? ['the first slice', 'the last slice']
        : endsOf(axisCodes[axis]).map((side) => `the ${side} border`);
    return [
      ...(box.low[axis] === 0 ? [names[0]] : []),
      ...(box.high[axis] === shape[axis] ? [names[1]] : []),
    ];
  });
  if (ends.length === 0) return [];
  return [
    finding('ORGAN_CUT', {
      where,
      field: 'extent',
      value: ends.join(', '),
      message: `${where}: the ${organ} reaches ${ends.join(' and ')} of the scan and goes on beyond it`,
      suggestion: 'nothing to do; its volume is not that of the whole organ',
    }),
  ];
};

const sides: Readonly<Record<string, readonly [low: string, high: string]>> = {
  R: ['left', 'right'],
  L: ['right', 'left'],
  A: ['posterior', 'anterior'],
  P: ['anterior', 'posterior'],
  S: ['lower', 'upper'],
  I: ['upper', 'lower'],
};

/** What lies at the first and at the last index of an axis that grows towards `letter`. */
function endsOf(letter: string): readonly [string, string] {
  return sides[letter];
}
