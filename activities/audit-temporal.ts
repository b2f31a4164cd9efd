import type { Client } from '@temporalio/client';
import { type AuditFault, auditFault } from '../domain/audit-fault.js';
import { firstDifference } from '../domain/first-difference.js';
import { organs } from '../domain/organ.js';
import { TaskState } from '../domain/task.js';
import { labelsOf } from '../domain/task-organs.js';
import { campaignId, queries } from '../domain/workflow-ids.js';
import { TaskOutcome } from './audit-histories.js';

/** The newest run of a workflow, as the server lists it. */
export interface WorkflowRun {
  readonly workflowId: string;
  readonly runId: string;
  /** `RUNNING`, `COMPLETED`, `CONTINUED_AS_NEW`, `TERMINATED`, … */
  readonly status: string;
  readonly startedMs: number;
}

/** Every run of every workflow of a campaign that the server still knows. */
export async function* runsOf(client: Client, campaign: string): AsyncIterable<WorkflowRun> {
  const query = `WorkflowId STARTS_WITH "${campaignId(campaign)}"`;
  for await (const { workflowId, runId, status, startTime } of client.workflow.list({ query })) {
    // Another campaign's name may begin with this one's.
    if (workflowId !== campaignId(campaign) && !workflowId.startsWith(`${campaignId(campaign)}/`)) continue;
    yield { workflowId, runId, status: status.name, startedMs: startTime.getTime() };
  }
}

/** How long a workflow may take to answer. */
const patienceMs = 10_000;
/** A workflow is read after its record was: what it did in between is read again this often. */
const readings = 3;
const pauseMs = 400;
/** After so many questions without an answer no worker is thought to run, and no more are asked. */
const silentLimit = 3;

/** What Temporal says of tasks: those that run are asked, those that have ended are read by their result. */
export class TemporalWitness {
  private readonly runs = new Map<string, WorkflowRun>();
  private silent = 0;
  asked = 0;
  ended = 0;
  unanswered = 0;

  private constructor(
    private readonly client: Client,
    private readonly campaign: string,
  ) {}

  static async open(client: Client, campaign: string): Promise<TemporalWitness> {
    const witness = new TemporalWitness(client, campaign);
    for await (const run of runsOf(client, campaign)) {
      const known = witness.runs.get(run.workflowId);
      if (known === undefined || known.startedMs < run.startedMs) witness.runs.set(run.workflowId, run);
    }
    return witness;
  }

  /** Audited entities for which there is, or was, a workflow. */
  entities(): string[] {
    const prefix = `${campaignId(this.campaign)}/`;
    return [...this.runs.keys()]
      .map((id) => id.slice(prefix.length))
      .filter((name) => /^task\/[^/]+\/[^/]+\/[^/]+$/.test(name));
  }

  /**
   * Compares a task with its workflow.
   * @param recorded Reads the states that the newest records hold, newest first.
   */
  async check(
    entity: string,
    key: string,
    recorded: () => Promise<readonly TaskState[]>,
  ): Promise<AuditFault | undefined> {
    const run = this.runs.get(`${campaignId(this.campaign)}/${entity}`);
    if (run?.status === 'RUNNING') return this.ask(run, entity, key, recorded);
    if (run?.status !== 'COMPLETED') return undefined;
    this.ended += 1;
    const outcome = TaskOutcome.parse(
      await this.client.workflow.getHandle(run.workflowId, run.runId).result(),
    );
    const [newest] = await recorded();
    return newest && outcomeFault(entity, key, newest, outcome, 'its workflow ended with');
  }

  private async ask(
    run: WorkflowRun,
    entity: string,
    key: string,
    recorded: () => Promise<readonly TaskState[]>,
  ): Promise<AuditFault | undefined> {
    for (let reading = 1; ; reading += 1) {
      const state = await this.stateOf(run);
      if (state === undefined) return undefined;
      const [newest] = await recorded();
      const path = newest && firstDifference(state, newest);
      if (path === undefined) return undefined;
      if (reading === readings) {
        const sentence = `The newest record of ${entity} has another ${path} in its task than the workflow that runs: version ${newest!.version} (${newest!.phase}), the workflow is at version ${state.version} (${state.phase})`;
        return auditFault('disagrees', key, sentence);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  private async stateOf({ workflowId, runId }: WorkflowRun): Promise<TaskState | undefined> {
    if (this.silent >= silentLimit) {
      this.unanswered += 1;
      return undefined;
    }
    try {
      const answer = this.client.workflow.getHandle(workflowId, runId).query<unknown>(queries.task);
      const state = TaskState.safeParse(await withPatience(answer));
      this.asked += 1;
      this.silent = 0;
      return state.success ? state.data : undefined;
    } catch {
      this.silent += 1;
      this.unanswered += 1;
      return undefined;
    }
  }
}

/** Whether a task's last record is what its workflow gave back. */
export function outcomeFault(
  entity: string,
  key: string,
  newest: TaskState,
  { labels, absent }: TaskOutcome,
  says: string,
): AuditFault | undefined {
  const own = {
    labels: labelsOf(newest),
    absent: organs.filter((organ) => newest.organs[organ].state === 'absent'),
  };
  const path = firstDifference(own, { labels, absent });
  if (path === undefined) return undefined;
  const sentence = `The newest record of ${entity} (${newest.phase}) has other labels (${path}) than ${says}`;
  return auditFault('disagrees', key, sentence);
}

async function withPatience<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), patienceMs);
  });
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
