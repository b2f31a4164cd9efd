import { userInfo } from 'node:os';
import type { Client } from '@temporalio/client';
import { exportHistories } from '../activities/audit-export.js';
import { type AuditVerdict, verifyAudit } from '../activities/audit-verify.js';
import { PlusctError } from '../domain/errors.js';
import { campaignPlanKey } from '../domain/keys.js';
import { writeCheckpoint } from '../storage/checkpoints.js';
import { copyingStore, folderStore } from '../storage/folder-store.js';
import type { ObjectStore } from '../storage/object-store.js';
import { printJson, say, styled } from './output.js';
import { chooseCampaign, type Session } from './session.js';

interface VerifyOptions {
  readonly anchor?: string;
  readonly json?: boolean;
}

/** `plusct audit verify`: against the object store, and against Temporal where it answers. */
export async function verifyCampaign(
  session: Session,
  named: string | undefined,
  options: VerifyOptions & { offline?: string | boolean },
): Promise<void> {
  const client = options.offline === true ? undefined : await reachable(session);
  await verify(session.store, client, named, options);
}

/** `plusct audit verify --offline DIR`: an exported folder, without any server. */
export async function verifyFolder(
  directory: string,
  named: string | undefined,
  options: VerifyOptions,
): Promise<void> {
  await verify(folderStore(directory), undefined, named, options);
}

async function verify(
  store: ObjectStore,
  client: Client | undefined,
  named: string | undefined,
  { anchor, json }: VerifyOptions,
): Promise<void> {
  const campaign = await chooseCampaign(store, named);
  const verdict = await verifyAudit({ store, campaign, client, anchor, progress: progressLine() });
  tell(verdict, json);
}

/** Temporal where it answers; verification goes on without it, and says so. */
async function reachable(session: Session): Promise<Client | undefined> {
  try {
    return await session.client();
  } catch (error) {
    if (!(error instanceof PlusctError)) throw error;
    process.stderr.write(`Temporal does not answer: the object store alone is verified. ${error.message}\n`);
    return undefined;
  }
}

function progressLine(): ((done: number, of: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  return (done, of) => {
    if (done % 50 === 0 || done === of) process.stderr.write(`\r${done} of ${of}${done === of ? '\n' : ''}`);
  };
}

function tell(verdict: AuditVerdict, json: boolean | undefined): void {
  if (json) printJson(verdict);
  else printVerdict(verdict);
  if (verdict.faults.length > 0) process.exitCode = 1;
}

function printVerdict(verdict: AuditVerdict): void {
  const { temporal, faults } = verdict;
  say(
    `${verdict.campaign}: ${verdict.records} records of ${verdict.entities} cases, tasks and decisions; ` +
      `${verdict.proved} states of tasks worked out again${verdict.believed === 0 ? '' : `, ${verdict.believed} believed`}; ` +
      `${verdict.objects} objects, ${verdict.feedEntries} entries of the feed, ${verdict.checkpoints} checkpoints, ` +
      `${verdict.histories} histories`,
  );
  say(
    temporal === undefined
      ? 'Temporal was not asked.'
      : `Temporal: ${temporal.asked} running tasks asked, ${temporal.ended} ended ones read` +
          `${temporal.unanswered === 0 ? '' : `, ${temporal.unanswered} did not answer: no worker runs`}.`,
  );
  for (const { kind, sentence, key } of faults) {
    say(`${styled('red', kind.padEnd(9))} ${sentence}`);
    if (!sentence.includes(key)) say(`          ${key}`);
  }
  say(faults.length === 0 ? styled('green', 'Whole.') : `\n${faults.length} faults.`);
}

/** `plusct audit checkpoint`: seals what is on record; the hash is for keeping elsewhere. */
export async function checkpointCampaign(
  session: Session,
  named: string | undefined,
  options: { reason: string; as?: string; json?: boolean },
): Promise<void> {
  const campaign = await chooseCampaign(session.store, named);
  const by = { actor: options.as ?? userInfo().username, reason: options.reason, at: new Date() };
  const { checkpoint, sha256 } = await writeCheckpoint(session.store, campaign, by);
  if (options.json) return printJson({ ...checkpoint, sha256 });
  say(
    `Checkpoint ${checkpoint.number} of ${campaign}: ${checkpoint.records} records, root ${checkpoint.root}`,
  );
  say(`Keep its hash where nobody can change it: ${sha256}`);
}

/** `plusct audit export`: histories into the object store; with a folder, all that an auditor needs offline. */
export async function exportAudit(
  session: Session,
  named: string | undefined,
  options: { out?: string; json?: boolean },
): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, named);
  const histories = await exportHistories({ store, client: await session.client() }, campaign);
  if (!options.json) {
    say(
      `Histories: ${histories.written} written, ${histories.known} there already, ${histories.running} runs go on.`,
    );
  }
  if (options.out === undefined) return options.json ? printJson(histories) : undefined;
  const copying = copyingStore(store, options.out);
  await copying.get(campaignPlanKey(campaign));
  const verdict = await verifyAudit({ store: copying, campaign, progress: progressLine() });
  if (!options.json)
    say(`Copied to ${options.out}: verify it with plusct audit verify --offline ${options.out}`);
  tell(verdict, options.json);
}
