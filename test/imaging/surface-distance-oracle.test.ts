import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MetricValue } from '../../domain/metric.js';
import { dilate, erode } from '../../imaging/components.js';
import type { Triple } from '../../imaging/mask-box.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { compareLabelMaps, compareMasks, surfaceDistances } from '../../imaging/surface-distance.js';
import type { LabelMap, Mask } from '../../imaging/volume.js';

const data = resolve(process.cwd(), '../shared/data');
const oracleFile = resolve(data, 'oracle-nsd.json');
const present = existsSync(oracleFile);

type Figure = number | 'NaN' | 'Infinity';
type Operation =
  | { op: 'box'; lo: Triple; hi: Triple; sub?: boolean }
  | { op: 'ball'; c2: Triple; r2: number; w: Triple; sub?: boolean }
  | { op: 'hash'; m: number; sub?: boolean };
interface OracleRow {
  dsc: Figure;
  nsd: Record<string, Figure>;
  avg_surface_distance: [Figure, Figure];
  hd95: Figure;
  hd100: Figure;
  surfel_area_sum_gt: number;
  surfel_area_sum_pred: number;
  n_surfels_gt: number;
  n_surfels_pred: number;
}
interface Oracle {
  synthetic: (OracleRow & {
    name: string;
    shape: [number, number, number];
    spacing_mm: [number, number, number];
    gt: Operation[];
    pred: Operation[];
    gt_voxels: number;
    pred_voxels: number;
  })[];
  kits19: {
    case: string;
    spacing_mm_nibabel_order: [number, number, number];
    gt_voxels: number;
    preds: Record<string, OracleRow & { pred_voxels: number }>;
  }[];
}
interface PairRow {
  gtVoxels: number;
  predVoxels: number;
  dsc: number;
  hd95Mm: number;
  meanSurfaceDistanceMm: [number, number];
  [nsd: `nsd@${number}mm`]: number;
}

const json = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8'));
const labels = (file: string): LabelMap => readLabelMap(readFileSync(resolve(data, 'real', file)), file);
const oracle = present ? json<Oracle>(oracleFile) : { synthetic: [], kits19: [] };

function expectFigure(actual: MetricValue, expected: Figure, what: string): void {
  if (typeof expected === 'number') expect(actual, what).toBeCloseTo(expected, 9);
  else expect(actual, what).toHaveProperty('undefined');
}

function expectRow(actual: ReturnType<typeof compareMasks>, row: OracleRow): void {
  expectFigure(actual.dsc, row.dsc, 'dsc');
  expect(actual.truthSurface.elements).toBe(row.n_surfels_gt);
  expect(actual.predictionSurface.elements).toBe(row.n_surfels_pred);
  expect(actual.truthSurface.areaMm2 / (row.surfel_area_sum_gt || 1)).toBeCloseTo(
    row.n_surfels_gt ? 1 : 0,
    9,
  );
  expect(actual.predictionSurface.areaMm2 / (row.surfel_area_sum_pred || 1)).toBeCloseTo(
    row.n_surfels_pred ? 1 : 0,
    9,
  );
}

function expectDistances(actual: ReturnType<typeof surfaceDistances>, row: OracleRow): void {
  expectFigure(actual.hd95Mm, row.hd95, 'hd95');
  expectFigure(actual.hdMm, row.hd100, 'hd100');
  expectFigure(actual.averageTruthToPredictionMm, row.avg_surface_distance[0], 'mean from the truth');
  expectFigure(actual.averagePredictionToTruthMm, row.avg_surface_distance[1], 'mean from the prediction');
}

function eachVoxel(shape: Triple, visit: (i: number, j: number, k: number, index: number) => void): void {
  for (let k = 0, v = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) for (let i = 0; i < shape[0]; i++, v++) visit(i, j, k, v);
  }
}

function draw(shape: Triple, operations: Operation[]): Mask {
  const mask = new Uint8Array(shape[0] * shape[1] * shape[2]);
  for (const operation of operations) {
    const holds = testOf(operation);
    eachVoxel(shape, (i, j, k, v) => {
      if (holds([i, j, k])) mask[v] = operation.sub ? 0 : 1;
    });
  }
  return mask;
}

