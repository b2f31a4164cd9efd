import { finding } from '../../domain/finding.js';
import type { CtVolume } from '../../imaging/volume.js';
import { type ImageCheck, percent } from './check.js';
import { sliceAxisOf } from './geometry.js';

/** What 12 bits with the usual intercept hold; anything beyond is padding, metal or no HU. */
const storedHu = [-1024, 3071] as const;
/** So many voxels show how a scan's values are spread. */
const sampledVoxels = 100_000;
/** A piece of fewer voxels says nothing about a scan. */
const fewestVoxels = 1000;
/** Fat and muscle alone are 150 HU apart; noise alone spreads less than this from the 1st to the 99th percentile. */
const leastSpreadHu = 20;
/** Soft tissue in a file whose intercept of -1024 was not applied. */
const unscaledSoftTissue = { least: 900, most: 1250, share: 0.1 } as const;
/** From this share on, the lowest value is padding and no noise. */
const paddedShare = 0.005;

/** VALUES_NOT_FINITE: voxels that are no numbers. */
export const finiteVoxels: ImageCheck = ({ image: { notFinite }, where }) =>
  notFinite === 0
    ? []
    : [
        finding('VALUES_NOT_FINITE', {
          where,
          field: 'voxels',
          value: String(notFinite),
          message: `${where}: ${notFinite} voxels are NaN or infinite; they read as ${storedHu[0]} HU`,
          suggestion: 'fetch the image again, or correct it from the original scan',
        }),
      ];

/** IMAGE_FLAT: an image that is one value, or noise about one. */
export const variedVoxels: ImageCheck = ({ image, where }) => {
  if (image.hu.length < fewestVoxels) return [];
  const sorted = sampleOf(image).sort();
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))];
  const spread = at(0.99) - at(0.01);
  if (spread >= leastSpreadHu) return [];
  return [
    finding('IMAGE_FLAT', {
      where,
      field: 'voxels',
      value: `${at(0.01)}…${at(0.99)}`,
      message: `${where}: 98 % of the voxels lie between ${at(0.01)} and ${at(0.99)} HU; that shows no patient`,
      suggestion: 'fetch the image again; its scaling or its content was lost',
    }),
  ];
};

/** HU_SCALE: values that cannot be Hounsfield units, as a scan always holds fat and air. */
export const hounsfieldScale: ImageCheck = ({ image, where }) => {
  const { minHu, maxHu, hu } = image;
  if (minHu < 0 || maxHu === minHu || hu.length < fewestVoxels) return [];
  const sample = sampleOf(image);
  const { least, most, share } = unscaledSoftTissue;
  const soft = sample.filter((value) => value >= least && value <= most).length / sample.length;
  const why =
    maxHu <= 255
      ? 'they were windowed to 8 bits'
      : soft >= share
        ? 'the intercept of -1024 was not applied'
        : undefined;
  if (why === undefined) return [];
  return [
    finding('HU_SCALE', {
      where,
      field: 'voxels',
      value: `${minHu}…${maxHu}`,
      message: `${where}: values from ${minHu} to ${maxHu} are no Hounsfield units: ${why}`,
      suggestion: 'convert the case from its original scan again, with slope and intercept',
    }),
  ];
};

/** HU_RANGE: values beyond those of CT, and whether they pad the scan. */
export const huRange: ImageCheck = ({ image, where }) => {
  const { minHu, maxHu } = image;
  if (minHu >= storedHu[0] && maxHu <= storedHu[1]) return [];
  return [
    finding('HU_RANGE', {
      where,
      field: 'voxels',
      value: `${minHu}…${maxHu}`,
      message: `${where}: values from ${minHu} to ${maxHu} HU${padding(image)}`,
      suggestion: 'nothing to do; models see values held to -1024…3071',
    }),
  ];
};

function padding(image: CtVolume): string {
  const { minHu } = image;
  if (minHu >= storedHu[0]) return '';
  const sample = sampleOf(image);
  const share = sample.filter((value) => value === minHu).length / sample.length;
  return share < paddedShare ? '' : `; ${percent(share)} of the voxels are ${minHu}, which pads the scan`;
}

/** SLICES_BLANK: slices between others that hold one value only, or repeat the slice before. */
export const fullSlices: ImageCheck = ({ image, where }) => {
  if (image.hu.length < fewestVoxels) return [];
  const axis = sliceAxisOf(image.geometry);
  const kinds = sliceKinds(image, axis);
  const filled = kinds.map((kind) => kind !== 'blank');
  const [first, last] = [filled.indexOf(true), filled.lastIndexOf(true)];
  const numbersOf = (wanted: SliceKind): number[] =>
    kinds.flatMap((kind, n) => (kind === wanted && n > first && n <= last ? [n + 1] : []));
  const found = [
    { numbers: numbersOf('blank'), what: 'hold a single value' },
    { numbers: numbersOf('repeated'), what: 'repeat the slice before' },
  ];
  return found
    .filter(({ numbers }) => numbers.length > 0)
    .map(({ numbers, what }) =>
      finding('SLICES_BLANK', {
        where,
        field: `slices along ${'ijk'[axis]}`,
        value: listed(numbers),
        message: `${where}: ${numbers.length} of ${kinds.length} slices (${listed(numbers)}) ${what}`,
        suggestion: 'fetch the image again; slices were lost when it was converted',
      }),
    );
};

type SliceKind = 'blank' | 'repeated' | 'full';
const mostNumbersShown = 8;

function listed(numbers: readonly number[]): string {
  const more = numbers.length > mostNumbersShown ? ' …' : '';
  return numbers.slice(0, mostNumbersShown).join(', ') + more;
}

/** Each slice's kind. Noise tells two slices apart within a few voxels, so that little is read. */
function sliceKinds({ geometry: { shape }, hu }: CtVolume, axis: 0 | 1 | 2): SliceKind[] {
  const strides = [1, shape[0], shape[0] * shape[1]];
  const [a, b] = [0, 1, 2].filter((other) => other !== axis);
  const step = strides[axis];
  const everyVoxel = (start: number, holds: (at: number) => boolean): boolean => {
    for (let v = 0; v < shape[b]; v++)
      for (let u = 0; u < shape[a]; u++) if (!holds(start + u * strides[a] + v * strides[b])) return false;
    return true;
  };
  return Array.from({ length: shape[axis] }, (_, n) => {
    const start = n * step;
    if (everyVoxel(start, (at) => hu[at] === hu[start])) return 'blank';
    return n > 0 && everyVoxel(start, (at) => hu[at] === hu[at - step]) ? 'repeated' : 'full';
  });
}

/** Voxels from all over the scan, about `sampledVoxels` of them. */
function sampleOf({ hu, geometry: { shape } }: CtVolume): Int16Array {
  let step = Math.max(1, Math.floor(hu.length / sampledVoxels));
  // A step of whole rows would see a single column.
  while (step > 1 && (step % shape[0] === 0 || shape[0] % step === 0)) step++;
  return Int16Array.from({ length: Math.ceil(hu.length / step) }, (_, n) => hu[n * step]);
}
