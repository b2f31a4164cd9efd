import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { draftRelease } from '../../activities/release-draft.js';
import { publishManifest } from '../../activities/releases.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { diffRelease, listReleases, planRelease, showRelease } from '../../cli/release.js';
import { downloadRelease } from '../../cli/release-download.js';
import { checkFolder, verifyFolder } from '../../cli/release-verify.js';
import { readCt, readLabelMap } from '../../imaging/nifti.js';
import { ensureCroissantValidator, validateCroissant } from '../../infra/croissant-validator.js';
import { resolveHome } from '../../infra/home.js';
import { adapterFor } from '../../sources/registry.js';
import { memoryStore } from '../../storage/memory.js';
import { storeMiniCampaign } from '../activities/mini-campaign.js';
import { choice } from '../domain/releases.js';
import { storeSession } from './made-session.js';

const store = memoryStore();
const dir = mkdtempSync(join(tmpdir(), 'plusct-release-'));
const campaign = 'mini';
const session = storeSession(store);
const layouts = ['plain', 'abdomenct-1k', 'nnunet', 'msd'] as const;

/** What a command says. */
async function said(work: () => Promise<unknown>): Promise<string> {
  const out: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  const errors = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await work();
  } finally {
    write.mockRestore();
    errors.mockRestore();
  }
  return out.join('');
}

const fetched = (layout: (typeof layouts)[number] | 'dicom-seg', out: string = layout) =>
  said(() => downloadRelease(session, '1.0.0', { out: join(dir, out), layout, datasetId: '501' }));

beforeAll(async () => {
  await storeMiniCampaign(store, campaign);
  const work = workVolumesInThreads(1);
  const draft = await draftRelease(
    { store, work },
    { campaign, version: '1.0.0', choice: { ...choice, unfinished: true } },
  );
  await work.close();
  if ('refusals' in draft) throw new Error(draft.refusals.join());
  await publishManifest(store, {
    campaign,
    version: '1.0.0',
    manifest: draft.manifest,
    at: '2026-01-02T03:04:05.000Z',
  });
  for (const layout of layouts) await fetched(layout);
});
afterAll(() => {
  process.exitCode = 0;
  rmSync(dir, { recursive: true, force: true });
});

