import { type Matches, mostMatches } from './landmark-matches.js';
import { type Symmetry, symmetries } from './symmetry.js';

/** A match in whose cube many others lie. */
export interface Start {
  readonly symmetry: Symmetry;
  readonly match: number;
  readonly count: number;
}

/** Shifts are counted in cubes of this side. */
const binMm = 16;
/** So many of the fullest cubes are looked into. */
const cubes = 6;
const tableSize = 4096;
/** A cluster may be cut by the sides of a cube. */
const leastInCube = 5;
/** Teschner et al. 2003, Optimized spatial hashing. */
const hashPrimes = [73856093, 19349663, 83492791] as const;
/** For each target axis, source axis and sign in turn, for each match: the part of its cube's hash that comes from the shift along it. */
type Hashes = Uint16Array;

/** Memory to count in, taken once. */
export interface CubeRoom {
  /** Cubes laid from 0, and from half a cube. */
  readonly hashes: readonly [Hashes, Hashes];
  /** Four tables: one for each sign of the first and the second target axis. */
  readonly counts: Uint16Array;
}

export function roomForCubes(): CubeRoom {
  const hashes = () => new Uint16Array(18 * mostMatches);
  return { hashes: [hashes(), hashes()], counts: new Uint16Array(4 * tableSize) };
}

/** Counts shifts in tables that forget collisions: a cube counted too full is found out when it is settled. */
export function fullestCubes(matches: Matches, { hashes, counts }: CubeRoom): Start[] {
  hashShifts(matches, hashes);
  const best: Start[] = [];
  for (const laid of hashes) {
    // Symmetries of one order of axes follow each other, the sign of the first target axis changing fastest.
    for (let n = 0; n < symmetries.length; n += 4) countFour(laid, n, matches.size, counts, best);
  }
  return best;
}

function hashShifts({ size, oneMm, otherMm }: Matches, [whole, half]: CubeRoom['hashes']): void {
  for (let target = 0; target < 3; target++) {
    const prime = hashPrimes[target];
    const to = otherMm[target];
    for (let source = 0; source < 3; source++) {
      const from = oneMm[source];
      const plus = rowOf(target, source, 1);
      const minus = rowOf(target, source, -1);
      for (let n = 0; n < size; n++) {
        const kept = (to[n] - from[n]) / binMm;
        const flipped = (to[n] + from[n]) / binMm;
        whole[plus + n] = hashOf(kept, prime);
        half[plus + n] = hashOf(kept + 0.5, prime);
        whole[minus + n] = hashOf(flipped, prime);
        half[minus + n] = hashOf(flipped + 0.5, prime);
      }
    }
  }
}

function rowOf(target: number, source: number, sign: number): number {
  return mostMatches * (6 * target + 2 * source + (sign > 0 ? 0 : 1));
}

function hashOf(bin: number, prime: number): number {
  return Math.imul(Math.floor(bin), prime) & (tableSize - 1);
}

/** The fullest cube of symmetry `first` and of the three after it, which differ in the signs of two target axes. */
function countFour(hashes: Hashes, first: number, size: number, counts: Uint16Array, best: Start[]): void {
  const { source, sign } = symmetries[first];
  const x = rowOf(0, source[0], 1);
  const y = rowOf(1, source[1], 1);
  const z = rowOf(2, source[2], sign[2]);
  counts.fill(0);
  // Plain variables for the four tables: this loop is run for every match and symmetry.
  let most0 = 0;
  let match0 = 0;
  let most1 = 0;
  let match1 = 0;
  let most2 = 0;
  let match2 = 0;
  let most3 = 0;
  let match3 = 0;
  for (let n = 0; n < size; n++) {
    const alongZ = hashes[z + n];
    const x0 = hashes[x + n] ^ alongZ;
    const x1 = hashes[x + mostMatches + n] ^ alongZ;
    const y0 = hashes[y + n];
    const y1 = hashes[y + mostMatches + n];
    let count = ++counts[x0 ^ y0];
    if (count > most0) {
      most0 = count;
      match0 = n;
    }
    count = ++counts[tableSize + (x1 ^ y0)];
    if (count > most1) {
      most1 = count;
      match1 = n;
    }
    count = ++counts[2 * tableSize + (x0 ^ y1)];
    if (count > most2) {
      most2 = count;
      match2 = n;
    }
    count = ++counts[3 * tableSize + (x1 ^ y1)];
    if (count > most3) {
      most3 = count;
      match3 = n;
    }
  }
  keepFullest(best, symmetries[first], match0, most0);
  keepFullest(best, symmetries[first + 1], match1, most1);
  keepFullest(best, symmetries[first + 2], match2, most2);
  keepFullest(best, symmetries[first + 3], match3, most3);
}

/** `best` stays ordered, the fullest first; of equals the earlier. */
function keepFullest(best: Start[], symmetry: Symmetry, match: number, count: number): void {
  if (count < leastInCube || (best.length === cubes && count <= best[cubes - 1].count)) return;
  const at = best.findIndex((each) => each.count < count);
  best.splice(at < 0 ? best.length : at, 0, { symmetry, match, count });
  if (best.length > cubes) best.pop();
}
