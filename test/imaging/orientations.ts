import type { Affine } from '../../imaging/geometry.js';

const letters = ['RL', 'AP', 'SI'];
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** Every way in which three indices can run along the axes of the body. */
export const allAxisCodes: readonly string[] = orders.flatMap((order) =>
  Array.from({ length: 8 }, (_, bits) => order.map((axis, n) => letters[axis][(bits >> n) & 1]).join('')),
);

/** The affine of a volume with these axis codes and voxel sides. */
export function affineOfCodes(
  codes: string,
  spacingMm: readonly [number, number, number],
  originMm: readonly [number, number, number] = [-7, 11, 13],
): Affine {
  const rows: Affine = [
    [0, 0, 0, originMm[0]],
    [0, 0, 0, originMm[1]],
    [0, 0, 0, originMm[2]],
  ];
  [...codes].forEach((letter, n) => {
    const axis = letters.findIndex((pair) => pair.includes(letter));
    rows[axis][n] = letters[axis][0] === letter ? spacingMm[n] : -spacingMm[n];
  });
  return rows;
}
