import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MetricValue } from '../../domain/metric.js';
import { dilate, erode } from '../../imaging/components.js';
import type { Triple } from '../../imaging/mask-box.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { compareLabelMaps, compareMasks, surfaceDistances } from '../../imaging/surface-distance.js';
import { elementAreas } from '../../imaging/surface-elements.js';
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
  area_table: { classes: [code: number, normals: Triple[]][] };
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
  dsc: Figure;
  hd95Mm: Figure;
  meanSurfaceDistanceMm: [Figure, Figure];
  [nsd: `nsd@${number}mm`]: Figure;
}

const json = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8'));
const labels = (file: string): LabelMap => readLabelMap(readFileSync(resolve(data, 'real', file)), file);
const oracle: Oracle = present
  ? json<Oracle>(oracleFile)
  : { area_table: { classes: [] }, synthetic: [], kits19: [] };

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

describe.skipIf(!present)('areas of surface elements (need ../shared/data)', () => {
  it('are those of the official table, class by class, whatever the spacing', () => {
    const [s1, s2, s3] = [0.7, 1, 3];
    const areas = elementAreas([s1, s2, s3]);
    expect(oracle.area_table.classes).toHaveLength(13);
    for (const [code, normals] of oracle.area_table.classes) {
      const area = normals.map(([a, b, c]) => Math.hypot(a * s2 * s3, b * s1 * s3, c * s1 * s2));
      expect(areas[code], `code ${code}`).toBeCloseTo(
        area.reduce((sum, each) => sum + each, 0),
        12,
      );
    }
  });
});

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

// Case 00151 has 278 million voxels: its distances take 20 s, and are compared where PLUSCT_TEST_LARGE=1.
const large = process.env.PLUSCT_TEST_LARGE === '1';

describe.skipIf(!present)('real kidneys of the official implementation (needs ../shared/data)', () => {
  it.each(oracle.kits19)(
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
        if (large || id !== '00151')
          expectDistances(surfaceDistances(truth, prediction, shape, spacingMm), row);
      }
    },
  );
});

/** Every figure that is stored of a pair; masks are those of one organ in both maps. */
function expectPair(actual: ReturnType<typeof compareMasks>, row: PairRow, what: string): void {
  expect([actual.truthVoxels, actual.predictionVoxels], what).toEqual([row.gtVoxels, row.predVoxels]);
  expectFigure(actual.dsc, row.dsc, `${what} dsc`);
  pairTolerancesMm.forEach((tolerance, t) => {
    expectFigure(actual.nsd[t], row[`nsd@${tolerance}mm`], `${what} nsd@${tolerance}`);
  });
}

function expectPairDistances(actual: ReturnType<typeof surfaceDistances>, row: PairRow, what: string): void {
  const [fromTruth, fromPrediction] = row.meanSurfaceDistanceMm;
  expectFigure(actual.hd95Mm, row.hd95Mm, `${what} hd95`);
  expectFigure(actual.averageTruthToPredictionMm, fromTruth, `${what} mean from the truth`);
  expectFigure(actual.averagePredictionToTruthMm, fromPrediction, `${what} mean from the prediction`);
}

const pairTolerancesMm = [1, 2, 3, 5] as const;
const expectedOf = <Row>(set: string): [string, Row][] =>
  present ? Object.entries(json<Record<string, Row>>(resolve(data, 'real', set, 'expected.json'))) : [];

describe.skipIf(!present)('real pairs of truth and prediction (needs ../shared/data)', () => {
  const kits = expectedOf<PairRow>('kits19-vs-kits23');
  const organs = ['multiorgan-pairs', 'pancreas-pairs'].flatMap((set) =>
    expectedOf<Record<string, PairRow>>(set).map(([id, row]) => ({ set, id, row })),
  );

  it('are forty', () => {
    expect(kits.length + organs.length).toBe(40);
  });

  it.each(kits)('%s: KiTS19 against KiTS23, every figure', { timeout: 120_000 }, (id, row) => {
    const truth = labels(`kits19-vs-kits23/${id}/kits19_segmentation.nii.gz`);
    const prediction = labels(`kits19-vs-kits23/${id}/kits23_segmentation.nii.gz`);
    const { shape, spacingMm } = truth.geometry;
    const [a, b] = [truth.values, prediction.values].map((values) => maskOf(values, (value) => value > 0));
    expectPair(compareMasks(a, b, shape, spacingMm, pairTolerancesMm), row, id);
    expectPairDistances(surfaceDistances(a, b, shape, spacingMm), row, id);
  });

  it.each(organs)(
    '$set $id: every label of the map, every figure',
    { timeout: 120_000 },
    ({ set, id, row }) => {
      const truth = labels(`${set}/GroundTruth/${id}.nii.gz`);
      const { shape, spacingMm } = truth.geometry;
      const organsOf = Object.keys(row).filter((key) => key.includes('/'));
      for (const network of new Set(organsOf.map((key) => key.split('/')[0]))) {
        const prediction = labels(`${set}/${network}/${id}.nii.gz`).values;
        const wanted = organsOf
          .filter((key) => key.startsWith(`${network}/`))
          .map((organ) => ({ organ, value: Number(organ.split('/')[1]) }));
        const result = compareLabelMaps(truth.values, prediction, shape, spacingMm, wanted, pairTolerancesMm);
        result.forEach(({ organ, ...actual }, at) => {
          expectPair(actual, row[organ], organ);
          const mask = (values: LabelMap['values']) => maskOf(values, (value) => value === wanted[at].value);
          const distances = surfaceDistances(mask(truth.values), mask(prediction), shape, spacingMm);
          expectPairDistances(distances, row[organ], organ);
        });
      }
    },
  );
});
