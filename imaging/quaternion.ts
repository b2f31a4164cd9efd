import { type Columns3, determinant, nearestOrthonormal, norm, scaled } from './matrix3.js';

/** Vector part (b, c, d) of a unit quaternion whose real part a is not negative, as NIfTI stores it. */
export type QuaternionPart = readonly [number, number, number];

/** What float32 cannot tell from 0 in 1 − (b² + c² + d²); nibabel's threshold. */
const float32Noise = 3 * 2 ** -23;

/**
 * Rotation matrix of a NIfTI quaternion. `a` follows from the unit length; for half turns it is the root of rounding
 * noise, so that it counts as 0 where its square is within that noise or negative. The quaternion is then scaled to
 * unit length. Formula: nifti1.h, method 2.
 */
export function rotationOf([b, c, d]: QuaternionPart): Columns3 {
  const rest = 1 - (b * b + c * c + d * d);
  const a = rest < float32Noise ? 0 : Math.sqrt(rest);
  const s = 2 / (a * a + b * b + c * c + d * d);
  return [
    [1 - s * (c * c + d * d), s * (b * c + a * d), s * (b * d - a * c)],
    [s * (b * c - a * d), 1 - s * (b * b + d * d), s * (c * d + a * b)],
    [s * (b * d + a * c), s * (c * d - a * b), 1 - s * (b * b + c * c)],
  ];
}

/**
 * NIfTI quaternion of three axes of any length. Left-handed axes give `qfac` −1: the third axis is then turned round.
 * Axes that are not orthogonal are replaced by the nearest that are.
 */
export function quaternionOf(axes: Columns3): { quaternion: QuaternionPart; qfac: 1 | -1 } {
  const qfac = determinant(axes) < 0 ? -1 : 1;
  const [x, y, z] = nearestOrthonormal([
    scaled(axes[0], 1 / norm(axes[0])),
    scaled(axes[1], 1 / norm(axes[1])),
    scaled(axes[2], qfac / norm(axes[2])),
  ]);
  // Four times the square of each component; the largest is the safe one to divide by.
  const squares = [
    1 + x[0] + y[1] + z[2],
    1 + x[0] - y[1] - z[2],
    1 - x[0] + y[1] - z[2],
    1 - x[0] - y[1] + z[2],
  ];
  const largest = squares.indexOf(Math.max(...squares));
  const product = [
    [squares[0], y[2] - z[1], z[0] - x[2], x[1] - y[0]],
    [y[2] - z[1], squares[1], x[1] + y[0], x[2] + z[0]],
    [z[0] - x[2], x[1] + y[0], squares[2], y[2] + z[1]],
    [x[1] - y[0], x[2] + z[0], y[2] + z[1], squares[3]],
  ][largest];
  const length = Math.hypot(...product) * (product[0] < 0 ? -1 : 1);
  return { quaternion: [product[1] / length, product[2] / length, product[3] / length], qfac };
}
