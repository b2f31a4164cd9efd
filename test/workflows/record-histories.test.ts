import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { makeBenchmarkPlan } from '../../activities/benchmark-planning.js';
import { readCampaignStatus } from '../../activities/campaign-status.js';
import { askTask } from '../../activities/task-desk.js';
import { taskQueue } from '../../domain/queues.js';
import { recipes } from '../../domain/recipes.js';
import type { TaskState } from '../../domain/task.js';
import {
  benchmarkId,
  campaignId,
  caseWorkflowId,
  courseId,
  evaluationWorkflowId,
  ingestId,
  releaseWorkflowId,
  reopenedCaseId,
  scoringId,
  taskWorkflowId,
  trainingId,
  workflowTypes,
} from '../../domain/workflow-ids.js';
import { engineByName } from '../../engines/registry.js';
import { generateSamples } from '../../sources/samples/generate.js';
import { publishBenchmarkPlan } from '../../storage/benchmarks.js';
import { putPerson } from '../../storage/roster.js';
import { TaskBoard } from '../../storage/task-board.js';
import { runSimulatedPeople } from '../../workers/simulated-people.js';
import { choice } from '../domain/releases.js';
import { buildSimulated } from './campaign-fixture.js';
import { writeHistory, writeHistoryText } from './history-file.js';
import { type Installation, install } from './installation.js';
import { storePhantomResults } from './phantom-results.js';

/**
 * Records the histories that replay.test.ts replays: `PLUSCT_RECORD=1 npm test -- record-histories`. Do so when a workflow
 * changed on purpose and nothing that runs has to survive the change. Those of pseudo-label rounds: the same with `rounds`.
 */
const campaign = 'recorded';
const recipeCampaign = 'recorded-recipes';

/** Another round of a case, by the same simulated people. */
async function reopen({ client, store, queueSuffix }: Installation, task: TaskState): Promise<void> {
  const lead = { id: 'lea', role: 'lead', simulated: true } as const;
  await putPerson(store, campaign, lead, { actor: 'lea', role: 'lead', at: new Date() });
  const command = { kind: 'reopen', actor: 'lea', commandId: 'again', reason: 'once more' } as const;
  const answer = await askTask({ client, store, queueSuffix }, task, command);
  expect(answer).toMatchObject({ accepted: true });
  const stop = new AbortController();
  const people = runSimulatedPeople({ client, store, log: pino({ level: 'silent' }), signal: stop.signal });
  await client.workflow.getHandle(reopenedCaseId(task, 2)).result();
  stop.abort();
  await people;
}

/** The history of each workflow under the name of its file, without the machine that it ran on. */
/** Labels of the sample collections alone: one of them forbids sharing adapted material. */
async function release({ client, queueSuffix }: Installation): Promise<void> {
  const asked = { ...choice, images: false, trainingBinds: false };
  const outcome = await client.workflow.execute(workflowTypes.publishRelease, {
    workflowId: releaseWorkflowId(campaign),
    taskQueue: taskQueue('orchestration', queueSuffix),
    args: [{ campaign, version: '1.0.0', choice: asked, by: 'lea', reason: 'recorded' }],
  });
  expect(outcome).toMatchObject({ state: 'published' });
}

describe.runIf(process.env.PLUSCT_RECORD)('recording', () => {
  it('writes one history of each workflow, and the broken canary', async () => {
    const directory = join(tmpdir(), 'plusct-recorded-samples');
    await generateSamples({ directory, seed: 1 });
    const installation = await install('record', ['orchestration', 'io', 'gpu']);
    await buildSimulated(installation, {
      campaign,
      collections: directory,
      reference: join(directory, 'reference'),
    });
    const board = await new TaskBoard(installation.store, campaign).read();
    const { task } = board.find((entry) => entry.task.returns > 0) ?? board[0]!;
    expect((await readCampaignStatus(installation.store, campaign)).datasetKeys).toHaveLength(1);
    await reopen(installation, task);
    await release(installation);
    const ids = {
      'build-dataset': campaignId(campaign),
      'ingest-collection': ingestId(campaign, 'lits'),
      'train-model': trainingId(campaign, 'liver'),
      'process-case': caseWorkflowId(task),
      'refine-case': taskWorkflowId(task, 1),
      'reopen-case': reopenedCaseId(task, 2),
      'evaluate-labels': evaluationWorkflowId(campaign),
      'publish-release': releaseWorkflowId(campaign),
    };
    for (const [name, id] of Object.entries(ids)) {
      const json = await writeHistory(installation.client, name, id);
      if (name === 'process-case')
        writeHistoryText('canary-broken', json.replaceAll('"predictOrgan"', '"predictSomethingElse"'));
    }
    await installation.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 1_800_000);

  it('writes those of benchmark recipes: a teacher, a student and hard cases', async () => {
    const installation = await install('record-recipes', ['orchestration', 'io', 'gpu']);
    const { client, store, queueSuffix } = installation;
    await storePhantomResults(store, recipeCampaign);
    const plan = await makeBenchmarkPlan(
      { store, engineByName },
      {
        campaign: recipeCampaign,
        recipes: recipes.filter(({ id }) => id === 'semi-supervised-1'),
        engine: 'atlas',
        settings: {},
        seed: 1,
      },
    );
    const run = await publishBenchmarkPlan(store, plan);
    await client.workflow.execute(workflowTypes.runBenchmark, {
      workflowId: benchmarkId(run),
      taskQueue: taskQueue('orchestration', queueSuffix),
      args: [{ run }],
    });
    await writeHistory(client, 'run-benchmark', benchmarkId(run));
    await writeHistory(client, 'teach-course', courseId(run, plan.recipes[0]!.course!));
    await writeHistory(client, 'score-cases', scoringId(run, 'tests'));
    await installation.stop();
  }, 600_000);
});
