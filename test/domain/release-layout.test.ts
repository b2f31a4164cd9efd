import { describe, expect, it } from 'vitest';
import { type LayoutOptions, layoutOf } from '../../domain/release-layout.js';
import { choice, manifest, releaseCase } from './releases.js';

const cases = Array.from({ length: 12 }, (_, n) =>
  releaseCase(`volume-${n}`, { part: n < 9 ? 'train' : 'test' }),
);
const hollow = releaseCase('volume-12', {
  organs: releaseCase('volume-12').organs.map((each) =>
    each.organ === 'liver' ? { organ: 'liver', state: 'withheld', editors: [], simulated: false } : each,
  ),
});
const release = manifest([...cases, hollow], {
  groups: [['lits/volume-0', 'lits/volume-1', 'lits/volume-2']],
});
const laid = (layout: LayoutOptions['layout'], of = release) => layoutOf(of, { layout, datasetId: 501 });
const text = (layout: LayoutOptions['layout'], path: string) =>
  laid(layout).texts.find((each) => each.path === path)?.text ?? '';
const paths = (layout: LayoutOptions['layout']) => laid(layout).volumes.map(({ path }) => path);

describe('the layout of a release', () => {
  it('is the release’s own where nothing else is asked for', () => {
    const { volumes, texts, leftOut } = laid('plain');
    expect(volumes.map(({ path }) => path)).toEqual(release.files.map(({ path }) => path));
    expect(volumes.some(({ packed }) => packed)).toBe(false);
    expect([texts, leftOut]).toEqual([[], []]);
  });

  it('leaves cases out of training layouts whose label map is not whole, and says so', () => {
    for (const layout of ['nnunet', 'msd', 'abdomenct-1k'] as const) {
      expect(laid(layout).leftOut).toEqual([
        { case: 'lits/volume-12', why: 'its label map is not whole: liver withheld' },
      ]);
      expect(paths(layout).join()).not.toContain('volume-12');
    }
  });

  it('numbers cases as AbdomenCT-1K does, with a table that tells which is which', () => {
    expect(paths('abdomenct-1k').slice(0, 2)).toEqual(['Case_00001_0000.nii.gz', 'Mask/Case_00001.nii.gz']);
    const [head, first, ...rest] = text('abdomenct-1k', 'mapping.csv').trimEnd().split('\n');
    expect(head).toBe('name,case,part,copy,image_sha256');
    expect(first).toBe(`Case_00001,lits/volume-0,train,copy,${'c'.repeat(64)}`);
    expect(rest).toHaveLength(11);
  });

  it('is a dataset that nnU-Net v2 takes, with folds that part no group', () => {
    const folder = 'Dataset501_mini';
    expect(paths('nnunet')).toEqual(
      expect.arrayContaining([
        `${folder}/imagesTr/lits_volume-0_0000.nii.gz`,
        `${folder}/labelsTr/lits_volume-0.nii.gz`,
        `${folder}/imagesTs/lits_volume-11_0000.nii.gz`,
        `${folder}/labelsTs/lits_volume-11.nii.gz`,
      ]),
    );
    expect(JSON.parse(text('nnunet', `${folder}/dataset.json`))).toMatchObject({
      channel_names: { '0': 'CT' },
      labels: { background: 0, liver: 1, kidney: 2, spleen: 3, pancreas: 4 },
      numTraining: 9,
      file_ending: '.nii.gz',
      release: '1.0.0',
    });
    const folds: { train: string[]; val: string[] }[] = JSON.parse(
      text('nnunet', `${folder}/splits_final.json`),
    );
    expect(folds).toHaveLength(5);
    expect(folds.flatMap(({ val }) => val).sort()).toEqual(
      cases.slice(0, 9).map(({ caseId }) => `lits_${caseId}`),
    );
    const group = ['lits_volume-0', 'lits_volume-1', 'lits_volume-2'];
    for (const { train, val } of folds) {
      expect(train.some((name) => val.includes(name))).toBe(false);
      expect([0, 3]).toContain(group.filter((name) => val.includes(name)).length);
    }
  });

  it('is a task of the decathlon', () => {
    const folder = 'Task501_mini';
    const contents = JSON.parse(text('msd', `${folder}/dataset.json`));
    expect(contents).toMatchObject({
      labels: { '0': 'background', '4': 'pancreas' },
      numTraining: 9,
      numTest: 3,
      licence: 'CC-BY-4.0',
    });
    expect(contents.training[0]).toEqual({
      image: './imagesTr/lits_volume-0.nii.gz',
      label: './labelsTr/lits_volume-0.nii.gz',
    });
    expect(paths('msd')).toContain(`${folder}/imagesTs/lits_volume-11.nii.gz`);
  });

  it('tells which files of the sources are wanted where a release has no images', () => {
    const bare = manifest(
      cases.map(({ image: _image, ...item }) => item),
      { choice: { ...choice, images: false } },
    );
    const { volumes, texts } = laid('nnunet', bare);
    expect(volumes.some(({ path }) => path.includes('imagesT'))).toBe(false);
    const wanted = texts.find(({ path }) => path === 'images-to-fetch.csv')?.text.split('\n') ?? [];
    expect(wanted[1]).toBe(
      `lits/volume-0,Dataset501_mini/imagesTr/lits_volume-0_0000.nii.gz,"volume-0.nii",${'b'.repeat(64)}`,
    );
  });
});
