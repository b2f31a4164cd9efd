import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import { type CaseAddress, passportKey } from '../domain/keys.js';
import { organs } from '../domain/organ.js';
import { caseEntity, decisionEntity, tasksPrefix } from '../domain/workflow-ids.js';
import { newestAuditKeys, readAudit } from '../storage/audit-log.js';
import { parseCase } from './case-argument.js';
import { printJson, say, styled } from './output.js';
import { chooseCampaign, type Session } from './session.js';

/** `plusct audit CASE`: who did what, when, why, with label hashes before and after; checks the chain of records. */
export async function audit(
  session: Session,
  text: string,
  options: { campaign?: string; json?: boolean },
): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const at = { campaign, ...parseCase(text) };
  const tasks = await newestAuditKeys(session.store, campaign, tasksPrefix(at));
  const trails = await Promise.all(
    [caseEntity(at), decisionEntity(at), ...tasks.keys()].map((entity) =>
      readAudit(session.store, campaign, entity),
    ),
  );
  const records = trails.flatMap((trail) => trail.records).sort((a, b) => (a.at < b.at ? -1 : 1));
  const breaks = trails.flatMap((trail) => trail.breaks);
  if (records.length === 0) await requireCase(session, at);
  if (options.json) printJson({ campaign, case: text, records, breaks });
  else {
    for (const record of records) printRecord(record);
    if (records.length === 0)
      say(`Nobody has acted on ${text} yet; \`plusct findings --case ${text}\` tells how it stands.`);
    else say(breaks.length === 0 ? `\n${records.length} records, chain whole.` : '');
  }
  for (const fault of breaks) process.stderr.write(`broken chain: ${fault}\n`);
  if (breaks.length > 0) process.exitCode = 1;
}

/** A case that was held back at ingest has a passport and no record; any other name is a mistake. */
async function requireCase({ store }: Session, at: CaseAddress): Promise<void> {
  if (await store.has(passportKey(at))) return;
  throw new PlusctError('InvalidInput', `${at.campaign} has no case ${caseName(at)}`);
}

type Records = Awaited<ReturnType<typeof readAudit>>['records'];

function printRecord(record: Records[number]): void {
  const who =
    record.role === 'system'
      ? record.actor
      : `${record.actor} (${record.role}${record.simulated ? ', simulated' : ''})`;
  const outcome = record.outcome === 'refused' ? styled('red', ' refused') : '';
  say(`${record.at}  ${styled('bold', record.action)}${outcome} by ${who}`);
  if (record.why !== undefined) say(`    why: ${record.why}`);
  for (const [name, value] of Object.entries(record.details ?? {})) say(`    ${name}: ${value}`);
  for (const organ of organs) {
    const [before, after] = [record.labelsBefore[organ], record.labelsAfter[organ]];
    if (before !== after) say(`    ${organ}: ${short(before)} → ${short(after)}`);
  }
}

function short(hash: string | undefined): string {
  return hash === undefined ? 'none' : hash.slice(0, 12);
}
