import { type CaseAddress, labelKey } from '../domain/keys.js';
import { LabelVersion } from '../domain/label-version.js';
import { requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';

/** A label is corrected a few times; a longer chain is a loop. */
const longestLineage = 1000;

/** A label version and those before it, newest first. */
export async function lineageOf(
  store: ObjectStore,
  at: CaseAddress,
  label: Pick<LabelVersion, 'organ' | 'version'>,
): Promise<LabelVersion[]> {
  const lineage: LabelVersion[] = [];
  let version: string | undefined = label.version;
  while (version !== undefined && lineage.length < longestLineage) {
    const record: LabelVersion = await requireJson(store, labelKey(at, label.organ, version), LabelVersion);
    lineage.push(record);
    version = record.parent;
  }
  return lineage;
}
