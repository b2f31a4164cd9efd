import { PlusctError } from '../domain/errors.js';
import { squaredDistances } from './distance-transform.js';
import {
  type Box,
  boxSize,
  checkShape,
  checkSpacing,
  cropMask,
  growBox,
  maskBox,
  pasteMask,
  type Triple,
  voxelsOf,
} from './mask-box.js';
import type { Mask } from './volume.js';

/** The connected parts of a mask (voxels that share a face), as runs along the fastest axis. */
export interface Components {
  /** Index of each run's first voxel and of the voxel after its last, in index order. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Which part each run belongs to; 0 is the largest. */
  readonly component: Int32Array;
  /** Voxels of each part, largest first; equal ones in the order of their first voxel. */
  readonly voxels: readonly number[];
}

/** Finds the parts of a mask. Runs instead of voxels are joined, so that memory grows with the surface only. */
export function findComponents(mask: Mask, shape: Triple): Components {
  checkShape('the mask', mask, shape);
  const { starts, ends, firstRun } = findRuns(mask, shape);
  const parent = Int32Array.from(starts, (_, run) => run);
  const [, n2, n3] = shape;
  for (let k = 0; k < n3; k++) {
    for (let j = 0; j < n2; j++) {
      const row = j + n2 * k;
      if (j > 0) joinRows(parent, { starts, ends, firstRun }, row - 1, row, shape[0]);
      if (k > 0) joinRows(parent, { starts, ends, firstRun }, row - n2, row, shape[0] * n2);
    }
  }
  const component = parent.map((_, run) => rootOf(parent, run));
  return { starts, ends, ...bySize(component, starts, ends) };
}

interface Runs {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** First run of each row, and one past the last at the end. */
  readonly firstRun: Int32Array;
}

function findRuns(mask: Mask, shape: Triple): Runs {
  const [n1, n2, n3] = shape;
  const firstRun = new Int32Array(n2 * n3 + 1);
  const starts: number[] = [];
  const ends: number[] = [];
  const box = maskBox(mask, shape);
  for (let row = 0; row < n2 * n3; row++) {
    firstRun[row] = starts.length;
    const k = Math.floor(row / n2);
    if (!box || !holdsRow(box, row - k * n2, k)) continue;
    const end = row * n1 + box.high[0];
    for (let v = row * n1 + box.low[0]; v < end; v++) {
      if (mask[v] === 0) continue;
      starts.push(v);
      while (v < end && mask[v] !== 0) v++;
      ends.push(v);
    }
  }
  firstRun[n2 * n3] = starts.length;
  return { starts: Int32Array.from(starts), ends: Int32Array.from(ends), firstRun };
}

function holdsRow(box: Box, j: number, k: number): boolean {
  return j >= box.low[1] && j < box.high[1] && k >= box.low[2] && k < box.high[2];
}

/** Joins the runs of two neighbouring rows that lie side by side; `step` is the index distance of the rows. */
function joinRows(parent: Int32Array, runs: Runs, above: number, below: number, step: number): void {
  const { starts, ends, firstRun } = runs;
  let a = firstRun[above];
  let b = firstRun[below];
  while (a < firstRun[above + 1] && b < firstRun[below + 1]) {
    if (starts[a] + step < ends[b] && starts[b] < ends[a] + step) {
      const rootA = rootOf(parent, a);
      const rootB = rootOf(parent, b);
      parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    }
    if (ends[a] + step < ends[b]) a++;
    else b++;
  }
}

function rootOf(parent: Int32Array, run: number): number {
  let root = run;
  while (parent[root] !== root) {
    parent[root] = parent[parent[root]];
    root = parent[root];
  }
  return root;
}

/** Renumbers parts from their root run to their rank by size. */
function bySize(
  roots: Int32Array,
  starts: Int32Array,
  ends: Int32Array,
): Pick<Components, 'component' | 'voxels'> {
  const sizes = new Map<number, number>();
  roots.forEach((root, run) => {
    sizes.set(root, (sizes.get(root) ?? 0) + ends[run] - starts[run]);
  });
  const sorted = [...sizes].sort(([rootA, a], [rootB, b]) => b - a || rootA - rootB);
  const rank = new Map(sorted.map(([root], at) => [root, at]));
  return {
    component: roots.map((root) => rank.get(root) ?? 0),
    voxels: sorted.map(([, voxels]) => voxels),
  };
}

