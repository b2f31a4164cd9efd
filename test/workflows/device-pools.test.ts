import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Dependencies } from '../../activities/dependencies.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import type { Collection } from '../../domain/collection.js';
import type { DeviceState } from '../../domain/device-state.js';
import type { DevicePlan } from '../../domain/hardware-class.js';
import type { Organ } from '../../domain/organ.js';
import { deviceQueue, fairnessKey, taskQueue } from '../../domain/queues.js';
import { engineByName } from '../../engines/registry.js';
import { readDeviceStates } from '../../storage/device-states.js';
import { memoryStore } from '../../storage/memory.js';
import { type Config, readConfig } from '../../workers/config.js';
import type { CheckedDevice } from '../../workers/device-check.js';
import { runDevice } from '../../workers/device-worker.js';
import { createWorker } from '../../workers/roles.js';

/** Real workflows and queues; what the device and the store would do is written down instead. */
let config: Config;
let client: Client;
let connection: NativeConnection;
let orchestration: Worker;
let orchestrating: Promise<void>;
/** `queue collection/case organ` in the order in which they were taken. */
let taken: string[];
let count = 0;

const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const organs: readonly Organ[] = ['kidney', 'spleen', 'pancreas'];

beforeAll(async () => {
  try {
    Runtime.install({ logger: silent });
  } catch {
    // Installed by another test of this process.
  }
  config = readConfig({ ...inject('servers'), PLUSCT_QUEUE_SUFFIX: `-pools-${process.pid}` });
  const { address, namespace } = config.temporal;
  client = new Client({ connection: await Connection.connect({ address }), namespace });
  connection = await NativeConnection.connect({ address });
  orchestration = await createWorker('orchestration', config, connection, {
    bundle: 'dist/workflow-bundle.js',
  });
  orchestrating = orchestration.run();
});
afterAll(async () => {
  orchestration.shutdown();
  await orchestrating;
  await connection.close();
  await client.connection.close();
});
beforeEach(() => {
  taken = [];
});

/** A worker that takes one thing after the other. */
async function takingWorker(queue: string, activities: object, atOnce = 1): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: queue,
    activities,
    maxConcurrentActivityTaskExecutions: atOnce,
    maxConcurrentActivityTaskPolls: atOnce,
  });
}

const label = (organ: Organ) => ({
  organ,
  version: 'v',
  origin: 'model',
  author: 'm',
  voxelSha256: '',
  voxels: 1,
});

const io = {
  nextAuditSequence: async () => 0,
  recordAudit: async () => undefined,
  assemblePreLabel: async () => ({ labels: organs.map(label) }),
};

function device(name: string, predict = async (organ: Organ) => label(organ)) {
  const note = (at: { collection: string; caseId: string }, what: string) =>
    taken.push(`${name} ${at.collection}/${at.caseId} ${what}`);
  return {
    predictOrgan: async ({ at, organ }: { at: { collection: string; caseId: string }; organ: Organ }) => {
      note(at, organ);
      return predict(organ);
    },
    estimateErrors: async ({ at }: { at: { collection: string; caseId: string } }) => void note(at, 'judged'),
  };
}

interface Started {
  readonly collection: Collection;
  readonly caseId: string;
  readonly devices?: DevicePlan;
  readonly prioritise?: true;
}

/** Pre-labels a case as a campaign would. */
function start({ collection, caseId, ...more }: Started, missingOrgans: readonly Organ[] = organs) {
  const campaign = 'pools';
  const item = { collection, caseId, sourceLabels: [], missingOrgans };
  const models = organs.map((organ) => ({ modelId: `of-${organ}`, organ }));
  return client.workflow.start('processCase', {
    workflowId: `pools/${process.pid}/${++count}`,
    taskQueue: taskQueue('orchestration', config.queueSuffix),
    priority: { fairnessKey: fairnessKey({ campaign, collection }) },
    args: [{ campaign, item, models, people: [], until: 'pre-label', ...more }],
  });
}

const gpu = (hardwareClass?: string) => deviceQueue(hardwareClass, config.queueSuffix);

async function backlog(queue: string, tasks: number): Promise<void> {
  for (;;) {
    const { stats } = await client.connection.workflowService.describeTaskQueue({
      namespace: config.temporal.namespace,
      taskQueue: { name: queue },
      taskQueueType: 2,
      reportStats: true,
    });
    if (Number(stats?.approximateBacklogCount ?? 0) >= tasks) return;
    await sleep(100);
  }
}

async function during<T>(workers: readonly Worker[], work: () => Promise<T>): Promise<T> {
  const running = workers.map((worker) => worker.run());
  try {
    return await work();
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  }
}

