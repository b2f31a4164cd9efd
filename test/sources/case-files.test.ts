import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { SourceCase } from '../../domain/case.js';
import { readCaseFiles, readHashed } from '../../sources/case-files.js';

const dir = mkdtempSync(join(tmpdir(), 'plusct-case-files-'));
afterAll(() => rmSync(dir, { recursive: true }));

const scan = Uint8Array.from({ length: 700_001 }, (_, n) => (n * 31) >>> 3);
const label = gzipSync(new Uint8Array(5000));
writeFileSync(join(dir, 'scan.nii'), scan);
writeFileSync(join(dir, 'label.nii.gz'), label);
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Memory that was used before, and what was asked of it. */
function usedMemory() {
  const asked: number[] = [];
  const memory = new Uint8Array(1_000_000).fill(255);
  const take = (bytes: number): Uint8Array => {
    asked.push(bytes);
    return memory.subarray(0, bytes);
  };
  return { asked, memory, take };
}

const listed = {
  image: { kind: 'nifti', path: 'scan.nii' },
  labelPath: 'label.nii.gz',
} as SourceCase;

describe('files of a case', () => {
  it('are read with their hashes; only an image that is not packed goes into the given memory', () => {
    const { asked, memory, take } = usedMemory();
    const files = readCaseFiles(dir, listed, take);
    expect(files.get('scan.nii')?.sha256).toBe(hashOf(scan));
    expect(files.get('scan.nii')?.bytes.buffer).toBe(memory.buffer);
    expect(Buffer.compare(files.get('scan.nii')!.bytes, scan)).toBe(0);
    expect(files.get('label.nii.gz')).toMatchObject({ sha256: hashOf(label) });
    expect(asked).toEqual([scan.length]);
  });

  it('that are not there are left out; a folder in place of a file is an error', () => {
    const image = { kind: 'nifti', path: 'gone.nii' } as const;
    expect([...readCaseFiles(dir, { ...listed, image }).keys()]).toEqual(['label.nii.gz']);
    mkdirSync(join(dir, 'folder.nii'));
    const folder = { kind: 'nifti', path: 'folder.nii' } as const;
    expect(() => readCaseFiles(dir, { ...listed, image: folder })).toThrow('EISDIR');
  });

  it('may be empty', () => {
    writeFileSync(join(dir, 'empty.nii'), '');
    const { bytes, sha256 } = readHashed(join(dir, 'empty.nii'));
    expect(bytes.length).toBe(0);
    expect(sha256).toBe(hashOf(new Uint8Array(0)));
  });
});
