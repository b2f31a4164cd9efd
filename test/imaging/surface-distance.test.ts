import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Triple, voxelsOf } from '../../imaging/mask-box.js';
import { seededRandom } from '../../imaging/random.js';
import { compareLabelMaps, compareMasks, surfaceDistances } from '../../imaging/surface-distance.js';
import { elementAreas } from '../../imaging/surface-elements.js';

function box(shape: Triple, low: Triple, high: Triple): Uint8Array {
  const mask = new Uint8Array(voxelsOf(shape));
  for (let k = low[2]; k < high[2]; k++) {
    for (let j = low[1]; j < high[1]; j++) {
      const row = shape[0] * (j + shape[1] * k);
      mask.fill(1, row + low[0], row + high[0]);
    }
  }
  return mask;
}

/** Blobs of several voxels: every code occurs, and surfaces are near each other but not the same. */
function blobs(shape: Triple, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const mask = new Uint8Array(voxelsOf(shape));
  for (let n = 0; n < 4; n++) {
    const low = shape.map((length) => Math.floor(random() * length)) as [number, number, number];
    const high = low.map((x, axis) => Math.min(shape[axis], x + 1 + Math.floor(random() * 4)));
    box(shape, low, [high[0], high[1], high[2]]).forEach((x, v) => {
      if (x) mask[v] = 1;
    });
  }
  return mask.map((x) => (random() < 0.05 ? 1 - x : x));
}

/** The mask with its axes put in another order and some of them flipped. */
function turned(mask: Uint8Array, shape: Triple, order: Triple, flips: Triple): Uint8Array {
  const to = order.map((axis) => shape[axis]);
  const result = new Uint8Array(mask.length);
  for (let v = 0; v < mask.length; v++) {
    const at = [v % shape[0], Math.floor(v / shape[0]) % shape[1], Math.floor(v / (shape[0] * shape[1]))];
    const [a, b, c] = order.map((axis, q) => (flips[q] ? to[q] - 1 - at[axis] : at[axis]));
    result[a + to[0] * (b + to[1] * c)] = mask[v];
  }
  return result;
}

const number = (value: unknown): number => {
  expect(value).toBeTypeOf('number');
  return Number(value);
};

/** Figures in a form that tells both kinds of value apart. */
const figures = (nsd: readonly unknown[]): number[] => nsd.map((x) => (typeof x === 'number' ? x : -1));
const expectClose = (actual: number[], expected: number[]): void => {
  actual.forEach((value, at) => {
    expect(value).toBeCloseTo(expected[at], 10);
  });
};

const scene = fc.record({
  shape: fc.tuple(
    fc.integer({ min: 2, max: 9 }),
    fc.integer({ min: 2, max: 8 }),
    fc.integer({ min: 2, max: 7 }),
  ),
  spacingMm: fc.tuple(
    fc.constantFrom(0.5, 0.7, 1, 2.5),
    fc.constantFrom(0.5, 0.98, 1),
    fc.constantFrom(0.8, 1, 3, 5),
  ),
  seeds: fc.tuple(fc.nat(1e6), fc.nat(1e6)),
});

describe('elementAreas', () => {
  it('gives a flat wall the area of one voxel face per element, whichever way it faces', () => {
    const areas = elementAreas([2, 3, 5]);
    expect(areas[0b11110000]).toBe(15);
    expect(areas[0b00001111]).toBe(15);
    expect(areas[0b11001100]).toBe(10);
    expect(areas[0b10101010]).toBe(6);
  });

  it('has an area for every code but all and nothing, the same inside out', () => {
    const areas = elementAreas([0.7, 1, 3]);
    expect([areas[0], areas[255]]).toEqual([0, 0]);
    for (let code = 1; code < 255; code++) {
      expect(areas[code]).toBeGreaterThan(0);
      expect(areas[code]).toBe(areas[255 - code]);
    }
  });

  it('scales with the square of the spacing', () => {
    const [small, large] = [elementAreas([0.7, 1, 3]), elementAreas([1.4, 2, 6])];
    for (let code = 0; code < 256; code++) expect(large[code]).toBeCloseTo(4 * small[code], 12);
  });
});

