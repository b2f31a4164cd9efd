import { describe, expect, it } from 'vitest';
import type { MetricContract, OrganFigures } from '../../domain/metric.js';
import { type ContractRequest, metricContract } from '../../domain/metric-preset.js';
import { labelsIn, scorePair } from '../../imaging/score-pair.js';
import { sparseLabels } from '../../imaging/stretches.js';
import type { LabelMap } from '../../imaging/volume.js';
import { madeMap } from './made-maps.js';

const liver = [{ organ: 'liver', labels: [1] }];
const contractOf = (more: Partial<ContractRequest> = {}): MetricContract =>
  metricContract({ preset: 'abdomenct1k', organs: liver, metrics: ['dsc', 'nsd'], ...more });

function figuresOf(truth: LabelMap, prediction: LabelMap, contract = contractOf()): OrganFigures[] {
  const scored = scorePair(truth, prediction, contract);
  if ('faults' in scored) throw new Error(scored.faults.map(({ message }) => message).join('; '));
  return scored.figures;
}

function faultsOf(truth: LabelMap, prediction: LabelMap, contract = contractOf()) {
  const scored = scorePair(truth, prediction, contract);
  return 'faults' in scored ? scored.faults : [];
}

describe('scoring a pair of label maps', () => {
  it('gives the published figures of two voxels that lie two apart', () => {
    const truth = madeMap([6, 4, 4], [[1, [1, 1, 1], [2, 2, 2]]], [3, 2, 1]);
    const prediction = madeMap([6, 4, 4], [[1, [1, 1, 3], [2, 2, 4]]], [3, 2, 1]);
    const metrics = ['dsc', 'nsd', 'hd95', 'hd', 'assd'] as const;
    expect(figuresOf(truth, prediction, contractOf({ metrics }))).toEqual([
      {
        organ: 'liver',
        toleranceMm: 1,
        dsc: 0,
        nsd: 0.5,
        hd95Mm: 2,
        hdMm: 2,
        assdMm: 1.5,
        truthVoxels: 1,
        predictionVoxels: 1,
      },
    ]);
  });

  it('gives a row for each organ and tolerance, each organ at its own', () => {
    const organs = [
      { organ: 'liver', labels: [1] },
      { organ: 'spleen', labels: [3] },
    ];
    const map = () =>
      madeMap(
        [5, 5, 5],
        [
          [1, [0, 0, 0], [2, 5, 5]],
          [3, [3, 0, 0], [5, 5, 5]],
        ],
      );
    const rows = figuresOf(map(), map(), contractOf({ preset: 'flare22', organs }));
    expect(rows.map(({ organ, toleranceMm, nsd }) => [organ, toleranceMm, nsd])).toEqual([
      ['liver', 5, 1],
      ['spleen', 3, 1],
    ]);
    const twice = figuresOf(map(), map(), contractOf({ organs, tolerancesMm: [2, 1] }));
    expect(twice.map(({ organ, toleranceMm }) => `${organ} ${toleranceMm}`)).toEqual([
      'liver 2',
      'liver 1',
      'spleen 2',
      'spleen 1',
    ]);
  });

  it('measures nothing that was not asked for', () => {
    const map = madeMap([4, 4, 4], [[1, [1, 1, 1], [3, 3, 3]]]);
    const [row] = figuresOf(map, madeMap([4, 4, 4], []), contractOf({ metrics: ['dsc'] }));
    expect(row).toEqual({ organ: 'liver', dsc: 0, truthVoxels: 8, predictionVoxels: 0 });
  });

  it('tells why a figure has no value', () => {
    const empty = madeMap([4, 4, 4], []);
    const [row] = figuresOf(empty, empty, contractOf({ metrics: ['dsc', 'nsd', 'hd95'] }));
    expect(row).toMatchObject({
      dsc: { undefined: 'both masks are empty' },
      nsd: { undefined: 'both masks are empty' },
      hd95Mm: { undefined: 'both masks are empty' },
    });
    const one = madeMap([4, 4, 4], [[1, [1, 1, 1], [2, 2, 2]]]);
    expect(figuresOf(one, empty, contractOf({ metrics: ['hd95', 'assd'] }))[0]).toMatchObject({
      hd95Mm: { undefined: 'the prediction is empty' },
      assdMm: { undefined: 'the prediction is empty' },
    });
  });

  it('merges the labels of one organ', () => {
    const truth = madeMap(
      [6, 4, 4],
      [
        [1, [0, 0, 0], [4, 4, 4]],
        [2, [1, 1, 1], [2, 2, 2]],
      ],
    );
    const prediction = madeMap([6, 4, 4], [[2, [0, 0, 0], [4, 4, 4]]]);
    const organs = [{ organ: 'kidney', labels: [1, 2] }];
    expect(figuresOf(truth, prediction, contractOf({ organs }))[0]).toMatchObject({
      dsc: 1,
      nsd: 1,
      truthVoxels: 64,
    });
  });

  it('compares FLARE22’s tubes from the first to the last but one slice that truth labels', () => {
    // Truth in slices 2 to 4; the prediction goes on to both ends and is narrower in slice 4, which is left out.
    const truth = madeMap([6, 6, 8], [[5, [1, 1, 2], [4, 4, 5]]]);
    const prediction = madeMap(
      [6, 6, 8],
      [
        [5, [1, 1, 0], [4, 4, 4]],
        [5, [1, 1, 4], [2, 2, 8]],
      ],
    );
    const organs = [{ organ: 'aorta', labels: [5] }];
    const [flare] = figuresOf(truth, prediction, contractOf({ preset: 'flare22', organs }));
    expect(flare).toMatchObject({ dsc: 1, nsd: 1, truthVoxels: 27, predictionVoxels: 40 });
    const [whole] = figuresOf(truth, prediction, contractOf({ organs }));
    expect(whole!.dsc).toBeCloseTo((2 * 19) / 67, 12);
  });

  it('has no figure where FLARE22’s rule leaves no slice', () => {
    const truth = madeMap([6, 6, 8], [[5, [1, 1, 2], [4, 4, 3]]]);
    const organs = [{ organ: 'aorta', labels: [5] }];
    const [row] = figuresOf(truth, truth, contractOf({ preset: 'flare22', organs }));
    expect(row).toMatchObject({ dsc: { undefined: 'both masks are empty' }, truthVoxels: 9 });
  });

  it('finds other shapes, other grids and unknown labels', () => {
    const truth = madeMap([4, 4, 4], [[1, [0, 0, 0], [2, 2, 2]]]);
    expect(faultsOf(truth, madeMap([4, 4, 5], []))).toEqual([
      { code: 'SHAPE_MISMATCH', message: 'the prediction has shape 4×4×5, the truth 4×4×4' },
    ]);
    const moved = madeMap(
      [4, 4, 4],
      [
        [7, [0, 0, 0], [1, 1, 1]],
        [9, [1, 0, 0], [2, 1, 1]],
      ],
      [1, 1, 1],
      [5, 0, 0],
    );
    const faults = faultsOf(truth, moved);
    expect(faults.map(({ code }) => code)).toEqual(['GRID_MISMATCH', 'LABEL_VALUES']);
    expect(faults[1]!.message).toBe('the prediction holds labels 7, 9, which no organ was given');
    const lenient = contractOf({ ignoreGeometry: true, ignoreUnknownLabels: true });
    expect(faultsOf(truth, moved, lenient)).toEqual([]);
    expect(faultsOf(truth, madeMap([4, 4, 5], []), lenient)).toHaveLength(1);
  });

  it('takes the spacing from the truth', () => {
    const truth = madeMap([8, 4, 4], [[1, [0, 0, 0], [3, 4, 4]]], [3, 1, 1]);
    const prediction = madeMap([8, 4, 4], [[1, [0, 0, 0], [4, 4, 4]]], [0.1, 1, 1]);
    const metrics = ['dsc', 'hd'] as const;
    expect(figuresOf(truth, prediction, contractOf({ metrics, ignoreGeometry: true }))[0]!.hdMm).toBe(3);
  });
});

describe('the labels of a map', () => {
  it('are found wherever they are, and however the array lies in memory', () => {
    const bytes = new Uint8Array(1003);
    bytes[0] = 4;
    bytes[499] = 2;
    bytes[1002] = 9;
    expect(labelsIn(sparseLabels(bytes))).toEqual([2, 4, 9]);
    expect(labelsIn(sparseLabels(bytes.subarray(1)))).toEqual([2, 9]);
    expect(labelsIn(sparseLabels(Uint16Array.of(0, 0, 300, 0, 7)))).toEqual([7, 300]);
    expect(labelsIn(sparseLabels(new Uint8Array(5)))).toEqual([]);
  });

  it('are looked for only where the reader says that there may be any', () => {
    const values = Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
    expect(labelsIn({ values, nonzero: Float64Array.of(4, 8) })).toEqual([2]);
  });
});
