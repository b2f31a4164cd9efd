import { caseName } from '../domain/case-name.js';
import { patientTableKey } from '../domain/keys.js';
import { KnownPatients, type PatientPair, type PatientTable, patientPairs } from '../domain/patients.js';
import { newestVersion } from '../domain/release-version.js';
import { patientsEntity } from '../domain/workflow-ids.js';
import { readCaseGroups } from '../storage/case-groups.js';
import { publishFirst } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { releaseVersions, requireRelease } from '../storage/releases.js';
import { findPerson } from '../storage/roster.js';
import type { Decider, RefusedChange } from './promotion.js';
import { recordOnce } from './record-once.js';

/** What a table of patients came to. */
export interface AddedPatients {
  /** Cases that the table puts together with an earlier one. */
  readonly pairs: readonly PatientPair[];
  /** Groups of the campaign from now on. */
  readonly groups: number;
  /** Pairs that the newest release has in different parts, and its version. */
  readonly parted?: { readonly version: string; readonly pairs: readonly PatientPair[] };
}

/**
 * Puts a table of patients that came after the build on record: from now on every split, held-out set, recipe and release keeps
 * their scans together. What was made before stays as it is. The same table again changes nothing.
 */
export async function addPatientTable(
  store: ObjectStore,
  campaign: string,
  table: PatientTable,
  decider: Decider,
): Promise<AddedPatients | RefusedChange> {
  const person = await findPerson(store, campaign, decider.by);
  if (person?.role !== 'lead')
    return { refused: `a lead says who the patients of ${campaign} are, for splits follow from it` };
  const asked = patientPairs(table);
  if (asked.length === 0) return { refused: `${table.path} names no patient with several cases` };
  const { by, why, at } = decider;
  const key = patientTableKey(campaign, table.sha256);
  const known = await publishFirst(store, key, KnownPatients, { pairs: asked, by, why });
  const { pairs } = known;
  await recordOnce(store, {
    campaign,
    entity: patientsEntity,
    at: at.toISOString(),
    actor: known.by,
    role: person.role,
    simulated: person.simulated,
    action: 'patients-told',
    outcome: 'done',
    commandId: table.sha256,
    why: known.why,
    details: { table: table.sha256, pairs: String(pairs.length) },
    labelsBefore: {},
    labelsAfter: {},
  });
  const { groups } = await readCaseGroups(store, campaign);
  return { pairs, groups: groups.length, ...(await partedBy(store, campaign, pairs)) };
}

async function partedBy(
  store: ObjectStore,
  campaign: string,
  pairs: readonly PatientPair[],
): Promise<Pick<AddedPatients, 'parted'>> {
  const version = newestVersion(await releaseVersions(store, campaign));
  if (version === undefined) return {};
  const { manifest } = await requireRelease(store, campaign, version);
  const partOf = new Map(manifest.cases.map((item) => [caseName(item), item.part]));
  const parted = pairs.filter(({ first, second }) => {
    const [one, other] = [partOf.get(first), partOf.get(second)];
    return one !== undefined && other !== undefined && one !== other;
  });
  return parted.length === 0 ? {} : { parted: { version, pairs: parted } };
}
