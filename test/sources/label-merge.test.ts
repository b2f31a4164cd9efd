import { describe, expect, it } from 'vitest';
import { collectionFacts } from '../../domain/collection.js';
import type { LabelMap } from '../../imaging/volume.js';
import { mergeOrgans } from '../../sources/label-merge.js';
import { adapterFor } from '../../sources/registry.js';
import { volumeOf } from './made-cases.js';

const label = (values: number[]): LabelMap => ({
  geometry: volumeOf(new Int16Array(values.length), [values.length, 1, 1]).geometry,
  values: values.some((value) => value > 255) ? Uint16Array.from(values) : Uint8Array.from(values),
});

describe('merging label values into the organ', () => {
  it.each([
    ['lits', [0, 1, 1, 0], 2],
    ['kits19', [0, 1, 1, 0], 2],
    ['msd-pancreas', [0, 1, 1, 0], 2],
    ['msd-spleen', [0, 1, 0, 0], 1],
    ['nih-pancreas', [0, 1, 0, 0], 1],
  ] as const)('follows the rule of %s', (collection, mask, voxels) => {
    const merged = mergeOrgans(label([0, 1, 2, 0]), adapterFor(collection).organLabels);
    expect(merged.organs).toMatchObject([{ organ: collectionFacts[collection].organs[0], voxels }]);
    expect([...merged.organs[0].mask]).toEqual(mask);
    expect(merged.unknown).toEqual(voxels === 2 ? [] : [2]);
  });

  it('names every value found, also beyond a byte', () => {
    const merged = mergeOrgans(label([0, 300, 65535, 1]), { organs: { liver: [1] } });
    expect([...merged.found]).toEqual([
      [0, 1],
      [1, 1],
      [300, 1],
      [65535, 1],
    ]);
    expect(merged.unknown).toEqual([300, 65535]);
  });

  it('gives an empty mask for an empty label', () => {
    const merged = mergeOrgans(label([0, 0]), { organs: { liver: [1] } });
    expect(merged).toMatchObject({ organs: [{ organ: 'liver', voxels: 0 }], unknown: [] });
  });

  it('takes several organs apart, and takes ignored values for background', () => {
    const rules = { organs: { kidney: [2, 3], liver: [1] }, ignored: [9] };
    const merged = mergeOrgans(label([0, 1, 2, 3, 9, 7]), rules);
    expect(merged.organs.map(({ organ, voxels, mask }) => [organ, voxels, ...mask])).toEqual([
      ['liver', 1, 0, 1, 0, 0, 0, 0],
      ['kidney', 2, 0, 0, 1, 1, 0, 0],
    ]);
    expect(merged.unknown).toEqual([7]);
  });
});
