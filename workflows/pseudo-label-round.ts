import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  continueAsNew,
  defineQuery,
  ParentClosePolicy,
  setHandler,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { AskedBy, Judging } from '../activities/rounds.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { TaughtModels } from '../domain/teaching.js';
import { queries, roundWorkflowId } from '../domain/workflow-ids.js';
import { bounded } from './bounded.js';
import { heavy } from './deeds.js';
import { predictEach } from './predict-all.js';
import { whyFailed } from './root-message.js';
import { teachStudent } from './teacher-student.js';

export const roundProgress = defineQuery<RoundProgress>(queries.progress);

export interface RoundInput {
  readonly campaign: string;
  readonly roundId: string;
  /** Rounds that are to be done, this one and those after it. */
  readonly rounds: number;
  readonly by: AskedBy;
  readonly carried?: { readonly taught: TaughtModels; readonly judged: number };
}

export interface RoundProgress {
  readonly stage: 'teach' | 'judge' | 'done';
  /** Held-out cases. */
  readonly judged: number;
  readonly total: number;
}

export interface RoundEnd {
  readonly roundId: string;
  /** The result was there already. */
  readonly recognised: boolean;
  /** The round that goes on with this one's students. */
  readonly next?: string;
}

/** A case takes at most twelve events: three models and the figures. */
const pageSize = 80;
const casesAtOnce = 8;

/**
 * One pseudo-label round: teach, judge, settle; then the next of its chain, which runs by itself. A round whose result is
 * there is recognised. Changes no label of the campaign: that is what a promotion does.
 */
export async function pseudoLabelRound(input: RoundInput): Promise<RoundEnd> {
  const { campaign, roundId, by, carried } = input;
  let now: RoundProgress = { stage: 'teach', judged: carried?.judged ?? 0, total: 0 };
  setHandler(roundProgress, () => now);
  const opened = await heavy().openRound({ campaign, roundId, by });
  if (!opened.done) {
    const taught = carried?.taught ?? (await teachStudent(opened));
    const page = await heavy().judgingPage({
      campaign,
      roundId,
      taught,
      offset: now.judged,
      limit: pageSize,
    });
    now = { ...now, stage: 'judge', total: page.total };
    await bounded(page.cases, casesAtOnce, async (one) => {
      await judge(input, taught, one, opened.devices);
      now = { ...now, judged: now.judged + 1 };
    });
    const judged = (carried?.judged ?? 0) + pageSize;
    if (judged < page.total)
      await continueAsNew<typeof pseudoLabelRound>({ ...input, carried: { taught, judged } });
    await heavy().settleRound({ campaign, roundId, taught, by });
  }
  now = { ...now, stage: 'done', judged: now.total };
  const next = input.rounds > 1 ? await startNext(input) : undefined;
  return { roundId, recognised: opened.done, ...(next === undefined ? {} : { next }) };
}

/** What the models say of a held-out case, and how good that is. A model that fails is named; a case that cannot be judged too. */
async function judge(
  { campaign, roundId }: RoundInput,
  taught: TaughtModels,
  { at, models }: Judging,
  devices: DevicePlan | undefined,
): Promise<void> {
  const about = { campaign, roundId, at, taught };
  try {
    await heavy().judgeHeldOut({ ...about, ...(await predictEach(at, models, devices)) });
  } catch (error) {
    await heavy().judgeHeldOut({ ...about, failed: whyFailed(error) });
  }
}

async function startNext(input: RoundInput): Promise<string | undefined> {
  const { campaign, rounds, by } = input;
  const { roundId } = await heavy().planNext({ campaign, roundId: input.roundId });
  if (roundId === undefined) return undefined;
  try {
    await startChild(pseudoLabelRound, {
      workflowId: roundWorkflowId(campaign, roundId),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ campaign, roundId, rounds: rounds - 1, by }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return roundId;
}
