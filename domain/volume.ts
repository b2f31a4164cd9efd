import { z } from 'zod';
import { Sha256 } from './primitives.js';

const Triple = z.tuple([z.number(), z.number(), z.number()]);
const Row = z.tuple([z.number(), z.number(), z.number(), z.number()]);

/** Where voxels lie in the patient. Index order is (i, j, k) with i fastest in memory: `i + n1·(j + n2·k)`. */
export const Geometry = z.object({
  shape: Triple,
  spacingMm: Triple,
  /** nibabel's letters: the direction in which each index grows, of R L A P S I. */
  axisCodes: z.string().length(3),
  /** First three rows of voxel index → millimetres in RAS+. */
  affine: z.tuple([Row, Row, Row]),
  /** Which header field decided. */
  decidedBy: z.enum(['sform', 'qform', 'pixdim', 'dicom']),
  /** What was changed against the file, in words. */
  repairs: z.array(z.string()),
});
export type Geometry = z.infer<typeof Geometry>;

/** Identity of an image's voxels, whatever file held them. */
export const VoxelIdentity = z.object({
  shape: Triple,
  /** SHA-256 of the HU values as little-endian int16 in index order. */
  voxelSha256: Sha256,
  minHu: z.number(),
  maxHu: z.number(),
});
export type VoxelIdentity = z.infer<typeof VoxelIdentity>;
