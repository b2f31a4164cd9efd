import type { Labels } from './mask-box.js';

/**
 * Where an array may hold anything but zero: pairs of start and end (which does not belong to it) of runs of
 * elements, increasing and apart from each other.
 */
export type Stretches = Float64Array;

/** Labels together with what their reader knows about where they are. Whoever changes values must not pass it on. */
export interface SparseLabels {
  readonly values: Labels;
  readonly nonzero: Stretches;
}

/** The labels alone, and where they may be: everywhere, unless their reader said so. */
export function sparseLabels(labels: Labels | SparseLabels): SparseLabels {
  return 'nonzero' in labels ? labels : { values: labels, nonzero: everywhere(labels.length) };
}

/** One stretch that is everything. */
export function everywhere(length: number): Stretches {
  return Float64Array.of(0, length);
}

/** Runs of marked blocks as stretches of `length` elements of `elementBytes`; the first begins at byte `offset`. */
export function stretchesOf(
  marked: Uint8Array,
  blockBytes: number,
  offset: number,
  elementBytes: number,
  length: number,
): Stretches {
  const found: number[] = [];
  const elementAt = (byte: number, round: (x: number) => number): number =>
    Math.min(length, Math.max(0, round((byte - offset) / elementBytes)));
  for (let block = marked.indexOf(1); block >= 0; ) {
    const next = marked.indexOf(0, block);
    const end = next < 0 ? marked.length : next;
    const [first, last] = [elementAt(block * blockBytes, Math.floor), elementAt(end * blockBytes, Math.ceil)];
    // Elements across a border between blocks belong to both.
    const from = found.length > 0 ? Math.max(first, found[found.length - 1]) : first;
    if (last > from) found.push(from, last);
    block = next < 0 ? -1 : marked.indexOf(1, next);
  }
  return Float64Array.from(found);
}

/** Where either of two arrays of the same length may hold something. */
export function eitherStretch(a: Stretches, b: Stretches): Stretches {
  const found: number[] = [];
  for (let n = 0, m = 0; n < a.length || m < b.length; ) {
    const fromA = m >= b.length || (n < a.length && a[n] <= b[m]);
    const [start, end] = fromA ? [a[n], a[n + 1]] : [b[m], b[m + 1]];
    if (fromA) n += 2;
    else m += 2;
    if (found.length > 0 && start <= found[found.length - 1]) {
      found[found.length - 1] = Math.max(end, found[found.length - 1]);
    } else found.push(start, end);
  }
  return Float64Array.from(found);
}
