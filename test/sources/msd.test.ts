import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lits } from '../../sources/lits.js';
import { msdPancreas, msdSpleen } from '../../sources/msd.js';
import { treeOf } from './made-cases.js';

const lists = resolve('../shared/data/real/msd-json');
const entry = (name: string) => ({ image: `./imagesTr/${name}.nii.gz`, label: `./labelsTr/${name}.nii.gz` });

function spleenTree(training: string[], files: string[], more: Record<string, unknown> = {}): string {
  const licence = 'CC-BY-SA 4.0';
  const contents = { licence, training: training.map(entry), test: ['./imagesTs/spleen_1.nii.gz'], ...more };
  const paths = [...files.flatMap((name) => [`imagesTr/${name}`, `labelsTr/${name}`]), 'imagesTs/spleen_1'];
  return treeOf({
    'Task09_Spleen/dataset.json': JSON.stringify(contents),
    ...Object.fromEntries(paths.map((path) => [`Task09_Spleen/${path}.nii.gz`, ''])),
  });
}

describe('listing a decathlon task', () => {
  it('lists what dataset.json lists, not the droppings of macOS beside it', async () => {
    const root = spleenTree(
      ['spleen_10', 'spleen_2'],
      ['spleen_2', 'spleen_10', '._spleen_2', '._spleen_10', '_spleen_2'],
    );
    const { cases, findings } = await msdSpleen.list(root);
    expect(cases.map((each) => [each.caseId, each.subset, each.labelPath, each.findings.length])).toEqual([
      ['spleen_1', 'test', undefined, 0],
      ['spleen_2', 'train', 'Task09_Spleen/labelsTr/spleen_2.nii.gz', 0],
      ['spleen_10', 'train', 'Task09_Spleen/labelsTr/spleen_10.nii.gz', 0],
    ]);
    expect(findings.map((each) => each.code)).toEqual(['COUNT_UNEXPECTED']);
  });

  it('keeps a listed case whose files are missing and leaves out a file that is not listed', async () => {
    const { cases, findings } = await msdSpleen.list(
      spleenTree(['spleen_2', 'spleen_3'], ['spleen_2', 'spleen_9']),
    );
    expect(cases.map((each) => each.caseId)).toEqual(['spleen_1', 'spleen_2', 'spleen_3']);
    expect(cases[2].findings.map(({ code, where }) => [code, where])).toEqual([
      ['FILE_MISSING', 'Task09_Spleen/imagesTr/spleen_3.nii.gz'],
      ['FILE_MISSING', 'Task09_Spleen/labelsTr/spleen_3.nii.gz'],
    ]);
    expect(findings[0]).toMatchObject({
      code: 'COUNT_UNEXPECTED',
      where: 'Task09_Spleen/imagesTr/spleen_9.nii.gz',
    });
  });

  it('reads a dataset.json with the misspelt release, numbers padded with zeros, and channel numbers in file names', async () => {
    const contents = { relase: '1.0', training: [entry('pancreas_001')], test: [] };
    const root = treeOf({
      'dataset.json': JSON.stringify(contents),
      'imagesTr/pancreas_001_0000.nii.gz': '',
      'labelsTr/pancreas_001.nii': '',
    });
    const { cases } = await msdPancreas.list(root);
    expect(cases).toMatchObject([
      {
        caseId: 'pancreas_001',
        image: { path: 'imagesTr/pancreas_001_0000.nii.gz' },
        labelPath: 'labelsTr/pancreas_001.nii',
        findings: [],
      },
    ]);
  });

  it('finds files that are padded otherwise than listed, under the task’s own ids', async () => {
    const contents = {
      licence: 'CC-BY-SA 4.0',
      training: [entry('pancreas_001')],
      test: ['./imagesTs/pancreas_2.nii.gz'],
    };
    const root = treeOf({
      'dataset.json': JSON.stringify(contents),
      'imagesTr/pancreas_1.nii.gz': '',
      'labelsTr/pancreas_1.nii.gz': '',
      'imagesTs/pancreas_2.nii.gz': '',
    });
    const { cases } = await msdPancreas.list(root);
    expect(cases).toMatchObject([
      {
        caseId: 'pancreas_001',
        image: { path: 'imagesTr/pancreas_1.nii.gz' },
        labelPath: 'labelsTr/pancreas_1.nii.gz',
        findings: [],
      },
      { caseId: 'pancreas_002', image: { path: 'imagesTs/pancreas_2.nii.gz' }, findings: [] },
    ]);
  });

  it('holds the licence of dataset.json against the known one, and records what is stated', async () => {
    const known = await msdSpleen.list(spleenTree(['spleen_2'], ['spleen_2']));
    expect(known.source).toMatchObject({
      copy: 'Medical Segmentation Decathlon Task09_Spleen',
      licence: 'CC-BY-SA-4.0',
    });
    const other = await msdSpleen.list(spleenTree(['spleen_2'], ['spleen_2'], { licence: 'CC-BY-NC 4.0' }));
    expect(other.findings[0]).toMatchObject({
      code: 'LICENCE_UNEXPECTED',
      severity: 'flag',
      value: 'CC-BY-NC 4.0',
    });
    expect(other.source.licence).toBe('CC-BY-NC-4.0');
    const silent = await msdSpleen.list(spleenTree(['spleen_2'], ['spleen_2'], { licence: undefined }));
    expect(silent.findings[0]).toMatchObject({ code: 'LICENCE_UNEXPECTED' });
    expect(silent.source).toMatchObject({
      licence: 'CC-BY-SA-4.0',
      licenceNote: expect.stringContaining('no licence'),
    });
  });

  it('names a label that is not listed, and a list that is shorter than it says', async () => {
    const root = spleenTree(['spleen_2'], ['spleen_2', 'spleen_9'], { numTraining: 41, numTest: 1 });
    const { findings } = await msdSpleen.list(root);
    expect(findings.slice(0, 3).map(({ code, where, value }) => [code, where, value])).toEqual([
      ['COUNT_UNEXPECTED', 'Task09_Spleen/dataset.json', '1 + 1'],
      ['COUNT_UNEXPECTED', 'Task09_Spleen/imagesTr/spleen_9.nii.gz', undefined],
      ['COUNT_UNEXPECTED', 'Task09_Spleen/labelsTr/spleen_9.nii.gz', undefined],
    ]);
  });

  it('never leaves its folder', async () => {
    const outside = { image: '../../../spleen_4.nii.gz', label: './labelsTr/spleen_4.nii.gz' };
    const root = spleenTree([], ['spleen_2'], { training: [entry('spleen_2'), outside] });
    const { cases, findings } = await msdSpleen.list(root);
    expect(cases.map((each) => each.caseId)).toEqual(['spleen_1', 'spleen_2']);
    expect(findings[0]).toMatchObject({ code: 'FILE_MISSING', where: 'Task09_Spleen/dataset.json' });
  });

  it('lists the folders when dataset.json is missing, and says so', async () => {
    const root = treeOf({
      'imagesTr/spleen_2.nii.gz': '',
      'labelsTr/spleen_2.nii.gz': '',
      'imagesTs/spleen_1.nii.gz': '',
    });
    const { cases, findings } = await msdSpleen.list(root);
    expect(cases.map((each) => [each.caseId, each.labelPath, each.findings.length])).toEqual([
      ['spleen_1', undefined, 0],
      ['spleen_2', 'labelsTr/spleen_2.nii.gz', 0],
    ]);
    expect(findings[0]).toMatchObject({ code: 'FILE_MISSING', where: 'dataset.json' });
  });

  it('finds its own task when another one lies beside it', async () => {
    const root = treeOf({
      'Task07_Pancreas/dataset.json': JSON.stringify({ training: [entry('pancreas_001')] }),
      'Task09_Spleen/dataset.json': JSON.stringify({ training: [entry('spleen_2')] }),
    });
    expect((await msdSpleen.list(root)).cases.map((each) => each.caseId)).toEqual(['spleen_2']);
    expect((await msdPancreas.list(root)).cases.map((each) => each.caseId)).toEqual(['pancreas_001']);
  });

  it('refuses a dataset.json that is none, and the folder of another task', async () => {
    const broken = treeOf({ 'dataset.json': '{"training": 3}' });
    await expect(msdSpleen.list(broken)).rejects.toThrow(/dataset.json: no list of training and test cases/);
    const other = treeOf({ 'dataset.json': JSON.stringify({ training: [entry('pancreas_001')] }) });
    await expect(msdSpleen.list(other)).rejects.toMatchObject({ kind: 'InvalidInput' });
  });
});

