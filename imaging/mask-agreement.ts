import { type Organ, organs, organValue } from '../domain/organ.js';
import { forEachNonzero, type Triple } from './mask-box.js';
import { type Symmetry, symmetries, symmetryName } from './symmetry.js';

/**
 * How often each pair of values meets in two label maps of 0 to 4 on one grid, where either is not 0:
 * `counts[before][after]`, background as 0.
 */
export type ValueTable = readonly Float64Array[];

/** One pass over both maps. */
export function valueTable(before: Uint8Array, after: Uint8Array): ValueTable {
  const most = organs.length + 1;
  const counts = Array.from({ length: most }, () => new Float64Array(most));
  forEachNonzero(before, after, (n) => {
    counts[before[n]][after[n]]++;
  });
  return counts;
}

/** Voxels of an organ that came, went, or changed hands with another organ (which are among both). */
export interface OrganChange {
  readonly organ: Organ;
  readonly beforeVoxels: number;
  readonly afterVoxels: number;
  readonly addedVoxels: number;
  readonly removedVoxels: number;
  readonly movedVoxels: number;
}

/** What became of an organ, by the table. */
export function organChange(table: ValueTable, organ: Organ): OrganChange {
  const own = organValue[organ];
  const sum = (counts: Iterable<number>): number => [...counts].reduce((a, b) => a + b, 0);
  const after = table.map((row) => row[own]);
  const [beforeVoxels, afterVoxels] = [sum(table[own]), sum(after)];
  const kept = table[own][own];
  const removedVoxels = beforeVoxels - kept;
  const addedVoxels = afterVoxels - kept;
  const movedVoxels = removedVoxels - table[own][0] + (addedVoxels - after[0]);
  return { organ, beforeVoxels, afterVoxels, addedVoxels, removedVoxels, movedVoxels };
}

/** An organ whose voxels have another organ's value now. */
export interface Displaced {
  readonly organ: Organ;
  readonly became: Organ;
}

/** Organs smaller than this say nothing. */
const leastVoxels = 20;
/** This share of an organ under another value is no border that was redrawn. */
const displacedShare = 0.5;

/** Organs most of whose voxels have become another organ. */
export function displacedOrgans(table: ValueTable): Displaced[] {
  return organs.flatMap((organ) => {
    const { beforeVoxels } = organChange(table, organ);
    if (beforeVoxels < leastVoxels) return [];
    const became = organs.find(
      (other) =>
        other !== organ && table[organValue[organ]][organValue[other]] >= displacedShare * beforeVoxels,
    );
    return became === undefined ? [] : [{ organ, became }];
  });
}

/** How a whole label map was moved. */
export interface Movement {
  readonly change: 'flipped' | 'transposed' | 'shifted';
  /** In words, with axes or voxels. */
  readonly message: string;
  /** Mean share of labelled voxels on which both maps agree, as they are and with the movement undone. */
  readonly agreement: number;
  readonly undone: number;
}

/** Fewer labelled voxels than this lie anywhere by chance. */
const leastLabelled = 60;
/** Labelled voxels that are looked at, spread evenly. */
const samples = 25_000;
/** A mirrored or transposed map fits the map before it this well once it is brought back, and that much better than as it is. */
const turned = { fits: 0.8, better: 0.2 } as const;
/** A person's corrections never shift every organ by the same whole voxels and leave all else as it was. */
const shifted = { fits: 0.98, better: 0.01 } as const;

/**
 * Whether a label map is the one before it flipped, transposed or shifted as a whole, though both lie on one grid: what tools do that
 * drop a header. Undefined where it is not, or where there is too little to tell. `table` is that of the two maps.
 */
export function movementOf(
  before: Uint8Array,
  after: Uint8Array,
  shape: Triple,
  table: ValueTable = valueTable(before, after),
): Movement | undefined {
  const changes = organs.map((organ) => organChange(table, organ));
  const labelled = (count: (change: OrganChange) => number): number =>
    changes.reduce((sum, change) => sum + count(change), 0);
  const [was, is] = [labelled((each) => each.beforeVoxels), labelled((each) => each.afterVoxels)];
  if (Math.min(was, is) < leastLabelled) return undefined;
  const [old, now] = [sampleLabels(before, shape, was), sampleLabels(after, shape, is)];
  const agreementOf = (symmetry: Symmetry, shift: Triple): number =>
    (agreeing(now, after, before, shape, forward(symmetry, shape, shift)) +
      agreeing(old, before, after, shape, backward(symmetry, shape, shift))) /
    2;
  const none: Triple = [0, 0, 0];
  const agreement = agreementOf(symmetries[0], none);
  // What agrees so well cannot be undone into something that is better by the bounds.
  if (agreement > 1 - shifted.better) return undefined;
  const possible = agreement > 1 - turned.better ? symmetries.slice(0, 1) : symmetries;
  let best: { symmetry: Symmetry; shift: Triple; undone: number } | undefined;
  for (const symmetry of possible) {
    if (!keepsShape(symmetry, shape)) continue;
    const centred = centreShift(old, now, forward(symmetry, shape, none));
    for (const shift of centred.some((step) => step !== 0) ? [none, centred] : [none]) {
      const undone = agreementOf(symmetry, shift);
      if (best === undefined || undone > best.undone) best = { symmetry, shift, undone };
    }
  }
  return best && judged(best, agreement);
}

