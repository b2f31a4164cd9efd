import { AuditRecord } from '../domain/audit.js';
import { type AuditFault, auditFault } from '../domain/audit-fault.js';
import { auditKey, auditPrefix } from '../domain/keys.js';
import { sha256 } from './hash.js';

/** Something outside of a chain that knows the hash of one of its records. */
export interface Witness {
  readonly sha256: string;
  /** As a sentence calls it: `the change feed`, `checkpoint 3`. */
  readonly by: string;
  /** Where it says so. */
  readonly key: string;
}

/** The witnesses of one entity's records, by sequence. */
export type Witnesses = ReadonlyMap<number, readonly Witness[]>;

export interface ChainLink {
  readonly key: string;
  readonly sequence: number;
  /** Of the bytes that are there. */
  readonly sha256: string;
  /** Undefined when it is missing or cannot be trusted to be what was written. */
  readonly record?: AuditRecord;
}

export interface ChainCheck {
  readonly links: readonly ChainLink[];
  readonly faults: readonly AuditFault[];
}

/** First digits of a hash, enough for people to compare. */
const short = (hash: string): string => hash.slice(0, 12);
const none = '0'.repeat(64);

/**
 * Checks the records of one entity against each other and against what others know of them: each is in its place, is
 * followed by one that holds its hash, and has the hash that witnesses tell. Names the record that is at fault, not
 * those around it.
 */
export function checkChain(
  of: { readonly campaign: string; readonly entity: string },
  objects: ReadonlyMap<number, Uint8Array>,
  witnesses: Witnesses,
): ChainCheck {
  const last = Math.max(-1, ...objects.keys(), ...witnesses.keys());
  if (objects.size === 0 && last >= 0) return { links: [], faults: [wholeChainMissing(of, witnesses)] };
  const links: ChainLink[] = [];
  const faults: AuditFault[] = [];
  for (let sequence = 0; sequence <= last; sequence += 1) {
    const read = readLink(of, sequence, objects.get(sequence));
    const around = { before: links.at(-1), claimed: claimOf(objects.get(sequence + 1)) };
    const fault = read.fault ?? witnessFault(read.link, witnesses.get(sequence) ?? [], around.claimed, of);
    const broken = fault === undefined ? continuityFault(of, read.link, around.before) : undefined;
    faults.push(...[fault, broken].filter((each) => each !== undefined));
    const sound = fault === undefined || fault.key !== read.link.key;
    links.push(sound && broken === undefined ? read.link : untrusted(read.link));
  }
  return { links, faults };
}

function untrusted({ key, sequence, sha256 }: ChainLink): ChainLink {
  return { key, sequence, sha256 };
}

function wholeChainMissing(of: { campaign: string; entity: string }, witnesses: Witnesses): AuditFault {
  const [[, [witness]] = [0, []]] = [...witnesses];
  const sentence = `All ${witnesses.size} records of ${of.entity} are missing: ${witness?.by ?? 'a witness'} knows them`;
  return auditFault('missing', `${auditPrefix(of.campaign)}${of.entity}/`, sentence);
}

function readLink(
  of: { campaign: string; entity: string },
  sequence: number,
  bytes: Uint8Array | undefined,
): { link: ChainLink; fault?: AuditFault } {
  const key = auditKey(of.campaign, of.entity, sequence);
  const name = `Record ${sequence} of ${of.entity}`;
  if (bytes === undefined) {
    const fault = auditFault('missing', key, `${name} is missing, though it was written: others know of it`);
    return { link: { key, sequence, sha256: '' }, fault };
  }
  const link = { key, sequence, sha256: sha256(bytes) };
  const parsed = parseRecord(bytes);
  if (typeof parsed === 'string') {
    return { link, fault: auditFault('changed', key, `${name} was changed: it cannot be read, ${parsed}`) };
  }
  const { campaign, entity } = parsed;
  if (campaign === of.campaign && entity === of.entity && parsed.sequence === sequence) {
    return { link: { ...link, record: parsed } };
  }
  const own = `record ${parsed.sequence} of ${entity}${campaign === of.campaign ? '' : ` in ${campaign}`}`;
  return { link, fault: auditFault('reordered', key, `In the place of ${name} lies ${own}`) };
}

function parseRecord(bytes: Uint8Array): AuditRecord | string {
  try {
    const parsed = AuditRecord.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0]!;
    return `field ${issue.path.join('.')}: ${issue.message}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The hash that a record says the one before it has. */
function claimOf(bytes: Uint8Array | undefined): string | undefined {
  const record = bytes && parseRecord(bytes);
  return typeof record === 'object' ? record.previousSha256 : undefined;
}

/** What speaks against a record, or against a witness that stands alone. */
function witnessFault(
  link: ChainLink,
  witnesses: readonly Witness[],
  claimed: string | undefined,
  of: { entity: string },
): AuditFault | undefined {
  const against = witnesses.find((each) => each.sha256 !== link.sha256);
  if (against === undefined) return undefined;
  const name = `ecord ${link.sequence} of ${of.entity}`;
  const upheld = claimed === link.sha256 || witnesses.some((each) => each.sha256 === link.sha256);
  if (upheld) {
    const sentence = `${against.by} tells the hash ${short(against.sha256)} of r${name}, which has ${short(link.sha256)} and is upheld by others`;
    return auditFault('changed', against.key, capital(sentence));
  }
  const sentence = `R${name} was changed: its hash is ${short(link.sha256)}, ${against.by} has ${short(against.sha256)}`;
  return auditFault('changed', link.key, sentence);
}

/** Only told of two records of which neither is at fault already: then nobody knows which of them it is. */
function continuityFault(
  of: { entity: string },
  link: ChainLink,
  before: ChainLink | undefined,
): AuditFault | undefined {
  const claimed = link.record?.previousSha256;
  if (claimed === undefined) return undefined;
  const name = `Record ${link.sequence} of ${of.entity}`;
  if (link.sequence === 0) {
    return claimed === none
      ? undefined
      : auditFault('changed', link.key, `${name} is the first, but names a record before it`);
  }
  if (before?.record === undefined || before.sha256 === claimed) return undefined;
  const sentence = `${name} does not continue record ${before.sequence}: one of the two was changed`;
  return auditFault('changed', link.key, sentence);
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
