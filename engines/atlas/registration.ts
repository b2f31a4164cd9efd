import type { Triple } from '../../imaging/mask-box.js';
import type { Alignment } from './alignment.js';
import { type LocalStatistics, localStatistics, meanProduct, noiseVariance } from './local-statistics.js';
import { coarser, type Picture } from './picture.js';
import { boxMean, tentMean } from './smoothing.js';
import { type Mapping, mappingOnGrid, plainMapping, warp } from './warp.js';

/** One resolution of a registration. */
export interface Level {
  readonly spacingMm: number;
  readonly rounds: number;
}

/** Largest movement per round, in voxels: at first, and so small that a level is done. */
const stepVoxels = 0.6;
const leastStepVoxels = 0.04;
/** Vectors this many times as long as is typical move by the largest step, and longer ones no farther. */
const lengthRatio = 2;
/** Smoothing of every round's movement, and of the sum of all. */
const updateRadius = 2;
const elasticRadius = 1;

/**
 * Deforms the moving scan onto the fixed one by climbing the local correlation (after Avants et al., Medical Image
 * Analysis 12 (2008) 26–41), so that contrast agent in one and not in the other does little harm. Coarse to fine.
 */
export function register(
  fixed: Picture,
  moving: Picture,
  start: Alignment,
  levels: readonly Level[],
): Mapping {
  let mapping: Mapping | undefined;
  for (const level of levels) {
    const pair = { fixed: atSpacing(fixed, level.spacingMm), moving: atSpacing(moving, level.spacingMm) };
    const { grid } = pair.fixed;
    const from: Mapping = mapping ? mappingOnGrid(mapping, grid) : plainMapping(grid, start);
    mapping = climb(pair.fixed, pair.moving, from, level);
  }
  const last = mapping ?? plainMapping(fixed.grid, start);
  return last.grid === fixed.grid ? last : mappingOnGrid(last, fixed.grid);
}

function atSpacing(picture: Picture, spacingMm: number): Picture {
  return picture.grid.spacingMm === spacingMm ? picture : coarser(picture, spacingMm);
}

/** Steps that make the scans less alike are taken back, and the next are half as long. */
function climb(fixed: Picture, moving: Picture, start: Mapping, level: Level): Mapping {
  const { shape } = fixed.grid;
  const statistics = localStatistics(fixed.values, shape);
  const look = (mapping: Mapping) => {
    const moved = warp(moving.values, moving.grid, mapping);
    return { mapping, ...correlationForces(fixed.values, statistics, moved, shape) };
  };
  let best = look(start);
  let step = stepVoxels;
  for (let round = 0; round < level.rounds && step >= leastStepVoxels; round++) {
    const moved = moveBy(best.mapping, best.forces, step * level.spacingMm);
    if (!moved) break;
    const next = look(moved);
    if (next.likeness > best.likeness) best = next;
    else step /= 2;
  }
  return best.mapping;
}

/** The mapping moved along smoothed forces, by at most `longestMm`; undefined when there is nothing to move for. */
function moveBy(mapping: Mapping, forces: Vectors, longestMm: number): Mapping | undefined {
  const { shape } = mapping.grid;
  const smooth = forces.map((force) => tentMean(force, shape, updateRadius));
  const typical = typicalLength(smooth);
  if (typical < 1e-12) return undefined;
  shorten(smooth, longestMm / (lengthRatio * typical), longestMm);
  const [x, y, z] = mapping.shiftsMm.map((shifts, axis) => {
    const moved = new Float32Array(shifts.length);
    for (let n = 0; n < moved.length; n++) moved[n] = shifts[n] + smooth[axis][n];
    return boxMean(moved, shape, elasticRadius);
  });
  return { ...mapping, shiftsMm: [x, y, z] };
}

type Vectors = readonly [Float32Array, Float32Array, Float32Array];

/** Mean squared local correlation, and its derivative by the displacement, one array per axis. */
function correlationForces(
  fixed: Float32Array,
  fixedIs: LocalStatistics,
  moved: { values: Float32Array; seen: Uint8Array },
  shape: Triple,
): { likeness: number; forces: Vectors } {
  const { values, seen } = moved;
  const movedIs = localStatistics(values, shape);
  const shared = meanProduct(fixed, values, shape);
  const forces: Vectors = [
    new Float32Array(values.length),
    new Float32Array(values.length),
    new Float32Array(values.length),
  ];
  const [nx, ny, nz] = shape;
  let [likeness, count] = [0, 0];
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, n++) {
        if (!seen[n]) continue;
        const covariance = shared[n] - fixedIs.mean[n] * movedIs.mean[n];
        const spreadF = fixedIs.variance[n] + noiseVariance;
        const spreadM = movedIs.variance[n] + noiseVariance;
        const residual = fixed[n] - fixedIs.mean[n] - (covariance / spreadM) * (values[n] - movedIs.mean[n]);
        likeness += (covariance * covariance) / (spreadF * spreadM);
        count++;
        const strength = (2 * covariance * residual) / (spreadF * spreadM);
        if (i > 0 && i < nx - 1) forces[0][n] = strength * (values[n + 1] - values[n - 1]);
        if (j > 0 && j < ny - 1) forces[1][n] = strength * (values[n + nx] - values[n - nx]);
        if (k > 0 && k < nz - 1) forces[2][n] = strength * (values[n + nx * ny] - values[n - nx * ny]);
      }
    }
  }
  return { likeness: likeness / Math.max(1, count), forces };
}

/** Root mean square length of the vectors. */
function typicalLength(parts: readonly Float32Array[]): number {
  let sum = 0;
  const [x, y, z] = parts;
  for (let n = 0; n < x.length; n++) sum += x[n] * x[n] + y[n] * y[n] + z[n] * z[n];
  return Math.sqrt(sum / x.length);
}

/** Scales vectors in place and holds their length to a most. */
function shorten(parts: readonly Float32Array[], factor: number, most: number): void {
  const [x, y, z] = parts;
  for (let n = 0; n < x.length; n++) {
    const length = factor * Math.sqrt(x[n] * x[n] + y[n] * y[n] + z[n] * z[n]);
    const scale = length > most ? (factor * most) / length : factor;
    x[n] *= scale;
    y[n] *= scale;
    z[n] *= scale;
  }
}
