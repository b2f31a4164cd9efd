import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SourceCase } from '../../domain/case.js';
import { PlusctError } from '../../domain/errors.js';
import {
  abdomenCt1kCases,
  type ExpectedCases,
  kits19Cases,
  litsCases,
  litsDecathlonCases,
  msdPancreasCases,
  msdSpleenCases,
  nihPancreasCases,
} from '../../sources/expected-cases.js';
import { filesUnder, folderOf, nameOf } from '../../sources/file-tree.js';
import { foldIds } from '../../sources/id-ranges.js';
import { findCollections, finishListing } from '../../sources/listing.js';
import { treeOf } from './made-cases.js';

const decathlonLists = resolve('../shared/data/real/msd-json');

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

  it('knows AbdomenCT-1K, and datasets of nnU-Net by their numbers', async () => {
    const root = treeOf({ 'AbdomenCT-1K/a': '', 'Dataset501_Abdomen/a': '', 'Task03_Liver/a': '' });
    expect((await findCollections(root)).map((each) => [each.collection, basename(each.directory)])).toEqual([
      ['lits', 'Task03_Liver'],
      ['abdomenct-1k', 'AbdomenCT-1K'],
      ['nnunet', 'Dataset501_Abdomen'],
    ]);
    const old = await findCollections(treeOf({ 'Task029_LiTS/a': '', 'TaskForce/a': '' }));
    expect(old.map((each) => [each.collection, basename(each.directory)])).toEqual([
      ['nnunet', 'Task029_LiTS'],
    ]);
    const two = findCollections(treeOf({ 'Dataset501_A/a': '', 'Dataset502_B/a': '' }));
    await expect(two).rejects.toThrow(/Dataset501_A and Dataset502_B both hold nnU-Net dataset. Rename/);
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

const source = { copy: 'a copy', licence: 'CC-BY-SA-4.0', citation: 'somebody', otherCopies: [] };
const finished = (cases: SourceCase[], expected: ExpectedCases = msdSpleenCases) =>
  finishListing({ collection: 'msd-spleen', source, cases, findings: [], expected });
const unlabelled = (caseId: string): SourceCase => ({ ...spleenCase(caseId), subset: 'test' });
const all = [
  ...msdSpleenCases.labelled.map((id) => spleenCase(id)),
  ...msdSpleenCases.unlabelled.map(unlabelled),
];

describe('a finished listing', () => {
  it('is in natural order and names the cases that are missing, runs folded', () => {
    const { cases, findings } = finished([
      spleenCase('spleen_10'),
      spleenCase('spleen_9'),
      unlabelled('spleen_1'),
    ]);
    expect(cases.map((each) => each.caseId)).toEqual(['spleen_1', 'spleen_9', 'spleen_10']);
    expect(findings).toMatchObject([{ code: 'COUNT_UNEXPECTED', severity: 'note', value: '2 + 1' }]);
    expect(findings[0].message).toContain('published are 41 + 20');
    expect(findings[0].message).toContain('missing with labels: spleen_2…3, 6, 8, 12…14, 16…22');
    expect(findings[0].message).toContain('missing without labels: spleen_7, 11');
  });

  it('says nothing of a full collection, withdrawn cases not counted', () => {
    const withdrawn = { ...spleenCase('spleen_4'), withdrawnCopyOf: 'spleen_2' };
    expect(finished([...all, withdrawn]).findings).toEqual([]);
  });

  it('names cases that were never published, and keeps them', () => {
    const { cases, findings } = finished([...all, spleenCase('spleen_64'), spleenCase('spleen_65')]);
    expect(cases).toHaveLength(63);
    expect(findings).toMatchObject([{ code: 'COUNT_UNEXPECTED', field: 'extra', value: '2' }]);
    expect(findings[0].message).toContain('not among the published cases: spleen_64…65');
  });

  it('keeps one case of each id and names the other', () => {
    const { cases, findings } = finished([spleenCase('a', 'x/a'), spleenCase('a', 'y/a')]);
    expect(cases).toHaveLength(1);
    expect(findings[0]).toMatchObject({ code: 'COUNT_UNEXPECTED', where: 'y/a', value: 'a' });
  });
});

describe('ids of many cases', () => {
  it('are folded by runs, the prefix written once', () => {
    expect(foldIds(['volume-12', 'volume-3', 'volume-4', 'volume-5', 'test-volume-0'])).toBe(
      'test-volume-0, volume-3…5, 12',
    );
    expect(foldIds(['PANCREAS_0009', 'PANCREAS_0010', 'readme'])).toBe('PANCREAS_0009…0010, readme');
    expect(foldIds([])).toBe('');
  });

  it('of every collection have the published numbers, each case once', () => {
    const sizes = [
      litsCases,
      litsDecathlonCases,
      kits19Cases,
      msdSpleenCases,
      msdPancreasCases,
      nihPancreasCases,
    ];
    expect(
      [...sizes, abdomenCt1kCases].map(({ labelled, unlabelled: rest }) => [labelled.length, rest.length]),
    ).toEqual([
      [131, 70],
      [131, 70],
      [210, 90],
      [41, 20],
      [281, 139],
      [80, 0],
      [1000, 62],
    ]);
    for (const { labelled, unlabelled: rest } of sizes) {
      expect(new Set([...labelled, ...rest]).size).toBe(labelled.length + rest.length);
    }
  });
});

describe.skipIf(!existsSync(decathlonLists))(
  'the real lists of the decathlon (skipped where ../shared/data is not there)',
  () => {
    it.each([
      ['Task03_Liver', litsDecathlonCases],
      ['Task07_Pancreas', msdPancreasCases],
      ['Task09_Spleen', msdSpleenCases],
    ] as const)('%s have the cases that are expected', (task, { labelled, unlabelled: rest }) => {
      const { training, test } = JSON.parse(readFileSync(join(decathlonLists, task, 'dataset.json'), 'utf8'));
      const idOf = (path: string) => nameOf(path).replace('.nii.gz', '');
      const ids = training.map((each: { image: string }) => idOf(each.image).replace('liver_', 'volume-'));
      expect(new Set(ids)).toEqual(new Set(labelled));
      expect(new Set(test.map(idOf))).toEqual(new Set(rest));
    });
  },
);
