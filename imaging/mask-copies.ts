import type { SameScan } from '../domain/same-scan.js';
import type { Box, Triple } from './mask-box.js';
import { permutedLengths, type Symmetry, symmetries, symmetryName, turnedPoint } from './symmetry.js';
import type { LabelMap } from './volume.js';

/** One mask of a label map in a few numbers: enough to see that two masks cannot be the same. */
export interface MaskSketch {
  /** The label; 0 for all labels together. */
  readonly value: number;
  readonly voxels: number;
  /** First and last index (inclusive) of the mask along each axis. */
  readonly box: Box;
}

/** A label map in a few numbers. */
export interface LabelSketch {
  readonly shape: Triple;
  readonly spacingMm: Triple;
  readonly masks: readonly MaskSketch[];
}

/** Smaller masks are too alike between patients to prove anything. */
const leastVoxels = 3000;
const leastExtent = 6;
/** On one grid two people's masks of one organ agree better than any two patients'. */
const leastDiceInPlace = 0.9;
/** Moved or turned masks could agree by chance: they have to be the same drawing. */
const leastDiceMoved = 0.97;
const sizeTolerance = 0.005;
/** Voxels by which boxes of the same mask may differ, and share by which their volumes may. */
const boxTolerance = 3;
const volumeTolerance = 0.2;

/** Every label's mask and that of all labels together, where they are large enough to prove anything. */
export function labelSketch({ geometry, values }: LabelMap): LabelSketch {
  const [n1, n2] = geometry.shape;
  const found = new Map<number, { voxels: number; low: number[]; high: number[] }>();
  let before = 0;
  let entry: { voxels: number; low: number[]; high: number[] } | undefined;
  for (let n = 0; n < values.length; n++) {
    const value = values[n];
    if (value === 0) continue;
    if (value !== before || entry === undefined) {
      entry = found.get(value) ?? { voxels: 0, low: [n1, n2, geometry.shape[2]], high: [-1, -1, -1] };
      found.set(value, entry);
      before = value;
    }
    entry.voxels++;
    const row = Math.floor(n / n1);
    widen(entry, 0, n - row * n1);
    widen(entry, 1, row % n2);
    widen(entry, 2, Math.floor(row / n2));
  }
  const masks = [...found].map(([value, { voxels, low, high }]) => sketch(value, voxels, low, high));
  if (masks.length > 1) masks.push(together(masks));
  return { shape: geometry.shape, spacingMm: geometry.spacingMm, masks: masks.filter(canProve) };
}

function widen(entry: { low: number[]; high: number[] }, axis: number, at: number): void {
  if (at < entry.low[axis]) entry.low[axis] = at;
  if (at > entry.high[axis]) entry.high[axis] = at;
}

function sketch(value: number, voxels: number, low: readonly number[], high: readonly number[]): MaskSketch {
  return { value, voxels, box: { low: [low[0], low[1], low[2]], high: [high[0], high[1], high[2]] } };
}

function together(masks: readonly MaskSketch[]): MaskSketch {
  const axes = [0, 1, 2];
  const low = axes.map((axis) => Math.min(...masks.map(({ box }) => box.low[axis])));
  const high = axes.map((axis) => Math.max(...masks.map(({ box }) => box.high[axis])));
  const voxels = masks.reduce((sum, mask) => sum + mask.voxels, 0);
  return sketch(0, voxels, low, high);
}

function canProve({ voxels, box }: MaskSketch): boolean {
  return voxels >= leastVoxels && box.low.every((low, axis) => box.high[axis] - low + 1 >= leastExtent);
}

/** Ways in which one mask may lie on another, seen from their sketches alone. */
interface Placement {
  readonly one: number;
  readonly other: number;
  readonly symmetry: Symmetry;
  /** Index of the other = turned index of the one + this. */
  readonly shift: Triple;
  readonly inPlace: boolean;
}

/** Whether any two masks of two label maps may be one, so that it is worth while to compare their voxels. */
export function labelsMayBeSame(one: LabelSketch, other: LabelSketch): boolean {
  return placements(one, other).length > 0;
}