describe('the queue of devices', () => {
  it('is shared evenly by collections, and finishes begun cases before it begins others', async () => {
    const toIo = await takingWorker(taskQueue('io', config.queueSuffix), io, 8);
    const many = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        start({ collection: 'lits', caseId: `volume-${n}`, prioritise: true }, ['spleen']),
      ),
    );
    await during([toIo], async () => {
      await backlog(gpu(), 12);
      const few = await Promise.all(
        [0, 1].map((n) => start({ collection: 'kits19', caseId: `case-${n}`, prioritise: true }, ['spleen'])),
      );
      await backlog(gpu(), 14);
      // The device works long enough for the first cases to ask for their judgement while others still wait.
      const slowly = async (organ: Organ) => {
        if (taken.length === 5) await backlog(gpu(), 14 - 5 + 1);
        return label(organ);
      };
      await during([await takingWorker(gpu(), device('any', slowly))], () =>
        Promise.all([...many, ...few].map((each) => each.result())),
      );
    });
    const predicted = taken.filter((each) => each.endsWith('spleen'));
    // First come, first served would have them last, at 12 and 13.
    const late = predicted.findIndex((each) => each.includes('case-1'));
    expect(late).toBeLessThan(9);
    // Bulk work had not ended when the first case was judged.
    expect(taken.findIndex((each) => each.endsWith('judged'))).toBeLessThan(13);
  }, 60_000);

  it('of a class gets what the plan has for it; a device that is too small hands on to the next class', async () => {
    const plan = { inference: 't4', larger: ['a100', 'h100'] };
    const tooSmall = async (): Promise<never> => {
      throw ApplicationFailure.create({ type: 'DeviceTooSmall', message: 'needs more', nonRetryable: true });
    };
    const workers = await Promise.all([
      takingWorker(taskQueue('io', config.queueSuffix), io, 8),
      takingWorker(gpu('t4'), device('t4', tooSmall)),
      takingWorker(gpu('a100'), device('a100')),
    ]);
    await during(workers, async () => {
      const handle = await start({ collection: 'lits', caseId: 'volume-0', devices: plan }, ['spleen']);
      await handle.result();
    });
    expect(taken).toEqual(['t4 lits/volume-0 spleen', 'a100 lits/volume-0 spleen']);
  }, 60_000);

  it('that has no larger class leaves the organ to people, with a finding that says why', async () => {
    const tooSmall = async (): Promise<never> => {
      throw ApplicationFailure.create({
        type: 'DeviceTooSmall',
        message: 'needs 8000 MB',
        nonRetryable: true,
      });
    };
    const found: unknown[] = [];
    const assemblePreLabel = async ({ findings }: { findings: unknown[] }) => {
      found.push(...findings);
      return { labels: [] };
    };
    const workers = await Promise.all([
      takingWorker(taskQueue('io', config.queueSuffix), { ...io, assemblePreLabel }, 8),
      takingWorker(gpu(), device('any', tooSmall)),
    ]);
    await during(workers, async () => {
      await (await start({ collection: 'lits', caseId: 'volume-0' }, ['spleen'])).result();
    });
    expect(found).toMatchObject([{ code: 'PRELABEL_FAILED', message: expect.stringContaining('8000 MB') }]);
  }, 60_000);
});

describe('a model of several organs', () => {
  it('is asked for one organ after the other, so that its first answer serves all', async () => {
    const workers = await Promise.all([
      takingWorker(taskQueue('io', config.queueSuffix), io, 8),
      takingWorker(gpu(), { ...device('any'), predictOrgan: slow }, 4),
    ]);
    let underWay = 0;
    async function slow({ organ, modelId }: { organ: Organ; modelId: string }) {
      expect(++underWay).toBe(1);
      await sleep(20);
      underWay--;
      taken.push(`${modelId} ${organ}`);
      return label(organ);
    }
    await during(workers, async () => {
      const item = { collection: 'lits', caseId: 'volume-0', sourceLabels: [], missingOrgans: organs };
      const models = organs.map((organ) => ({ modelId: 'of-all', organ }));
      await client.workflow.execute('processCase', {
        workflowId: `pools/${process.pid}/${++count}`,
        taskQueue: taskQueue('orchestration', config.queueSuffix),
        args: [{ campaign: 'pools', item, models, people: [], until: 'pre-label' }],
      });
    });
    expect(taken).toEqual(organs.map((organ) => `of-all ${organ}`));
  }, 60_000);
});

describe('a device', () => {
  const log = pino({ level: 'silent' });

  /** Runs a device whose health the test decides. */
  function running(health: { now: CheckedDevice }) {
    const store = memoryStore();
    const work = workVolumesInThreads(1);
    const dependencies: Dependencies = {
      store,
      work,
      engineByName,
      workflowStatus: async () => 'unknown',
      now: () => new Date(),
    };
    const stop = new AbortController();
    const own = { ...config, queueSuffix: `${config.queueSuffix}-health` };
    const run = runDevice({
      ...{ config: own, connection, dependencies, log, signal: stop.signal },
      name: 'here-1',
      hardwareClass: 'a100',
      check: async () => health.now,
      checkMs: 20,
    });
    const state = async (wanted: DeviceState['state']) => {
      for (;;) {
        const [device] = await readDeviceStates(store);
        if (device?.state === wanted) return device;
        await sleep(20);
      }
    };
    const end = async () => {
      stop.abort();
      await run;
      await work.close();
    };
    return { state, end };
  }

  it('whose check fails stops polling and says so, and works again once it is well', async () => {
    const health: { now: CheckedDevice } = { now: { memory: { totalMb: 40_000, usedMb: 10 } } };
    const { state, end } = running(health);
    expect(await state('at-work')).toMatchObject({
      device: 'here-1',
      hardwareClass: 'a100',
      memoryMb: 40_000,
    });
    health.now = { failure: 'its check ended with 15: GPU has fallen off the bus' };
    expect(await state('failed')).toMatchObject({ reason: expect.stringContaining('fallen off the bus') });
    health.now = {};
    await state('at-work');
    await end();
    await state('stopped');
  }, 60_000);

  it('that was never well takes nothing', async () => {
    const { state, end } = running({ now: { failure: 'its check ended with 9' } });
    await state('failed');
    await end();
    expect(await state('stopped')).toBeDefined();
  }, 60_000);
});
