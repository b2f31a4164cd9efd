import { countByElements } from './distance-elements.js';
import { countByWords, maxWordReach } from './distance-words.js';
import type { Triple } from './mask-box.js';
import type { Surface } from './surface-elements.js';

/**
 * Area of `from` in mm² that lies within each tolerance of `to`. Both surfaces lie on the same lattice; spacing in
 * index order; tolerances at least 0, in any order.
 *
 * Around each element the rows of the other surface are searched, nearest first, until no row can bring it within a
 * smaller tolerance than already found. Distances are compared as scipy's distance transform would give them:
 * float64, squares summed as (i² + j²) + k², the root at most the tolerance; so ties fall alike.
 */
export function areasWithin(
  from: Surface,
  to: Surface,
  spacingMm: Triple,
  areas: Float64Array,
  tolerancesMm: readonly number[],
): number[] {
  if (from.codes.length === 0 || to.codes.length === 0) return tolerancesMm.map(() => 0);
  const rising = [...new Set(tolerancesMm)].sort((a, b) => a - b);
  const rows = nearbyRows(to.lattice, spacingMm, rising);
  const farthest = rows.reach.reduce((a, b) => Math.max(a, b), 0);
  const counts = farthest <= maxWordReach ? countByWords(from, to, rows) : countByElements(from, to, rows);
  return tolerancesMm.map((toleranceMm) => {
    const levels = rising.indexOf(toleranceMm) + 1;
    // Counting per code first keeps the sum independent of the elements' order.
    let area = 0;
    for (let code = 0; code < 256; code++) {
      let count = 0;
      for (let level = 0; level < levels; level++) count += counts[256 * level + code];
      area += count * areas[code];
    }
    return area;
  });
}

/** Rows around a row, nearest first; `reach[levels·row + level]`: steps along it that stay within that tolerance, or −1. */
export interface NearbyRows {
  readonly levels: number;
  readonly offsetJ: Int32Array;
  readonly offsetK: Int32Array;
  readonly reach: Int32Array;
}

/** The rows around a row that lie within any of the tolerances (rising). */
export function nearbyRows(
  [l1, l2, l3]: Triple,
  [s1, s2, s3]: Triple,
  tolerancesMm: readonly number[],
): NearbyRows {
  const limits = tolerancesMm.map(largestSquare);
  const largest = limits[limits.length - 1];
  const rows: { j: number; k: number; square: number }[] = [];
  const reachK = Math.min(l3 - 1, Math.floor(Math.sqrt(largest) / s3) + 1);
  const reachJ = Math.min(l2 - 1, Math.floor(Math.sqrt(largest) / s2) + 1);
  for (let k = -reachK; k <= reachK; k++) {
    for (let j = -reachJ; j <= reachJ; j++) {
      const square = squared(j * s2) + squared(k * s3);
      if (square <= largest) rows.push({ j, k, square });
    }
  }
  rows.sort((a, b) => a.square - b.square);
  const reachOf = (j: number, k: number, limit: number): number => {
    const within = (i: number): boolean => squared(i * s1) + squared(j * s2) + squared(k * s3) <= limit;
    const across = squared(j * s2) + squared(k * s3);
    let steps = Math.min(l1 - 1, Math.floor(Math.sqrt(Math.max(0, limit - across)) / s1) + 1);
    while (steps >= 0 && !within(steps)) steps--;
    return steps;
  };
  return {
    levels: limits.length,
    offsetJ: Int32Array.from(rows, ({ j }) => j),
    offsetK: Int32Array.from(rows, ({ k }) => k),
    reach: Int32Array.from(rows.flatMap(({ j, k }) => limits.map((limit) => reachOf(j, k, limit)))),
  };
}

/** One rounding only; a power function may differ in the last bit. */
function squared(mm: number): number {
  return mm * mm;
}

const doubleAndBits = new Float64Array(1);
const bitsOfDouble = new BigInt64Array(doubleAndBits.buffer);

/** The largest double whose root, rounded as roots are, is at most `mm`. */
function largestSquare(mm: number): number {
  doubleAndBits[0] = mm * mm;
  while (Math.sqrt(doubleAndBits[0]) > mm) bitsOfDouble[0]--;
  for (;;) {
    const within = doubleAndBits[0];
    bitsOfDouble[0]++;
    if (Math.sqrt(doubleAndBits[0]) > mm || within === Number.MAX_VALUE) return within;
  }
}
