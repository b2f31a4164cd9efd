import { PlusctError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import { type Affine, axisCodesOf, axisDirections, indexToMm, type Triple } from './geometry.js';

/** Arrays that can be turned; the result is of the same kind. */
export type Voxels =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** A volume whose axes were permuted and flipped; no voxel value was changed. */
export interface Reoriented<T extends Voxels> {
  readonly geometry: Geometry;
  readonly voxels: T;
  /** Brings an array on the turned grid (a mask, say) back to the native grid, exactly. */
  back<U extends Voxels>(turned: U): U;
}

/** For each target axis the source axis that it comes from, and whether it is counted from the other end. */
interface Turn {
  readonly source: Triple;
  readonly flip: readonly [boolean, boolean, boolean];
}

const opposites = ['RL', 'AP', 'SI'];

/**
 * Permutes and flips axes so that they run towards `target` (three of R L A P S I, e.g. `RAS`); nothing is resampled,
 * so oblique volumes get the nearest such order. `voxels` and the result are in index order (i, j, k), i fastest.
 * Where nothing is to be turned, `voxels` itself is returned. Throws `InvalidInput` on a target that is no axis code
 * or voxels that do not fill the shape.
 */
export function toOrientation<T extends Voxels>(
  geometry: Geometry,
  voxels: T,
  target = 'RAS',
): Reoriented<T> {
  const { shape } = geometry;
  checkLength(voxels, shape);
  const turn = turnTo(geometry.affine, target);
  const turnedShape = permuted(shape, turn.source);
  const undo = inverseTurn(turn);
  return {
    geometry: turnedGeometry(geometry, turn),
    voxels: turned(voxels, shape, turn),
    back: (other) => {
      checkLength(other, turnedShape);
      return turned(other, turnedShape, undo);
    },
  };
}

function turnTo(affine: Affine, target: string): Turn {
  const wanted = [...target].map((letter) => opposites.findIndex((pair) => pair.includes(letter)));
  if (wanted.length !== 3 || new Set(wanted).size !== 3 || wanted.includes(-1)) {
    throw new PlusctError('InvalidInput', `"${target}" is no axis code; expected three of R/L, A/P and S/I`);
  }
  const { world, sign } = axisDirections(affine);
  const source = wanted.map((axis) => world.indexOf(axis));
  const flips = source.map((from, n) => sign[from] !== (opposites[wanted[n]][0] === target[n] ? 1 : -1));
  return { source: [source[0], source[1], source[2]], flip: [flips[0], flips[1], flips[2]] };
}

function inverseTurn({ source, flip }: Turn): Turn {
  const place: Triple = [source.indexOf(0), source.indexOf(1), source.indexOf(2)];
  return { source: place, flip: [flip[place[0]], flip[place[1]], flip[place[2]]] };
}

function permuted(values: readonly [number, number, number], source: Triple): Triple {
  return [values[source[0]], values[source[1]], values[source[2]]];
}

function turnedGeometry(geometry: Geometry, { source, flip }: Turn): Geometry {
  const { affine, shape } = geometry;
  const corner: Triple = [0, 0, 0];
  source.forEach((axis, n) => {
    if (flip[n]) corner[axis] = shape[axis] - 1;
  });
  const origin = indexToMm(affine, ...corner);
  const row = (r: number): Affine[0] => {
    const along = (n: number): number => (flip[n] ? -affine[r][source[n]] : affine[r][source[n]]) + 0;
    return [along(0), along(1), along(2), origin[r]];
  };
  const turnedAffine: Affine = [row(0), row(1), row(2)];
  return {
    ...geometry,
    shape: permuted(shape, source),
    spacingMm: permuted(geometry.spacingMm, source),
    affine: turnedAffine,
    axisCodes: axisCodesOf(turnedAffine),
  };
}

/** Target index (i, j, k) ← source index; `shape` is the source's. */
function turned<T extends Voxels>(voxels: T, shape: readonly [number, number, number], turn: Turn): T {
  const { source, flip } = turn;
  if (source[0] === 0 && source[1] === 1 && source[2] === 2 && !flip.includes(true)) return voxels;
  const strides = [1, shape[0], shape[0] * shape[1]];
  const size = permuted(shape, source);
  const place = [1, size[0], size[0] * size[1]];
  const step = source.map((axis, n) => (flip[n] ? -strides[axis] : strides[axis]));
  let start = 0;
  source.forEach((axis, n) => {
    if (flip[n]) start += strides[axis] * (shape[axis] - 1);
  });
  const result = emptyLike(voxels);
  // Planes hold the fastest axis of the target and that of the source, so that both are read and written in stretches.
  const across = source[0] === 0 ? 1 : source.indexOf(0);
  const through = 3 - across;
  for (let n = 0; n < size[through]; n++) {
    copyPlane(
      { array: voxels, at: start + n * step[through], along: step[0], across: step[across] },
      { array: result, at: n * place[through], along: 1, across: place[across] },
      size[0],
      size[across],
    );
  }
  return result;
}

/** A plane in an array: where it begins and how far apart neighbours are in both directions. */
interface Plane {
  readonly array: Voxels;
  readonly at: number;
  readonly along: number;
  readonly across: number;
}

/** Side of the squares in which planes are copied: one of each array stays in the processor's cache. */
const tile = 64;

function copyPlane(from: Plane, into: Plane, width: number, height: number): void {
  if (from.along === 1) {
    for (let y = 0; y < height; y++) {
      const start = from.at + y * from.across;
      into.array.set(from.array.subarray(start, start + width), into.at + y * into.across);
    }
    return;
  }
  for (let x = 0; x < width; x += tile) {
    for (let y = 0; y < height; y += tile) {
      copyTile(from, into, x, y, Math.min(x + tile, width), Math.min(y + tile, height));
    }
  }
}

function copyTile(from: Plane, into: Plane, left: number, top: number, right: number, bottom: number): void {
  const [source, target] = [from.array, into.array];
  for (let y = top; y < bottom; y++) {
    let at = from.at + y * from.across + left * from.along;
    let to = into.at + y * into.across + left;
    for (let x = left; x < right; x++) {
      target[to++] = source[at];
      at += from.along;
    }
  }
}

function emptyLike<T extends Voxels>(voxels: T): T {
  // A Buffer counts as the Uint8Array that it is: its own constructor is deprecated.
  if (voxels instanceof Uint8Array) return new Uint8Array(voxels.length) as Voxels as T;
  const kind = voxels.constructor as new (length: number) => T;
  return new kind(voxels.length);
}

function checkLength(voxels: Voxels, shape: readonly [number, number, number]): void {
  if (voxels.length === shape[0] * shape[1] * shape[2]) return;
  throw new PlusctError('InvalidInput', `${voxels.length} voxels do not fill ${shape.join('×')}`);
}
