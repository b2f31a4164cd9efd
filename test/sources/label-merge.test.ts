import { describe, expect, it } from 'vitest';
import type { LabelMap } from '../../imaging/volume.js';
import { mergeOrgan } from '../../sources/label-merge.js';
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
    const merged = mergeOrgan(label([0, 1, 2, 0]), adapterFor(collection).organLabels);
    expect([...merged.mask]).toEqual(mask);
    expect(merged.voxels).toBe(voxels);
    expect(merged.unknown).toEqual(voxels === 2 ? [] : [2]);
  });

  it('names every value found, also beyond a byte', () => {
    const merged = mergeOrgan(label([0, 300, 65535, 1]), { merged: [1] });
    expect(merged.found).toEqual([0, 1, 300, 65535]);
    expect(merged.unknown).toEqual([300, 65535]);
  });

  it('gives an empty mask for an empty label', () => {
    expect(mergeOrgan(label([0, 0]), { merged: [1] })).toMatchObject({ voxels: 0, found: [0], unknown: [] });
  });
});
