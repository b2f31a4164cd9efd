import { storeLabel } from '../../activities/label-store.js';
import { Passport } from '../../domain/case.js';
import { type CaseAddress, passportKey } from '../../domain/keys.js';
import type { LabelSummary } from '../../domain/label-version.js';
import { type Organ, organs, organValue } from '../../domain/organ.js';
import type { Geometry } from '../../domain/volume.js';
import { readNiftiHeader } from '../../imaging/nifti.js';
import { writeLabelMap, writeNifti } from '../../imaging/nifti-write.js';
import { putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson } from '../../storage/json.js';
import type { ObjectStore } from '../../storage/object-store.js';

/** A 6 × 5 × 4 image in a store, its liver labelled at the source and the other organs by a model. */
export const shape = [6, 5, 4] as const;
const voxelCount = shape[0] * shape[1] * shape[2];
const affine: [
  [number, number, number, number],
  [number, number, number, number],
  [number, number, number, number],
] = [
  [-2, 0, 0, 10],
  [0, 2, 0, -20],
  [0, 0, 3, 5],
];

export interface MiniCase {
  readonly at: CaseAddress;
  readonly labels: LabelSummary[];
  /** The image file, under whose header masks are written. */
  readonly image: Uint8Array;
}

/** Voxels of each organ: liver 0–9, kidney 20–29, spleen 40–49, pancreas 60–69. */
export function organVoxels(organ: Organ): number[] {
  const from = 20 * (organValue[organ] - 1);
  return Array.from({ length: 10 }, (_, n) => from + n);
}

export function maskOf(voxels: readonly number[]): Uint8Array {
  const mask = new Uint8Array(voxelCount);
  for (const voxel of voxels) mask[voxel] = 1;
  return mask;
}

/** A gzipped label map of the case with the given voxels for each organ. */
export function labelMapFile(
  image: Uint8Array,
  voxels: Partial<Record<Organ, readonly number[]>>,
): Uint8Array {
  const values = new Uint8Array(voxelCount);
  for (const organ of organs) for (const voxel of voxels[organ] ?? []) values[voxel] = organValue[organ];
  return writeLabelMap(values, image);
}

export async function storeMiniCase(
  store: ObjectStore,
  campaign: string,
  caseId = 'volume-0',
  { licence = 'none', mend = (geometry: Geometry): Geometry => geometry } = {},
): Promise<MiniCase> {
  const at = { campaign, collection: 'lits', caseId } as const;
  const hu = Int16Array.from({ length: voxelCount }, (_, n) => 40 + (n % 7));
  const form = { code: 1, affine };
  const image = writeNifti({ shape, voxels: hu, spacingMm: [2, 2, 3], sform: form, qform: form });
  const imageRef = await putContent(store, image);
  const labels: LabelSummary[] = [];
  for (const organ of organs) {
    const mask = maskOf(organVoxels(organ));
    const packed = { organ, bytes: writeLabelMap(mask, image), voxelSha256: sha256(mask), voxels: 10 };
    const origin = organ === 'liver' ? 'source' : 'model';
    labels.push(await storeLabel(store, at, organ, packed, { origin, author: origin, reason: 'test' }));
  }
  const passport = Passport.parse({
    collection: at.collection,
    caseId,
    subset: 'train',
    status: 'accepted',
    licence,
    citation: 'none',
    copy: 'test',
    sourceFiles: [],
    image: imageRef,
    geometry: mend(readNiftiHeader(image, 'mini').geometry),
    nativeHeader: Buffer.from(image.subarray(0, 540)).toString('base64'),
    sourceLabels: labels.slice(0, 1),
    missingOrgans: ['kidney', 'spleen', 'pancreas'],
    findings: [],
  });
  await publishJson(store, passportKey(at), passport);
  return { at, labels, image };
}
