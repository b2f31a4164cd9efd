import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCampaignStatus } from '../../activities/campaign-status.js';
import { makePlan } from '../../cli/build-plan.js';
import { workerSpecs } from '../../cli/worker-specs.js';
import { Dataset } from '../../domain/campaign.js';
import { taskQueue } from '../../domain/queues.js';
import { campaignId, workflowTypes } from '../../domain/workflow-ids.js';
import { resolveHome } from '../../infra/home.js';
import { bringUp, type Running } from '../../infra/servers.js';
import { ensureTools } from '../../infra/tools.js';
import { generateSamples } from '../../sources/samples/generate.js';
import { requireJson } from '../../storage/json.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { s3Store } from '../../storage/s3.js';
import { readConfig } from '../../workers/config.js';
import type { BuildReport } from '../../workflows/build-dataset.js';

/** The whole installation as `npm start` runs it, in a home of its own, since its servers are killed. */
let directory: string;
let running: Running;
let store: ObjectStore;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plusct-faults-'));
  await generateSamples({ directory: join(directory, 'samples'), seed: 3 });
  mkdirSync(join(directory, 'collections'));
  for (const collection of ['lits', 'msd-spleen', 'nih-pancreas']) {
    renameSync(join(directory, 'samples', collection), join(directory, 'collections', collection));
  }
  const home = resolveHome({ ...process.env, PLUSCT_HOME: join(directory, 'home') });
  const tools = await ensureTools({ toolsDir: home.toolsDir, say: () => undefined });
  // A low suggestion makes workflows continue as new all the time: what they carry is under test too.
  const env = { ...process.env, PLUSCT_TEMPORAL_CONFIG: 'limit.historyCount.suggestContinueAsNew=40' };
  running = await bringUp({
    env,
    home,
    tools,
    workers: workerSpecs(2),
    say: () => undefined,
    handleSignals: false,
  });
  store = s3Store(readConfig(running.env).s3);
}, 180_000);

afterAll(async () => {
  await running?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function build(campaign: string, during?: () => Promise<void>): Promise<BuildReport> {
  const plan = await makePlan({
    collections: join(directory, 'collections'),
    reference: join(directory, 'samples', 'reference'),
    campaign,
    refine: 'simulated',
    engine: 'atlas',
    person: [],
    seed: '1',
    window: '8',
  });
  const config = readConfig(running.env);
  const connection = await Connection.connect({ address: config.temporal.address });
  const handle = await new Client({ connection }).workflow.start(workflowTypes.buildDataset, {
    workflowId: campaignId(campaign),
    taskQueue: taskQueue('orchestration'),
    args: [plan],
  });
  const disturbed = during?.();
  const report: Promise<BuildReport> = resultDespiteOutages(() => handle.result());
  await disturbed;
  const result = await report;
  await connection.close();
  return result;
}

async function withClient<T>(ask: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: readConfig(running.env).temporal.address });
  try {
    return await ask(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

async function isRunning(campaign: string): Promise<boolean> {
  const describe = (client: Client) => client.workflow.getHandle(campaignId(campaign)).describe();
  return (await resultDespiteOutages(() => withClient(describe))).status.name === 'RUNNING';
}

/** Whether the worker process holds an inference that it has not finished. */
function isInferring(pid: number): Promise<boolean> {
  return withClient(async (client) => {
    const query = 'WorkflowType = "processCase" AND ExecutionStatus = "Running"';
    for await (const { workflowId } of client.workflow.list({ query })) {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      const own = raw.pendingActivities?.some(
        (each) =>
          each.activityType?.name === 'predictOrgan' && each.lastWorkerIdentity?.startsWith(`${pid}@`),
      );
      if (own) return true;
    }
    return false;
  });
}

/** Asking for the result is a long poll, which a killed server ends; asking again is all it takes. */
async function resultDespiteOutages<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if ((error as Error).name === 'WorkflowFailedError') throw error;
      await sleep(500);
    }
  }
}

async function finishedCases(campaign: string): Promise<number> {
  const status = await readCampaignStatus(store, campaign).catch(() => undefined);
  return status?.collections.reduce((sum, each) => sum + each.finished, 0) ?? 0;
}

async function preLabelledCases(campaign: string): Promise<number> {
  const status = await readCampaignStatus(store, campaign).catch(() => undefined);
  return status?.collections.reduce((sum, each) => sum + each.preLabelled, 0) ?? 0;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(200);
}

async function kill(name: string): Promise<void> {
  const before = running.supervisor.restarts(name);
  process.kill(running.supervisor.pidOf(name)!, 'SIGKILL');
  await until(async () => running.supervisor.restarts(name) > before);
}

describe('a build whose processes are killed', () => {
  it('completes with the same dataset, by hash, as an undisturbed one', async () => {
    const calm = await build('calm');
    const killed: string[] = [];
    const stormy = await build('stormy', async () => {
      await until(async () => (await preLabelledCases('stormy')) >= 1);
      await until(() => isInferring(running.supervisor.pidOf('gpu-0')!));
      for (const name of ['gpu-0', 'io', 'orchestration', 'temporal', 'objects']) {
        expect(await isRunning('stormy'), `before ${name} is killed`).toBe(true);
        await kill(name);
        killed.push(name);
        const seen = await finishedCases('stormy');
        await Promise.race([until(async () => (await finishedCases('stormy')) > seen), sleep(10_000)]);
      }
    });
    expect(killed).toHaveLength(5);
    expect(stormy.failed).toBe(0);
    expect(stormy.datasetSha256).toBe(calm.datasetSha256);
    expect(stormy.evaluation?.scores).toEqual(calm.evaluation?.scores);
    const dataset = await requireJson(store, stormy.datasetKey, Dataset);
    const names = dataset.cases.map((each) => `${each.collection}/${each.caseId}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(calm.cases);
  }, 600_000);
});
