import type { CaseResult } from '../domain/campaign.js';
import { CaseResult as CaseResultSchema } from '../domain/campaign.js';
import { type CaseAddress, resultKey, standingChangeKey } from '../domain/keys.js';
import { voxelHashes } from '../domain/label-hashes.js';
import { type Standing, StandingChange } from '../domain/standing.js';
import { isRepeated } from '../domain/task-refusal.js';
import { isRead } from '../domain/task-rules.js';
import { caseEntity } from '../domain/workflow-ids.js';
import { publishJson, readJson } from '../storage/json.js';
import { readEdition } from '../storage/results.js';
import { findPerson } from '../storage/roster.js';
import { tasksOfCase } from '../storage/task-board.js';
import type { Dependencies } from './dependencies.js';
import { answerEnded, type NextRound, roundAfter } from './ended-task.js';
import { assembleLabels } from './labels.js';
import { workOf } from './manual-labels.js';
import { recordOnce } from './record-once.js';

type Around = Pick<Dependencies, 'store' | 'work' | 'now'>;

/** Writes the edition of the case that a change makes, and the record of it. */
export async function replaceLabels(
  { store, work, now }: Around,
  at: CaseAddress,
  standing: Standing,
  change: StandingChange,
): Promise<void> {
  const { was, became } = change;
  if (was === undefined || became === undefined) return;
  const before = await readEdition(store, at, was);
  const key = resultKey(at, became.round, became.revision);
  if (!(await store.has(key)))
    await publishJson(store, key, await changedResult({ store, work, now }, at, standing, change, before));
  const after = await readEdition(store, at, became);
  const person = await findPerson(store, at.campaign, standing.by);
  await recordOnce(store, {
    campaign: at.campaign,
    entity: caseEntity(at),
    at: now().toISOString(),
    actor: standing.by,
    role: person?.role ?? 'operator',
    simulated: person?.simulated ?? false,
    action: 'finalised',
    outcome: 'done',
    commandId: commandOf(standing, at),
    why: standing.why,
    details: {
      labelMap: after.labelMap.sha256,
      round: String(became.round),
      revision: String(became.revision),
      standing: String(standing.edition),
    },
    labelsBefore: voxelHashes(before.labels),
    labelsAfter: voxelHashes(after.labels),
  });
}

async function changedResult(
  { store, work }: Around,
  at: CaseAddress,
  { takesBack }: Standing,
  { labels }: StandingChange,
  before: CaseResult,
): Promise<CaseResult> {
  if (takesBack !== undefined) {
    const { was } = (await readJson(store, standingChangeKey(at, takesBack), StandingChange))!;
    return readEdition(store, at, was!);
  }
  const { collection, caseId, absent } = before;
  const assembly = await assembleLabels(store, work, at, labels!);
  return CaseResultSchema.parse({ ...assembly, collection, caseId, absent });
}

/**
 * Opens the case again, for the organs alone that the promoted model sees otherwise: once, however often it is asked and whatever
 * became of that round. Undefined where nothing is to be started.
 */
export async function reopenFor(
  { store }: Around,
  at: CaseAddress,
  standing: Standing,
  { reopened }: StandingChange,
): Promise<NextRound | undefined> {
  if (reopened.length === 0) return undefined;
  const tasks = await tasksOfCase(store, at);
  const { ended } = workOf(tasks);
  const person = await findPerson(store, at.campaign, standing.by);
  if (ended === undefined || person === undefined) return undefined;
  const asked = reopened.map(({ organ }) => organ);
  const seen = reopened.map(
    ({ organ, dsc, version }) =>
      `the new ${organ} model (version ${version}) agrees only by DSC ${dsc.toFixed(3)}`,
  );
  const command = {
    kind: 'reopen' as const,
    commandId: commandOf(standing, at),
    actor: standing.by,
    reason: `${seen.join('; ')}; ${standing.why}`.slice(0, longestReason),
    organs: asked,
  };
  const before = tasks.find((task) => isRepeated(task, command));
  if (before !== undefined) {
    const began = tasks.some((task) => !isRead(task) && task.round >= before.reopenedAs!);
    return began ? undefined : roundAfter(store, before, asked);
  }
  const { answer, state } = await answerEnded(store, ended, command, [person]);
  return answer.accepted ? roundAfter(store, state, asked) : undefined;
}

const longestReason = 500;

function commandOf({ edition }: Standing, { collection, caseId }: CaseAddress): string {
  return `standing-${edition}/${collection}/${caseId}`;
}
