import { z } from 'zod';
import { Sha256 } from './primitives.js';

const Triple = z.tuple([z.number(), z.number(), z.number()]);
const Row = z.tuple([z.number(), z.number(), z.number(), z.number()]);
/** First three rows of voxel index (i, j, k, 1) → millimetres in RAS+. */
const AffineRows = z.tuple([Row, Row, Row]);

/** What was taken otherwise than the file says it. The file itself is never changed. */
export const GeometryRepair = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['sform-empty', 'orthonormalised', 'direction-corrected', 'spacing-given']),
    /** Header field whose word was not taken. */
    field: z.string(),
    /** The affine before and after, whole: repairs are undone by taking the first one's `before`. */
    before: AffineRows,
    after: AffineRows,
    /** Largest angle that an axis was turned by; of `orthonormalised` only. */
    angleDegrees: z.number().optional(),
    why: z.string(),
  }),
  /** A choice between contradictory tags of a DICOM series; no number was changed. */
  z.object({ kind: z.literal('series-remark'), field: z.string(), why: z.string() }),
]);
export type GeometryRepair = z.infer<typeof GeometryRepair>;

/** Where voxels lie in the patient. Index order is (i, j, k) with i fastest in memory: `i + n1·(j + n2·k)`. */
export const Geometry = z.object({
  shape: Triple,
  spacingMm: Triple,
  /** nibabel's letters: the direction in which each index grows, of R L A P S I. */
  axisCodes: z.string().length(3),
  affine: AffineRows,
  /** Which header field decided; `space directions` is NRRD's, with its origin. */
  decidedBy: z.enum(['sform', 'qform', 'pixdim', 'dicom', 'space directions']),
  /** What was changed against the file, in order. */
  repairs: z.array(GeometryRepair),
  /** `spacingMm` is only what the file claims, and known to be false: no figure in mm or mL may be made of it. */
  spacingUnknown: z.literal(true).optional(),
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
