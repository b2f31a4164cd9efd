import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caseFilesBelow, caseName, modelNames, pairCases } from '../../cli/case-files.js';
import { madeFolder } from './made-files.js';

let root: string;
beforeEach(() => {
  root = madeFolder();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function file(...parts: string[]): string {
  const path = join(root, ...parts);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '');
  return path;
}
const pair = (truth: string, ...predictions: string[]) =>
  pairCases(
    join(root, truth),
    predictions.map((path) => ({ model: path, path: join(root, path) })),
  );

describe('the name of a case', () => {
  it('is the file’s without ending and nnU-Net’s channel', () => {
    const names = ['a.nii', 'a.nii.gz', 'A.NII.GZ', 'a_0000.nii.gz', 'lits/volume-0.nii', 'a_0001.nii.gz'];
    expect(names.map(caseName)).toEqual(['a', 'a', 'A', 'a', 'lits/volume-0', 'a_0001']);
  });
});

describe('the files below a folder', () => {
  it('are the NIfTI files, at any depth, without hidden ones', () => {
    file('d', 'b.nii.gz');
    file('d', 'sub', 'a_0000.nii');
    file('d', '._b.nii.gz');
    file('d', 'dataset.json');
    expect([...caseFilesBelow(join(root, 'd'), '--truth').keys()]).toEqual(['b', 'sub/a']);
  });

  it('must not name a case twice, and must be there', () => {
    file('d', 'a.nii');
    file('d', 'a.nii.gz');
    expect(() => caseFilesBelow(join(root, 'd'), '--truth')).toThrow(
      /a\.nii and .*a\.nii\.gz are both case 'a'/,
    );
    mkdirSync(join(root, 'empty'));
    expect(() => caseFilesBelow(join(root, 'empty'), '--images')).toThrow(/--images .*no \.nii/);
  });
});

describe('pairing', () => {
  it('goes by name between folders, with every prediction that is compared', () => {
    for (const folder of ['t', 'p', 'q']) for (const name of ['1.nii.gz', '2.nii']) file(folder, name);
    const { cases, missing } = pair('t', 'p', 'q');
    expect(missing).toEqual([]);
    expect(cases.map((each) => each.case)).toEqual(['1', '2']);
    expect(cases[0]!.predictions.map(({ model }) => model)).toEqual(['p', 'q']);
  });

  it('tells of partners that are missing on either side', () => {
    file('t', '1.nii');
    file('t', '2.nii');
    file('p', '2.nii');
    file('p', '3.nii');
    const { cases, missing } = pair('t', 'p');
    expect(cases.map((each) => each.case)).toEqual(['2']);
    expect(missing).toEqual(['case 1 has no prediction of p', 'case 3 of p has no truth']);
  });

  it('takes two files as a pair, whatever they are called', () => {
    file('truth.nii.gz');
    file('guess.nii');
    expect(pair('truth.nii.gz', 'guess.nii').cases).toMatchObject([{ case: 'truth' }]);
  });

  it('judges only the case of a file where the other side is a folder', () => {
    file('t', '1.nii');
    file('t', '2.nii');
    file('p', '2.nii');
    file('p', '3.nii');
    for (const made of [pair('t/2.nii', 'p'), pair('t', 'p/2.nii')]) {
      expect(made.cases.map((each) => each.case)).toEqual(['2']);
      expect(made.missing).toEqual([]);
    }
    expect(pair('t', 'p/3.nii').missing).toEqual(['case 3 has no truth']);
    expect(pair('t/1.nii', 'p').missing).toEqual(['case 1 has no prediction of p']);
  });

  it('refuses a path that is not there, naming the option', () => {
    file('t', '1.nii');
    expect(() => pair('t', 'nowhere')).toThrow(/--prediction .*nowhere: there is no such/);
    expect(() => pair('nowhere', 't')).toThrow(/--truth .*nowhere: there is no such/);
  });
});

describe('the names of models', () => {
  it('are the last parts of their paths, as long as it takes to tell them apart', () => {
    expect(modelNames(['/x/a', '/y/b/'])).toEqual(['a', 'b']);
    expect(modelNames(['/x/a/fold0', '/x/b/fold0'])).toEqual(['a/fold0', 'b/fold0']);
    expect(modelNames(['p.nii.gz'])).toEqual(['p']);
    expect(() => modelNames(['/x/a', '/x/a'])).toThrow(/the same prediction/);
  });
});
