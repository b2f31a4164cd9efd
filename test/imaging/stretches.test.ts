import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachNonzero } from '../../imaging/mask-box.js';
import { eitherStretch, type Stretches, sparseLabels, stretchesOf } from '../../imaging/stretches.js';

/** The elements that stretches hold, as one flag each. */
function flags(stretches: Stretches, length: number): boolean[] {
  const result = new Array<boolean>(length).fill(false);
  for (let n = 0; n < stretches.length; n += 2) result.fill(true, stretches[n], stretches[n + 1]);
  return result;
}

function expectOrderly(stretches: Stretches): void {
  for (let n = 0; n < stretches.length; n += 2) {
    expect(stretches[n + 1]).toBeGreaterThan(stretches[n]);
    if (n > 0) expect(stretches[n]).toBeGreaterThanOrEqual(stretches[n - 1]);
  }
}

const marks = fc.uint8Array({ max: 1, maxLength: 30 });

describe('stretchesOf', () => {
  it('holds every element that has a byte in a marked block, and none that lies in others', () => {
    fc.assert(
      fc.property(
        marks,
        fc.constantFrom(1, 2, 4, 8),
        fc.nat(40),
        fc.nat(60),
        (marked, bytes, offset, length) => {
          const stretches = stretchesOf(marked, 16, offset, bytes, length);
          expectOrderly(stretches);
          const expected = Array.from({ length }, (_, n) => {
            const first = Math.floor((offset + n * bytes) / 16);
            const last = Math.floor((offset + n * bytes + bytes - 1) / 16);
            return marked[first] === 1 || marked[last] === 1;
          });
          expect(flags(stretches, length)).toEqual(expected);
        },
      ),
    );
  });
});

describe('eitherStretch', () => {
  it('holds what either holds', () => {
    fc.assert(
      fc.property(marks, marks, (a, b) => {
        const [one, other] = [a, b].map((marked) => stretchesOf(marked, 1, 0, 1, marked.length));
        const either = eitherStretch(one, other);
        expectOrderly(either);
        const expected = Array.from({ length: 30 }, (_, n) => a[n] === 1 || b[n] === 1);
        expect(flags(either, 30)).toEqual(expected);
      }),
    );
  });
});

describe('forEachNonzero', () => {
  it('visits the same voxels with and without stretches, for 8 and 16 bits', () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 2, minLength: 1, maxLength: 90 }), fc.nat(1), (values, wide) => {
        const [a, b] = [values, Uint16Array.from(values)];
        const seen: number[] = [];
        const other = values.slice().reverse();
        const pair = wide === 0 ? [a, other] : [b, other];
        forEachNonzero(pair[0], pair[1], (at) => seen.push(at));
        const blocks = Uint8Array.from({ length: Math.ceil(values.length / 4) }, (_, block) =>
          [0, 1, 2, 3].some((n) => values[4 * block + n] || other[4 * block + n]) ? 1 : 0,
        );
        const within: number[] = [];
        const stretches = stretchesOf(blocks, 4, 0, 1, values.length);
        forEachNonzero(pair[0], pair[1], (at) => within.push(at), stretches);
        expect(within).toEqual(seen);
      }),
    );
  });
});

describe('sparseLabels', () => {
  it('takes labels of which nothing is known to be anywhere', () => {
    const values = new Uint8Array(7);
    expect([...sparseLabels(values).nonzero]).toEqual([0, 7]);
    const known = { values, nonzero: Float64Array.of(2, 3) };
    expect(sparseLabels(known)).toBe(known);
  });
});