function placements(one: LabelSketch, other: LabelSketch): Placement[] {
  return symmetries
    .filter((symmetry) => sameVoxelSizes(permutedLengths(symmetry, one.spacingMm), other.spacingMm))
    .flatMap((symmetry) =>
      one.masks.flatMap((a) => other.masks.flatMap((b) => placement(one, a, other, b, symmetry))),
    );
}

function sameVoxelSizes(a: Triple, b: Triple): boolean {
  return a.every((mm, axis) => Math.abs(mm / b[axis] - 1) <= sizeTolerance);
}

function placement(
  one: LabelSketch,
  a: MaskSketch,
  other: LabelSketch,
  b: MaskSketch,
  symmetry: Symmetry,
): Placement[] {
  if (Math.abs(a.voxels - b.voxels) > volumeTolerance * Math.max(a.voxels, b.voxels)) return [];
  const first = turnedPoint(symmetry, a.box.low);
  const last = turnedPoint(symmetry, a.box.high);
  const low = first.map((at, axis) => Math.min(at, last[axis]));
  const high = first.map((at, axis) => Math.max(at, last[axis]));
  const away = [0, 1, 2].map((axis) => [b.box.low[axis] - low[axis], b.box.high[axis] - high[axis]]);
  if (away.some(([from, to]) => Math.abs(from - to) > boxTolerance)) return [];
  const size = permutedLengths(symmetry, one.shape);
  const whole = symmetry.sign.map((sign, axis) => (sign > 0 ? 0 : size[axis] - 1));
  const sameGrid = size.every((length, axis) => length === other.shape[axis]);
  const inPlace =
    sameGrid && away.every(([from, to], axis) => Math.abs((from + to) / 2 - whole[axis]) <= boxTolerance);
  const shift = inPlace ? whole : away.map(([from, to]) => Math.round((from + to) / 2));
  return [{ one: a.value, other: b.value, symmetry, shift: [shift[0], shift[1], shift[2]], inPlace }];
}

/**
 * Proves that two label maps were drawn on one scan: a mask of the one is a mask of the other. On one grid masks of two
 * people may differ a little; moved or turned they have to be the same drawing. Undefined where nothing proves it.
 */
export function sameLabels(one: LabelMap, other: LabelMap): SameScan | undefined {
  const [a, b] = [labelSketch(one), labelSketch(other)];
  let best: SameScan | undefined;
  for (const place of placements(a, b)) {
    const dice = diceAt(one, other, place);
    if (dice < (place.inPlace ? leastDiceInPlace : leastDiceMoved) || dice <= (best?.dice ?? 0)) continue;
    const { spacingMm } = other.geometry;
    const offset = place.inPlace ? ([0, 0, 0] as Triple) : place.shift;
    best = {
      kind: 'labels',
      symmetry: symmetryName(place.symmetry),
      offsetMm: [offset[0] * spacingMm[0], offset[1] * spacingMm[1], offset[2] * spacingMm[2]],
      labels: [place.one, place.other],
      dice: Number(dice.toFixed(5)),
    };
  }
  return best;
}

function diceAt(one: LabelMap, other: LabelMap, { one: a, other: b, symmetry, shift }: Placement): number {
  const [n1, n2] = one.geometry.shape;
  const [m1, m2, m3] = other.geometry.shape;
  const inOne = (value: number) => (a === 0 ? value !== 0 : value === a);
  const inOther = (value: number) => (b === 0 ? value !== 0 : value === b);
  let [first, second, both] = [0, 0, 0];
  for (let n = 0; n < other.values.length; n++) if (inOther(other.values[n])) second++;
  for (let n = 0; n < one.values.length; n++) {
    if (one.values[n] === 0 || !inOne(one.values[n])) continue;
    first++;
    const row = Math.floor(n / n1);
    const [x, y, z] = turnedPoint(symmetry, [n - row * n1, row % n2, Math.floor(row / n2)]);
    const [i, j, k] = [x + shift[0], y + shift[1], z + shift[2]];
    if (i < 0 || j < 0 || k < 0 || i >= m1 || j >= m2 || k >= m3) continue;
    if (inOther(other.values[i + m1 * (j + m2 * k)])) both++;
  }
  return (2 * both) / Math.max(1, first + second);
}
