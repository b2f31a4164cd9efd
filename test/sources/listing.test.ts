import { symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SourceCase } from '../../domain/case.js';
import { PlusctError } from '../../domain/errors.js';
import { filesUnder, folderOf, nameOf } from '../../sources/file-tree.js';
import { findCollections, finishListing } from '../../sources/listing.js';
import { treeOf } from './made-cases.js';

const spleenCase = (caseId: string, path = `${caseId}.nii`): SourceCase => ({
  collection: 'msd-spleen',
  caseId,
  subset: 'train',
  image: { kind: 'nifti', path },
  findings: [],
});

describe('finding collections', () => {
  it('knows them by plusct’s names, in plusct’s order', async () => {
    const root = treeOf({ 'nih-pancreas/a': '', 'kits19/a': '', 'lits/a': '', 'reference/a': '' });
    const found = await findCollections(root);
    expect(found).toEqual(
      ['lits', 'kits19', 'nih-pancreas'].map((name) => ({ collection: name, directory: join(root, name) })),
    );
  });

  it('knows them by the names of their archives, whatever the case and punctuation', async () => {
    const root = treeOf({
      'LiTS/a': '',
      'KiTS19/a': '',
      'Task09_Spleen/a': '',
      'TASK07_PANCREAS/a': '',
      'Pancreas-CT/a': '',
    });
    const found = await findCollections(root);
    expect(found.map((each) => each.collection)).toEqual([
      'lits',
      'kits19',
      'msd-spleen',
      'msd-pancreas',
      'nih-pancreas',
    ]);
    expect(found.map((each) => basename(each.directory))).toContain('TASK07_PANCREAS');
  });

  it('prefers plusct’s own name and refuses two strangers', async () => {
    const own = treeOf({ 'lits/a': '', 'Task03_Liver/a': '' });
    expect((await findCollections(own)).map((each) => basename(each.directory))).toEqual(['lits']);
    const strangers = treeOf({ 'LiTS17/a': '', 'Task03_Liver/a': '' });
    await expect(findCollections(strangers)).rejects.toThrow(
      /LiTS17 and Task03_Liver both hold LiTS. Rename/,
    );
  });

  it('says what it looked for and what it saw when there is none', async () => {
    const root = treeOf({ 'holiday-photos/a': '' });
    await expect(findCollections(root)).rejects.toThrow(
      /Expected folders called lits, kits19.*found holiday-photos/,
    );
    const missing = findCollections(join(root, 'nowhere'));
    await expect(missing).rejects.toMatchObject({ kind: 'InvalidInput' });
    await expect(missing).rejects.toThrow(/nowhere: cannot be read as a folder \(ENOENT\)/);
  });
});

describe('files of a tree', () => {
  it('come in natural order, without names that begin with . or _', async () => {
    const root = treeOf({
      'b/volume-10.nii': '',
      'b/volume-2.nii': '',
      'b/._volume-2.nii': '',
      '__MACOSX/b/volume-2.nii': '',
      '.cache/x': '',
      'a b/"quoted"/x': '',
    });
    expect(await filesUnder(root)).toEqual(['a b/"quoted"/x', 'b/volume-2.nii', 'b/volume-10.nii']);
  });

  it('include linked folders, leave out dead links and end in circles', async () => {
    const root = treeOf({ 'real/x': '' });
    symlinkSync(join(root, 'real'), join(root, 'linked'));
    symlinkSync(join(root, 'gone'), join(root, 'dead'));
    symlinkSync(root, join(root, 'real', 'circle'));
    const files = await filesUnder(root);
    expect(files).toContain('real/x');
    expect(files).toContain('linked/x');
    expect(files.every((path) => nameOf(path) === 'x')).toBe(true);
  });

  it('have names and folders', () => {
    expect([nameOf('a/b/c'), folderOf('a/b/c'), nameOf('c'), folderOf('c')]).toEqual(['c', 'a/b', 'c', '']);
  });

  it('cannot be listed when the folder is a file', async () => {
    const root = treeOf({ file: 'x' });
    const listing = filesUnder(join(root, 'file'));
    await expect(listing).rejects.toBeInstanceOf(PlusctError);
    await expect(listing).rejects.toThrow(/ENOTDIR/);
  });
});

describe('a finished listing', () => {
  it('is in natural order and says when the count is not the published one', () => {
    const { cases, findings } = finishListing(
      'msd-spleen',
      [spleenCase('spleen_10'), spleenCase('spleen_9')],
      [],
    );
    expect(cases.map((each) => each.caseId)).toEqual(['spleen_9', 'spleen_10']);
    expect(findings).toMatchObject([{ code: 'COUNT_UNEXPECTED', severity: 'note', value: '2 + 0' }]);
  });

  it('says nothing of a full collection, withdrawn cases not counted', () => {
    const full = Array.from({ length: 80 }, (_, n) => ({
      ...spleenCase(`P${n}`),
      collection: 'nih-pancreas' as const,
    }));
    const withdrawn = { ...spleenCase('P99'), withdrawnCopyOf: 'P2' };
    expect(finishListing('nih-pancreas', [...full, withdrawn], []).findings).toEqual([]);
  });

  it('keeps one case of each id and names the other', () => {
    const { cases, findings } = finishListing(
      'msd-spleen',
      [spleenCase('a', 'x/a'), spleenCase('a', 'y/a')],
      [],
    );
    expect(cases).toHaveLength(1);
    expect(findings[0]).toMatchObject({ code: 'COUNT_UNEXPECTED', where: 'y/a', value: 'a' });
  });
});
