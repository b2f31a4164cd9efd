import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dilate,
  dilateMm,
  erode,
  erodeMm,
  fillHoles,
  findComponents,
  holeVoxels,
  largestComponents,
  smoothMask,
} from '../../imaging/components.js';
import type { Triple } from '../../imaging/mask-box.js';

/** Rows of a drawing, i to the right, j down, slices k one after the other: `#` is inside. */
const drawn = (...slices: string[][]): { mask: Uint8Array; shape: Triple } => ({
  mask: Uint8Array.from(slices.flat().join(''), (char) => (char === '#' ? 1 : 0)),
  shape: [slices[0][0].length, slices[0].length, slices.length],
});
const picture = (mask: Uint8Array, [n1, n2, n3]: Triple): string[][] =>
  Array.from({ length: n3 }, (_, k) =>
    Array.from({ length: n2 }, (_, j) =>
      Array.from(mask.subarray(n1 * (j + n2 * k), n1 * (j + n2 * k) + n1), (x) => (x ? '#' : '.')).join(''),
    ),
  );

const anyMask = fc
  .record({
    n1: fc.integer({ min: 1, max: 7 }),
    n2: fc.integer({ min: 1, max: 6 }),
    n3: fc.integer({ min: 1, max: 5 }),
  })
  .chain(({ n1, n2, n3 }) =>
    fc.array(fc.nat(2), { minLength: n1 * n2 * n3, maxLength: n1 * n2 * n3 }).map((values) => ({
      mask: Uint8Array.from(values, (x) => (x > 0 ? 1 : 0)),
      shape: [n1, n2, n3] as Triple,
    })),
  );
const spacings = fc.tuple(
  fc.constantFrom(0.7, 1, 2.5),
  fc.constantFrom(0.7, 1, 5),
  fc.constantFrom(0.5, 1, 3),
);

function neighbours(v: number, [n1, n2, n3]: Triple): number[] {
  const i = v % n1;
  const j = Math.floor(v / n1) % n2;
  const k = Math.floor(v / (n1 * n2));
  const found: number[] = [];
  if (i > 0) found.push(v - 1);
  if (i < n1 - 1) found.push(v + 1);
  if (j > 0) found.push(v - n1);
  if (j < n2 - 1) found.push(v + n1);
  if (k > 0) found.push(v - n1 * n2);
  if (k < n3 - 1) found.push(v + n1 * n2);
  return found;
}

/** Part number of every voxel by the plainest flood fill. */
function flooded(mask: Uint8Array, shape: Triple): Int32Array {
  const part = new Int32Array(mask.length).fill(-1);
  let parts = 0;
  for (let seed = 0; seed < mask.length; seed++) {
    if (!mask[seed] || part[seed] >= 0) continue;
    const open = [seed];
    part[seed] = parts;
    for (let v = open.pop(); v !== undefined; v = open.pop()) {
      for (const next of neighbours(v, shape)) {
        if (mask[next] && part[next] < 0) {
          part[next] = parts;
          open.push(next);
        }
      }
    }
    parts++;
  }
  return part;
}

describe('findComponents', () => {
  it('joins through faces only, across rows and slices', () => {
    const { mask, shape } = drawn(['##..', '..##', '....'], ['....', '..#.', '#...']);
    const { voxels } = findComponents(mask, shape);
    expect(voxels).toEqual([3, 2, 1]);
  });

  it('finds a part that only closes late, as a U does', () => {
    const { mask, shape } = drawn(['#.#', '#.#', '###']);
    expect(findComponents(mask, shape).voxels).toEqual([7]);
  });

  it('agrees with a flood fill on any mask', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, shape }) => {
        const expected = flooded(mask, shape);
        const { starts, ends, component, voxels } = findComponents(mask, shape);
        const partOf = new Int32Array(mask.length).fill(-1);
        component.forEach((part, run) => {
          partOf.fill(part, starts[run], ends[run]);
        });
        const pairs = new Set(Array.from(expected, (part, v) => `${part}:${partOf[v]}`));
        const parts = new Set(expected);
        expect(pairs.size).toBe(parts.size);
        expect(voxels.length).toBe([...parts].filter((part) => part >= 0).length);
        expect([...voxels]).toEqual([...voxels].sort((a, b) => b - a));
        expect(voxels.reduce((a, b) => a + b, 0)).toBe(mask.reduce((a, b) => a + b, 0));
      }),
    );
  });
});

