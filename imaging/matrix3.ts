/** Three columns of three numbers: `columns[c][r]`. */
export type Columns3 = readonly [Vector3, Vector3, Vector3];
export type Vector3 = readonly [number, number, number];

export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function norm(a: Vector3): number {
  return Math.sqrt(dot(a, a));
}

export function scaled(a: Vector3, factor: number): Vector3 {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

export function minus(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** Angle between two directions in degrees; exact near 0, where an arc cosine is not. */
export function angleDegrees(a: Vector3, b: Vector3): number {
  return (Math.atan2(norm(cross(a, b)), dot(a, b)) * 180) / Math.PI;
}

/** Negative for a left-handed set of axes. */
export function determinant(m: Columns3): number {
  return dot(m[0], cross(m[1], m[2]));
}

/** Columns of the transposed inverse; the matrix must not be singular. */
function inverseTransposed(m: Columns3): Columns3 {
  const factor = 1 / determinant(m);
  return [
    scaled(cross(m[1], m[2]), factor),
    scaled(cross(m[2], m[0]), factor),
    scaled(cross(m[0], m[1]), factor),
  ];
}

export function transposed(m: Columns3): Columns3 {
  return [
    [m[0][0], m[1][0], m[2][0]],
    [m[0][1], m[1][1], m[2][1]],
    [m[0][2], m[1][2], m[2][2]],
  ];
}

/** The inverse; the matrix must not be singular. */
export function inverse(m: Columns3): Columns3 {
  return transposed(inverseTransposed(m));
}

/**
 * The orthonormal matrix closest to `m` (the orthogonal factor of its polar decomposition), of the same handedness.
 * Newton's iteration X ← (X + X⁻ᵀ)/2 of Higham (SIAM J. Sci. Stat. Comput. 7, 1986); `m` must not be singular.
 */
export function nearestOrthonormal(m: Columns3): Columns3 {
  let current = m;
  for (let round = 0; round < 60; round++) {
    const other = inverseTransposed(current);
    const next = current.map((column, c) => column.map((value, r) => (value + other[c][r]) / 2));
    const change = Math.max(
      ...next.flatMap((column, c) => column.map((v, r) => Math.abs(v - current[c][r]))),
    );
    current = next as unknown as Columns3;
    if (change < 1e-15) break;
  }
  return current;
}
