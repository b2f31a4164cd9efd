import type { AuditRecord } from '../domain/audit.js';
import { caseName } from '../domain/case-name.js';
import { taskEntity } from '../domain/workflow-ids.js';
import { readAudit } from '../storage/audit-log.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { DayLog } from './day-caller.js';
import type { DayCase } from './day-case.js';

/** What a day came to, and everything that should not have been. */
export interface DayFigures {
  readonly cases: number;
  readonly verified: number;
  readonly records: number;
  readonly commands: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly expired: number;
  readonly abandoned: number;
  readonly returned: number;
  readonly handedOver: number;
  readonly keptUploads: number;
  readonly activeMinutes: number;
  readonly faults: readonly string[];
}

const readsAtOnce = 16;

/** Reads the record of every task and holds it against what people were told. */
export async function checkDay(
  store: ObjectStore,
  cases: readonly DayCase[],
  log: DayLog,
): Promise<DayFigures> {
  const trails = await mapBounded(cases, readsAtOnce, async ({ at }) => {
    const { records, breaks } = await readAudit(store, at.campaign, taskEntity(at, 1));
    return { name: caseName(at), records, breaks };
  });
  const all = trails.flatMap(({ records }) => records);
  const done = all.filter(({ outcome }) => outcome === 'done');
  const faults = trails.flatMap(({ name, records, breaks }) => [
    ...breaks,
    ...trailFaults(records).map((fault) => `${name}: ${fault}`),
  ]);
  faults.push(...ledgerFaults(done, log), ...(await lostUploads(store, all)), ...trespasses(log));
  const expired = new Set(done.filter(({ action }) => action === 'expire').map(({ entity }) => entity));
  for (const name of log.abandoned) {
    if (!expired.has(`task/${name}/1`)) faults.push(`${name}: its lease was left and never ran out`);
  }
  const count = (action: string) => done.filter((record) => record.action === action).length;
  return {
    cases: cases.length,
    verified: trails.filter(({ records }) => records.at(-1)?.task?.phase === 'verified').length,
    records: all.length,
    commands: tally(done.map(({ action }) => action)),
    refused: all.filter(({ outcome }) => outcome === 'refused').length,
    expired: count('expire'),
    abandoned: log.abandoned.length,
    returned: count('return'),
    handedOver: count('hand-over'),
    keptUploads: all.filter(({ details }) => details?.keptUpload !== undefined).length,
    activeMinutes: secondsOf(done) / 60,
    faults,
  };
}

/** One task: one holder at a time, returned to the same person, nobody judges what they drew, ended. */
function trailFaults(records: readonly AuditRecord[]): string[] {
  const faults: string[] = [];
  const drew = new Set<string>();
  let owner: string | undefined;
  let before: AuditRecord | undefined;
  for (const record of records) {
    const { action, actor, outcome, task } = record;
    if (outcome === 'done') {
      if (action === 'claim' && before?.task?.phase !== 'queued')
        faults.push(`claimed while ${before?.task?.phase}`);
      if (action === 'submit') {
        if (owner !== undefined && owner !== actor)
          faults.push(`returned to ${owner}, submitted by ${actor}`);
        drew.add(actor);
      }
      if ((action === 'approve' || action === 'verify') && drew.has(actor))
        faults.push(`${actor} judged own work`);
      if (action === 'return') owner = task?.assignee;
      if (action === 'hand-over' || action === 'release' || action === 'expire') owner = undefined;
      if (action === 'return' && task?.lease?.holder !== task?.assignee) faults.push('returned to nobody');
      if (action === 'verify' && before?.task?.reviewer === actor)
        faults.push(`${actor} approved and verified`);
    }
    before = record;
  }
  if (before?.task?.phase !== 'verified') faults.push(`ended ${before?.task?.phase}`);
  return faults;
}

/** Every command that somebody was told counts is on record once, with its minutes; and no other is. */
function ledgerFaults(done: readonly AuditRecord[], log: DayLog): string[] {
  const people = done.filter(({ actor, action }) => actor !== 'plusct' && !takingActions.has(action));
  const onRecord = new Map(people.map((record) => [record.commandId!, record]));
  const faults: string[] = [];
  for (const [id, { kind, actor, activeSeconds }] of log.accepted) {
    const record = onRecord.get(id);
    if (record === undefined) faults.push(`${kind} by ${actor} was accepted and is not on record`);
    else if ((record.command?.effort?.activeSeconds ?? 0) !== activeSeconds)
      faults.push(`${id}: minutes differ`);
  }
  for (const [id, { action, actor }] of onRecord) {
    if (!log.accepted.has(id)) faults.push(`${action} by ${actor} is on record and nobody was told`);
  }
  const told = [...log.accepted.values()].reduce((sum, each) => sum + each.activeSeconds, 0);
  if (told !== secondsOf(done)) faults.push(`the ledger has ${secondsOf(done)} s, people worked ${told} s`);
  return faults;
}

/** What the queue asks for in a person's name. */
const takingActions = new Set(['claim', 'review', 'start-verification']);

function secondsOf(done: readonly AuditRecord[]): number {
  return done.reduce((sum, { command }) => sum + (command?.effort?.activeSeconds ?? 0), 0);
}

/** Every file that a command named is still there, that of refused ones too. */
async function lostUploads(store: ObjectStore, records: readonly AuditRecord[]): Promise<string[]> {
  const named = records.flatMap(({ command, entity }) =>
    command !== undefined && 'upload' in command ? [{ entity, key: command.upload.key }] : [],
  );
  const there = await mapBounded(named, readsAtOnce, ({ key }) => store.has(key));
  return named.filter((_, n) => !there[n]).map(({ entity, key }) => `${entity}: ${key} is lost`);
}

function trespasses({ forbidden }: DayLog): string[] {
  return forbidden.filter(({ status }) => status === 200).map(({ what }) => `${what} was let through`);
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
