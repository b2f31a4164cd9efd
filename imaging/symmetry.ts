import type { Triple } from './mask-box.js';

/** One of the 48 ways to permute and flip three axes: target axis n is the source axis `source[n]`, times `sign[n]`. */
export interface Symmetry {
  readonly source: Triple;
  readonly sign: Triple;
}

const permutations: readonly Triple[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];
const signs: readonly Triple[] = Array.from({ length: 8 }, (_, n) => [
  n & 1 ? -1 : 1,
  n & 2 ? -1 : 1,
  n & 4 ? -1 : 1,
]);

/** All of them; the first changes nothing. */
export const symmetries: readonly Symmetry[] = permutations.flatMap((source) =>
  signs.map((sign) => ({ source, sign })),
);

/** `+i +j +k` changes nothing; `-j +i +k`: the target's i is the source's j reversed, its j the source's i. */
export function symmetryName({ source, sign }: Symmetry): string {
  return source.map((axis, n) => `${sign[n] > 0 ? '+' : '-'}${'ijk'[axis]}`).join(' ');
}

/** A point or shift in the target's axes. */
export function turnedPoint({ source, sign }: Symmetry, [x, y, z]: Triple): Triple {
  const from = [x, y, z];
  return [sign[0] * from[source[0]], sign[1] * from[source[1]], sign[2] * from[source[2]]];
}

/** The way back: a point in the source's axes. */
export function turnedBack({ source, sign }: Symmetry, target: Triple): Triple {
  const along = (axis: number): number => sign[source.indexOf(axis)] * target[source.indexOf(axis)];
  return [along(0), along(1), along(2)];
}

/** Lengths along the target's axes. */
export function permutedLengths({ source }: Symmetry, lengths: Triple): Triple {
  return [lengths[source[0]], lengths[source[1]], lengths[source[2]]];
}
