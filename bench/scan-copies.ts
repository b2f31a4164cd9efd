import { geometryFromAffine } from '../imaging/geometry.js';
import { sampleAt } from '../imaging/landmarks.js';
import type { Triple } from '../imaging/mask-box.js';
import { gaussian, type Random, randomInteger } from '../imaging/random.js';
import { type Symmetry, symmetries } from '../imaging/symmetry.js';
import type { CtVolume } from '../imaging/volume.js';

/** What can have been done to a scan that comes back under another name. */
export const copyKinds = [
  'turned',
  'cropped along one axis',
  'cropped along three axes',
  'resampled',
  'windowed',
  'noisy',
  'shifted',
  'all of it',
] as const;
export type CopyKind = (typeof copyKinds)[number];

/** At least this part of the extent stays, along every axis. */
const leastKept = 0.6;
const window = { low: -160, high: 240 } as const;
const mostNoiseHu = 20;
const mostShiftHu = 50;
/** New voxel size over the old one, in plane and along the slices. */
const planeFactor = { least: 0.75, most: 1.5 } as const;
const sliceFactor = { least: 0.6, most: 1.8 } as const;

/** A copy of this kind; the header of a copy is always another one: origin lost, axes claimed to be RAS. */
export function copyOf(scan: CtVolume, kind: CopyKind, random: Random): CtVolume {
  const everything = kind === 'all of it';
  let copy = scan;
  if (everything || kind.startsWith('cropped'))
    copy = cropped(copy, kind === 'cropped along one axis', random);
  if (everything || kind === 'resampled') copy = resampled(copy, random);
  if (everything || kind === 'windowed')
    copy = changed(copy, (hu) => Math.max(window.low, Math.min(window.high, hu)));
  if (everything || kind === 'noisy') copy = changed(copy, noise(random));
  if (everything || kind === 'shifted') copy = changed(copy, shift(random));
  // Whatever else was done, every second copy is turned as well.
  if (everything || kind === 'turned' || random() < 0.5)
    copy = turnedCopy(copy, symmetries[1 + randomInteger(random, 47)]);
  return copy;
}

function noise(random: Random): (hu: number) => number {
  const deviation = mostNoiseHu * (0.25 + 0.75 * random());
  return (hu) => hu + gaussian(random, 0, deviation);
}

function shift(random: Random): (hu: number) => number {
  const by = random() < 0.25 ? 1024 : Math.round(mostShiftHu * (2 * random() - 1));
  return (hu) => hu + by;
}

function changed(scan: CtVolume, change: (hu: number) => number): CtVolume {
  return volume(
    scan.geometry.shape,
    scan.geometry.spacingMm,
    scan.hu.map((hu) => Math.round(change(hu))),
  );
}

function volume(shape: Triple, [x, y, z]: Triple, hu: Int16Array): CtVolume {
  const affine = [
    [x, 0, 0, 0],
    [0, y, 0, 0],
    [0, 0, z, 0],
  ] as CtVolume['geometry']['affine'];
  const geometry = geometryFromAffine([...shape], affine, 'sform', 'copy');
  return { geometry, hu, minHu: -1024, maxHu: 3071, notFinite: 0 };
}

function cropped(scan: CtVolume, oneAxis: boolean, random: Random): CtVolume {
  const { shape, spacingMm } = scan.geometry;
  const only = randomInteger(random, 3);
  const boxes = shape.map((size, axis) => {
    const share = oneAxis && axis !== only ? 1 : leastKept + (1 - leastKept) * 0.5 * random();
    const kept = Math.max(1, Math.ceil(size * share));
    return { from: randomInteger(random, size - kept + 1), kept };
  });
  const [i, j, k] = boxes;
  const hu = new Int16Array(i.kept * j.kept * k.kept);
  let at = 0;
  for (let z = 0; z < k.kept; z++) {
    for (let y = 0; y < j.kept; y++, at += i.kept) {
      const start = i.from + shape[0] * (j.from + y + shape[1] * (k.from + z));
      hu.set(scan.hu.subarray(start, start + i.kept), at);
    }
  }
  return volume([i.kept, j.kept, k.kept], spacingMm, hu);
}

/** Other voxel sizes and another start, by linear interpolation. */
function resampled(scan: CtVolume, random: Random): CtVolume {
  const { shape, spacingMm } = scan.geometry;
  const within = ({ least, most }: { least: number; most: number }) => least * (most / least) ** random();
  const [plane, slice] = [within(planeFactor), within(sliceFactor)];
  const factors = [plane, plane, slice];
  const size = shape.map((each, axis) =>
    Math.max(2, Math.floor((each - 1) / factors[axis])),
  ) as unknown as Triple;
  const start = factors.map((factor) => 0.5 * factor * random());
  const values = Float32Array.from(scan.hu);
  const hu = new Int16Array(size[0] * size[1] * size[2]);
  let at = 0;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, at++) {
        const place = [i, j, k].map((n, axis) => start[axis] + n * factors[axis]) as unknown as Triple;
        hu[at] = Math.round(sampleAt(values, shape, place));
      }
    }
  }
  return volume(size, spacingMm.map((mm, axis) => mm * factors[axis]) as unknown as Triple, hu);
}

function turnedCopy(scan: CtVolume, { source, sign }: Symmetry): CtVolume {
  const { shape, spacingMm } = scan.geometry;
  const strides = [1, shape[0], shape[0] * shape[1]];
  const size = source.map((axis) => shape[axis]) as unknown as Triple;
  const hu = new Int16Array(scan.hu.length);
  const at = (axis: number, n: number): number =>
    strides[source[axis]] * (sign[axis] > 0 ? n : size[axis] - 1 - n);
  let to = 0;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++) hu[to++] = scan.hu[at(0, i) + at(1, j) + at(2, k)];
    }
  }
  return volume(size, source.map((axis) => spacingMm[axis]) as unknown as Triple, hu);
}
