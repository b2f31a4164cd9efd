import { descriptorLength } from './landmarks.js';

/**
 * Signs under which the values of a descriptor are summed. Under any signs two such sums differ by no more than the
 * descriptors do, value by value: |Σ ±(a − b)| ≤ Σ |a − b|. Which signs there are decides how many landmarks a sum
 * tells apart, never whether it errs; these did it best, one after another, on landmarks of made patients. Each has a plus.
 */
const signs = [
  '++++++++++++++++',
  '---+++--++---+++',
  '--++++++--++--+-',
  '--++++-+-+--++++',
  '+---++-++--+-+--',
  '++--++-+++---+++',
].map((row) => Int8Array.from(row, (sign) => (sign === '+' ? 1 : -1)));

export const sumsEach = signs.length;
/** Sums of signed bytes lie from −`sumOffset` up to below `sumOffset`. */
export const sumOffset = 128 * descriptorLength;

/** `sumsEach` for each descriptor. */
export function descriptorSums(descriptors: Int8Array): Int16Array {
  const sums = new Int16Array((descriptors.length / descriptorLength) * sumsEach);
  for (let n = 0; n < sums.length; n++) {
    const row = signs[n % sumsEach];
    const start = Math.floor(n / sumsEach) * descriptorLength;
    let sum = 0;
    for (let m = 0; m < descriptorLength; m++) sum += row[m] * descriptors[start + m];
    sums[n] = sum;
  }
  return sums;
}
