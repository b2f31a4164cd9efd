import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  continueAsNew,
  defineQuery,
  ParentClosePolicy,
  setHandler,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { NextRound } from '../activities/ended-task.js';
import type { CaseToChange } from '../activities/standing.js';
import { caseName } from '../domain/case-name.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { StandingEnd } from '../domain/standing.js';
import { queries, reopenedCaseId } from '../domain/workflow-ids.js';
import { bounded } from './bounded.js';
import { heavy } from './deeds.js';
import { predictAll } from './predict-all.js';
import { reopenCase } from './reopen-case.js';
import { whyFailed } from './root-message.js';

export const standingProgress = defineQuery<StandingOutcome>(queries.progress);

export interface StandingInput {
  readonly campaign: string;
  readonly edition: number;
  /** The last of the changes that are carried out, one after the other; only this one unless given. */
  readonly upTo?: number;
  readonly carried?: StandingOutcome;
  /** What came of the changes before this one. */
  readonly before?: StandingOutcome;
}

/** What a change of the standing models came to. */
export interface StandingOutcome extends Readonly<StandingEnd> {
  readonly done: number;
  readonly total: number;
  readonly examples: readonly string[];
}

/** A case takes at most twenty events: four models, the change, a round that is started. */
const pageSize = 60;
const casesAtOnce = 8;
const examplesNamed = 10;
const nothing: StandingOutcome = {
  done: 0,
  total: 0,
  replaced: 0,
  reopened: 0,
  kept: 0,
  waiting: 0,
  failed: 0,
  examples: [],
};

/**
 * Carries changes of the standing models to every case of the campaign, in their order: cases that had to wait for an earlier one
 * have that first. Running it again does what is left.
 */
export async function applyStanding(input: StandingInput): Promise<StandingOutcome> {
  const { campaign, edition, carried = nothing } = input;
  let now = carried;
  setHandler(standingProgress, () => now);
  const page = await heavy().changePage({ campaign, edition, offset: carried.done, limit: pageSize });
  await bounded(page.cases, casesAtOnce, async (one) => {
    const came = await change(edition, one, page.devices);
    now = {
      ...now,
      total: page.total,
      done: now.done + 1,
      replaced: now.replaced + came.replaced,
      reopened: now.reopened + came.reopened,
      kept: now.kept + came.kept,
      waiting: now.waiting + came.waiting,
      failed: now.failed + (came.failure === undefined ? 0 : 1),
      examples: [...now.examples, ...(came.failure ?? [])].slice(0, examplesNamed),
    };
  });
  if (now.done < page.total) await continueAsNew<typeof applyStanding>({ ...input, carried: now });
  await heavy().endChange({ campaign, edition, came: now });
  const all = together(input.before, now);
  const { upTo = edition } = input;
  if (edition < upTo)
    await continueAsNew<typeof applyStanding>({ campaign, edition: edition + 1, upTo, before: all });
  return all;
}

/** What waits is what waits for the last change: it has those before it first. */
function together(before: StandingOutcome | undefined, now: StandingOutcome): StandingOutcome {
  if (before === undefined) return now;
  return {
    ...now,
    replaced: before.replaced + now.replaced,
    reopened: before.reopened + now.reopened,
    kept: before.kept + now.kept,
    failed: before.failed + now.failed,
    examples: [...before.examples, ...now.examples].slice(0, examplesNamed),
  };
}

interface Came {
  readonly replaced: number;
  readonly reopened: number;
  readonly kept: number;
  readonly waiting: number;
  readonly failure?: readonly string[];
}

async function change(
  edition: number,
  { at, models }: CaseToChange,
  devices: DevicePlan | undefined,
): Promise<Came> {
  try {
    const said = await predictAll(at, models, devices, 'again');
    const { replaced, reopened, kept = [], waits, again } = await heavy().changeCase({ at, edition, said });
    if (reopened !== undefined) await startRound(reopened);
    return {
      replaced: replaced.length > 0 && !again ? 1 : 0,
      reopened: reopened !== undefined && !again ? 1 : 0,
      kept: kept.length > 0 && !again ? 1 : 0,
      waiting: waits ? 1 : 0,
    };
  } catch (error) {
    return {
      replaced: 0,
      reopened: 0,
      kept: 0,
      waiting: 0,
      failure: [`${caseName(at)}: ${whyFailed(error)}`],
    };
  }
}

async function startRound(next: NextRound): Promise<void> {
  try {
    await startChild(reopenCase, {
      workflowId: reopenedCaseId(next.at, next.round),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [next],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
