import { blurred } from './blur.js';
import type { CoarseVolume } from './coarse-volume.js';
import type { Triple } from './mask-box.js';

/** A place that stands out from its surroundings, brighter or darker, and what lies around it. */
export interface Landmark {
  /** Millimetres along the scan's own index axes from the centre of its first voxel. */
  readonly atMm: Triple;
  /** Contrast in HU: positive where it is brighter than what surrounds it. */
  readonly contrast: number;
  /** `descriptorLength` signed bytes, 2 HU each: surroundings minus centre, in an order that no flip or axis swap changes. */
  readonly descriptor: Int8Array;
}

export const descriptorLength = 16;
/** Millimetres. Landmarks are blobs: the difference of two blurs (Lowe 2004, in three dimensions, one scale). */
const innerBlurMm = 6;
const outerBlurMm = 10;
const leastContrastHu = 5;
/** Nearer to the edge surroundings are missing. */
const edgeMm = 6;
const nearMm = 10;
const farMm = 18;
const huPerLevel = 2;

const faces: readonly Triple[] = directions(1);
const edges: readonly Triple[] = directions(2);
const corners: readonly Triple[] = directions(3);

/** The `most` landmarks of the strongest contrast, strongest first. Equal volumes give equal landmarks. */
export function landmarksOf(volume: CoarseVolume, most: number): Landmark[] {
  const { shape, values, spacingMm } = volume;
  const inner = blurred(values, shape, innerBlurMm / spacingMm);
  const outer = blurred(values, shape, outerBlurMm / spacingMm);
  const contrast = inner.map((value, n) => value - outer[n]);
  const found = extrema(contrast, shape, Math.ceil(edgeMm / spacingMm));
  found.sort((a, b) => Math.abs(contrast[b]) - Math.abs(contrast[a]) || a - b);
  return found.slice(0, most).map((index) => {
    const at = refined(contrast, shape, index);
    return {
      atMm: moved(volume.originMm, at, spacingMm),
      contrast: contrast[index],
      descriptor: descriptorAt(inner, shape, at, spacingMm),
    };
  });
}

/** Indices whose value is above or below that of all 26 neighbours and far enough from 0. */
function extrema(contrast: Float32Array, [n1, n2, n3]: Triple, margin: number): number[] {
  const neighbours: number[] = [];
  for (const [x, y, z] of [...faces, ...edges, ...corners]) neighbours.push(x + n1 * (y + n2 * z));
  const found: number[] = [];
  const edge = Math.max(1, margin);
  for (let k = edge; k < n3 - edge; k++) {
    for (let j = edge; j < n2 - edge; j++) {
      for (let i = edge; i < n1 - edge; i++) {
        const index = i + n1 * (j + n2 * k);
        const value = contrast[index];
        if (Math.abs(value) < leastContrastHu) continue;
        const sign = value > 0 ? 1 : -1;
        if (neighbours.every((step) => sign * contrast[index + step] < sign * value)) found.push(index);
      }
    }
  }
  return found;
}

/** Index with fractions: the vertex of a parabola along each axis. */
function refined(contrast: Float32Array, [n1, n2]: Triple, index: number): Triple {
  const at = [index % n1, Math.floor(index / n1) % n2, Math.floor(index / (n1 * n2))];
  const strides = [1, n1, n1 * n2];
  const vertex = (axis: number): number => {
    const [before, here, after] = [-1, 0, 1].map((step) => contrast[index + step * strides[axis]]);
    const bend = before - 2 * here + after;
    return at[axis] + (bend === 0 ? 0 : Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))));
  };
  return [vertex(0), vertex(1), vertex(2)];
}

function moved(from: Triple, by: Triple, times: number): Triple {
  return [from[0] + by[0] * times, from[1] + by[1] * times, from[2] + by[2] * times];
}

/** Sorted within each ring of equal distance, so that axes may be swapped and flipped at will. */
function descriptorAt(inner: Float32Array, shape: Triple, at: Triple, spacingMm: number): Int8Array {
  const centre = sampleAt(inner, shape, at);
  const ring = (steps: readonly Triple[], distanceMm: number): number[] =>
    steps
      .map((step) => {
        const length = distanceMm / spacingMm / Math.hypot(...step);
        return sampleAt(inner, shape, moved(at, step, length)) - centre;
      })
      .sort((a, b) => a - b);
  const sorted = [...ring(faces, nearMm), ...pairs(ring(corners, farMm)), ...pairs(ring(edges, farMm))];
  return Int8Array.from(sorted, (value) => Math.max(-127, Math.min(127, Math.round(value / huPerLevel))));
}

/** Means of neighbours in a sorted row: half as many numbers. */
function pairs(sorted: readonly number[]): number[] {
  return Array.from({ length: sorted.length / 2 }, (_, n) => (sorted[2 * n] + sorted[2 * n + 1]) / 2);
}

/** Linear interpolation; beyond the edge the nearest voxel counts. */
export function sampleAt(values: Float32Array, [n1, n2, n3]: Triple, [x, y, z]: Triple): number {
  const hx = Math.max(0, Math.min(n1 - 1, x));
  const hy = Math.max(0, Math.min(n2 - 1, y));
  const hz = Math.max(0, Math.min(n3 - 1, z));
  const i = Math.min(n1 - 2, Math.floor(hx));
  const j = Math.min(n2 - 2, Math.floor(hy));
  const k = Math.min(n3 - 2, Math.floor(hz));
  const [u, v, w] = [hx - i, hy - j, hz - k];
  const base = i + n1 * (j + n2 * k);
  const row = (start: number): number => values[start] * (1 - u) + values[start + 1] * u;
  const plane = (start: number): number => row(start) * (1 - v) + row(start + n1) * v;
  return plane(base) * (1 - w) + plane(base + n1 * n2) * w;
}

/** Steps to those of the 26 neighbours that differ along so many axes. */
function directions(axes: number): Triple[] {
  const all: Triple[] = [];
  for (let n = 0; n < 27; n++) {
    const step: Triple = [(n % 3) - 1, (Math.floor(n / 3) % 3) - 1, Math.floor(n / 9) - 1];
    if (step.filter((each) => each !== 0).length === axes) all.push(step);
  }
  return all;
}
