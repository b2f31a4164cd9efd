import { type Triple, voxelsOf } from './mask-box.js';

/**
 * Exact squared Euclidean distance in mm² from every voxel to the nearest one whose value is `seed`; Infinity
 * if there is none. Values in index order `i + n1·(j + n2·k)`; spacing in the same order; 8 bytes per voxel.
 *
 * P. Felzenszwalb and D. Huttenlocher, Distance Transforms of Sampled Functions, Theory of Computing 8 (2012):
 * one axis after the other, so that squares are summed as (i² + j²) + k² in float64.
 */
export function squaredDistances(
  values: Uint8Array,
  seed: number,
  shape: Triple,
  spacingMm: Triple,
): Float64Array {
  const squares = new Float64Array(voxelsOf(shape));
  for (let v = 0; v < squares.length; v++) squares[v] = values[v] === seed ? 0 : Number.POSITIVE_INFINITY;
  const [n1, n2, n3] = shape;
  for (let row = 0; row < squares.length; row += n1) rowDistances(squares, row, n1, spacingMm[0]);
  const across = new LineTransform(n2, n1, spacingMm[1]);
  for (let k = 0; k < n3; k++) {
    for (let i = 0; i < n1; i++) across.apply(squares, i + n1 * n2 * k);
  }
  const through = new LineTransform(n3, n1 * n2, spacingMm[2]);
  for (let start = 0; start < n1 * n2; start++) through.apply(squares, start);
  return squares;
}

/** The first axis needs no envelope: two sweeps count steps from the nearest seed. */
function rowDistances(squares: Float64Array, row: number, length: number, spacingMm: number): void {
  let steps = Number.POSITIVE_INFINITY;
  for (let v = row; v < row + length; v++) {
    steps = squares[v] === 0 ? 0 : steps + 1;
    const mm = steps * spacingMm;
    squares[v] = mm * mm;
  }
  steps = Number.POSITIVE_INFINITY;
  for (let v = row + length - 1; v >= row; v--) {
    steps = squares[v] === 0 ? 0 : steps + 1;
    const mm = steps * spacingMm;
    if (mm * mm < squares[v]) squares[v] = mm * mm;
  }
}

/** Lower envelope of the parabolas of one line; its buffers serve all lines of an axis. */
class LineTransform {
  private readonly heights: Float64Array;
  /** Positions of the parabolas of the envelope, and where each takes over from the one before. */
  private readonly apex: Int32Array;
  private readonly since: Float64Array;

  constructor(
    private readonly length: number,
    private readonly stride: number,
    private readonly spacingMm: number,
  ) {
    this.heights = new Float64Array(length);
    this.apex = new Int32Array(length);
    this.since = new Float64Array(length);
  }

  apply(squares: Float64Array, start: number): void {
    const parabolas = this.envelope(squares, start);
    if (parabolas === 0) return;
    const { heights, apex, since, length, stride, spacingMm } = this;
    let p = 0;
    for (let x = 0; x < length; x++) {
      while (p + 1 < parabolas && since[p + 1] <= x) p++;
      const away = (x - apex[p]) * spacingMm;
      squares[start + x * stride] = heights[apex[p]] + away * away;
    }
  }

  /** Number of parabolas in the envelope; 0 if the line has no finite value. */
  private envelope(squares: Float64Array, start: number): number {
    const { heights, apex, since, length, stride } = this;
    const perStep = this.spacingMm * this.spacingMm;
    let parabolas = 0;
    for (let x = 0; x < length; x++) {
      const height = squares[start + x * stride];
      heights[x] = height;
      if (height === Number.POSITIVE_INFINITY) continue;
      let from = Number.NEGATIVE_INFINITY;
      while (parabolas > 0) {
        const last = apex[parabolas - 1];
        from = ((height - heights[last]) / perStep / (x - last) + x + last) / 2;
        if (from > since[parabolas - 1]) break;
        parabolas--;
        from = Number.NEGATIVE_INFINITY;
      }
      apex[parabolas] = x;
      since[parabolas++] = from;
    }
    return parabolas;
  }
}
