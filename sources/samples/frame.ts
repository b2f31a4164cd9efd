import type { Anatomy, Wave } from './anatomy.js';
import type { Point } from './shape.js';

/** Inclusive index ranges along i, j and k. */
export interface IndexBox {
  readonly from: readonly [number, number, number];
  readonly to: readonly [number, number, number];
}

/** A scan's voxels in the average body's frame. Index order (i, j, k), i fastest; i to Right, j Anterior, k Superior. */
export interface Frame {
  /** Millimetres of every voxel, after size, turn and bending are undone. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly z: Float32Array;
  /** The voxels that can lie in a box of the average body. */
  readonly boxOf: (low: Point, high: Point) => IndexBox;
}

interface Grid {
  readonly shape: readonly [number, number, number];
  readonly spacingMm: readonly [number, number, number];
}

/** Positions of every voxel of a grid, centred on the field of view, in the average body's frame. */
export function frameOf({ shape, spacingMm }: Grid, anatomy: Anatomy): Frame {
  const rows = rotation(anatomy.rotationDeg);
  const along = ([0, 1, 2] as const).map((axis) => axisPositions(shape[axis], spacingMm[axis]));
  const [x, y, z] = ([0, 1, 2] as const).map((axis) => {
    const scaled = rows.map((row) => row[axis] / anatomy.scale[axis]);
    const straight = along.map((positions, from) =>
      positions.map((at) => (at - anatomy.centreMm[from]) * scaled[from]),
    );
    const [first, second] = anatomy.waves.filter((wave) => wave.axis === axis);
    return bentPositions(shape, straight, waveTables(first, along), waveTables(second, along));
  });
  const boxOf = (low: Point, high: Point): IndexBox =>
    indexBox(low, high, rows, anatomy, { shape, spacingMm });
  return { x, y, z, boxOf };
}

type Tables = readonly Float64Array[];

/** One coordinate of every voxel: a plane (three tables added) bent by two waves (three tables multiplied). */
function bentPositions(shape: Grid['shape'], straight: Tables, first: Tables, second: Tables): Float32Array {
  const [n1, n2, n3] = shape;
  const out = new Float32Array(n1 * n2 * n3);
  let voxel = 0;
  for (let k = 0; k < n3; k++) {
    for (let j = 0; j < n2; j++) {
      const base = straight[1][j] + straight[2][k];
      const a = first[1][j] * first[2][k];
      const b = second[1][j] * second[2][k];
      for (let i = 0; i < n1; i++, voxel++) {
        out[voxel] = base + straight[0][i] + a * first[0][i] + b * second[0][i];
      }
    }
  }
  return out;
}

function axisPositions(count: number, spacingMm: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => (index - (count - 1) / 2) * spacingMm);
}

/** A wave is a product of three sines, so three short tables hold it. */
function waveTables(wave: Wave, along: Tables): Tables {
  return along.map((positions, axis) =>
    positions.map(
      (at) => (axis === 0 ? wave.amplitudeMm : 1) * Math.sin(wave.frequency[axis] * at + wave.phase[axis]),
    ),
  );
}

/** Rows of the matrix that turns about x, then y, then z. */
function rotation(degrees: Point): readonly Point[] {
  const [a, b, c] = degrees.map((each) => (each * Math.PI) / 180);
  const [ca, sa, cb, sb, cc, sc] = [a, b, c].flatMap((each) => [Math.cos(each), Math.sin(each)]);
  return [
    [cc * cb, cc * sb * sa - sc * ca, cc * sb * ca + sc * sa],
    [sc * cb, sc * sb * sa + cc * ca, sc * sb * ca - cc * sa],
    [-sb, cb * sa, cb * ca],
  ];
}

/** Index box of an upright box: its extent after turning, plus what the waves can add (their amplitudes). */
function indexBox(low: Point, high: Point, rows: readonly Point[], anatomy: Anatomy, grid: Grid): IndexBox {
  const bendMm = [0, 0, 0];
  for (const wave of anatomy.waves) bendMm[wave.axis] += Math.abs(wave.amplitudeMm);
  const from: [number, number, number] = [0, 0, 0];
  const to: [number, number, number] = [0, 0, 0];
  for (const axis of [0, 1, 2] as const) {
    let middle = anatomy.centreMm[axis];
    let reach = 0;
    for (let c = 0; c < 3; c++) {
      const factor = rows[axis][c] * anatomy.scale[c];
      middle += (factor * (low[c] + high[c])) / 2;
      reach += Math.abs(factor) * ((high[c] - low[c]) / 2 + bendMm[c]);
    }
    const count = grid.shape[axis];
    const index = (mm: number): number => mm / grid.spacingMm[axis] + (count - 1) / 2;
    from[axis] = Math.max(0, Math.floor(index(middle - reach)));
    to[axis] = Math.min(count - 1, Math.ceil(index(middle + reach)));
  }
  return { from, to };
}
