import { z } from 'zod';
import type { AuditRecord } from './audit.js';
import { CaseId, CollectionName, OrganName } from './primitives.js';

/** Something wrong with a released label. Its records are the audit log's: reported, then reopened. */
export const Erratum = z.object({
  /** Follows from what is reported: the same report twice is one. */
  id: z.string(),
  /** The release that it was found in. */
  release: z.string(),
  collection: CollectionName,
  caseId: CaseId,
  organ: OrganName,
  reason: z.string(),
  reportedBy: z.string(),
  at: z.iso.datetime(),
  /** The round of work that it led to. */
  round: z.number().int().optional(),
});
export type Erratum = z.infer<typeof Erratum>;

/** How far an erratum is: settled once its round has ended in a further result. */
export type ErratumState = 'reported' | 'reopened' | 'settled';

/** Reads an erratum back from its records, oldest first; undefined where they begin with no report. */
export function erratumOf(records: readonly AuditRecord[]): Erratum | undefined {
  const [first] = records;
  if (first?.action !== 'report-erratum') return undefined;
  const reopened = records.filter(({ action }) => action === 'reopen-erratum').at(-1);
  const { release, collection, case: caseId, organ } = first.details ?? {};
  return Erratum.parse({
    id: first.entity.split('/').at(-1),
    release,
    collection,
    caseId,
    organ,
    reason: first.why,
    reportedBy: first.actor,
    at: first.at,
    ...(reopened === undefined ? {} : { round: Number(reopened.details?.round) }),
  });
}

/** `finished` says whether the round of an erratum has given its result. */
export function erratumState({ round }: Pick<Erratum, 'round'>, finished: boolean): ErratumState {
  if (round === undefined) return 'reported';
  return finished ? 'settled' : 'reopened';
}