describe('compareMasks on masks that can be checked by hand', () => {
  // Two single voxels, two apart along k: of the eight corners of each, four are 1 step from the other and four 2.
  const shape: Triple = [8, 8, 8];
  const a = box(shape, [3, 3, 2], [4, 4, 3]);
  const b = box(shape, [3, 3, 4], [4, 4, 5]);

  it('two voxels 2 apart, spacing (3, 2, 1): half of the surface lies within 1 mm', () => {
    const result = compareMasks(a, b, shape, [3, 2, 1], [0, 1, 2]);
    expect(result.dsc).toBe(0);
    expect(result.nsd).toEqual([0, 0.5, 1]);
    expect(result.truthSurface.elements).toBe(8);
    // Eight corners of 1/8 · |(2·1, 3·1, 3·2)| = 7/8 mm² each.
    expect(result.truthSurface.areaMm2).toBeCloseTo(7, 12);
    expect(surfaceDistances(a, b, shape, [3, 2, 1])).toEqual({
      hd95Mm: 2,
      hdMm: 2,
      averageTruthToPredictionMm: 1.5,
      averagePredictionToTruthMm: 1.5,
    });
  });

  it('takes the spacing in index order', () => {
    expect(compareMasks(a, b, shape, [1, 2, 3], [1, 2, 3, 6]).nsd).toEqual([0, 0, 0.5, 1]);
  });

  it('half a 100³ volume against one slice more, spacing (2, 1, 1): the figures of the original’s own test', () => {
    const cube: Triple = [100, 100, 100];
    const truth = box(cube, [0, 0, 0], [50, 100, 100]);
    const prediction = box(cube, [0, 0, 0], [51, 100, 100]);
    const { dsc, nsd } = compareMasks(truth, prediction, cube, [2, 1, 1], [1]);
    expect(dsc).toBeCloseTo(0.99, 3);
    expect(nsd[0]).toBeCloseTo(0.836145008498, 11);
    const distances = surfaceDistances(truth, prediction, cube, [2, 1, 1]);
    expect(distances.hd95Mm).toBe(2);
    expect(distances.averageTruthToPredictionMm).toBeCloseTo(0.32244707267667, 11);
    expect(distances.averagePredictionToTruthMm).toBeCloseTo(0.33939629306054, 11);
  });

  it('closes the surface with a cap where the volume ends', () => {
    const full = new Uint8Array(27).fill(1);
    const { truthSurface } = compareMasks(full, full, [3, 3, 3], [1, 1, 1], [1]);
    // 4³ corners of voxels less the 2³ inside.
    expect(truthSurface.elements).toBe(56);
    const inside = box([5, 5, 5], [1, 1, 1], [4, 4, 4]);
    expect(compareMasks(inside, inside, [5, 5, 5], [1, 1, 1], [1]).truthSurface).toEqual(truthSurface);
  });

  it('counts an element at exactly the tolerance as close', () => {
    const shifted = box(shape, [3, 3, 3], [4, 4, 4]);
    for (const step of [0.1, 0.7, 1.1, 2.5]) {
      expect(compareMasks(a, shifted, shape, [1, 1, step], [step]).nsd).toEqual([1]);
    }
  });

  it('has no value for two empty masks, and 0 where one is empty', () => {
    const empty = new Uint8Array(512);
    const undefinedValue = { undefined: 'both masks are empty' };
    const none = compareMasks(empty, empty, shape, [1, 1, 1], [1, 3]);
    expect(none.dsc).toEqual(undefinedValue);
    expect(none.nsd).toEqual([undefinedValue, undefinedValue]);
    for (const [truth, prediction] of [
      [a, empty],
      [empty, a],
    ]) {
      const { dsc, nsd } = compareMasks(truth, prediction, shape, [1, 1, 1], [1, 3]);
      expect([dsc, ...nsd]).toEqual([0, 0, 0]);
    }
    expect(surfaceDistances(empty, empty, shape, [1, 1, 1]).hd95Mm).toEqual(undefinedValue);
    expect(surfaceDistances(a, empty, shape, [1, 1, 1]).hdMm).toEqual({
      undefined: 'the prediction is empty',
    });
    expect(surfaceDistances(empty, a, shape, [1, 1, 1]).hdMm).toEqual({ undefined: 'the truth is empty' });
  });

  it('refuses a wrong shape, spacing or tolerance with a message that names it', () => {
    expect(() => compareMasks(a, b, [8, 8, 9], [1, 1, 1], [1])).toThrow(/8×8×9/);
    expect(() => compareMasks(a, b, shape, [1, 0, 1], [1])).toThrow(/spacingMm is 1, 0, 1/);
    expect(() => compareMasks(a, b, shape, [1, 1, 1], [-1])).toThrow(/tolerancesMm is -1/);
  });

  it('finds surfaces far apart where the tolerance is as large as that, even beyond 255 steps', () => {
    const long: Triple = [700, 3, 3];
    const left = box(long, [1, 1, 1], [2, 2, 2]);
    const right = box(long, [601, 1, 1], [602, 2, 2]);
    const { nsd } = compareMasks(left, right, long, [1, 1, 1], [598, 599, 600]);
    expectClose(figures(nsd), [0, 0.5, 1]);
  });
});