/**
 * A new mask of the `count` largest parts, less those smaller than `minFraction` (0 to 1) of the largest:
 * for kidneys 2 and 0.1, which keeps a single kidney single.
 */
export function largestComponents(mask: Mask, shape: Triple, count: number, minFraction = 0): Mask {
  const { starts, ends, component, voxels } = findComponents(mask, shape);
  const result = new Uint8Array(mask.length);
  component.forEach((part, run) => {
    if (part < count && voxels[part] >= minFraction * voxels[0]) result.fill(1, starts[run], ends[run]);
  });
  return result;
}

/** A new mask with its holes filled: background from which no path through faces leads to the volume's border. */
export function fillHoles(mask: Mask, shape: Triple): Mask {
  checkShape('the mask', mask, shape);
  const box = maskBox(mask, shape);
  if (!box) return new Uint8Array(mask.length);
  const size = boxSize(box);
  // Outside the mask's box all is open, and beyond a volume border there is nothing: the box's faces decide.
  const crop = cropMask(mask, shape, box);
  const { background, open } = backgroundOf(crop, size);
  background.component.forEach((part, run) => {
    if (!open[part]) crop.fill(1, background.starts[run], background.ends[run]);
  });
  return pasteMask(crop, box, shape);
}

/** Voxels of the holes that `fillHoles` fills. Give a mask that was cut to its box: nothing is cropped here. */
export function holeVoxels(mask: Mask, shape: Triple): number {
  const { background, open } = backgroundOf(mask, shape);
  return background.voxels.reduce((sum, voxels, part) => (open[part] ? sum : sum + voxels), 0);
}

/** The parts of the background, and for each whether it reaches the border. */
function backgroundOf(mask: Mask, shape: Triple): { background: Components; open: Uint8Array } {
  const background = findComponents(
    mask.map((inside) => (inside === 0 ? 1 : 0)),
    shape,
  );
  const open = new Uint8Array(background.voxels.length);
  background.component.forEach((part, run) => {
    if (touchesFace(background.starts[run], background.ends[run], shape)) open[part] = 1;
  });
  return { background, open };
}

function touchesFace(start: number, end: number, [n1, n2, n3]: Triple): boolean {
  const row = Math.floor(start / n1);
  const j = row % n2;
  const k = (row - j) / n2;
  return start % n1 === 0 || end % n1 === 0 || j === 0 || j === n2 - 1 || k === 0 || k === n3 - 1;
}

/** A new mask grown by `steps` voxels through faces, clipped at the volume's border. */
export function dilate(mask: Mask, shape: Triple, steps = 1): Mask {
  checkShape('the mask', mask, shape);
  const tight = maskBox(mask, shape);
  if (!tight) return new Uint8Array(mask.length);
  const box = growBox(tight, [steps, steps, steps], shape);
  return faceSteps(mask, shape, box, steps, 1);
}

/** A new mask shrunk by `steps` voxels through faces. What lies beyond the volume's border is background. */
export function erode(mask: Mask, shape: Triple, steps = 1): Mask {
  checkShape('the mask', mask, shape);
  const box = maskBox(mask, shape);
  return box ? faceSteps(mask, shape, box, steps, 0) : new Uint8Array(mask.length);
}

/** Repeats: a voxel takes `value` if one of its six neighbours has it. */
function faceSteps(mask: Mask, shape: Triple, box: Box, steps: number, value: 0 | 1): Mask {
  const [n1, n2, n3] = boxSize(box);
  const row = n1 + 2;
  const plane = row * (n2 + 2);
  // A margin of background makes every neighbour readable.
  let crop = cropMask(mask, shape, box, 1);
  for (let step = 0; step < steps; step++) {
    const next = crop.slice();
    for (let k = 1; k <= n3; k++) {
      for (let j = 1; j <= n2; j++) {
        const start = row * j + plane * k + 1;
        for (let v = start; v < start + n1; v++)
          if (hasNeighbour(crop, v, row, plane, value)) next[v] = value;
      }
    }
    crop = next;
  }
  return pasteMask(crop, box, shape, 1);
}

function hasNeighbour(crop: Mask, v: number, row: number, plane: number, value: number): boolean {
  return (
    crop[v - 1] === value ||
    crop[v + 1] === value ||
    crop[v - row] === value ||
    crop[v + row] === value ||
    crop[v - plane] === value ||
    crop[v + plane] === value
  );
}

