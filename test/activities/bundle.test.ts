import { unzipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleFiles, bundleZip } from '../../activities/bundle.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { openTask } from '../../domain/task-reducer.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { readSubmission } from '../../imaging/submission-file.js';
import { putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { memoryStore } from '../../storage/memory.js';
import { labelMapFile, organVoxels, storeMiniCase } from '../workflows/mini-case.js';

const work = workVolumesInThreads(1);
afterAll(() => work.close());

async function miniTask() {
  const store = memoryStore();
  const { at, labels, image } = await storeMiniCase(store, 'bundled');
  return { store, image, task: openTask({ ...at, round: 1, labels }) };
}

const every = {
  liver: organVoxels('liver'),
  kidney: organVoxels('kidney'),
  spleen: organVoxels('spleen'),
  pancreas: organVoxels('pancreas'),
};

describe('the bundle of a task', () => {
  it('holds what ITK-SNAP and 3D Slicer need, and masks that submit as they are', async () => {
    const { store, image, task } = await miniTask();
    const files = await bundleFiles({ store, work }, task, { token: 'secret-token' });
    expect(files.map(({ name }) => name)).toEqual([
      'README.txt',
      'image.nii',
      'mask.nii.gz',
      'mask.seg.nrrd',
      'labels.txt',
      'workspace.itksnap',
    ]);
    const bytesOf = (wanted: string) => files.find(({ name }) => name === wanted)!.bytes;
    const whole = readLabelMap(labelMapFile(image, every), 'whole').values;
    for (const name of ['mask.nii.gz', 'mask.seg.nrrd'])
      expect(readSubmission(bytesOf(name), name, image).values, name).toEqual(whole);
    const note = new TextDecoder().decode(bytesOf('README.txt'));
    expect(note).toContain('Lease token: secret-token');
    expect(note).toContain('itksnap -g image.nii -s mask.nii.gz -l labels.txt');
    expect(note).toContain('tasks submit lits/volume-0 mask.nii.gz --campaign bundled');
  }, 60_000);

  it('has no token unless it was given one', async () => {
    const { store, task } = await miniTask();
    const [note] = await bundleFiles({ store, work }, task);
    expect(new TextDecoder().decode(note!.bytes)).not.toContain('token');
  }, 60_000);

  it('goes on from a draft that was left with the task, and says so; source labels stay', async () => {
    const { store, image, task } = await miniTask();
    const drawn = { ...every, liver: [], spleen: [40, 41, 42], pancreas: [] };
    const draft = await putContent(store, labelMapFile(image, drawn));
    const [note, , mask] = await bundleFiles({ store, work }, { ...task, draft });
    const wanted = readLabelMap(labelMapFile(image, { ...drawn, liver: every.liver }), 'wanted').values;
    expect(readSubmission(mask!.bytes, 'mask', image).values).toEqual(wanted);
    expect(new TextDecoder().decode(note!.bytes)).toContain('The mask holds the draft');
  }, 60_000);

  it('has the labels before a draft that cannot be read, and says why', async () => {
    const { store, image, task } = await miniTask();
    const draft = await putContent(store, Buffer.from('<html>Sign in</html>'));
    const [note, , mask] = await bundleFiles({ store, work }, { ...task, draft });
    const whole = readLabelMap(labelMapFile(image, every), 'whole').values;
    expect(readSubmission(mask!.bytes, 'mask', image).values).toEqual(whole);
    expect(new TextDecoder().decode(note!.bytes)).toMatch(
      /draft was left with the task, but cannot be used: /,
    );
  }, 60_000);

  it('is the same zip every time, in one folder', async () => {
    const { store, task } = await miniTask();
    const zips = await Promise.all([1, 2].map(() => bundleZip({ store, work }, task)));
    expect(zips[0]!.name).toBe('lits-volume-0.zip');
    expect(sha256(zips[0]!.bytes)).toBe(sha256(zips[1]!.bytes));
    const names = Object.keys(unzipSync(zips[0]!.bytes));
    expect(names).toHaveLength(6);
    for (const name of names) expect(name).toMatch(/^lits-volume-0\/[A-Za-z.]+$/);
  }, 60_000);
});
