import { CaseGroups, withPairs } from '../domain/case-groups.js';
import { caseName } from '../domain/case-name.js';
import { caseGroupsKey, patientTablesPrefix } from '../domain/keys.js';
import { KnownPatients } from '../domain/patients.js';
import { readJson, requireJson } from './json.js';
import type { ObjectStore } from './object-store.js';
import { readWorklist } from './worklists.js';

/**
 * Which cases of a campaign belong together: copies that its build found, and scans of one patient by the tables that were known then or
 * came later. Nothing before the build.
 */
export async function readCaseGroups(store: ObjectStore, campaign: string): Promise<CaseGroups> {
  const none: CaseGroups = { compared: 0, looked: 0, pairs: [], groups: [] };
  const found = (await readJson(store, caseGroupsKey(campaign), CaseGroups)) ?? none;
  const later = await laterPairs(store, campaign);
  if (later.length === 0) return found;
  const worklist = await readWorklist(store, campaign);
  const listed = [...(worklist?.cases ?? []), ...(worklist?.leftOut ?? [])].map(caseName);
  const names = new Set([...listed, ...found.groups.flat()]);
  return withPairs(found, [...names], later);
}

async function laterPairs(store: ObjectStore, campaign: string): Promise<KnownPatients['pairs']> {
  const pairs: KnownPatients['pairs'] = [];
  for await (const key of store.list(patientTablesPrefix(campaign)))
    pairs.push(...(await requireJson(store, key, KnownPatients)).pairs);
  return pairs;
}
