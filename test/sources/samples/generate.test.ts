import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CoreCollection, collectionFacts, coreCollections } from '../../../domain/collection.js';
import { organValue } from '../../../domain/organ.js';
import { readDicomSeries } from '../../../imaging/dicom.js';
import { readCt, readLabelMap, readNiftiHeader } from '../../../imaging/nifti.js';
import type { CtVolume } from '../../../imaging/volume.js';
import { generateSamples, type SampleSummary } from '../../../sources/samples/generate.js';

let directory: string;
let summary: SampleSummary;
const progress: string[] = [];
const timeoutMs = 180_000;

beforeAll(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'plusct-samples-')), 'data');
  const onProgress = (done: number, total: number, name: string): void => {
    progress.push(`${done}/${total} ${name}`);
  };
  summary = await generateSamples({ directory, onProgress });
}, timeoutMs);
afterAll(() => rm(join(directory, '..'), { recursive: true, force: true }));

const bytesOf = (path: string): Promise<Uint8Array> => readFile(join(directory, path));
const header = async (path: string) => readNiftiHeader(await bytesOf(path), path);
const label = async (path: string) => readLabelMap(await bytesOf(path), path);
const image = async (path: string) => readCt(await bytesOf(path), path);
const nihFolder = 'nih-pancreas/manifest-1599750808610/Pancreas-CT';

async function dicomImage(caseId: string): Promise<CtVolume> {
  const paths = summary.files
    .map(({ path }) => path)
    .filter((path) => path.startsWith(`${nihFolder}/${caseId}/`));
  const files = await Promise.all(paths.map(async (path) => ({ path, bytes: await bytesOf(path) })));
  return readDicomSeries(files).image;
}

const niftiFiles: Readonly<
  Record<Exclude<CoreCollection, 'nih-pancreas'>, readonly [string, string | undefined, string][]>
> = {
  lits: [
    ['volume-0', 'lits/Training Batch 1/segmentation-0.nii', 'lits/Training Batch 1/volume-0.nii'],
    ['volume-1', 'lits/Training Batch 1/segmentation-1.nii', 'lits/Training Batch 1/volume-1.nii'],
    ['volume-53', 'lits/Training Batch 2/segmentation-53.nii', 'lits/Training Batch 2/volume-53.nii'],
    ['volume-68', 'lits/Training Batch 2/segmentation-68.nii', 'lits/Training Batch 2/volume-68.nii'],
    ['test-volume-0', undefined, 'lits/LITS-Challenge-Test-Data/test-volume-0.nii'],
    ['test-volume-59', undefined, 'lits/LITS-Challenge-Test-Data/test-volume-59.nii'],
  ],
  kits19: ['case_00000', 'case_00015', 'case_00061', 'case_00160', 'case_00210'].map((id) => [
    id,
    id === 'case_00210' ? undefined : `kits19/data/${id}/segmentation.nii.gz`,
    `kits19/data/${id}/imaging.nii.gz`,
  ]),
  'msd-spleen': msd('msd-spleen/Task09_Spleen', ['spleen_2', 'spleen_3', 'spleen_6', 'spleen_8'], 'spleen_1'),
  'msd-pancreas': msd(
    'msd-pancreas/Task07_Pancreas',
    ['pancreas_001', 'pancreas_004', 'pancreas_290', 'pancreas_421'],
    'pancreas_044',
  ),
};

function msd(folder: string, train: string[], test: string): [string, string | undefined, string][] {
  return [
    ...train.map((id): [string, string, string] => [
      id,
      `${folder}/labelsTr/${id}.nii.gz`,
      `${folder}/imagesTr/${id}.nii.gz`,
    ]),
    [test, undefined, `${folder}/imagesTs/${test}.nii.gz`],
  ];
}

/** NIfTI-1 datatype code. */
const uint16 = 512;
const nihNumbers = ['0001', '0002', '0003', '0004', '0025'];

