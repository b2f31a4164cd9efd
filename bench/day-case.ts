import { storeLabel } from '../activities/label-store.js';
import { Passport } from '../domain/case.js';
import { type CaseAddress, passportKey } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import { type Organ, organs, organValue } from '../domain/organ.js';
import { readNiftiHeader } from '../imaging/nifti.js';
import { writeLabelMap, writeNifti } from '../imaging/nifti-write.js';
import { putContent } from '../storage/content.js';
import { sha256 } from '../storage/hash.js';
import { publishJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';

const shape = [24, 20, 10] as const;
const spacingMm = [4, 4, 6] as const;
const voxelCount = shape[0] * shape[1] * shape[2];

/** First corner and size of each organ's box, in voxels; the patient's right is at low i. */
const boxes: Readonly<Record<Organ, readonly [number, number, number, number, number, number]>> = {
  liver: [2, 4, 4, 7, 8, 5],
  kidney: [7, 14, 2, 3, 3, 4],
  spleen: [18, 12, 4, 4, 4, 4],
  pancreas: [11, 8, 4, 5, 3, 3],
};

/** A tiny case in the store, whose liver is labelled at the source and the other organs by a model. */
export interface DayCase {
  readonly at: CaseAddress;
  readonly labels: LabelSummary[];
  readonly image: Uint8Array;
}

export async function storeDayCase(store: ObjectStore, at: CaseAddress): Promise<DayCase> {
  const voxels = Int16Array.from({ length: voxelCount }, (_, n) => 40 + (n % 5));
  const affine: [
    [number, number, number, number],
    [number, number, number, number],
    [number, number, number, number],
  ] = [
    [spacingMm[0], 0, 0, -48],
    [0, -spacingMm[1], 0, 40],
    [0, 0, spacingMm[2], 0],
  ];
  const form = { code: 1, affine };
  const image = writeNifti({ shape, voxels, spacingMm, sform: form, qform: form });
  const labels = await Promise.all(organs.map((organ) => storeOrgan(store, at, organ, image)));
  const passport = Passport.parse({
    collection: at.collection,
    caseId: at.caseId,
    subset: 'train',
    status: 'accepted',
    licence: 'none',
    citation: 'made',
    copy: 'made',
    sourceFiles: [],
    image: await putContent(store, image),
    geometry: readNiftiHeader(image, at.caseId).geometry,
    nativeHeader: Buffer.from(image.subarray(0, 540)).toString('base64'),
    sourceLabels: labels.filter(({ origin }) => origin === 'source'),
    missingOrgans: ['kidney', 'spleen', 'pancreas'],
    findings: [],
  });
  await publishJson(store, passportKey(at), passport);
  return { at, labels, image };
}

function storeOrgan(store: ObjectStore, at: CaseAddress, organ: Organ, image: Uint8Array) {
  const mask = new Uint8Array(voxelCount);
  const count = paint(mask, organ, 1, 0);
  const packed = { organ, bytes: writeLabelMap(mask, image), voxelSha256: sha256(mask), voxels: count };
  const origin = organ === 'liver' ? ('source' as const) : ('model' as const);
  return storeLabel(store, at, organ, packed, { origin, author: origin, reason: 'made' });
}

/** A label map as a person would hand it in: each organ's box, the spleen grown by `rows` rows of voxels. */
export function drawing({ image }: Pick<DayCase, 'image'>, rows: number): Uint8Array {
  const values = new Uint8Array(voxelCount);
  for (const organ of organs) paint(values, organ, organValue[organ], organ === 'spleen' ? rows : 0);
  return writeLabelMap(values, image);
}

function paint(values: Uint8Array, organ: Organ, value: number, rows: number): number {
  const [i0, j0, k0, ni, nj, nk] = boxes[organ];
  let count = 0;
  for (let k = k0; k < k0 + nk; k += 1) {
    for (let j = j0; j < j0 + nj + rows; j += 1) {
      for (let i = i0; i < i0 + ni; i += 1) {
        values[i + shape[0] * (j + shape[1] * k)] = value;
        count += 1;
      }
    }
  }
  return count;
}
