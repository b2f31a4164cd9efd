import { grow, shrink } from './body.js';
import type { CoarseGrid } from './coarse-scan.js';
import { findComponents, largestComponents } from './components.js';
import type { Triple } from './mask-box.js';

/** Landmarks of a trunk on a coarse grid in patient order; positions are in cells. */
export interface Torso {
  /** 1 between the outermost body voxels of each row and column of a slice: lungs and gas are in it. */
  readonly body: Uint8Array;
  /** Middle and half width of the body, left–right and front–back. */
  readonly centre: readonly [x: number, y: number];
  readonly half: readonly [x: number, y: number];
  /** Bone that goes on from slice to slice near the midline; absent where there is too little. */
  readonly spine?: readonly [x: number, y: number];
  /** Part of each slice's body that is lung. */
  readonly lungShare: Float64Array;
}

/** Between fat (−100 HU) and air, nearer to fat. */
const skinHu = -300;
/** Lung and gas lie below, tissue above. */
const airHu = -400;
/** Bowel gas is −1000 HU, lung −950 to −600: a pocket with a quarter of its voxels below is gas. */
const gasHu = -960;
const gasPart = 0.25;
/** Pockets smaller than this are partial volume. */
const leastPocketMm3 = 10_000;
/** Cortical bone in any contrast phase; enhanced vessels mostly stay below. */
const boneHu = 250;
/** Slabs in which a spine stands still enough to be seen end on. */
const slabMm = 80;
/** Part of the body's width, about its middle, in which the spine is looked for. */
const midline = 1 / 3;
/** Least sum of squared bone fractions, in cm²; a spine has 0.4 and more. */
const leastSpineCm2 = 0.2;
/** A trunk is at least this wide and deep. */
const leastHalfMm = 50;

/** Finds body, spine and lungs. `hu` lies on `grid`. Undefined where nothing looks like a trunk. */
export function findTorso(hu: Int16Array, grid: CoarseGrid): Torso | undefined {
  const body = bodyOf(hu, grid.shape);
  if (body === undefined) return undefined;
  const across = extent(body, grid.shape, 0);
  const deep = extent(body, grid.shape, 1);
  if (across.half * grid.cellMm[0] < leastHalfMm || deep.half * grid.cellMm[1] < leastHalfMm)
    return undefined;
  const spine = spineOf(hu, body, grid, across);
  return {
    body,
    centre: [across.middle, deep.middle],
    half: [across.half, deep.half],
    ...(spine === undefined ? {} : { spine }),
    lungShare: lungShares(hu, body, grid),
  };
}

function bodyOf(hu: Int16Array, shape: Triple): Uint8Array | undefined {
  const dense = new Uint8Array(hu.length);
  for (let n = 0; n < hu.length; n++) dense[n] = hu[n] > skinHu ? 1 : 0;
  const opened = grow(shrink(dense, shape, 1), shape, 1);
  for (let n = 0; n < opened.length; n++) opened[n] &= dense[n];
  const largest = largestComponents(opened, shape, 1);
  if (!largest.includes(1)) return undefined;
  const [rows, columns] = [spanned(largest, shape, 0), spanned(largest, shape, 1)];
  for (let n = 0; n < rows.length; n++) rows[n] &= columns[n];
  return rows;
}

/** Every line along an in-plane axis filled from its first to its last voxel. */
function spanned(mask: Uint8Array, [nx, ny, nz]: Triple, axis: 0 | 1): Uint8Array {
  const result = new Uint8Array(mask.length);
  const [size, step, lines, lineStep] = axis === 0 ? [nx, 1, ny, nx] : [ny, nx, nx, 1];
  for (let z = 0; z < nz; z++) {
    for (let line = 0; line < lines; line++) {
      const start = z * nx * ny + line * lineStep;
      let first = 0;
      while (first < size && mask[start + first * step] === 0) first++;
      let last = size - 1;
      while (last > first && mask[start + last * step] === 0) last--;
      for (let at = first; at <= last && at < size; at++) result[start + at * step] = 1;
    }
  }
  return result;
}

/** Middle and half of the stretch that holds all but 2 % of the body at either end. */
function extent(body: Uint8Array, [nx, ny]: Triple, axis: 0 | 1): { middle: number; half: number } {
  const counts = new Float64Array(axis === 0 ? nx : ny);
  let total = 0;
  for (let n = 0; n < body.length; n++) {
    if (body[n] === 0) continue;
    counts[axis === 0 ? n % nx : Math.floor(n / nx) % ny]++;
    total++;
  }
  const quantile = (part: number): number => {
    let sum = 0;
    for (let at = 0; at < counts.length; at++) {
      if (sum + counts[at] >= part * total) return at + (part * total - sum) / counts[at] - 0.5;
      sum += counts[at];
    }
    return counts.length - 0.5;
  };
  const [low, high] = [quantile(0.02), quantile(0.98)];
  return { middle: (low + high) / 2, half: (high - low) / 2 };
}

/** Where bone persists through slabs, seen end on: ribs, contrast and hips move from slice to slice, the spine stays. */
function spineOf(
  hu: Int16Array,
  body: Uint8Array,
  { shape: [nx, ny, nz], cellMm }: CoarseGrid,
  across: { middle: number; half: number },
): [number, number] | undefined {
  const slices = Math.max(1, Math.round(slabMm / cellMm[2]));
  const slabs = Math.max(1, Math.round(nz / slices));
  let [weight, sumX, sumY] = [0, 0, 0];
  for (let slab = 0; slab < slabs; slab++) {
    const [from, to] = [Math.round((slab * nz) / slabs), Math.round(((slab + 1) * nz) / slabs)];
    for (let at = 0; at < nx * ny; at++) {
      const [x, y] = [at % nx, Math.floor(at / nx)];
      if (Math.abs(x - across.middle) > midline * across.half) continue;
      let bone = 0;
      for (let z = from; z < to; z++) {
        const n = at + z * nx * ny;
        if (hu[n] > boneHu && body[n] === 1) bone++;
      }
      const persistence = (bone / (to - from)) ** 2;
      weight += persistence;
      sumX += persistence * x;
      sumY += persistence * y;
    }
  }
  if ((weight * cellMm[0] * cellMm[1]) / 100 / slabs < leastSpineCm2) return undefined;
  return [sumX / weight, sumY / weight];
}

function lungShares(hu: Int16Array, body: Uint8Array, { shape, cellMm }: CoarseGrid): Float64Array {
  const plane = shape[0] * shape[1];
  const air = new Uint8Array(hu.length);
  for (let n = 0; n < hu.length; n++) air[n] = body[n] === 1 && hu[n] < airHu ? 1 : 0;
  const { starts, ends, component, voxels } = findComponents(air, shape);
  const gas = new Float64Array(voxels.length);
  component.forEach((part, run) => {
    for (let n = starts[run]; n < ends[run]; n++) if (hu[n] <= gasHu) gas[part]++;
  });
  const least = leastPocketMm3 / (cellMm[0] * cellMm[1] * cellMm[2]);
  const shares = new Float64Array(shape[2]);
  component.forEach((part, run) => {
    if (voxels[part] < least || gas[part] >= gasPart * voxels[part]) return;
    shares[Math.floor(starts[run] / plane)] += ends[run] - starts[run];
  });
  return shares.map((lung, z) => {
    let area = 0;
    for (let n = z * plane; n < (z + 1) * plane; n++) area += body[n];
    return area === 0 ? 0 : lung / area;
  });
}
