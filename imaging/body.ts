import { largestComponents } from './components.js';
import type { Triple } from './mask-box.js';
import { type CubicGrid, voxelCount } from './resample.js';

/** Where the patient is on a cubic grid. */
export interface Body {
  /** 1 in the body (skin to skin, lungs and bowel gas included), 0 outside. */
  readonly mask: Uint8Array;
  /** Box around the trunk: first and last index per axis (inclusive), thin appendages left out. */
  readonly from: Triple;
  readonly to: Triple;
}

/** Fat is about -100 HU and table foam below -500 HU; half way between air and fat, nearer to fat. */
const skinHu = -300;
/** The table top and clothes are thinner than this; the body is not. */
const thinnestMm = 12;
/** A row belongs to the trunk when it holds at least this part of the fullest row. */
const trunkShare = 0.08;

/**
 * Finds the patient: voxels above -300 HU, thin plates (the table) opened away, largest piece, holes filled slice by
 * slice. `hu` holds Hounsfield units, x fastest. Undefined when nothing looks like a body.
 */
export function findBody(hu: Float32Array, grid: CubicGrid): Body | undefined {
  const dense = new Uint8Array(hu.length);
  for (let n = 0; n < hu.length; n++) dense[n] = hu[n] > skinHu ? 1 : 0;
  const radius = Math.max(1, Math.round(thinnestMm / grid.spacingMm / 2));
  const opened = grow(shrink(dense, grid.shape, radius), grid.shape, radius);
  for (let n = 0; n < opened.length; n++) opened[n] &= dense[n];
  const mask = largestComponents(opened, grid.shape, 1);
  if (!mask.includes(1)) return undefined;
  fillSlices(mask, grid.shape);
  const spans = [0, 1, 2].map((axis) => trunkSpan(mask, grid, axis));
  return {
    mask,
    from: [spans[0][0], spans[1][0], spans[2][0]],
    to: [spans[0][1], spans[1][1], spans[2][1]],
  };
}

/** In-plane erosion by a square; the first and last slices are not eroded, as the body goes on beyond them. */
export function shrink(mask: Uint8Array, shape: Triple, radius: number): Uint8Array {
  return slide(slide(mask, shape, 0, radius, 0), shape, 1, radius, 0);
}

/** In-plane dilation by a square. */
export function grow(mask: Uint8Array, shape: Triple, radius: number): Uint8Array {
  return slide(slide(mask, shape, 0, radius, 1), shape, 1, radius, 1);
}

/** Running minimum (`wins` 0) or maximum (`wins` 1) along one axis; outside of the grid nothing wins. */
function slide(mask: Uint8Array, shape: Triple, axis: 0 | 1, radius: number, wins: 0 | 1): Uint8Array {
  const result = new Uint8Array(mask.length).fill(1 - wins);
  const stride = axis === 0 ? 1 : shape[0];
  const size = shape[axis];
  for (let n = 0; n < mask.length; n++) {
    if (mask[n] !== wins) continue;
    const at = axis === 0 ? n % shape[0] : Math.floor(n / shape[0]) % shape[1];
    const first = Math.max(-radius, -at);
    const last = Math.min(radius, size - 1 - at);
    for (let step = first; step <= last; step++) result[n + step * stride] = wins;
  }
  return result;
}

/** Fills what the air around the patient cannot reach within a slice. */
function fillSlices(mask: Uint8Array, shape: Triple): void {
  const [nx, ny, nz] = shape;
  const outside = new Uint8Array(nx * ny);
  const queue = new Int32Array(nx * ny);
  for (let z = 0; z < nz; z++) {
    const slice = mask.subarray(z * nx * ny, (z + 1) * nx * ny);
    outside.fill(0);
    let tail = 0;
    const visit = (at: number) => {
      if (slice[at] || outside[at]) return;
      outside[at] = 1;
      queue[tail++] = at;
    };
    for (let x = 0; x < nx; x++) for (const y of [0, ny - 1]) visit(x + nx * y);
    for (let y = 0; y < ny; y++) for (const x of [0, nx - 1]) visit(x + nx * y);
    for (let head = 0; head < tail; head++) {
      const at = queue[head];
      const x = at % nx;
      if (x > 0) visit(at - 1);
      if (x < nx - 1) visit(at + 1);
      if (at >= nx) visit(at - nx);
      if (at < nx * (ny - 1)) visit(at + nx);
    }
    for (let at = 0; at < slice.length; at++) slice[at] = outside[at] ? 0 : 1;
  }
}

/** First and last index along an axis where the trunk is wide enough to count. */
function trunkSpan(mask: Uint8Array, grid: CubicGrid, axis: number): [number, number] {
  const [nx, ny] = grid.shape;
  const counts = new Float64Array(grid.shape[axis]);
  for (let n = 0, total = voxelCount(grid); n < total; n++) {
    if (!mask[n]) continue;
    const at = axis === 0 ? n % nx : axis === 1 ? Math.floor(n / nx) % ny : Math.floor(n / (nx * ny));
    counts[at]++;
  }
  const enough = trunkShare * counts.reduce((most, count) => Math.max(most, count), 0);
  let first = 0;
  let last = counts.length - 1;
  while (first < last && counts[first] < enough) first++;
  while (last > first && counts[last] < enough) last--;
  return [first, last];
}