function testOf(operation: Operation): (at: Triple) => boolean {
  if (operation.op === 'box') {
    return (at) => at.every((x, axis) => x >= operation.lo[axis] && x < operation.hi[axis]);
  }
  if (operation.op === 'ball') {
    const { c2, r2, w } = operation;
    return (at) => at.reduce((sum, x, a) => sum + (w[a] * (2 * x - c2[a])) ** 2, 0) <= r2;
  }
  return ([i, j, k]) => hash(i, j, k) % operation.m === 0;
}

/** Indices are small, so that the products fit 2⁵³; the exclusive or is of whole 64-bit numbers. */
function hash(i: number, j: number, k: number): number {
  const [a, b, c] = [i * 73856093, j * 19349663, k * 83492791];
  const high = Math.floor(a / 2 ** 31) ^ Math.floor(b / 2 ** 31) ^ Math.floor(c / 2 ** 31);
  const low = (a % 2 ** 31) ^ (b % 2 ** 31) ^ (c % 2 ** 31);
  return high * 2 ** 31 + low;
}

function shifted(mask: Mask, [n1, n2, n3]: Triple, [di, dj, dk]: Triple): Mask {
  const result = new Uint8Array(mask.length);
  for (let k = Math.max(0, -dk); k < Math.min(n3, n3 - dk); k++) {
    for (let j = Math.max(0, -dj); j < Math.min(n2, n2 - dj); j++) {
      const from = n1 * (j + n2 * k);
      const to = n1 * (j + dj + n2 * (k + dk)) + di;
      result.set(mask.subarray(from, from + n1 - di), to);
    }
  }
  return result;
}

function maskOf(values: LabelMap['values'], inside: (value: number) => boolean): Mask {
  const mask = new Uint8Array(values.length);
  for (let v = 0; v < values.length; v++) if (values[v] !== 0 && inside(values[v])) mask[v] = 1;
  return mask;
}

const predictions: Record<string, (truth: Mask, shape: Triple, values: LabelMap['values']) => Mask> = {
  'shift_1_2_-3': (truth, shape) => shifted(truth, shape, [1, 2, -3]),
  dilate6x2: (truth, shape) => dilate(truth, shape, 2),
  erode6x1: (truth, shape) => erode(truth, shape, 1),
  shift_0_1_1_blockdrop8mod7: (truth, shape) => {
    const result = shifted(truth, shape, [0, 1, 1]);
    for (let v = result.indexOf(1); v >= 0; v = result.indexOf(1, v + 1)) {
      const row = Math.floor(v / shape[0]);
      const [i, j, k] = [v % shape[0], row % shape[1], Math.floor(row / shape[1])];
      if (hash(i >> 3, j >> 3, k >> 3) % 7 === 0) result[v] = 0;
    }
    return result;
  },
  lastaxis_below_256: (truth, shape) => truth.slice().fill(0, shape[0] * shape[1] * 256),
  kidney_only_label1: (_truth, _shape, values) => maskOf(values, (value) => value === 1),
};

describe.skipIf(!present)('synthetic masks of the official implementation (needs ../shared/data)', () => {
  it.each(oracle.synthetic)('$name agrees in every figure', (row) => {
    const truth = draw(row.shape, row.gt);
    const prediction = draw(row.shape, row.pred);
    const tolerances = Object.keys(row.nsd).map(Number);
    const actual = compareMasks(truth, prediction, row.shape, row.spacing_mm, tolerances);
    expect([actual.truthVoxels, actual.predictionVoxels]).toEqual([row.gt_voxels, row.pred_voxels]);
    expectRow(actual, row);
    tolerances.forEach((tolerance, t) => {
      expectFigure(actual.nsd[t], row.nsd[tolerance], `nsd@${tolerance}`);
    });
    expectDistances(surfaceDistances(truth, prediction, row.shape, row.spacing_mm), row);
  });
});

// Case 00151 has 278 million voxels; PLUSCT_TEST_LARGE=1 adds it and the distances of 00002.
const large = process.env.PLUSCT_TEST_LARGE === '1';
const cases = oracle.kits19.filter(({ case: id }) => large || id !== '00151');

