import type { Geometry } from '../domain/volume.js';
import { axesOf, type Triple } from './geometry.js';
import { sameGrid } from './geometry-compare.js';
import { type Columns3, dot, inverse, minus, norm, scaled, type Vector3 } from './matrix3.js';

/** In what way a grid is not the one that it should be. */
export type GridChange = 'resampled' | 'cropped' | 'transposed' | 'flipped' | 'shifted' | 'turned';

export interface GridDifference {
  readonly change: GridChange;
  /** What was found and what should have been, for people. */
  readonly message: string;
}

/** Voxel sides that differ by more than this share are others. */
const sideTolerance = 1e-3;
/** Cosine of an angle that is no rounding any more (1°). */
const alignedCosine = Math.cos(Math.PI / 180);
/** Offsets this close to whole voxels are whole. */
const wholeTolerance = 0.1;

/**
 * What was done to a grid; undefined where it is one of `expected`. An image may state its place several times (sform, qform)
 * and tools take one of them: a mask on any of these grids lies on the image's voxels. The first counts for the words.
 */
export function gridDifference(expected: readonly Geometry[], found: Geometry): GridDifference | undefined {
  if (expected.some((each) => sameGrid(each, found) === undefined)) return undefined;
  return describe(expected[0], found);
}

/**
 * Where voxel (0, 0, 0) of `part` lies on the grid of `whole`, in voxels, when both have the same axes and sides; undefined
 * where the part is no block of the whole's lattice.
 */
export function offsetOnGrid(whole: Geometry, part: Geometry): Triple | undefined {
  if (!sameSides(whole.spacingMm, part.spacingMm) || !aligned(whole, part)) return undefined;
  const inverted = inverse(axesOf(whole.affine));
  const apart = minus(originOf(part), originOf(whole));
  const at = (row: 0 | 1 | 2): number => dot([inverted[0][row], inverted[1][row], inverted[2][row]], apart);
  const exact: Triple = [at(0), at(1), at(2)];
  const whole3 = exact.map(Math.round) as unknown as Triple;
  return exact.every((value, n) => Math.abs(value - whole3[n]) <= wholeTolerance) ? whole3 : undefined;
}

function describe(expected: Geometry, found: Geometry): GridDifference {
  const sides = `voxel sides of ${sidesOf(found)} mm instead of ${sidesOf(expected)} mm`;
  const shapes = `${found.shape.join('×')} voxels instead of ${expected.shape.join('×')}`;
  const order = axisOrder(expected, found);
  if (order !== undefined && order.join() !== '0,1,2' && permuted(expected, found, order)) {
    return { change: 'transposed', message: `transposed: its axes come in the order ${named(order)}` };
  }
  if (expected.shape.join() !== found.shape.join()) {
    const block = offsetOnGrid(expected, found);
    return block === undefined
      ? { change: 'resampled', message: `resampled: ${shapes}, ${sides}` }
      : {
          change: 'cropped',
          message: `cropped or padded: ${shapes}, beginning at voxel ${block.join(', ')}`,
        };
  }
  if (!sameSides(expected.spacingMm, found.spacingMm)) {
    return { change: 'resampled', message: `resampled: ${sides}` };
  }
  const flipped = order === undefined ? [] : [0, 1, 2].filter((n) => cosine(expected, found, n, n) < 0);
  if (flipped.length > 0) {
    const along = flipped.map((n) => 'ijk'[n]).join(' and ');
    const codes = `${found.axisCodes} instead of ${expected.axisCodes}`;
    return { change: 'flipped', message: `flipped along ${along}: its axes run ${codes}` };
  }
  if (!aligned(expected, found)) return { change: 'turned', message: 'turned: its axes point elsewhere' };
  const apart = minus(originOf(found), originOf(expected));
  const far = apart.map((mm) => mm.toFixed(2)).join(', ');
  return { change: 'shifted', message: `shifted by (${far}) mm in RAS` };
}

/** The found axis n is the expected axis `order[n]`, in either direction; undefined where axes are turned. */
function axisOrder(expected: Geometry, found: Geometry): number[] | undefined {
  const order = [0, 1, 2].map((n) =>
    [0, 1, 2].findIndex((m) => Math.abs(cosine(expected, found, m, n)) >= alignedCosine),
  );
  return new Set(order).size === 3 && !order.includes(-1) ? order : undefined;
}

function permuted(expected: Geometry, found: Geometry, order: readonly number[]): boolean {
  return order.every((from, n) => expected.shape[from] === found.shape[n]);
}

function named(order: readonly number[]): string {
  return order.map((n) => 'ijk'[n]).join(', ');
}

function aligned(expected: Geometry, found: Geometry): boolean {
  return [0, 1, 2].every((n) => cosine(expected, found, n, n) >= alignedCosine);
}

function cosine(expected: Geometry, found: Geometry, m: number, n: number): number {
  return dot(unit(axesOf(expected.affine), m), unit(axesOf(found.affine), n));
}

function unit(axes: Columns3, n: number): Vector3 {
  return scaled(axes[n], 1 / norm(axes[n]));
}

function originOf({ affine }: Geometry): Vector3 {
  return [affine[0][3], affine[1][3], affine[2][3]];
}

function sameSides(one: Triple, other: Triple): boolean {
  return one.every((side, n) => Math.abs(side - other[n]) <= sideTolerance * side);
}

function sidesOf({ spacingMm }: Geometry): string {
  return spacingMm.map((side) => Number(side.toFixed(4))).join('×');
}
