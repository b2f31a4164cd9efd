import type { WorkflowHandle } from '@temporalio/client';
import { promote, type RefusedChange, rollBack, rollbackUnderWay } from '../activities/promotion.js';
import { taskQueue } from '../domain/queues.js';
import type { Standing } from '../domain/standing.js';
import { queries, standingWorkflowId, workflowTypes } from '../domain/workflow-ids.js';
import { findRound } from '../storage/rounds.js';
import { readStandings } from '../storage/standing.js';
import type { StandingOutcome } from '../workflows/apply-standing.js';
import { printJson, refusedExitCode, say, sayRefused, styled } from './output.js';
import { organOf } from './round-options.js';
import { watch } from './rounds.js';
import { chooseCampaign, type Session } from './session.js';

export interface StandingOptions {
  readonly campaign?: string;
  readonly organ?: string[];
  readonly as: string;
  readonly reason: string;
  readonly json?: boolean;
}

/** `plusct round promote ROUND`: the organs that passed, and their labels in the campaign's cases. */
export async function promoteRound(session: Session, text: string, options: StandingOptions): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const round = await findRound(session.store, campaign, text);
  const { organ = [], as: by, reason: why } = options;
  const organs = organ.length === 0 ? undefined : organ.map(organOf);
  await idle(session, campaign);
  const decided = await promote(session.store, round, organs, { by, why, at: new Date() });
  await carryOut(session, campaign, decided, options);
}

/** `plusct round rollback`: the models and labels from before the newest promotion. */
export async function rollBackRound(session: Session, options: StandingOptions): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, options.campaign);
  // Looked for before anything is waited for: asking again means this one, also when it ends meanwhile.
  const cutOff = await rollbackUnderWay(store, campaign);
  await idle(session, campaign);
  const decider = { by: options.as, why: options.reason, at: new Date() };
  const decided = await rollBack(store, campaign, decider, cutOff);
  if (decided === cutOff)
    process.stderr.write(
      'the last rollback was cut off; it is carried out now. Ask again to take back the promotion before it\n',
    );
  await carryOut(session, campaign, decided, options);
}

/** `plusct round apply`: every change once more, for cases that people were at. */
export async function applyAgain(
  session: Session,
  options: Pick<StandingOptions, 'campaign' | 'json'>,
): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const newest = (await readStandings(session.store, campaign)).at(-1);
  const none = { refused: `the standing models of ${campaign} were never changed` };
  await idle(session, campaign);
  await carryOut(session, campaign, newest ?? none, options);
}

/** One change at a time: two would get in each other's way. */
async function idle(session: Session, campaign: string): Promise<void> {
  const handle = (await session.client()).workflow.getHandle(standingWorkflowId(campaign));
  const status = await handle.describe().then(
    (described) => described.status.name,
    () => undefined,
  );
  if (status !== 'RUNNING') return;
  process.stderr.write(
    `an earlier change of the standing models of ${campaign} is being carried out; waiting for the end of that\n`,
  );
  await watched(handle);
}

async function carryOut(
  session: Session,
  campaign: string,
  decided: Standing | RefusedChange,
  { json }: { readonly json?: boolean },
): Promise<void> {
  if ('refused' in decided) {
    process.exitCode = refusedExitCode;
    if (json) return printJson(decided);
    return sayRefused(decided.refused);
  }
  const outcome = await applyUpTo(session, campaign, decided.edition);
  if (outcome.failed > 0) process.exitCode = 1;
  if (json) return printJson({ standing: decided, outcome });
  const { organs, models } = decided;
  for (const organ of organs) say(`${organ}: ${models[organ] ?? 'no model'} stands now`);
  say(
    `${outcome.replaced} of ${outcome.total} cases got other labels, ${outcome.reopened} were opened again for people`,
  );
  if (outcome.waiting > 0)
    say(`${outcome.waiting} cases are not finished or in work; \`plusct round apply\` asks them again later`);
  if (outcome.kept > 0)
    say(`${outcome.kept} cases were changed since and stay as they are; plusct audit show tells of each`);
  if (outcome.failed > 0) say(`${outcome.failed} cases failed; \`plusct round apply\` tries them again`);
  for (const text of outcome.examples) say(`${styled('red', 'failed')}: ${text}`);
}

/** Carries out every change up to an edition, in order; it goes on should this command be killed. */
async function applyUpTo(session: Session, campaign: string, edition: number): Promise<StandingOutcome> {
  const client = await session.client();
  const handle = await client.workflow.start(workflowTypes.applyStanding, {
    workflowId: standingWorkflowId(campaign),
    taskQueue: taskQueue('orchestration', session.config.queueSuffix),
    args: [{ campaign, edition: 1, upTo: edition }],
  });
  return watched(client.workflow.getHandle(handle.workflowId));
}

async function watched(handle: WorkflowHandle): Promise<StandingOutcome> {
  const stop = watch(async () => {
    const now = await handle.query<StandingOutcome>(queries.progress).catch(() => undefined);
    return [{ name: 'cases', done: now?.done ?? 0, total: now?.total ?? 0 }];
  });
  try {
    return (await handle.result()) as StandingOutcome;
  } finally {
    await stop();
  }
}