describe.skipIf(!existsSync(lists))(
  'the real lists of the decathlon (skipped where ../shared/data is not there)',
  () => {
    it.each([
      ['Task03_Liver', lits, 201],
      ['Task07_Pancreas', msdPancreas, 420],
      ['Task09_Spleen', msdSpleen, 61],
    ] as const)(
      '%s gives all its cases and nothing to remark, droppings of macOS beside it or not',
      async (task, adapter, size) => {
        const text = readFileSync(join(lists, task, 'dataset.json'), 'utf8');
        const { training, test } = JSON.parse(text);
        const paths: string[] = [
          ...training.flatMap(({ image, label }: { image: string; label: string }) => [image, label]),
          ...test,
        ];
        const files = paths.flatMap((path) => [
          path.slice(2),
          path.slice(2).replace(/(?<=\/)(?=[^/]*$)/, '._'),
        ]);
        const root = treeOf({ 'dataset.json': text, ...Object.fromEntries(files.map((path) => [path, ''])) });
        const { cases, findings, source } = await adapter.list(root);
        expect(cases).toHaveLength(size);
        expect(cases.flatMap((each) => each.findings)).toEqual([]);
        expect(findings.filter(({ code }) => code !== 'KNOWN_FACT')).toEqual([]);
        expect(source.licence).toBe('CC-BY-SA-4.0');
      },
    );
  },
);
