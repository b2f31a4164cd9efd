import type { Passport } from '../domain/case.js';
import { Passport as PassportSchema } from '../domain/case.js';
import { PlusctError } from '../domain/errors.js';
import { type CaseAddress, labelKey, labelsPrefix, passportKey } from '../domain/keys.js';
import { type LabelSummary, LabelVersion } from '../domain/label-version.js';
import type { Organ } from '../domain/organ.js';
import { readLabelMap } from '../imaging/nifti.js';
import { getContent, putContent } from '../storage/content.js';
import { hashOf, publishJson, readJson, requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { PackedMask } from './volume-work.js';

/** What a new label version says besides its mask. */
export type LabelNote = Pick<LabelVersion, 'origin' | 'author' | 'reason'> &
  Partial<Pick<LabelVersion, 'parent' | 'simulated'>>;

/** Stores a mask and its record. The version id follows from both, so that storing twice is one version. */
export async function storeLabel(
  store: ObjectStore,
  at: CaseAddress,
  organ: Organ,
  packed: PackedMask,
  note: LabelNote,
): Promise<LabelSummary> {
  const mask = await putContent(store, packed.bytes);
  const content = { organ, mask, voxelSha256: packed.voxelSha256, voxels: packed.voxels, ...note };
  const version = `${note.origin}-${hashOf(content).slice(0, 12)}`;
  await publishJson(store, labelKey(at, organ, version), LabelVersion.parse({ version, ...content }));
  const { voxelSha256, voxels } = packed;
  return { organ, version, origin: note.origin, author: note.author, voxelSha256, voxels };
}

/** The record of every label version of a case, by organ and name. */
export async function readLabelVersions(store: ObjectStore, at: CaseAddress): Promise<LabelVersion[]> {
  const keys: string[] = [];
  for await (const key of store.list(labelsPrefix(at))) keys.push(key);
  return mapBounded(keys, readsAtOnce, (key) => requireJson(store, key, LabelVersion));
}

/** The record of one label version; undefined when there is none of that name. */
export function readLabelVersion(
  store: ObjectStore,
  at: CaseAddress,
  organ: Organ,
  version: string,
): Promise<LabelVersion | undefined> {
  return readJson(store, labelKey(at, organ, version), LabelVersion);
}

const readsAtOnce = 16;

/** The stored mask file of a label version. */
export async function loadMask(
  store: ObjectStore,
  at: CaseAddress,
  label: Pick<LabelSummary, 'organ' | 'version'>,
): Promise<Uint8Array> {
  const record = await requireJson(store, labelKey(at, label.organ, label.version), LabelVersion);
  return getContent(store, record.mask);
}

/** The masks of label versions, ready to be put together: 1 inside, 0 outside. */
export function loadParts(
  store: ObjectStore,
  at: CaseAddress,
  labels: readonly Pick<LabelSummary, 'organ' | 'version' | 'origin'>[],
) {
  return Promise.all(
    labels.map(async (label) => ({
      organ: label.organ,
      origin: label.origin,
      mask: Uint8Array.from(readLabelMap(await loadMask(store, at, label), label.organ).values),
    })),
  );
}

/** The passport of a case that has been ingested. */
export function loadPassport(store: ObjectStore, at: CaseAddress): Promise<Passport> {
  return requireJson(store, passportKey(at), PassportSchema);
}

/** The header under which the case's masks are written. */
export function nativeHeader(passport: Passport): Uint8Array {
  if (passport.nativeHeader === undefined) {
    throw new PlusctError('InvalidInput', `${passport.collection}/${passport.caseId} has no readable image`);
  }
  return Buffer.from(passport.nativeHeader, 'base64');
}
