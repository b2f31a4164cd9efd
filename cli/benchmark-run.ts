import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import type { BenchmarkSummary } from '../domain/benchmark-summary.js';
import { PlusctError } from '../domain/errors.js';
import { taskQueue } from '../domain/queues.js';
import { benchmarkId, queries, scoringId, workflowTypes } from '../domain/workflow-ids.js';
import { readBenchmarkSummary } from '../storage/benchmarks.js';
import type { BenchmarkProgress } from '../workflows/benchmark-progress.js';
import { rootMessage } from '../workflows/root-message.js';
import { stepDisplay } from './progress.js';
import type { Session } from './session.js';

const lookEveryMs = 1500;

/**
 * Starts a run, or joins it, and waits for its end. A run that is over is told again; where something of it failed, it is taken up
 * once more, and all that succeeded is found again.
 */
export async function completeRun(session: Session, run: string): Promise<BenchmarkSummary> {
  const before = await readBenchmarkSummary(session.store, run);
  if (before !== undefined && isWhole(before)) {
    process.stderr.write(`Run ${run} is finished; these are its figures.\n`);
    return before;
  }
  const handle = await start(session, run);
  const stop = await watch(session, run, handle);
  try {
    await handle.result();
  } catch (error) {
    throw new PlusctError('InvalidInput', `Run ${run} stopped: ${rootMessage(error)}`, { cause: error });
  } finally {
    await stop();
  }
  return (await readBenchmarkSummary(session.store, run))!;
}

function isWhole({ recipes }: BenchmarkSummary): boolean {
  return recipes.every(
    ({ status, tests }) => status !== 'failed' && tests.every(({ unscored }) => unscored.length === 0),
  );
}

async function start({ client, config }: Session, run: string): Promise<WorkflowHandle> {
  const { workflow } = await client();
  const workflowId = benchmarkId(run);
  try {
    return await workflow.start(workflowTypes.runBenchmark, {
      workflowId,
      taskQueue: taskQueue('orchestration', config.queueSuffix),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ run }],
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return workflow.getHandle(workflowId);
    throw error;
  }
}

/** Shows how far the run is until the returned function is called. */
async function watch(session: Session, run: string, handle: WorkflowHandle): Promise<() => Promise<void>> {
  const { workflow } = await session.client();
  const display = stepDisplay();
  let running = true;
  const look = async (): Promise<void> => {
    while (running) {
      // Workers that are busy or away for a moment are no reason to stop watching.
      const now = await handle.query<BenchmarkProgress>(queries.progress).catch(() => undefined);
      const scoring = now?.stage === 'ranking' || now?.stage === 'tests';
      const step = scoring
        ? await workflow
            .getHandle(scoringId(run, now.stage))
            .query<BenchmarkProgress>(queries.progress)
            .catch(() => undefined)
        : now;
      if (step !== undefined && step.total > 0)
        display.update([{ name: step.stage, done: step.done, total: step.total }]);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  };
  const looking = look();
  return async () => {
    running = false;
    await looking;
    display.end();
  };
}
