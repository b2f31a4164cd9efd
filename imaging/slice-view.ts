import type { Geometry } from '../domain/volume.js';
import { tallyLabels } from './dice.js';
import { axisDirections } from './geometry.js';
import { type Box, boxSize, cropMask, growBox, type Labels, type Triple } from './mask-box.js';
import { toOrientation } from './orientation.js';
import type { CtVolume, LabelMap, Mask } from './volume.js';

/**
 * A piece of one axial slice as a radiologist looks at it: the patient's right on the left, anterior at the top.
 * Arrays are row by row from the top, `values[x + width·y]`.
 */
export interface SliceView {
  readonly width: number;
  readonly height: number;
  readonly pixelMm: readonly [number, number];
  /** Number of the slice in the file, from 1, and how many there are. */
  readonly slice: number;
  readonly slices: number;
  readonly truth: Mask;
  readonly prediction: Mask;
  readonly hu?: Int16Array;
  /** Pixels of the slice that only one of the two masks has. */
  readonly differingVoxels: number;
}

/** So much is shown around the organ, and at least so much in all. */
const marginMm = 18;
const leastMm = 110;

/**
 * The axial slice where truth and prediction of an organ differ in most voxels (where they are equal: the one with most
 * of the organ), around the organ. `labels` are the values that make it up. Oblique volumes show the slices
 * as they were stored. Undefined where neither map has the organ; an image of another shape is left away.
 */
export function worstSlice(
  truth: LabelMap,
  prediction: LabelMap,
  labels: readonly number[],
  image?: CtVolume,
): SliceView | undefined {
  const { geometry } = truth;
  const { shape } = geometry;
  const slotOf = new Uint8Array(65536);
  for (const label of labels) slotOf[label] = 1;
  const { box } = tallyLabels(truth.values, prediction.values, shape, slotOf, 1)[0]!;
  if (box === undefined) return undefined;
  const sliceAxis = axisDirections(geometry.affine).world.indexOf(2) as 0 | 1 | 2;
  const shown = widen(box, geometry, sliceAxis);
  const cut: Geometry = { ...geometry, shape: [...boxSize(shown)] };
  const turn = (values: Labels) => toOrientation(cut, cropMask(values, shape, shown, 0, slotOf, 1), 'LPS');
  const turned = turn(truth.values);
  const masks = { truth: turned.voxels, prediction: turn(prediction.values).voxels };
  const [width, height, depth] = turned.geometry.shape;
  const worst = worstPlane(masks, width * height, depth);
  const plane = <T extends Mask | Int16Array>(voxels: T): T =>
    voxels.slice(worst.plane * width * height, (worst.plane + 1) * width * height) as T;
  const upwards = axisDirections(geometry.affine).sign[sliceAxis] > 0;
  const native = shown.low[sliceAxis] + (upwards ? worst.plane : depth - 1 - worst.plane);
  const fits = image !== undefined && image.geometry.shape.join() === shape.join();
  return {
    width,
    height,
    pixelMm: [turned.geometry.spacingMm[0], turned.geometry.spacingMm[1]],
    slice: native + 1,
    slices: shape[sliceAxis],
    truth: plane(masks.truth),
    prediction: plane(masks.prediction),
    differingVoxels: worst.differing,
    ...(fits ? { hu: plane(toOrientation(cut, cropHu(image, shown), 'LPS').voxels) } : {}),
  };
}

/** The organ's box with a margin in the plane, made square as far as the volume reaches. */
function widen(box: Box, { spacingMm, shape }: Geometry, sliceAxis: 0 | 1 | 2): Box {
  const sides = boxSize(box).map((voxels, axis) => voxels * spacingMm[axis]!);
  const inPlane = sides.filter((_, axis) => axis !== sliceAxis);
  const sideMm = Math.max(leastMm, ...inPlane.map((each) => each + 2 * marginMm));
  const by = sides.map((each, axis) =>
    axis === sliceAxis ? 0 : Math.round((sideMm - each) / 2 / spacingMm[axis]!),
  );
  return growBox(box, [by[0]!, by[1]!, by[2]!], shape);
}

function worstPlane(
  { truth, prediction }: { truth: Mask; prediction: Mask },
  size: number,
  depth: number,
): { plane: number; differing: number } {
  const differing = new Float64Array(depth);
  const inTruth = new Float64Array(depth);
  for (let index = 0; index < truth.length; index += 1) {
    const plane = Math.floor(index / size);
    if (truth[index] !== prediction[index]) differing[plane]! += 1;
    if (truth[index] !== 0) inTruth[plane]! += 1;
  }
  const equal = differing.every((count) => count === 0);
  const counts = equal ? inTruth : differing;
  const plane = counts.indexOf(Math.max(...counts));
  return { plane, differing: differing[plane]! };
}

function cropHu({ hu, geometry: { shape } }: CtVolume, box: Box): Int16Array {
  const [m1, m2, m3] = boxSize(box) as [number, number, number];
  const crop = new Int16Array(m1 * m2 * m3);
  const row = (j: number, k: number, size: Triple): number => size[0] * (j + size[1] * k);
  for (let k = 0; k < m3; k += 1) {
    for (let j = 0; j < m2; j += 1) {
      const from = box.low[0] + row(j + box.low[1], k + box.low[2], shape);
      crop.set(hu.subarray(from, from + m1), row(j, k, [m1, m2, m3]));
    }
  }
  return crop;
}
