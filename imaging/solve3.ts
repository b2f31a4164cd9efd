import type { Triple } from './mask-box.js';

/** A symmetric 3×3 matrix as xx, xy, xz, yy, yz, zz. */
export type Symmetric3 = readonly [number, number, number, number, number, number];

/** `(matrix + ridge·1)⁻¹ · right` by Cramer's rule; the ridge has to make the matrix positive definite. */
export function solvedSymmetric(matrix: Symmetric3, right: Triple, ridge: number): Triple {
  const [xx, xy, xz, yy, yz, zz] = matrix;
  const [a, d, f] = [xx + ridge, yy + ridge, zz + ridge];
  const c00 = d * f - yz * yz;
  const c01 = xz * yz - xy * f;
  const c02 = xy * yz - xz * d;
  const c11 = a * f - xz * xz;
  const c12 = xy * xz - a * yz;
  const c22 = a * d - xy * xy;
  const determinant = a * c00 + xy * c01 + xz * c02;
  const [p, q, r] = right;
  return [
    (c00 * p + c01 * q + c02 * r) / determinant,
    (c01 * p + c11 * q + c12 * r) / determinant,
    (c02 * p + c12 * q + c22 * r) / determinant,
  ];
}
