import type { Triple } from './mask-box.js';
import type { BitMask } from './surface-bits.js';

/**
 * The surface of a mask is cut on the lattice of voxel corners. At every corner the eight voxels around it give
 * a code: the voxel at offset (a, b, c) in index order (i, j, k), each 0 or 1, has the bit 2^(7 − (4a + 2b + c)).
 * Every code but 0 and 255 is a surface element; marching cubes says how much surface passes there.
 *
 * Areas follow google-deepmind/surface-distance (Apache-2.0, commit 1f805ce, lookup_tables.py): its 256 entries
 * fall into these 13 classes under the 48 symmetries of the cube and under exchanging inside and outside. Each
 * class is one code with the normals of its triangles, added up where they are parallel; a vector's length is its area at
 * 1 mm spacing. Signs do not matter to areas and are left out.
 */
const areaClasses: readonly (readonly [code: number, ...normals: Triple[]])[] = [
  [0b00000001, [0.125, 0.125, 0.125]],
  [0b00000011, [0.5, 0.5, 0]],
  [0b00000110, [0.25, 0.25, 0.25]],
  [0b00011000, [0.25, 0.25, 0.25]],
  [0b00000111, [0.5, 0, 0], [0.375, 0.375, 0.375]],
  [0b00010110, [0.375, 0.375, 0.375]],
  [0b00011001, [0, 0.5, 0.5], [0.125, 0.125, 0.125]],
  [0b00001111, [1, 0, 0]],
  [0b00010111, [0.75, 0.75, 0.75]],
  [0b00011011, [0.5, 0.5, 0.5], [0, 0.25, 0.25], [0.25, 0, 0.25]],
  [0b00011110, [0.5, 0, 0], [0.5, 0.5, 0.5]],
  [0b00111100, [1, 1, 0]],
  [0b01101001, [0.5, 0.5, 0.5]],
];

