import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { segmentationFiles } from '../../cli/release-seg.js';
import { readDicomSeries } from '../../imaging/dicom.js';
import { readSegmentation } from '../../imaging/dicom-seg.js';
import { writeCt, writeLabelMap } from '../../imaging/nifti-write.js';
import { putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { memoryStore } from '../../storage/memory.js';
import { manifest, releaseCase } from '../domain/releases.js';
import { smallSeries } from './made-series.js';

const folder = mkdtempSync(join(tmpdir(), 'plusct-release-seg-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { geometry, hu } = readDicomSeries(smallSeries).image;
const values = Uint8Array.from({ length: 36 }, (_, n) => n % 5);
const created = new Date('2026-01-02T03:04:05Z');

async function released() {
  const store = memoryStore();
  const labels = await putContent(store, writeLabelMap(values, writeCt(geometry, hu)));
  const sourceFiles = smallSeries.map(({ path, bytes }) => ({
    path,
    sha256: sha256(bytes),
    bytes: bytes.byteLength,
  }));
  const item = releaseCase('PANCREAS_0001', { collection: 'nih-pancreas', geometry, sourceFiles });
  const other = releaseCase('volume-0');
  const { sha256: hash, bytes } = labels;
  const release = manifest([item, other], {
    files: [{ path: item.labels, sha256: hash, bytes, kind: 'labels' }],
  });
  return segmentationFiles(store, release, created, folder);
}

describe('segmentations of a release', () => {
  it('lie on the slices of their series, the same bytes each time, and other cases are named', async () => {
    for (const { path, bytes } of smallSeries) writeFileSync(join(folder, path), bytes);
    const { files: made, leftOut } = await released();
    expect(leftOut).toEqual([{ case: 'lits/volume-0', why: 'its source is no DICOM series' }]);
    expect(made.map(({ path }) => path)).toEqual(['seg/nih-pancreas/PANCREAS_0001.dcm']);
    const [one, other] = [await made[0].make(), await (await released()).files[0].make()];
    if (typeof one === 'string') throw new Error(one);
    expect(other).toEqual(one);
    expect(readSegmentation('made', one, geometry).values).toEqual(values);
  });

  it('are not made of slices that are not those of the release', async () => {
    const wrong = smallSeries[1].bytes.slice();
    wrong[wrong.length - 1] ^= 1;
    writeFileSync(join(folder, 'slice-2.dcm'), wrong);
    expect(await (await released()).files[0].make()).toContain(
      'slice-2.dcm is not the file that the release was made of',
    );
    rmSync(join(folder, 'slice-2.dcm'));
    expect(await (await released()).files[0].make()).toContain('name the collection’s folder with --series');
  });
});