describe('largestComponents', () => {
  const { mask, shape } = drawn(['####.#', '......', '###..#', '.....#']);

  it('keeps as many of the largest as asked for', () => {
    expect(picture(largestComponents(mask, shape, 1), shape)).toEqual([
      ['####..', '......', '......', '......'],
    ]);
    expect(picture(largestComponents(mask, shape, 2), shape)).toEqual([
      ['####..', '......', '###...', '......'],
    ]);
  });

  it('drops parts below the given fraction of the largest', () => {
    expect(picture(largestComponents(mask, shape, 9, 0.5), shape)).toEqual([
      ['####..', '......', '###..#', '.....#'],
    ]);
    expect(picture(largestComponents(mask, shape, 9, 0.8), shape)).toEqual([
      ['####..', '......', '......', '......'],
    ]);
  });

  it('leaves an empty mask empty and its argument untouched', () => {
    const before = mask.slice();
    expect(largestComponents(new Uint8Array(24), shape, 1)).toEqual(new Uint8Array(24));
    expect(mask).toEqual(before);
  });
});

describe('fillHoles', () => {
  it('fills what is enclosed in three dimensions, and only that', () => {
    const shell = drawn(
      ['...', '...', '...'],
      ['###', '###', '###'],
      ['###', '#.#', '###'],
      ['###', '###', '###'],
    );
    expect(picture(fillHoles(shell.mask, shell.shape), shell.shape)[2]).toEqual(['###', '###', '###']);
    const ring = drawn(['.....', '.###.', '.#.#.', '.###.', '.....']);
    expect(fillHoles(ring.mask, ring.shape)).toEqual(ring.mask);
  });

  it('takes background at the volume’s border as open', () => {
    const bay = drawn(['.....', '.....'], ['###..', '#.#..'], ['.....', '.....']);
    expect(fillHoles(bay.mask, bay.shape)).toEqual(bay.mask);
  });

  it('counts the same holes without filling them, on any mask', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, shape }) => {
        const sum = (each: Uint8Array): number => each.reduce((a, b) => a + b, 0);
        expect(holeVoxels(mask, shape)).toBe(sum(fillHoles(mask, shape)) - sum(mask));
      }),
    );
  });

  it('fills exactly the background that no path joins to the border, on any mask', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, shape }) => {
        const background = mask.map((x) => 1 - x);
        const part = flooded(background, shape);
        const open = new Set(part.filter((_, v) => neighbours(v, shape).length < 6));
        const expected = mask.map((x, v) => (x || !open.has(part[v]) ? 1 : 0));
        expect(fillHoles(mask, shape)).toEqual(expected);
      }),
    );
  });
});

describe('dilate and erode', () => {
  it('move the boundary by one face per step', () => {
    const { mask, shape } = drawn(['.....', '.....', '..#..', '.....', '.....']);
    expect(picture(dilate(mask, shape), shape)).toEqual([['.....', '..#..', '.###.', '..#..', '.....']]);
    expect(picture(dilate(mask, shape, 2), shape)).toEqual([['..#..', '.###.', '#####', '.###.', '..#..']]);
  });

  it('agree with the plain definition on any mask', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, shape }) => {
        const grown = mask.map((x, v) => (x || neighbours(v, shape).some((n) => mask[n]) ? 1 : 0));
        const shrunk = mask.map((x, v) => {
          const around = neighbours(v, shape);
          return x && around.length === 6 && around.every((n) => mask[n]) ? 1 : 0;
        });
        expect(dilate(mask, shape)).toEqual(grown);
        expect(erode(mask, shape)).toEqual(shrunk);
      }),
    );
  });
});

