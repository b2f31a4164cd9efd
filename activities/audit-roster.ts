import type { AuditRecord } from '../domain/audit.js';
import { type AuditFault, auditFault } from '../domain/audit-fault.js';
import { peoplePrefix } from '../domain/keys.js';
import { Person } from '../domain/person.js';
import { canonicalJson, readJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';

/** Holds the people of a campaign against the records of who added and changed them. */
export async function rosterFaults(
  store: ObjectStore,
  campaign: string,
  records: readonly AuditRecord[],
): Promise<AuditFault[]> {
  const recorded = new Set(records.map(({ details }) => canonicalJson(parsed(details?.person))));
  const there = new Set<string>();
  const faults: AuditFault[] = [];
  for await (const key of store.list(peoplePrefix(campaign))) {
    const person = await readJson(store, key, Person).catch(() => undefined);
    const text = canonicalJson(person ?? null);
    there.add(text);
    if (person === undefined || !recorded.has(text)) {
      faults.push(auditFault('changed', key, `Person ${key} is not as any record of the roster says`));
    }
  }
  for (const { details, entity, sequence } of records) {
    const person = parsed(details?.person);
    if (there.has(canonicalJson(person))) continue;
    const key = peoplePrefix(campaign);
    faults.push(
      auditFault(
        'missing',
        `${key}#${sequence}`,
        `The person whom record ${sequence} of ${entity} tells of is not below ${key}`,
      ),
    );
  }
  return faults;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
