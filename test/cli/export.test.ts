import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exportCases } from '../../cli/export.js';
import { blindId } from '../../cli/export-blind.js';
import { readCt, readLabelMap } from '../../imaging/nifti.js';
import { sha256 } from '../../storage/hash.js';
import { memoryStore } from '../../storage/memory.js';
import { storeMiniCampaign } from '../activities/mini-campaign.js';
import { storeSession } from './made-session.js';

const store = memoryStore();
const dir = mkdtempSync(join(tmpdir(), 'plusct-export-'));
const session = storeSession(store);
const usual = { licenceAllows: [], trainingBinds: true, format: 'nifti' };
const seed = 'a seed that nobody will guess';

async function exported(name: string, options: Partial<Parameters<typeof exportCases>[2]>): Promise<string> {
  const out: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  try {
    await exportCases(session, undefined, { ...usual, out: join(dir, name), ...options });
  } finally {
    write.mockRestore();
  }
  return out.join('');
}

const text = (...path: string[]): string => readFileSync(join(dir, ...path), 'utf8');

beforeAll(() => storeMiniCampaign(store, 'exports'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('an export', () => {
  it('writes finished label maps with passports, licences and citations, and names what is left out', async () => {
    const said = await exported('all', { images: true });
    expect(said).toContain('1 cases of exports written');
    expect(said).toContain('lits/volume-1: it has no finished label map (accepted, ingested)');
    const { values, geometry } = readLabelMap(
      readFileSync(join(dir, 'all/lits/volume-2.nii.gz')),
      'exported',
    );
    const image = readCt(readFileSync(join(dir, 'all/images/lits/volume-2.nii')), 'image');
    expect(geometry).toEqual(image.geometry);
    expect(new Set(values)).toEqual(new Set([0, 1, 2, 3, 4]));
    const [line, ...rest] = text('all/passports.jsonl').trimEnd().split('\n');
    expect(rest).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({
      name: 'lits/volume-2',
      licence: 'CC-BY-NC-SA-4.0',
      labelMap: {
        file: 'lits/volume-2.nii.gz',
        sha256: sha256(readFileSync(join(dir, 'all/lits/volume-2.nii.gz'))),
      },
    });
    expect(text('all/LICENCES.md')).toContain('## CC-BY-NC-SA-4.0 (1)');
    expect(text('all/CITATIONS.txt')).toBe('none (lits: 1 cases)\n');
  });

  it('leaves out a case that a model’s training data taint, and says which label is to blame', async () => {
    const said = await exported('commercial', { licenceAllows: ['commercial'] });
    expect(said).toContain('0 cases');
    expect(said).toContain(
      'CC-BY-NC-SA-4.0 does not allow commercial use (kidney, proposed by model; spleen, proposed by model)',
    );
    expect(existsSync(join(dir, 'commercial'))).toBe(false);
  });

  it('does not count training data where it is told so', async () => {
    await exported('free', { licenceAllows: ['commercial', 'derivatives'], trainingBinds: false });
    expect(text('free/LICENCES.md')).toContain('## CC-BY-4.0 (1)');
    expect(text('free/LICENCES.md')).toContain('were not counted, by choice');
  });

  it('refuses a folder that is not empty, an unknown use and a query that cannot be read', async () => {
    await expect(exported('all', {})).rejects.toThrow('is not empty');
    await expect(exported('x', { licenceAllows: ['resale'] })).rejects.toThrow(
      'expected share, derivatives, commercial',
    );
    await expect(exported('x', { where: 'colour=red' })).rejects.toThrow("at 'colour'");
  });
});

describe('a blind export', () => {
  it('shows nothing of the source and can be undone with its key alone', async () => {
    await exported('blind', { blind: seed });
    const id = blindId(seed, 'lits/volume-2');
    expect(readdirSync(join(dir, 'blind')).sort()).toEqual(['SEAL.txt', 'cases.jsonl', 'images', 'labels']);
    const files = [`images/${id}_0000.nii.gz`, `labels/${id}.nii.gz`];
    for (const file of files) {
      const bytes = readFileSync(join(dir, 'blind', file));
      const header = gunzipSync(bytes).subarray(0, 348);
      expect(header.subarray(148, 252).every((byte) => byte === 0)).toBe(true);
      expect(bytes.subarray(4, 8)).toEqual(Buffer.alloc(4));
      expect(statSync(join(dir, 'blind', file)).mtime.toISOString()).toBe('2000-01-01T00:00:00.000Z');
    }
    const everything = [
      ...files.map((file) => gunzipSync(readFileSync(join(dir, 'blind', file))).toString('latin1')),
    ];
    for (const shown of [...everything, text('blind/cases.jsonl'), text('blind/SEAL.txt')])
      expect(shown).not.toMatch(/lits|volume|plusct/i);
    const key = text('blind.key/key.json');
    expect(text('blind/SEAL.txt')).toContain(sha256(key));
    expect(statSync(join(dir, 'blind.key/key.json')).mode & 0o077).toBe(0);
    const [entry] = JSON.parse(key).cases;
    expect(entry).toMatchObject({ id, case: 'lits/volume-2', native: { axisCodes: 'LAS' } });
  });

  it('keeps voxels and their sides, turned to one orientation', async () => {
    const id = blindId(seed, 'lits/volume-2');
    const label = readLabelMap(readFileSync(join(dir, `blind/labels/${id}.nii.gz`)), 'blind');
    const native = readLabelMap(readFileSync(join(dir, 'all/lits/volume-2.nii.gz')), 'native');
    expect(label.geometry).toMatchObject({ axisCodes: 'RAS', shape: [6, 5, 4], spacingMm: [2, 2, 3] });
    const flipped = native.values.map((_, n) => native.values[n - (n % 6) + 5 - (n % 6)]);
    expect(label.values).toEqual(flipped);
  });

  it('gives the same ids and bytes for the same seed, and others for another', async () => {
    await exported('again', { blind: seed });
    for (const file of ['SEAL.txt', 'cases.jsonl']) expect(text('again', file)).toBe(text('blind', file));
    expect(blindId('another seed', 'lits/volume-2')).not.toBe(blindId(seed, 'lits/volume-2'));
    expect(blindId(seed, 'lits/volume-1')).not.toBe(blindId(seed, 'lits/volume-2'));
  });
});