const axisOrders: readonly Triple[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** Area in mm² of each of the 256 neighbour codes at this spacing (index order); 0 for codes 0 and 255. */
export function elementAreas(spacingMm: Triple): Float64Array {
  const areas = new Float64Array(256);
  for (const [code, ...normals] of areaClasses) {
    for (const order of axisOrders) {
      const area = normals.reduce((sum, normal) => sum + areaOf(normal, order, spacingMm), 0);
      for (let flips = 0; flips < 8; flips++) {
        const turned = turnedCode(code, order, flips);
        areas[turned] = area;
        areas[255 - turned] = area;
      }
    }
  }
  return areas;
}

/** A triangle's normal scales with the product of the two spacings across it. */
function areaOf(normal: Triple, order: Triple, [s1, s2, s3]: Triple): number {
  const a = normal[order[0]] * s2 * s3;
  const b = normal[order[1]] * s1 * s3;
  const c = normal[order[2]] * s1 * s2;
  return Math.sqrt(a * a + b * b + c * c);
}

/** The code after the cube's axes are put in `order` and flipped where `flips` (bits 4, 2, 1) says so. */
function turnedCode(code: number, order: Triple, flips: number): number {
  let turned = 0;
  for (let corner = 0; corner < 8; corner++) {
    if ((code & (1 << (7 - corner))) === 0) continue;
    const offset = [corner >> 2, (corner >> 1) & 1, corner & 1];
    const to = (offset[order[0]] << 2) | (offset[order[1]] << 1) | offset[order[2]];
    turned |= 1 << (7 - (to ^ flips));
  }
  return turned;
}

/** The surface elements of one mask. */
export interface Surface {
  /** Corners along each axis: one more than voxels. */
  readonly lattice: Triple;
  /** Where the elements are: bit b of `words[w + wordsPerRow·(j + l2·k)]` is the corner (32·w + b, j, k). */
  readonly words: Int32Array;
  readonly wordsPerRow: number;
  /** Neighbour code of each element, in index order. */
  readonly codes: Uint8Array;
  /** Area of all elements. */
  readonly areaMm2: number;
}

/** The surface of an empty mask. */
export const noSurface: Surface = {
  lattice: [1, 1, 1],
  words: new Int32Array(1),
  wordsPerRow: 1,
  codes: new Uint8Array(0),
  areaMm2: 0,
};

/** Calls `visit` with the index on the lattice, `i + l1·(j + l2·k)`, and the code of every element. */
export function eachElement(surface: Surface, visit: (at: number, code: number) => void): void {
  const { words, wordsPerRow, codes, lattice } = surface;
  let n = 0;
  for (let row = 0; row < lattice[1] * lattice[2]; row++) {
    for (let w = 0; w < wordsPerRow; w++) {
      for (let rest = words[row * wordsPerRow + w]; rest !== 0; rest &= rest - 1) {
        visit(lattice[0] * row + 32 * w + 31 - Math.clz32(rest & -rest), codes[n++]);
      }
    }
  }
}

/**
 * Finds the surface of a mask, 32 corners at a time. The mask is empty beyond its edges, so that the surface is closed
 * also where an organ is cut by the edge of the scan.
 */
export function findSurface(mask: BitMask, areas: Float64Array): Surface {
  const { wordsPerRow, words } = mask;
  const [l1, l2, l3] = [mask.shape[0] + 1, mask.shape[1] + 1, mask.shape[2] + 1];
  const surface = new Int32Array(wordsPerRow * l2 * l3);
  const codes = new CodeList();
  const plane = wordsPerRow * (l2 + 1);
  for (let k = 0; k < l3; k++) {
    for (let j = 0; j < l2; j++) {
      // The four rows of voxels around this row of corners: offsets (b, c) in the order of their bits 8, 4, 2, 1.
      const p = wordsPerRow * j + plane * k;
      const [q, r] = [p + plane, p + wordsPerRow];
      const s = q + wordsPerRow;
      const corner = wordsPerRow * (j + l2 * k);
      let [anyBefore, allBefore] = [0, 0];
      for (let w = 0; w < wordsPerRow; w++) {
        const any = words[p + w] | words[q + w] | words[r + w] | words[s + w];
        const all = words[p + w] & words[q + w] & words[r + w] & words[s + w];
        const some = any | (any << 1) | anyBefore;
        const every = all & ((all << 1) | allBefore);
        anyBefore = any >>> 31;
        allBefore = all >>> 31;
        if (some === every) continue;
        surface[corner + w] = some & ~every;
        codes.push(some & ~every, words, w, p, q, r, s);
      }
    }
  }
  return { lattice: [l1, l2, l3], words: surface, wordsPerRow, ...codes.done(areas) };
}

/** Codes of the elements as they are found; their number is not known beforehand. */
class CodeList {
  private codes = new Uint8Array(16384);
  private length = 0;

  /** One element for each bit of `found`; p to s are the rows of voxels around it, of which word `w` is meant. */
  push(found: number, words: Int32Array, w: number, p: number, q: number, r: number, s: number): void {
    if (this.length + 32 > this.codes.length) this.grow();
    const { codes } = this;
    // The voxel before the first of a word is the last of the word before.
    const [p0, q0, r0, s0] =
      w === 0 ? [0, 0, 0, 0] : [words[p + w - 1], words[q + w - 1], words[r + w - 1], words[s + w - 1]];
    const [p1, q1, r1, s1] = [words[p + w], words[q + w], words[r + w], words[s + w]];
    for (let rest = found; rest !== 0; rest &= rest - 1) {
      const b = 31 - Math.clz32(rest & -rest);
      const here =
        (((p1 >>> b) & 1) << 3) | (((q1 >>> b) & 1) << 2) | (((r1 >>> b) & 1) << 1) | ((s1 >>> b) & 1);
      const before =
        b === 0
          ? ((p0 >>> 31) << 3) | ((q0 >>> 31) << 2) | ((r0 >>> 31) << 1) | (s0 >>> 31)
          : (((p1 >>> (b - 1)) & 1) << 3) |
            (((q1 >>> (b - 1)) & 1) << 2) |
            (((r1 >>> (b - 1)) & 1) << 1) |
            ((s1 >>> (b - 1)) & 1);
      codes[this.length++] = (before << 4) | here;
    }
  }

  private grow(): void {
    const codes = new Uint8Array(2 * this.codes.length);
    codes.set(this.codes);
    this.codes = codes;
  }

  done(areas: Float64Array): { codes: Uint8Array; areaMm2: number } {
    const codes = this.codes.subarray(0, this.length);
    const counts = new Float64Array(256);
    for (let n = 0; n < codes.length; n++) counts[codes[n]]++;
    return { codes, areaMm2: counts.reduce((sum, count, code) => sum + count * areas[code], 0) };
  }
}
