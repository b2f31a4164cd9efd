import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { organValue } from '../../../domain/organ.js';
import { type TrainingCase, unlabelled } from '../../../engines/engine.js';
import {
  datasetJson,
  identifierOf,
  identifiersOf,
  toModelLabels,
  writeDataset,
} from '../../../engines/nnunet/dataset.js';
import { checkedLabels } from '../../../engines/nnunet/prediction.js';
import { readCt, readLabelMap } from '../../../imaging/nifti.js';
import type { CtVolume } from '../../../imaging/volume.js';
import { geometryOf } from '../phantom.js';

const shape = [3, 2, 2] as const;
const voxels = 12;

/** A tiny scan, numbered voxel by voxel, that lies on its back the other way round than most. */
function scan(): CtVolume {
  const hu = Int16Array.from({ length: voxels }, (_, n) => n * 10 - 60);
  return { geometry: geometryOf(shape, [0.7, 0.8, 2.5], 'LPS'), hu, minHu: -60, maxHu: 50, notFinite: 0 };
}

const { liver, spleen, pancreas } = organValue;
const caseOf = (id: string, values: readonly number[]): TrainingCase => ({
  id,
  load: async () => ({
    image: scan(),
    labels: Uint8Array.from({ length: voxels }, (_, n) => values[n] ?? 0),
  }),
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusct-nnunet-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (...parts: string[]) => readFileSync(join(folder, 'Dataset001_plusct', ...parts));
const contents = () => JSON.parse(read('dataset.json').toString());

describe('a dataset for nnU-Net', () => {
  it('has the layout, the channel and the consecutive labels that nnU-Net wants', async () => {
    const cases = [caseOf('lits/volume-0', [liver, 0, pancreas]), caseOf('kits19/case_00001', [pancreas])];
    await writeDataset(folder, ['pancreas', 'liver'], cases, () => undefined);
    expect([...identifiersOf(cases)]).toEqual([
      ['0001-lits-volume-0', 'lits/volume-0'],
      ['0002-kits19-case-00001', 'kits19/case_00001'],
    ]);
    expect(contents()).toEqual({
      channel_names: { 0: 'CT' },
      labels: { background: 0, liver: 1, pancreas: 2 },
      numTraining: 2,
      file_ending: '.nii.gz',
      overwrite_image_reader_writer: 'NibabelIOWithReorient',
    });
    expect(readdirSync(join(folder, 'Dataset001_plusct', 'imagesTr')).sort()).toEqual([
      '0001-lits-volume-0_0000.nii.gz',
      '0002-kits19-case-00001_0000.nii.gz',
    ]);
    const labels = readLabelMap(read('labelsTr', '0001-lits-volume-0.nii.gz'), 'labels');
    expect([...labels.values].slice(0, 4)).toEqual([1, 0, 2, 0]);
  });

  it('keeps voxels, spacing and direction of each image', async () => {
    await writeDataset(folder, ['liver'], [caseOf('lits/a', [liver])], () => undefined);
    const { geometry, hu } = readCt(read('imagesTr', '0001-lits-a_0000.nii.gz'), 'image');
    expect(hu).toEqual(scan().hu);
    expect(geometry.axisCodes).toBe('LPS');
    geometry.spacingMm.forEach((side, axis) => {
      expect(side).toBeCloseTo([0.7, 0.8, 2.5][axis]!, 5);
    });
  });

  it('has an ignore label, the highest, as soon as one case has voxels that nobody looked at', async () => {
    const cases = [caseOf('lits/a', [spleen]), caseOf('lits/b', [spleen, unlabelled])];
    await writeDataset(folder, ['spleen'], cases, () => undefined);
    expect(contents().labels).toEqual({ background: 0, spleen: 1, ignore: 2 });
    const { values } = readLabelMap(read('labelsTr', '0002-lits-b.nii.gz'), 'labels');
    expect([...values].slice(0, 3)).toEqual([1, 2, 0]);
  });

  it('is told from another one by what its voxels are, and from none by when it was written', async () => {
    const digest = async (name: string, values: readonly number[]) =>
      writeDataset(join(folder, name), ['spleen'], [caseOf('lits/a', values)], () => undefined);
    const first = await digest('1', [spleen]);
    expect(await digest('2', [spleen])).toBe(first);
    expect(await digest('3', [spleen, spleen])).not.toBe(first);
    expect(await digest('4', [spleen, unlabelled])).not.toBe(first);
  });

  it('refuses a label that is not trained, and labels of another size, naming the case', async () => {
    expect(() => toModelLabels(Uint8Array.of(0, liver), ['spleen'], 'case lits/a')).toThrow(
      `case lits/a has the label ${liver}: expected 0, ${spleen}, ${unlabelled}`,
    );
    const wrong: TrainingCase = {
      id: 'lits/a',
      load: async () => ({ image: scan(), labels: new Uint8Array(voxels - 1) }),
    };
    await expect(writeDataset(folder, ['spleen'], [wrong], () => undefined)).rejects.toThrow(
      'case lits/a has 11 label voxels, 12 image voxels',
    );
  });

  it('names cases in their order by nothing that a file name could stumble over', () => {
    expect(identifierOf(9, 'msd-spleen/spleen_2 (1)')).toBe('0010-msd-spleen-spleen-2-1-');
    expect(datasetJson(['kidney'], 1, false)).toMatchObject({ labels: { background: 0, kidney: 1 } });
  });
});

describe('labels that nnU-Net wrote', () => {
  const image = scan();
  const map = (
    values: readonly number[],
    axisCodes = 'LPS',
    size: readonly [number, number, number] = shape,
  ) => ({
    geometry: geometryOf(size, [0.7, 0.8, 2.5], axisCodes),
    values: Uint8Array.from({ length: size[0] * size[1] * size[2] }, (_, n) => values[n] ?? 0),
  });

  it('become organ values', () => {
    const labels = checkedLabels(map([1, 2, 0, 1]), image, ['pancreas', 'liver']);
    expect([...labels].slice(0, 4)).toEqual([liver, pancreas, 0, liver]);
  });

  it('are not taken when they hold another value, have another shape, or lie elsewhere', () => {
    expect(() => checkedLabels(map([3]), image, ['liver', 'spleen'])).toThrow('hold the value 3');
    expect(() => checkedLabels(map([1], 'LPS', [2, 3, 2]), image, ['liver'])).toThrow(
      'have 2×3×2 voxels for an image of 3×2×2',
    );
    expect(() => checkedLabels(map([1], 'RAS'), image, ['liver'])).toThrow('mm off their image');
  });
});
