import type { LabelMap } from '../../imaging/volume.js';

type Triple = readonly [number, number, number];

/** A block of one label: from `low` up to but without `high`, in (i, j, k). */
export type Block = readonly [label: number, low: Triple, high: Triple];

/** A label map made of blocks, later ones on top. Axes run towards R, A and S unless `flip` turns them round. */
export function madeMap(
  shape: Triple,
  blocks: readonly Block[],
  spacingMm: Triple = [1, 1, 1],
  originMm: Triple = [0, 0, 0],
): LabelMap & { values: Uint8Array } {
  const values = new Uint8Array(shape[0] * shape[1] * shape[2]);
  for (const [label, low, high] of blocks) {
    for (let k = low[2]; k < high[2]; k += 1)
      for (let j = low[1]; j < high[1]; j += 1)
        for (let i = low[0]; i < high[0]; i += 1) values[i + shape[0] * (j + shape[1] * k)] = label;
  }
  return {
    values,
    geometry: {
      shape: [...shape],
      spacingMm: [...spacingMm],
      axisCodes: 'RAS',
      affine: [
        [spacingMm[0], 0, 0, originMm[0]],
        [0, spacingMm[1], 0, originMm[1]],
        [0, 0, spacingMm[2], originMm[2]],
      ],
      decidedBy: 'sform',
      repairs: [],
    },
  };
}