describe('dilateMm and erodeMm', () => {
  it('reach exactly the voxels within the radius, ties included', () => {
    const { mask, shape } = drawn(['.......', '.......', '...#...', '.......', '.......']);
    // 0.3 mm apart along i, 0.7 along j: 0.9 mm is three steps along i, one along j with at most one along i.
    const grown = dilateMm(mask, shape, [0.3, 0.7, 5], 0.9);
    expect(picture(grown, shape)).toEqual([['.......', '..###..', '#######', '..###..', '.......']]);
  });

  it('agree with the plain definition on any mask', () => {
    fc.assert(
      fc.property(
        anyMask,
        spacings,
        fc.constantFrom(0, 0.8, 1, 2.6),
        ({ mask, shape }, spacingMm, radiusMm) => {
          const [n1, n2] = shape;
          const position = (v: number): Triple => [
            v % n1,
            Math.floor(v / n1) % n2,
            Math.floor(v / (n1 * n2)),
          ];
          const within = (a: number, b: number): boolean => {
            const [p, q] = [position(a), position(b)];
            const square = p.reduce((sum, x, axis) => sum + ((x - q[axis]) * spacingMm[axis]) ** 2, 0);
            return square <= radiusMm ** 2 * (1 + 1e-12);
          };
          const inside = [...mask.keys()].filter((v) => mask[v]);
          const grown = mask.map((_, v) => (inside.some((n) => within(v, n)) ? 1 : 0));
          expect(dilateMm(mask, shape, spacingMm, radiusMm)).toEqual(grown);
          const outside = [...mask.keys()].filter((v) => !mask[v]);
          const nearEdge = (v: number): boolean =>
            position(v).some(
              (x, axis) => Math.min(x + 1, shape[axis] - x) * spacingMm[axis] <= radiusMm * (1 + 1e-12),
            );
          const shrunk = mask.map((x, v) =>
            x && !nearEdge(v) && !outside.some((n) => within(v, n)) ? 1 : 0,
          );
          expect(erodeMm(mask, shape, spacingMm, radiusMm)).toEqual(shrunk);
        },
      ),
    );
  });

  it('refuse a radius that is no length', () => {
    expect(() => dilateMm(new Uint8Array(1), [1, 1, 1], [1, 1, 1], Number.NaN)).toThrow(/radiusMm is NaN/);
    expect(() => erodeMm(new Uint8Array(1), [1, 1, 1], [1, 1, 1], -1)).toThrow(/radiusMm is -1/);
  });
});

describe('smoothMask', () => {
  it('takes away a spike and fills a notch', () => {
    const slice = ['..#....', '.......', '######.', '######.', '##.###.', '######.', '######.'];
    const { mask, shape } = drawn(slice, slice, slice);
    const smooth = picture(smoothMask(mask, shape), shape)[1];
    expect(smooth[0]).toBe('.......');
    expect(smooth[4]).toBe('######.');
  });

  it('does not shrink an organ at the volume’s border', () => {
    const full = new Uint8Array(4 * 5 * 6).fill(1);
    expect(smoothMask(full, [4, 5, 6])).toEqual(full);
  });

  it('is the majority of the neighbours that exist, on any mask', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, shape: [n1, n2, n3] }) => {
        const expected = mask.map((x, v) => {
          const [i, j, k] = [v % n1, Math.floor(v / n1) % n2, Math.floor(v / (n1 * n2))];
          let balance = 0;
          for (let c = Math.max(0, k - 1); c <= Math.min(n3 - 1, k + 1); c++) {
            for (let b = Math.max(0, j - 1); b <= Math.min(n2 - 1, j + 1); b++) {
              for (let a = Math.max(0, i - 1); a <= Math.min(n1 - 1, i + 1); a++) {
                balance += mask[a + n1 * (b + n2 * c)] ? 1 : -1;
              }
            }
          }
          return balance === 0 ? x : balance > 0 ? 1 : 0;
        });
        expect(smoothMask(mask, [n1, n2, n3])).toEqual(expected);
      }),
    );
  });
});