describe.skipIf(!present)('real kidneys of the official implementation (needs ../shared/data)', () => {
  it.each(cases)(
    'case $case agrees on six predictions',
    { timeout: 600_000 },
    ({ case: id, ...expected }) => {
      const { geometry, values } = labels(`kits19-oracle/case_${id}.nii.gz`);
      const { shape, spacingMm } = geometry;
      expect(spacingMm).toEqual(expected.spacing_mm_nibabel_order);
      const truth = maskOf(values, (value) => value > 0);
      for (const [name, row] of Object.entries(expected.preds)) {
        const prediction = predictions[name](truth, shape, values);
        const actual = compareMasks(truth, prediction, shape, spacingMm, [1, 2, 3, 5]);
        expect([actual.truthVoxels, actual.predictionVoxels]).toEqual([expected.gt_voxels, row.pred_voxels]);
        expectRow(actual, row);
        [1, 2, 3, 5].forEach((tolerance, t) => {
          expectFigure(actual.nsd[t], row.nsd[tolerance], `${name} nsd@${tolerance}`);
        });
        if (large || id === '00061')
          expectDistances(surfaceDistances(truth, prediction, shape, spacingMm), row);
      }
    },
  );
});

function expectPair(actual: ReturnType<typeof compareMasks>, row: PairRow): void {
  expect([actual.truthVoxels, actual.predictionVoxels]).toEqual([row.gtVoxels, row.predVoxels]);
  expect(actual.dsc).toBeCloseTo(row.dsc, 9);
  [1, 2, 3, 5].forEach((tolerance, t) => {
    expect(actual.nsd[t], `nsd@${tolerance}`).toBeCloseTo(row[`nsd@${tolerance}mm`], 9);
  });
}

/** Small files first; the others are read where PLUSCT_TEST_LARGE=1. */
const chosen = <T>(rows: [string, T][], count: number): [string, T][] =>
  large ? rows : rows.slice(0, count);

describe.skipIf(!present)('real pairs of truth and prediction (needs ../shared/data)', () => {
  const folder = (name: string) => resolve(data, 'real', name, 'expected.json');
  const kits = present ? Object.entries(json<Record<string, PairRow>>(folder('kits19-vs-kits23'))) : [];
  const organs = ['multiorgan-pairs', 'pancreas-pairs'].flatMap((set, at) =>
    present
      ? chosen(Object.entries(json<Record<string, Record<string, PairRow>>>(folder(set))), 2 + 2 * at).map(
          ([id, row]) => ({ set, id, row }),
        )
      : [],
  );

  it.each(chosen(kits, 5))('%s: KiTS19 against KiTS23', { timeout: 60_000 }, (id, row) => {
    const truth = labels(`kits19-vs-kits23/${id}/kits19_segmentation.nii.gz`);
    const prediction = labels(`kits19-vs-kits23/${id}/kits23_segmentation.nii.gz`);
    const { shape, spacingMm } = truth.geometry;
    const [a, b] = [truth.values, prediction.values].map((values) => maskOf(values, (value) => value > 0));
    expectPair(compareMasks(a, b, shape, spacingMm, [1, 2, 3, 5]), row);
  });

  it.each(organs)('$set $id: every label of the map', { timeout: 60_000 }, ({ set, id, row }) => {
    const truth = labels(`${set}/GroundTruth/${id}.nii.gz`);
    const { shape, spacingMm } = truth.geometry;
    for (const network of ['Dice', 'WCE']) {
      const named = Object.keys(row).filter((key) => key.startsWith(`${network}/`));
      if (named.length === 0) continue;
      const prediction = labels(`${set}/${network}/${id}.nii.gz`).values;
      const wanted = named.map((organ) => ({ organ, value: Number(organ.split('/')[1]) }));
      const result = compareLabelMaps(truth.values, prediction, shape, spacingMm, wanted, [1, 2, 3, 5]);
      for (const { organ, ...actual } of result) expectPair(actual, row[organ]);
    }
  });
});
