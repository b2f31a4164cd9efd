import type { Triple } from '../../imaging/mask-box.js';
import { coarser, type Picture, searchSpacingMm } from './picture.js';

/** Takes a point of the fixed scan to the moving one, axis by axis: `scale·point + shiftMm`. */
export interface Alignment {
  readonly scale: Triple;
  readonly shiftMm: Triple;
}

/** A scan at overview spacing with the trunk's box, in mm of its own frame. */
export interface Overview {
  readonly picture: Picture;
  readonly fromMm: Triple;
  readonly toMm: Triple;
}

/** Least part of the shorter scan's height that must be seen by both. */
const leastOverlap = 0.4;
/** What full overlap adds to a correlation; breaks ties in favour of seeing more. */
const overlapBonus = 0.05;
const heightScales = [0.87, 1, 1.15];
const candidatesKept = 4;
const scaleLimits = { least: 0.6, most: 1.6 } as const;

/**
 * Aligns two scans by translation and scale along each axis. In plane the trunks' boxes are matched; along the body,
 * where fields of view differ, every offset is tried and the best few are refined by correlation.
 */
export function align(fixed: Overview, moving: Overview): Alignment {
  const small = {
    fixed: coarser(fixed.picture, searchSpacingMm),
    moving: coarser(moving.picture, searchSpacingMm),
  };
  const tried = startingPoints(fixed, moving).map((alignment) => ({
    alignment,
    score: similarity(small.fixed, small.moving, alignment),
  }));
  tried.sort((one, other) => other.score - one.score);
  const refined = tried
    .slice(0, candidatesKept)
    .map(({ alignment }) =>
      climb(small.fixed, small.moving, alignment, { shiftMm: 12, scale: 0.08, rounds: 4 }),
    );
  refined.sort((one, other) => other.score - one.score);
  return climb(fixed.picture, moving.picture, refined[0].alignment, { shiftMm: 4, scale: 0.03, rounds: 3 })
    .alignment;
}

function startingPoints(fixed: Overview, moving: Overview): Alignment[] {
  const inPlane = [0, 1].map((axis) => {
    const width = {
      fixed: fixed.toMm[axis] - fixed.fromMm[axis],
      moving: moving.toMm[axis] - moving.fromMm[axis],
    };
    const scale = clampScale(width.moving / width.fixed);
    const middle = {
      fixed: fixed.toMm[axis] + fixed.fromMm[axis],
      moving: moving.toMm[axis] + moving.fromMm[axis],
    };
    return { scale, shift: (middle.moving - scale * middle.fixed) / 2 };
  });
  const [x, y] = inPlane;
  const height = { fixed: heightMm(fixed), moving: heightMm(moving) };
  const result: Alignment[] = [];
  for (const scale of heightScales) {
    const [bottom, top] = [-scale * height.fixed, height.moving];
    for (let shift = bottom; shift <= top; shift += searchSpacingMm)
      result.push({ scale: [x.scale, y.scale, scale], shiftMm: [x.shift, y.shift, shift] });
  }
  return result;
}

function heightMm(overview: Overview): number {
  return overview.picture.grid.shape[2] * overview.picture.grid.spacingMm;
}

function clampScale(scale: number): number {
  return Math.min(scaleLimits.most, Math.max(scaleLimits.least, scale));
}

interface Climb {
  readonly shiftMm: number;
  readonly scale: number;
  readonly rounds: number;
}

/** Coordinate ascent with halving steps; the order of trials is fixed, so the result is too. */
function climb(fixed: Picture, moving: Picture, start: Alignment, steps: Climb) {
  let best = { alignment: start, score: similarity(fixed, moving, start) };
  for (let round = 0; round < steps.rounds; round++) {
    const part = 0.5 ** round;
    for (let pass = 0, improved = true; improved && pass < 6; pass++) {
      improved = false;
      for (const alignment of neighbours(
        () => best.alignment,
        fixed,
        steps.shiftMm * part,
        steps.scale * part,
      )) {
        const score = similarity(fixed, moving, alignment);
        if (score <= best.score + 1e-5) continue;
        best = { alignment, score };
        improved = true;
      }
    }
  }
  return best;
}

