/**
 * `changed`: its bytes are not those that were written. `missing`: something else proves that it was there.
 * `reordered`: it lies in the place of another. `foreign`: nobody of plusct wrote it there. `disagrees`: it can be read,
 * but what it says does not follow from what came before, or is not what another witness says.
 */
export type AuditFaultKind = 'changed' | 'missing' | 'reordered' | 'foreign' | 'disagrees';

/** One thing that is wrong with the record of a campaign. */
export interface AuditFault {
  readonly kind: AuditFaultKind;
  /** Key of the object that it is about; of something that has none, the name of the workflow. */
  readonly key: string;
  /** The whole of it, for people; names the record. */
  readonly sentence: string;
}

export function auditFault(kind: AuditFaultKind, key: string, sentence: string): AuditFault {
  return { kind, key, sentence };
}

/** One fault for each object, the first that was found: the others follow from it. */
export function firstOfEach(faults: readonly AuditFault[]): AuditFault[] {
  const known = new Set<string>();
  return faults.filter(({ key }) => !known.has(key) && known.add(key));
}
