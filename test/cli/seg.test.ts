import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSeg, writeSeg } from '../../cli/seg.js';
import { readDicomSeries } from '../../imaging/dicom.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { writeCt, writeLabelMap } from '../../imaging/nifti-write.js';
import { toOrientation } from '../../imaging/orientation.js';
import { smallSeries } from './made-series.js';

let folder = '';
const { geometry, hu } = readDicomSeries(smallSeries).image;
const labels = Uint8Array.from({ length: 36 }, (_, n) => n % 5);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusct-seg-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  for (const { path, bytes } of smallSeries) await writeFile(join(folder, path), bytes);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

describe('plusct seg', () => {
  it('writes labels whose axes are turned, and reads them back on to their own grid', async () => {
    const turned = toOrientation(geometry, labels, 'RAS');
    const image = writeCt(turned.geometry, toOrientation(geometry, hu, 'RAS').voxels);
    const at = (name: string): string => join(folder, name);
    await writeFile(at('image.nii'), image);
    await writeFile(at('labels.nii.gz'), writeLabelMap(turned.voxels, image));
    await writeSeg({ series: folder, labels: at('labels.nii.gz'), out: at('seg.out') });
    await readSeg(at('seg.out'), { grid: at('image.nii'), out: at('back.nii.gz') });
    expect(readLabelMap(await readFile(at('back.nii.gz')), 'back').values).toEqual(turned.voxels);
    await readSeg(at('seg.out'), { series: folder, out: at('native.nii.gz') });
    expect(readLabelMap(await readFile(at('native.nii.gz')), 'native').values).toEqual(labels);
  });

  it('refuses labels of another place, unless they are to be laid on by index', async () => {
    const [x, y, z] = geometry.affine;
    const elsewhere = { ...geometry, affine: [[x[0], x[1], x[2], x[3] + 9], y, z] as typeof geometry.affine };
    const path = join(folder, 'moved.nii.gz');
    await writeFile(path, writeLabelMap(labels, writeCt(elsewhere, hu)));
    const options = { series: folder, labels: path, out: join(folder, 'moved.out') };
    await expect(writeSeg(options)).rejects.toThrow('its voxels are not those of the series');
    await writeSeg({ ...options, byIndex: true });
    await readSeg(options.out, { series: folder, out: join(folder, 'moved-back.nii.gz') });
    expect(readLabelMap(await readFile(join(folder, 'moved-back.nii.gz')), 'back').values).toEqual(labels);
  });

  it('names the series that are there when asked for another', async () => {
    const options = { series: folder, seriesUid: '9.9', labels: join(folder, 'moved.nii.gz'), out: 'none' };
    await expect(writeSeg(options)).rejects.toThrow('has no series 9.9; there are 1.2.3 (3 files)');
  });
});