/** A new mask of every voxel whose centre is within `radiusMm` of the centre of a voxel inside. */
export function dilateMm(mask: Mask, shape: Triple, spacingMm: Triple, radiusMm: number): Mask {
  checkShape('the mask', mask, shape);
  checkRadius(spacingMm, radiusMm);
  const tight = maskBox(mask, shape);
  if (!tight) return new Uint8Array(mask.length);
  const reach = spacingMm.map((spacing) => Math.ceil(radiusMm / spacing)) as [number, number, number];
  const box = growBox(tight, reach, shape);
  const crop = cropMask(mask, shape, box);
  const squares = squaredDistances(crop, 1, boxSize(box), spacingMm);
  const limit = squareOf(radiusMm);
  return pasteMask(
    crop.map((_, v) => (squares[v] <= limit ? 1 : 0)),
    box,
    shape,
  );
}

/** A new mask of every voxel farther than `radiusMm` from the centre of all background, the volume's outside included. */
export function erodeMm(mask: Mask, shape: Triple, spacingMm: Triple, radiusMm: number): Mask {
  checkShape('the mask', mask, shape);
  checkRadius(spacingMm, radiusMm);
  const box = maskBox(mask, shape);
  if (!box) return new Uint8Array(mask.length);
  const [n1, n2, n3] = boxSize(box);
  const padded = cropMask(mask, shape, box, 1);
  const squares = squaredDistances(padded, 0, [n1 + 2, n2 + 2, n3 + 2], spacingMm);
  const limit = squareOf(radiusMm);
  return pasteMask(
    padded.map((_, v) => (squares[v] > limit ? 1 : 0)),
    box,
    shape,
    1,
  );
}

/** A radius that is a multiple of the spacing must reach that voxel, whatever the rounding of the squares. */
function squareOf(radiusMm: number): number {
  return radiusMm * radiusMm * (1 + 1e-12);
}

function checkRadius(spacingMm: Triple, radiusMm: number): void {
  checkSpacing(spacingMm);
  if (radiusMm >= 0 && Number.isFinite(radiusMm)) return;
  throw new PlusctError('InvalidInput', `radiusMm is ${radiusMm}: give finite millimetres of at least 0`);
}

/**
 * A new mask in which every voxel takes the majority of the (2·radius + 1)³ voxels around it; a tie leaves it as it
 * is. Beyond the volume's border nobody votes, so that an organ cut by the scan's edge does not shrink there.
 */
export function smoothMask(mask: Mask, shape: Triple, radius = 1): Mask {
  checkShape('the mask', mask, shape);
  const tight = maskBox(mask, shape);
  if (!tight || radius < 1) return mask.map((value) => (value === 0 ? 0 : 1));
  const box = growBox(tight, [radius, radius, radius], shape);
  const size = boxSize(box);
  const crop = cropMask(mask, shape, box);
  let votes = Uint16Array.from(crop);
  for (const axis of [0, 1, 2] as const) votes = windowSums(votes, size, axis, radius);
  const voters = ([0, 1, 2] as const).map((axis) => votersAlong(box, axis, shape[axis], radius));
  for (let v = 0, k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      const across = voters[1][j] * voters[2][k];
      for (let i = 0; i < size[0]; i++, v++) {
        const half = (across * voters[0][i]) / 2;
        if (votes[v] !== half) crop[v] = votes[v] > half ? 1 : 0;
      }
    }
  }
  return pasteMask(crop, box, shape);
}

/** How many voxels of the volume the window around each position of the box covers along one axis. */
function votersAlong(box: Box, axis: 0 | 1 | 2, length: number, radius: number): number[] {
  return Array.from({ length: box.high[axis] - box.low[axis] }, (_, n) => {
    const at = box.low[axis] + n;
    return Math.min(length - 1, at + radius) - Math.max(0, at - radius) + 1;
  });
}

/** Sums over a sliding window along one axis; what lies outside the crop counts 0. */
function windowSums(
  values: Uint16Array,
  size: Triple,
  axis: 0 | 1 | 2,
  radius: number,
): Uint16Array<ArrayBuffer> {
  const stride = axis === 0 ? 1 : axis === 1 ? size[0] : size[0] * size[1];
  const length = size[axis];
  const sums = new Uint16Array(voxelsOf(size));
  for (let v = 0; v < sums.length; v++) {
    const at = Math.floor(v / stride) % length;
    const from = Math.max(-at, -radius);
    const to = Math.min(length - 1 - at, radius);
    let sum = 0;
    for (let d = from; d <= to; d++) sum += values[v + d * stride];
    sums[v] = sum;
  }
  return sums;
}