describe('a downloaded release', () => {
  it.each(layouts)('in the layout %s is whole by its own files alone', async (layout) => {
    expect(await checkFolder(join(dir, layout))).toMatchObject({ version: '1.0.0', faults: [] });
  });

  it.each(layouts)('in the layout %s is the same bytes every time', async (layout) => {
    await fetched(layout, `${layout}-again`);
    execFileSync('diff', ['-r', join(dir, layout), join(dir, `${layout}-again`)]);
  });

  it('packs images for tools that want .nii.gz, and keeps voxels and grids', () => {
    const plain = readCt(readFileSync(join(dir, 'plain/images/lits/volume-2.nii')), 'plain');
    const image = readFileSync(join(dir, 'nnunet/Dataset501_mini/imagesTr/lits_volume-2_0000.nii.gz'));
    expect(image.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect(readCt(image, 'packed')).toEqual(plain);
    const label = readLabelMap(
      readFileSync(join(dir, 'msd/Task501_mini/labelsTr/lits_volume-2.nii.gz')),
      'label',
    );
    expect(label.geometry).toEqual(plain.geometry);
  });

  it('is taken in again, as the layout that it is in', async () => {
    const dataset = await adapterFor('nnunet').list(join(dir, 'nnunet/Dataset501_mini'));
    expect(dataset.cases.map(({ caseId }) => caseId)).toEqual(['lits_volume-2']);
    expect(dataset.cases[0].organLabels?.organs).toEqual({
      liver: [1],
      kidney: [2],
      spleen: [3],
      pancreas: [4],
    });
    const counted = await adapterFor('abdomenct-1k').list(join(dir, 'abdomenct-1k'));
    const [first] = counted.cases.filter(({ labelPath }) => labelPath !== undefined);
    expect(first).toMatchObject({ caseId: 'Case_00001', labelPath: 'Mask/Case_00001.nii.gz' });
  });

  it('names a file in which one byte was changed, one that is missing and one too many', async () => {
    await fetched('abdomenct-1k', 'tampered');
    const at = (name: string) => join(dir, 'tampered', name);
    const mask = readFileSync(at('Mask/Case_00001.nii.gz'));
    mask[mask.length >> 1] ^= 1;
    writeFileSync(at('Mask/Case_00001.nii.gz'), mask);
    rmSync(at('README.md'));
    writeFileSync(at('notes.txt'), 'mine');
    const text = await said(() => verifyFolder(join(dir, 'tampered'), {}));
    expect(text).toContain('changed Mask/Case_00001.nii.gz');
    expect(text).toContain('missing README.md');
    expect(text).toContain('extra notes.txt');
    expect(process.exitCode).toBe(1);
  });

  it('names a manifest, a publication and a mapping that were changed', async () => {
    await fetched('abdomenct-1k', 'forged');
    const edit = (name: string, from: string, to: string) => {
      const path = join(dir, 'forged', name);
      writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
    };
    edit('published.json', '2026-01-02', '2026-01-03');
    edit('mapping.csv', 'train', 'test');
    const faults = (await checkFolder(join(dir, 'forged'))).faults.map(({ path }) => path);
    expect(faults).toEqual(['published.json', 'mapping.csv']);
    edit('manifest.json', '"number": 1', '"number": 2');
    const more = (await checkFolder(join(dir, 'forged'))).faults.map(({ path }) => path);
    expect(more).toContain('manifest.json');
    const anchored = await said(() => verifyFolder(join(dir, 'plain'), { manifest: 'ab'.repeat(32) }));
    expect(anchored).toContain('changed manifest.json');
  });

  it('goes on where a download was broken off, and writes only what is not whole', async () => {
    await fetched('plain', 'broken');
    const kept = statSync(join(dir, 'broken/cases.csv')).mtimeMs;
    writeFileSync(join(dir, 'broken/labels/lits/volume-2.nii.gz'), 'half');
    writeFileSync(join(dir, 'broken/LICENSES.md.part'), 'half');
    rmSync(join(dir, 'broken/LICENSES.md'));
    const text = await fetched('plain', 'broken');
    expect(text).toContain('2 files written');
    expect(await checkFolder(join(dir, 'broken'))).toMatchObject({ faults: [] });
    expect(statSync(join(dir, 'broken/cases.csv')).mtimeMs).toBe(kept);
    await expect(fetched('msd', 'broken')).rejects.toThrow('holds mini 1.0.0 (plain); name another folder');
  });

  it('has no segmentation of a case whose source is no DICOM series, and says so', async () => {
    const text = await fetched('dicom-seg');
    expect(text).toContain('left out: lits/volume-2: its source is no DICOM series');
    expect(await checkFolder(join(dir, 'dicom-seg'))).toMatchObject({ faults: [] });
    const record = join(dir, 'dicom-seg', 'plusct-release.json');
    const whole = JSON.parse(readFileSync(record, 'utf8'));
    expect(whole.planned).toEqual([]);
    // Broken off before a file that was to be made.
    writeFileSync(record, JSON.stringify({ ...whole, planned: ['seg/nih-pancreas/PANCREAS_0001.dcm'] }));
    expect(await checkFolder(join(dir, 'dicom-seg'))).toMatchObject({
      faults: [{ kind: 'missing', path: 'seg/nih-pancreas/PANCREAS_0001.dcm' }],
    });
  });

  it('that is no folder here is said to be none, not taken for a version', async () => {
    await expect(verifyFolder(join(dir, 'not-there'), {})).rejects.toThrow('there is no folder');
  });

  it('has metadata that MLCommons’ own validator takes, and whose records can be read', async ({ skip }) => {
    const { toolsDir } = resolveHome();
    const python = await ensureCroissantValidator({ toolsDir, say: () => undefined }).catch(
      (error: Error) => error.message,
    );
    if (!existsSync(python)) return skip(`the validator could not be installed: ${python}`);
    const file = join(dir, 'plain/croissant.json');
    expect(await validateCroissant(python, file)).toMatchObject({
      valid: true,
      output: expect.not.stringContaining('WARNING'),
    });
    const read = `
import json, mlcroissant as mlc
records = list(mlc.Dataset(${JSON.stringify(file)}).records('cases'))
print(json.dumps([{k: (v.decode() if isinstance(v, bytes) else v) for k, v in r.items()} for r in records]))`;
    const records = JSON.parse(
      execFileSync(python, ['-c', read], { stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
    );
    expect(records).toEqual([
      expect.objectContaining({
        'cases/case': 'lits/volume-2',
        'cases/spleen_origin': 'human',
        'cases/liver_voxels': 10,
      }),
    ]);
    const broken = join(dir, 'broken.json');
    writeFileSync(broken, readFileSync(file, 'utf8').replaceAll('"cr:Field"', '"cr:Fields"'));
    expect(await validateCroissant(python, broken)).toMatchObject({ valid: false });
  }, 300_000);
});

describe('releases on a terminal', () => {
  it('are listed and shown', async () => {
    expect(await said(() => listReleases(session, {}))).toMatch(/1\.0\.0 +2026-01-02 +1 +yes/);
    const text = await said(() => showRelease(session, '1.0.0', {}));
    expect(text).toContain('lits/volume-2');
    await expect(showRelease(session, '9.0.0', {})).rejects.toThrow('has no release 9.0.0; there are 1.0.0');
    expect(await said(() => diffRelease(session, '1.0.0', '1.0.0', {}))).toContain(
      '0 cases came in, 0 were taken out, 0 changed',
    );
  });

  it('are planned with what the release before was asked for', async () => {
    const text = await said(() => planRelease(session, undefined, { unfinished: true }));
    expect(text).toContain('1 cases of mini would be released, 1 left out');
    expect(text).toContain('Nothing has changed since 1.0.0');
    const bare = JSON.parse(
      await said(() => planRelease(session, '1.1.0', { unfinished: true, images: false, json: true })),
    );
    expect(bare).toMatchObject({ proposed: '2.0.0', choice: { images: false, seed: 1 } });
    expect(bare.refusals).toEqual([
      expect.stringContaining(
        '1.1.0 is too small a step after 1.0.0: the changes need a major one, 2.0.0 (images were taken out)',
      ),
    ]);
  });
});