function judged(
  { symmetry, shift, undone }: { symmetry: Symmetry; shift: Triple; undone: number },
  agreement: number,
): Movement | undefined {
  const isShift = symmetry === symmetries[0];
  const bound = isShift ? shifted : turned;
  if (undone < bound.fits || undone - agreement < bound.better) return undefined;
  const by = `by (${shift.map((step) => -step).join(', ')}) voxels`;
  if (isShift) return { change: 'shifted', message: `shifted ${by}`, agreement, undone };
  const axes = [0, 1, 2].filter((n) => symmetry.sign[n] < 0).map((n) => 'ijk'[n]);
  const transposed = symmetry.source.some((axis, n) => axis !== n);
  return transposed
    ? { change: 'transposed', message: `transposed (${symmetryName(symmetry)})`, agreement, undone }
    : { change: 'flipped', message: `flipped along ${axes.join(' and ')}`, agreement, undone };
}

/** Every so manieth labelled voxel: i, j, k, i, j, k, … */
interface LabelSamples {
  readonly places: Int32Array;
}

function sampleLabels(values: Uint8Array, [n1, n2]: Triple, labelled: number): LabelSamples {
  const step = Math.max(1, Math.floor(labelled / samples));
  const places = new Int32Array(3 * Math.ceil(labelled / step));
  let seen = 0;
  let at = 0;
  forEachNonzero(values, values, (n) => {
    if (seen++ % step !== 0) return;
    const row = Math.floor(n / n1);
    places[at++] = n % n1;
    places[at++] = row % n2;
    places[at++] = Math.floor(row / n2);
  });
  return { places };
}

/** Whether a volume of this shape has the same shape after the symmetry. */
function keepsShape({ source }: Symmetry, shape: Triple): boolean {
  return source.every((axis, n) => shape[axis] === shape[n]);
}

/** Coordinate n of the image of a place is `add[n] + sign[n] · place[from[n]]`. */
interface PlaceMap {
  readonly from: Triple;
  readonly sign: Triple;
  readonly add: Triple;
}

function forward({ source, sign }: Symmetry, shape: Triple, shift: Triple): PlaceMap {
  const add = (n: 0 | 1 | 2): number => shift[n] + (sign[n] < 0 ? shape[n] - 1 : 0);
  return { from: source, sign, add: [add(0), add(1), add(2)] };
}

function backward(symmetry: Symmetry, shape: Triple, shift: Triple): PlaceMap {
  const { from, sign, add } = forward(symmetry, shape, shift);
  const of = (n: number): number => from.indexOf(n);
  const turn = (n: number): number => sign[of(n)];
  return {
    from: [of(0), of(1), of(2)],
    sign: [turn(0), turn(1), turn(2)],
    add: [-turn(0) * add[of(0)], -turn(1) * add[of(1)], -turn(2) * add[of(2)]],
  };
}

/** Share of the sampled voxels of `values` whose image in `other` has the same value. */
function agreeing(
  { places }: LabelSamples,
  values: Uint8Array,
  other: Uint8Array,
  shape: Triple,
  { from, sign, add }: PlaceMap,
): number {
  const [n1, n2, n3] = shape;
  let same = 0;
  for (let at = 0; at < places.length; at += 3) {
    const i = add[0] + sign[0] * places[at + from[0]];
    const j = add[1] + sign[1] * places[at + from[1]];
    const k = add[2] + sign[2] * places[at + from[2]];
    if (i < 0 || j < 0 || k < 0 || i >= n1 || j >= n2 || k >= n3) continue;
    const here = places[at] + n1 * (places[at + 1] + n2 * places[at + 2]);
    if (other[i + n1 * (j + n2 * k)] === values[here]) same++;
  }
  return same / (places.length / 3);
}

/** The whole voxels by which the centre of the moved map misses that of the map before. */
function centreShift(old: LabelSamples, now: LabelSamples, { from, sign, add }: PlaceMap): Triple {
  const centre = ({ places }: LabelSamples, axis: number): number => {
    let sum = 0;
    for (let at = axis; at < places.length; at += 3) sum += places[at];
    return sum / (places.length / 3);
  };
  const step = (n: 0 | 1 | 2): number =>
    Math.round(centre(old, n) - (add[n] + sign[n] * centre(now, from[n])));
  return [step(0), step(1), step(2)];
}
