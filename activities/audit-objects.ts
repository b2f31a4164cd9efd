import type { AuditRecord } from '../domain/audit.js';
import { type AuditFault, auditFault } from '../domain/audit-fault.js';
import { firstDifference } from '../domain/first-difference.js';
import { type CaseAddress, labelKey, objectKey } from '../domain/keys.js';
import { LabelSummary, LabelVersion } from '../domain/label-version.js';
import { namedObjects } from '../domain/named-objects.js';
import { caseOfEntity } from '../domain/workflow-ids.js';
import { sha256 } from '../storage/hash.js';
import { hashOf } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';

/**
 * Checks what records name in the object store: content against its hash, label versions against their name, which
 * holds the hash of all that they say. Each object is read once, for the first record that names it.
 */
export class ObjectAuditor {
  private readonly known = new Set<string>();
  private count = 0;

  constructor(private readonly store: ObjectStore) {}

  /** Objects read so far. */
  get objects(): number {
    return this.count;
  }

  async check(record: AuditRecord): Promise<AuditFault[]> {
    const by = `record ${record.sequence} of ${record.entity}`;
    const { contents, labels } = namedObjects([record.command, record.given, record.task, record.details]);
    const at = caseOfEntity(record.campaign, record.entity);
    const faults: (AuditFault | undefined)[] = [];
    for (const hash of contents) faults.push(await this.content(hash, by));
    if (record.details?.labelMap !== undefined) faults.push(await this.content(record.details.labelMap, by));
    for (const label of at === undefined ? [] : labels) faults.push(...(await this.label(at!, label, by)));
    return faults.filter((each) => each !== undefined);
  }

  private isNew(key: string): boolean {
    if (this.known.has(key)) return false;
    this.known.add(key);
    this.count += 1;
    return true;
  }

  /** Content under its own hash. */
  async content(hash: string, by: string): Promise<AuditFault | undefined> {
    const key = objectKey(hash);
    if (!this.isNew(key)) return undefined;
    const bytes = await this.store.get(key);
    if (bytes === undefined)
      return auditFault('missing', key, `Content ${key}, which ${by} names, is missing`);
    const found = sha256(bytes);
    if (found === hash) return undefined;
    return auditFault('changed', key, `Content ${key}, which ${by} names, was changed: its hash is ${found}`);
  }

  private async label(at: CaseAddress, label: LabelSummary, by: string): Promise<AuditFault[]> {
    const key = labelKey(at, label.organ, label.version);
    const name = `Label version ${label.version} of the ${label.organ} of ${at.collection}/${at.caseId}`;
    if (!this.isNew(`${key}#${hashOf(label)}`)) return [];
    const bytes = await this.store.get(key);
    if (bytes === undefined) return [auditFault('missing', key, `${name}, which ${by} names, is missing`)];
    const version = parseLabel(bytes);
    if (typeof version === 'string') {
      return [auditFault('changed', key, `${name} was changed: it cannot be read, ${version}`)];
    }
    const { version: id, ...content } = version;
    if (id !== label.version || `${content.origin}-${hashOf(content).slice(0, 12)}` !== id) {
      return [auditFault('changed', key, `${name} was changed: it does not have the hash in its name`)];
    }
    const path = firstDifference(LabelSummary.parse(version), label);
    if (path !== undefined) {
      return [auditFault('disagrees', key, `${name} has another ${path} than ${by} says`)];
    }
    const mask = await this.content(version.mask.sha256, `label version ${label.version}`);
    return mask === undefined ? [] : [mask];
  }
}

function parseLabel(bytes: Uint8Array): LabelVersion | string {
  try {
    const parsed = LabelVersion.strict().safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.data : parsed.error.issues[0]!.message;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
