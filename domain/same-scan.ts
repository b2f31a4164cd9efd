import { z } from 'zod';
import { Sha256 } from './primitives.js';
import { sketchVersion } from './sketch-version.js';

/** What is kept of a scan to find it again under another name: a few kilobytes, from voxels and voxel sizes alone. */
export const ScanSketch = z.object({
  version: z.literal(sketchVersion),
  /** As in the voxel identity: equal when voxels and their order are equal. */
  voxelSha256: Sha256,
  /** Of the sorted voxels: equal in every orientation and axis order. */
  multisetSha256: Sha256,
  /** Landmarks, base64: see `imaging/fingerprint.ts`. */
  fingerprint: z.base64(),
});
export type ScanSketch = z.infer<typeof ScanSketch>;

/**
 * How it was found that two files show one scan. `same-file`: equal bytes; `same-voxels`: equal in the same order;
 * `turned`: equal after permuting or flipping axes; `crop`: equal where both reach; `similar`: the same anatomy, voxel
 * for voxel, after resampling, windowing, noise or shift; `labels`: the same mask; `withdrawn`: its collection says so.
 */
export const sameScanKinds = [
  'same-file',
  'same-voxels',
  'turned',
  'crop',
  'similar',
  'labels',
  'withdrawn',
] as const;

const Triple = z.tuple([z.number(), z.number(), z.number()]);

/** What proves that two files show one scan. Second = first turned by `symmetry`, times `scale`, plus `offsetMm`. */
export const SameScan = z.object({
  kind: z.enum(sameScanKinds),
  /** `+i +j +k` where axes run alike; `-j +i +k`: the second's i is the first's j reversed, and so on. */
  symmetry: z.string().optional(),
  /** Millimetres along the second's axes, from first voxel to first voxel. */
  offsetMm: Triple.optional(),
  /** Voxel size of the second over that of the first, along the second's axes. */
  scale: Triple.optional(),
  /** Of soft-tissue HU after blurring, −1 … 1. */
  correlation: z.number().optional(),
  /** Millimetres by which three of four blocks of tissue would at most have to move to fit better. */
  displacementMm: z.number().optional(),
  /** Share of the smaller one that lies in the other. */
  overlap: z.number().optional(),
  /** Share of the voxels of both that are equal; only where no voxel had to be interpolated. */
  equalFraction: z.number().optional(),
  /** Of label maps: the two values compared, 0 for all values together, and the Dice of their masks. */
  labels: z.tuple([z.number(), z.number()]).optional(),
  dice: z.number().optional(),
});
export type SameScan = z.infer<typeof SameScan>;

/** One line of evidence for people. */
export function evidenceText(same: SameScan): string {
  const percent = (share: number) => `${(100 * share).toFixed(share > 0.9995 && share < 1 ? 3 : 1)} %`;
  const { symmetry, offsetMm, scale, correlation, equalFraction, dice, labels, overlap } = same;
  return [
    kindText[same.kind],
    ...(symmetry === undefined || symmetry === '+i +j +k' ? [] : [`axes ${symmetry}`]),
    ...(offsetMm === undefined
      ? []
      : [`offset ${offsetMm.map((mm) => (Math.round(10 * mm) / 10 + 0).toFixed(1)).join(', ')} mm`]),
    ...(scale === undefined || scale.every((each) => each === 1)
      ? []
      : [`scale ${scale.map((each) => each.toFixed(2)).join(' × ')}`]),
    ...(overlap === undefined ? [] : [`${percent(overlap)} of the smaller shared`]),
    ...(correlation === undefined ? [] : [`correlation ${correlation.toFixed(4)}`]),
    ...(equalFraction === undefined ? [] : [`${percent(equalFraction)} of shared voxels equal`]),
    ...(labels === undefined ? [] : [`labels ${labels.map((value) => value || 'all').join(' and ')}`]),
    ...(dice === undefined ? [] : [`Dice ${dice.toFixed(4)}`]),
  ].join('; ');
}

const kindText: Readonly<Record<SameScan['kind'], string>> = {
  'same-file': 'the same file',
  'same-voxels': 'the same voxels',
  turned: 'the same voxels, turned',
  crop: 'cut from one scan',
  similar: 'the same scan, resampled or re-windowed',
  labels: 'the same mask',
  withdrawn: 'withdrawn as a copy',
};