describe('compareMasks on any masks', () => {
  const tolerances = [0, 0.5, 1, 2, 3, 5];
  const pairOf = ({ shape, seeds }: { shape: Triple; seeds: [number, number] }) =>
    seeds.map((seed) => blobs(shape, seed));
  it('is symmetric in truth and prediction', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const [a, b] = pairOf(given);
        const forward = compareMasks(a, b, given.shape, given.spacingMm, tolerances);
        const backward = compareMasks(b, a, given.shape, given.spacingMm, tolerances);
        expect(backward.dsc).toEqual(forward.dsc);
        expectClose(figures(backward.nsd), figures(forward.nsd));
        expect(backward.truthSurface).toEqual(forward.predictionSurface);
      }),
    );
  });

  it('does not depend on the order or the direction of the axes', () => {
    const orders = fc.constantFrom<Triple>([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]);
    const flips = fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1));
    fc.assert(
      fc.property(scene, orders, flips, (given, order, flip) => {
        const { shape, spacingMm } = given;
        const [a, b] = pairOf(given);
        const [c, d] = [a, b].map((mask) => turned(mask, shape, order, flip));
        const newShape: Triple = [shape[order[0]], shape[order[1]], shape[order[2]]];
        const newSpacing: Triple = [spacingMm[order[0]], spacingMm[order[1]], spacingMm[order[2]]];
        // Tolerances that no sum of squares hits, so that the order of the sum cannot matter.
        const odd = tolerances.map((tolerance) => tolerance + 0.0123);
        const before = compareMasks(a, b, shape, spacingMm, odd);
        const after = compareMasks(c, d, newShape, newSpacing, odd);
        expect(after.dsc).toEqual(before.dsc);
        expectClose(figures(after.nsd), figures(before.nsd));
        expect(after.truthSurface.areaMm2).toBeCloseTo(before.truthSurface.areaMm2, 9);
      }),
    );
  });

  it('does not change when spacing and tolerance grow together', () => {
    fc.assert(
      fc.property(scene, fc.constantFrom(0.25, 2, 8), (given, factor) => {
        const [a, b] = pairOf(given);
        const [s1, s2, s3] = given.spacingMm;
        const larger: Triple = [s1 * factor, s2 * factor, s3 * factor];
        const before = compareMasks(a, b, given.shape, given.spacingMm, tolerances);
        const scaled = tolerances.map((tolerance) => tolerance * factor);
        const after = compareMasks(a, b, given.shape, larger, scaled);
        expectClose(figures(after.nsd), figures(before.nsd));
      }),
    );
  });

  it('never falls with the tolerance, stays within 0 and 1, and is 1 for a mask against itself', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const [a, b] = pairOf(given);
        const nsd = figures(compareMasks(a, b, given.shape, given.spacingMm, tolerances).nsd);
        nsd.forEach((value, at) => {
          expect(value).toBeLessThanOrEqual(1);
          if (at > 0) expect(value).toBeGreaterThanOrEqual(nsd[at - 1]);
        });
        if (a.includes(1)) {
          const same = compareMasks(a, a, given.shape, given.spacingMm, tolerances);
          expectClose([number(same.dsc), ...figures(same.nsd)], [1, 1, 1, 1, 1, 1, 1]);
        }
      }),
    );
  });

  it('agrees with the full distance transform: NSD is 1 at the Hausdorff distance, and not just below', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const [a, b] = pairOf(given);
        fc.pre(a.includes(1) && b.includes(1));
        const { hdMm, hd95Mm } = surfaceDistances(a, b, given.shape, given.spacingMm);
        const limit = number(hdMm);
        expect(number(hd95Mm)).toBeLessThanOrEqual(limit);
        fc.pre(limit > 0);
        const at = compareMasks(a, b, given.shape, given.spacingMm, [limit * 0.999, limit]);
        expect(at.nsd[1]).toBeCloseTo(1, 12);
        expect(number(at.nsd[0])).toBeLessThan(1);
      }),
    );
  });
});

describe('compareLabelMaps', () => {
  const shape: Triple = [9, 8, 7];
  const labels = [
    { organ: 'liver', value: 1 },
    { organ: 'spleen', value: 300 },
    { organ: 'pancreas', value: 4 },
  ] as const;

  it('says of every label what compareMasks says of its mask', () => {
    const [a, b, c, d] = [1, 2, 3, 4].map((seed) => blobs(shape, seed));
    const truth = Uint16Array.from(a, (x, v) => (x ? 1 : c[v] ? 300 : 0));
    const prediction = Uint16Array.from(b, (x, v) => (x ? 300 : d[v] ? 1 : 0));
    const result = compareLabelMaps(truth, prediction, shape, [0.7, 1, 3], labels, [1, 3]);
    expect(result.map(({ organ }) => organ)).toEqual(['liver', 'spleen', 'pancreas']);
    result.forEach(({ organ, ...comparison }, at) => {
      const [inTruth, inPrediction] = [truth, prediction].map((map) =>
        Uint8Array.from(map, (value) => (value === labels[at].value ? 1 : 0)),
      );
      expect(comparison, organ).toEqual(compareMasks(inTruth, inPrediction, shape, [0.7, 1, 3], [1, 3]));
    });
  });

  it('refuses the background and a value that is given twice', () => {
    const empty = new Uint8Array(504);
    const compare = (...values: number[]) =>
      compareLabelMaps(
        empty,
        empty,
        shape,
        [1, 1, 1],
        values.map((value) => ({ organ: 'liver', value })),
        [1],
      );
    expect(() => compare(0)).toThrow(/label 0 of liver/);
    expect(() => compare(1, 1)).toThrow(/label 1 of liver/);
  });
});