/** Every single step from what is best at that moment: shifts first, then scales about the middle of the scan. */
function* neighbours(
  best: () => Alignment,
  fixed: Picture,
  shiftMm: number,
  scale: number,
): Generator<Alignment> {
  const { grid } = fixed;
  for (const axis of [2, 1, 0]) {
    for (const sign of [1, -1]) {
      const from = best();
      yield { scale: from.scale, shiftMm: changed(from.shiftMm, axis, sign * shiftMm) };
    }
    for (const sign of [1, -1]) {
      const from = best();
      const wanted = clampScale(from.scale[axis] * (1 + sign * scale));
      const step = wanted - from.scale[axis];
      const middle = grid.originMm[axis] + ((grid.shape[axis] - 1) * grid.spacingMm) / 2;
      yield {
        scale: changed(from.scale, axis, step),
        shiftMm: changed(from.shiftMm, axis, -step * middle),
      };
    }
  }
}

function changed(triplet: Triple, axis: number, by: number): Triple {
  return [
    triplet[0] + (axis === 0 ? by : 0),
    triplet[1] + (axis === 1 ? by : 0),
    triplet[2] + (axis === 2 ? by : 0),
  ];
}

/** For one axis: which moving voxels each fixed voxel reads; -1 where it lies outside of the moving scan. */
function axisReads(fixed: Picture, moving: Picture, alignment: Alignment, axis: number) {
  const size = fixed.grid.shape[axis];
  const lower = new Int32Array(size).fill(-1);
  const part = new Float32Array(size);
  const last = moving.grid.shape[axis] - 1;
  let seen = 0;
  for (let n = 0; n < size; n++) {
    const pointMm = fixed.grid.originMm[axis] + n * fixed.grid.spacingMm;
    const at =
      (alignment.scale[axis] * pointMm + alignment.shiftMm[axis] - moving.grid.originMm[axis]) /
      moving.grid.spacingMm;
    if (at < -0.5 || at > last + 0.5) continue;
    const held = Math.min(last, Math.max(0, at));
    lower[n] = Math.min(Math.max(0, last - 1), Math.floor(held));
    part[n] = held - lower[n];
    seen++;
  }
  return { lower, part, seen };
}

/** Correlation of what both scans see, plus the bonus for overlap; -2 when they see too little together. */
export function similarity(fixed: Picture, moving: Picture, alignment: Alignment): number {
  const [x, y, z] = [0, 1, 2].map((axis) => axisReads(fixed, moving, alignment, axis));
  const movingHeight = moving.grid.shape[2] / alignment.scale[2];
  const overlap = z.seen / Math.min(fixed.grid.shape[2], movingHeight);
  if (overlap < leastOverlap || x.seen === 0 || y.seen === 0) return -2;
  const sums = { n: 0, f: 0, m: 0, ff: 0, mm: 0, fm: 0 };
  const [nx, ny, nz] = fixed.grid.shape;
  const [mx, my, mz] = moving.grid.shape;
  const [stepX, stepY, stepZ] = [mx > 1 ? 1 : 0, my > 1 ? mx : 0, mz > 1 ? mx * my : 0];
  const values = moving.values;
  for (let k = 0; k < nz; k++) {
    if (z.lower[k] < 0) continue;
    for (let j = 0; j < ny; j++) {
      if (y.lower[j] < 0) continue;
      const base = z.lower[k] * mx * my + y.lower[j] * mx;
      const [pz, py] = [z.part[k], y.part[j]];
      const row = nx * (j + ny * k);
      for (let i = 0; i < nx; i++) {
        if (x.lower[i] < 0) continue;
        const at = base + x.lower[i];
        const px = x.part[i];
        const near = values[at] + px * (values[at + stepX] - values[at]);
        const up = values[at + stepY] + px * (values[at + stepY + stepX] - values[at + stepY]);
        const far = at + stepZ;
        const nearFar = values[far] + px * (values[far + stepX] - values[far]);
        const upFar = values[far + stepY] + px * (values[far + stepY + stepX] - values[far + stepY]);
        const m = (near + py * (up - near)) * (1 - pz) + (nearFar + py * (upFar - nearFar)) * pz;
        const f = fixed.values[row + i];
        sums.n++;
        sums.f += f;
        sums.m += m;
        sums.ff += f * f;
        sums.mm += m * m;
        sums.fm += f * m;
      }
    }
  }
  return correlation(sums) + overlapBonus * Math.min(1, overlap);
}

function correlation(sums: { n: number; f: number; m: number; ff: number; mm: number; fm: number }): number {
  const spreadF = sums.ff - (sums.f * sums.f) / sums.n;
  const spreadM = sums.mm - (sums.m * sums.m) / sums.n;
  const shared = sums.fm - (sums.f * sums.m) / sums.n;
  return shared / Math.sqrt(Math.max(1e-6, spreadF * spreadM));
}
