import { PlusctError } from '../domain/errors.js';
import { objectKey } from '../domain/keys.js';
import type { ObjectRef } from '../domain/primitives.js';
import { sha256 } from './hash.js';
import type { ObjectStore } from './object-store.js';

/** Stores bytes under their own hash, once. `hash` is theirs, where it was taken already. */
export async function putContent(
  store: ObjectStore,
  bytes: Uint8Array,
  hash = sha256(bytes),
): Promise<ObjectRef> {
  const ref = { key: objectKey(hash), sha256: hash, bytes: bytes.byteLength };
  if (!(await store.has(ref.key))) await store.put(ref.key, bytes);
  return ref;
}

/** Reads what `putContent` stored and checks that it is still the same. */
export async function getContent(store: ObjectStore, ref: ObjectRef): Promise<Uint8Array> {
  if (ref.key !== objectKey(ref.sha256)) {
    throw new PlusctError(
      'InvalidInput',
      `${ref.key} is not the key of an object with the hash ${ref.sha256}`,
    );
  }
  const bytes = await store.get(ref.key);
  if (bytes === undefined) {
    throw new PlusctError(
      'InvalidInput',
      `${ref.key} is not in the object store; upload it before naming it`,
    );
  }
  if (sha256(bytes) !== ref.sha256) {
    throw new PlusctError(
      'CorruptVolume',
      `${ref.key} does not have the hash ${ref.sha256} that it was named by`,
    );
  }
  return bytes;
}