describe('the folder of sample collections', () => {
  it('has every file of every case where the real collections have it, and nothing else', async () => {
    const expected = [
      ...Object.entries(niftiFiles).flatMap(([collection, cases]) =>
        cases.flatMap(([id, labelPath, imagePath]) => [
          imagePath,
          ...(labelPath === undefined ? [] : [labelPath]),
          `reference/${collection}/${id}.nii.gz`,
        ]),
      ),
      ...nihNumbers.flatMap((number) => [
        `nih-pancreas/TCIA_pancreas_labels-02-05-2017/label${number}.nii.gz`,
        `reference/nih-pancreas/PANCREAS_${number}.nii.gz`,
      ]),
      'kits19/data/kits.json',
      'msd-spleen/Task09_Spleen/dataset.json',
      'msd-pancreas/Task07_Pancreas/dataset.json',
    ];
    const hidden = summary.files.filter(({ path }) => path.includes('/._'));
    const slices = summary.files.filter(({ path }) => path.endsWith('.dcm'));
    const rest = summary.files.filter((file) => !hidden.includes(file) && !slices.includes(file));
    expect(rest.map(({ path }) => path).sort()).toEqual(expected.sort());
    expect(hidden).toHaveLength(16);
    const onDisk = await readdir(directory, { recursive: true, withFileTypes: true });
    expect(onDisk.filter((entry) => entry.isFile())).toHaveLength(summary.files.length + 1);
    expect(await readdir(directory)).not.toContainEqual(expect.stringContaining('.partial'));
  });

  it('numbers the DICOM slices of one series per patient in one folder', () => {
    for (const number of nihNumbers) {
      const start = `${nihFolder}/PANCREAS_${number}/11-24-2015-PANCREAS${number}-Pancreas-`;
      const paths = summary.files.map(({ path }) => path).filter((path) => path.startsWith(start));
      expect(paths[0]).toMatch(/-Pancreas-\d{5}\/Pancreas-\d{5}\/1-001\.dcm$/);
      expect(new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/')))).size).toBe(1);
      expect(paths.length).toBeGreaterThan(30);
    }
  });

  it('lists exactly its cases in dataset.json and kits.json', async () => {
    const json = async (path: string) => JSON.parse(await readFile(join(directory, path), 'utf8'));
    const pancreas = await json('msd-pancreas/Task07_Pancreas/dataset.json');
    expect(pancreas).toMatchObject({
      numTraining: 4,
      numTest: 1,
      relase: '1.0 04/05/2018',
      tensorImageSize: '3D',
    });
    expect(pancreas.release).toBeUndefined();
    expect(pancreas.labels).toEqual({ 0: 'background', 1: 'pancreas', 2: 'cancer' });
    expect(pancreas.test).toEqual(['./imagesTs/pancreas_044.nii.gz']);
    const spleen = await json('msd-spleen/Task09_Spleen/dataset.json');
    expect(spleen.release).toBe('1.0 06/08/2018');
    expect(spleen.training[0]).toEqual({
      image: './imagesTr/spleen_2.nii.gz',
      label: './labelsTr/spleen_2.nii.gz',
    });
    const kits: { case_id: string; voxel_spacing: Record<string, number> }[] =
      await json('kits19/data/kits.json');
    expect(kits.map((entry) => entry.case_id)).toEqual([
      'case_00000',
      'case_00015',
      'case_00061',
      'case_00160',
    ]);
    const first = await header('kits19/data/case_00000/imaging.nii.gz');
    expect(kits[0].voxel_spacing.z_spacing).toBeCloseTo(first.spacingMm[0], 4);
    expect(kits[0].voxel_spacing.x_spacing).toBeCloseTo(first.spacingMm[2], 4);
  });

  it('has AppleDouble files that are no images', async () => {
    const bytes = await bytesOf('msd-spleen/Task09_Spleen/imagesTr/._spleen_2.nii.gz');
    expect([...bytes.subarray(0, 4)]).toEqual([0, 5, 0x16, 7]);
  });
});

describe('headers of the sample collections', () => {
  it('mix orientations in LiTS, with the slice axis of test volume 59 in second place', async () => {
    const codes = await Promise.all(
      niftiFiles.lits.map(async ([, , path]) => (await header(path)).geometry.axisCodes),
    );
    expect(codes).toEqual(['LAS', 'LAS', 'LPS', 'RAS', 'LPS', 'LSA']);
    const { geometry } = await header('lits/LITS-Challenge-Test-Data/test-volume-59.nii');
    expect(geometry.shape[1]).toBe(Math.min(...geometry.shape));
    expect(geometry.spacingMm[1]).toBe(Math.max(...geometry.spacingMm));
  });

  it('leave one LiTS segmentation without any valid geometry', async () => {
    const bare = await header('lits/Training Batch 1/segmentation-1.nii');
    expect(bare.geometry.decidedBy).toBe('pixdim');
    expect(bare.geometry.shape).toEqual((await header('lits/Training Batch 1/volume-1.nii')).geometry.shape);
  });

  it('store KiTS19 as slices first, with one label that has a qform only', async () => {
    for (const [, labelPath, imagePath] of niftiFiles.kits19) {
      const { geometry } = await header(imagePath);
      expect(geometry).toMatchObject({ axisCodes: 'IPL', decidedBy: 'sform' });
      expect(geometry.affine.map((row) => row[3])).toEqual([0, 0, 0]);
      if (labelPath === undefined) continue;
      const own = await header(labelPath);
      expect(own.geometry.axisCodes).toBe('IPL');
      expect(own.geometry.decidedBy).toBe(labelPath.includes('case_00015') ? 'qform' : 'sform');
    }
    expect((await header('kits19/data/case_00015/segmentation.nii.gz')).datatype).toBe(uint16);
    expect((await header('kits19/data/case_00061/imaging.nii.gz')).geometry.shape[0]).toBe(29);
    const wide = (await header('kits19/data/case_00160/imaging.nii.gz')).geometry.shape;
    expect(wide[2]).toBeGreaterThan(wide[1]);
  });

  it('store the Decathlon as RAS with a made-up origin', async () => {
    for (const [, , path] of [...niftiFiles['msd-spleen'], ...niftiFiles['msd-pancreas']]) {
      const { geometry } = await header(path);
      expect(geometry.axisCodes).toBe('RAS');
      expect(geometry.affine[0][3]).toBeCloseTo(-(geometry.shape[0] - 1) * geometry.spacingMm[0], 3);
      expect(geometry.affine[2][3]).toBe(0);
    }
  });

  it('store NIH labels as LAI with a zero origin', async () => {
    const { geometry } = await header('nih-pancreas/TCIA_pancreas_labels-02-05-2017/label0001.nii.gz');
    expect(geometry.axisCodes).toBe('LAI');
    expect(geometry.affine.map((row) => row[3])).toEqual([0, 0, 0]);
  });
});

describe('labels of the sample collections', () => {
  it('equal the organ of the reference voxel for voxel, tumours merged', async () => {
    for (const collection of coreCollections) {
      if (collection === 'nih-pancreas') continue;
      const value = organValue[collectionFacts[collection].organs[0]];
      for (const [id, labelPath] of niftiFiles[collection]) {
        if (labelPath === undefined) continue;
        const source = await label(labelPath);
        const reference = await label(`reference/${collection}/${id}.nii.gz`);
        expect(reference.geometry.shape).toEqual(source.geometry.shape);
        const differing = reference.values.filter((organ, n) => (organ === value) !== source.values[n] > 0);
        expect(differing, labelPath).toHaveLength(0);
        const expected = collection === 'msd-spleen' ? [0, 1] : [0, 1, 2];
        expect([...new Set(source.values)].sort(), labelPath).toEqual(expected);
        expect([...new Set(reference.values)].sort()).toEqual([0, 1, 2, 3, 4]);
      }
    }
  });

  it('have their reference on the grid of the image', async () => {
    for (const [collection, cases] of Object.entries(niftiFiles)) {
      for (const [id, , path] of cases) {
        const reference = await header(`reference/${collection}/${id}.nii.gz`);
        const { geometry } = await header(path);
        expect(reference.geometry.shape).toEqual(geometry.shape);
        expect(reference.geometry.axisCodes).toBe(geometry.axisCodes);
        reference.geometry.affine.flat().forEach((entry, n) => {
          expect(entry).toBeCloseTo(geometry.affine.flat()[n], 4);
        });
      }
    }
  });

  it('lie on soft tissue of the stored image', async () => {
    const ct = await image('kits19/data/case_00000/imaging.nii.gz');
    const { values } = await label('kits19/data/case_00000/segmentation.nii.gz');
    const inside = ct.hu.filter((_, n) => values[n] > 0);
    const mean = inside.reduce((sum, hu) => sum + hu, 0) / inside.length;
    expect(mean).toBeGreaterThan(100);
    expect(mean).toBeLessThan(200);
  });
});

describe('the NIH sample', () => {
  it('reads as a series whose array order equals that of its labels', async () => {
    const ct = await dicomImage('PANCREAS_0001');
    const reference = await label('reference/nih-pancreas/PANCREAS_0001.nii.gz');
    const source = await label('nih-pancreas/TCIA_pancreas_labels-02-05-2017/label0001.nii.gz');
    expect(ct.geometry.axisCodes).toBe('LAI');
    expect(ct.geometry.shape).toEqual(reference.geometry.shape);
    ct.geometry.spacingMm.forEach((side, axis) => {
      expect(side).toBeCloseTo(reference.geometry.spacingMm[axis], 4);
    });
    expect(source.values).toEqual(reference.values.map((organ) => (organ === organValue.pancreas ? 1 : 0)));
    const plausible: readonly [number, number, number][] = [
      [1, 90, 122],
      [2, 140, 180],
      [3, 95, 132],
      [4, 70, 110],
    ];
    for (const [organ, low, high] of plausible) {
      const inside = ct.hu.filter((_, n) => reference.values[n] === organ);
      const mean = inside.reduce((sum, hu) => sum + hu, 0) / inside.length;
      expect(mean).toBeGreaterThan(low);
      expect(mean).toBeLessThan(high);
    }
  });

  it('has case 25 as case 2 without its last slice', async () => {
    const [whole, cropped] = [await dicomImage('PANCREAS_0002'), await dicomImage('PANCREAS_0025')];
    expect(cropped.geometry.shape).toEqual([
      whole.geometry.shape[0],
      whole.geometry.shape[1],
      whole.geometry.shape[2] - 1,
    ]);
    expect(cropped.hu).toEqual(whole.hu.slice(0, cropped.hu.length));
    expect(cropped.geometry.affine).toEqual(whole.geometry.affine);
  });
});

describe('generating samples again', () => {
  it('tells how far it is, patient by patient', () => {
    expect(progress).toHaveLength(26);
    expect(progress[0]).toBe('1/26 lits/volume-0');
    expect(progress[25]).toBe('26/26 nih-pancreas/PANCREAS_0025');
    expect(summary).toMatchObject({ reused: false, seed: 1 });
  });

  it('reuses a finished folder at once', async () => {
    const path = join(directory, summary.files[0].path);
    const written = (await stat(path)).mtimeMs;
    const again = await generateSamples({ directory });
    expect(again).toEqual({ ...summary, reused: true });
    expect((await stat(path)).mtimeMs).toBe(written);
  });

  it(
    'redoes an interrupted folder with the same bytes and removes what no longer belongs',
    async () => {
      const stampPath = join(directory, 'samples.json');
      const stamp = JSON.parse(await readFile(stampPath, 'utf8'));
      const stale = { path: 'lits/old.nii', sha256: '0'.repeat(64), bytes: 3 };
      await writeFile(join(directory, stale.path), 'old');
      await writeFile(stampPath, JSON.stringify({ ...stamp, complete: false, files: [stale] }));
      await rm(join(directory, 'lits', 'Training Batch 1'), { recursive: true });
      const again = await generateSamples({ directory });
      expect(again).toEqual(summary);
      expect(JSON.parse(await readFile(stampPath, 'utf8'))).toEqual(stamp);
      await expect(stat(join(directory, stale.path))).rejects.toThrow('ENOENT');
    },
    timeoutMs,
  );

  it('refuses a folder that holds a collection of somebody else', async () => {
    const foreign = join(directory, '..', 'foreign');
    await mkdir(join(foreign, 'lits'), { recursive: true });
    await expect(generateSamples({ directory: foreign })).rejects.toThrow(/holds "lits".*empty folder/);
    expect(await readdir(foreign)).toEqual(['lits']);
  });

  it('refuses a stamp that would reach outside the folder', async () => {
    const tampered = join(directory, '..', 'tampered');
    await mkdir(tampered, { recursive: true });
    const files = [{ path: '../outside', sha256: '0'.repeat(64), bytes: 1 }];
    const stamp = { generator: 'plusct samples', version: 0, seed: 1, complete: true, files };
    await writeFile(join(tampered, 'samples.json'), JSON.stringify(stamp));
    await expect(generateSamples({ directory: tampered })).rejects.toThrow(
      'not a stamp of the sample generator',
    );
  });
});
