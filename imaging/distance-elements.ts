import type { NearbyRows } from './distance-limited.js';
import type { Surface } from './surface-elements.js';

/**
 * How many elements of `from` have their nearest neighbour in `to` within each tolerance and no smaller one: entry
 * `256·level + code`; those beyond the largest tolerance are on one level more. Element by element, for tolerances of any
 * number of voxels.
 */
export function countByElements(from: Surface, to: Surface, rows: NearbyRows): Float64Array {
  const { words, wordsPerRow, codes, lattice } = from;
  const counts = new Float64Array(256 * (rows.levels + 1));
  let n = 0;
  for (let k = 0; k < lattice[2]; k++) {
    for (let j = 0; j < lattice[1]; j++) {
      const row = wordsPerRow * (j + lattice[1] * k);
      for (let w = 0; w < wordsPerRow; w++) {
        for (let rest = words[row + w]; rest !== 0; rest &= rest - 1) {
          const level = levelOf(to, rows, w, 31 - Math.clz32(rest & -rest), j, k);
          counts[256 * level + codes[n++]]++;
        }
      }
    }
  }
  return counts;
}

function levelOf(to: Surface, rows: NearbyRows, w: number, b: number, j: number, k: number): number {
  const { levels, offsetJ, offsetK, reach } = rows;
  const { words, wordsPerRow, lattice } = to;
  let level = levels;
  for (let r = 0; r < offsetJ.length; r++) {
    const limit = reach[levels * r + level - 1];
    if (limit < 0) break;
    const toJ = j + offsetJ[r];
    const toK = k + offsetK[r];
    if (toJ < 0 || toJ >= lattice[1] || toK < 0 || toK >= lattice[2]) continue;
    const steps = stepsAlong(words, wordsPerRow * (toJ + lattice[1] * toK), wordsPerRow, w, b, limit);
    if (steps > limit) continue;
    do level--;
    while (level > 0 && steps <= reach[levels * r + level - 1]);
    if (level === 0) break;
  }
  return level;
}

/** Steps from bit `b` of word `w` of a row to the nearest set bit; anything above `limit` if that is farther. */
function stepsAlong(
  words: Int32Array,
  row: number,
  wordsPerRow: number,
  w: number,
  b: number,
  limit: number,
): number {
  const here = words[row + w];
  let steps = limit + 1;
  const up = here >>> b;
  if (up !== 0) steps = 31 - Math.clz32(up & -up);
  else {
    for (let next = w + 1, away = 32 - b; away <= limit && next < wordsPerRow; next++, away += 32) {
      const word = words[row + next];
      if (word === 0) continue;
      steps = away + 31 - Math.clz32(word & -word);
      break;
    }
  }
  const down = here << (31 - b);
  if (down !== 0) return Math.min(steps, Math.clz32(down));
  for (let next = w - 1, away = b + 1; away < steps && next >= 0; next--, away += 32) {
    const word = words[row + next];
    if (word !== 0) return Math.min(steps, away + Math.clz32(word));
  }
  return steps;
}
