import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dependencies } from '../../activities/dependencies.js';
import { seenDevices } from '../../activities/seen-devices.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import type { Collection } from '../../domain/collection.js';
import type { DeviceState } from '../../domain/device-state.js';
import type { DevicePlan } from '../../domain/hardware-class.js';
import type { Organ } from '../../domain/organ.js';
import { deviceQueue, fairnessKey, priorityKeys, taskQueue } from '../../domain/queues.js';
import { engineByName } from '../../engines/registry.js';
import { readDeviceStates, recordDeviceState } from '../../storage/device-states.js';
import { memoryStore } from '../../storage/memory.js';
import type { Config } from '../../workers/config.js';
import type { CheckedDevice } from '../../workers/device-check.js';
import { runDevice } from '../../workers/device-worker.js';
import { during, type Orchestration, orchestrate } from './made-up-deeds.js';

let orchestration: Orchestration;
let config: Config;
let client: Client;
/** `queue collection/case organ` in the order in which they were taken. */
let taken: string[];
let count = 0;

const organs: readonly Organ[] = ['kidney', 'spleen', 'pancreas'];

beforeAll(async () => {
  orchestration = await orchestrate('pools');
  ({ config, client } = orchestration);
});
afterAll(() => orchestration.stop());
beforeEach(() => {
  taken = [];
});

const takingWorker: Orchestration['takingWorker'] = (...of) => orchestration.takingWorker(...of);

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

/** Waits until one of the cases has asked for its judgement, and the queue knows of it. */
async function judgementAsked(cases: readonly WorkflowHandle[]): Promise<void> {
  const asks = async (one: WorkflowHandle) =>
    (await one.describe()).raw.pendingActivities?.some(
      ({ activityType }) => activityType?.name === 'estimateErrors',
    );
  while (!(await Promise.all(cases.map(asks))).some(Boolean)) await sleep(50);
  await sleep(500);
}

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
        if (taken.length === 5) await judgementAsked([...many, ...few]);
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

  it.each(['DeviceTooSmall', 'DeviceOutOfMemory'])(
    'of a class gets what the plan has for it; a device that is too small hands on to the next class (%s)',
    async (type) => {
      const plan = { inference: 't4', larger: ['a100', 'h100'] };
      const tooSmall = async (): Promise<never> => {
        throw ApplicationFailure.create({ type, message: 'needs more', nonRetryable: true });
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
    },
    60_000,
  );

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

/** Deeds of a device that note where, what and how urgent it was. */
function noting(name: string) {
  const note = (what: string) =>
    taken.push(`${name} ${what} ${Context.current().info.priority?.priorityKey}`);
  return {
    trainModelOn: async () => {
      note('trains');
      return { modelId: 'of-all' };
    },
    predictCase: async () => {
      note('predicts');
      return { labelMap: {} };
    },
  };
}

const devices = { training: 'h100', inference: 't4' };
const { bulk, again } = priorityKeys;

/** Executes a workflow on made-up deeds of io, with a device of each class and one of none. */
async function execute(type: string, args: object, deeds: object): Promise<void> {
  const names = { any: undefined, t4: 't4', h100: 'h100' };
  const workers = await Promise.all([
    takingWorker(taskQueue('io', config.queueSuffix), deeds, 8),
    ...Object.entries(names).map(([name, of]) => takingWorker(gpu(of), noting(name))),
  ]);
  await during(workers, () =>
    client.workflow.execute(type, {
      workflowId: `pools/${process.pid}/${++count}`,
      taskQueue: taskQueue('orchestration', config.queueSuffix),
      args: [args],
    }),
  );
}

describe('classes of a campaign', () => {
  const at = { campaign: 'pools', collection: 'lits', caseId: 'volume-0' };
  const composed = { manual: 1, pseudo: 0, leftOut: 0, examples: [], set: {} };
  const material = { organs, rounds: 1, fineTune: false, engine: { name: 'atlas' }, seed: 1, devices };
  const teaching = (kind: string) => ({
    courseMaterial: async () => ({ ...material, kind, lists: [{ cases: {}, organs }] }),
    composeTrainingSet: async () => composed,
    lackingPage: async () => ({ cases: [{ at, organs: ['spleen'] }], total: 1 }),
    keepPseudoLabels: async () => undefined,
  });

  it('train what a benchmark teaches, and pseudo-label for it', async () => {
    await execute('teachCourse', { run: 'r', course: 'c' }, teaching('supervised'));
    expect(taken.splice(0)).toEqual([`h100 trains ${bulk}`]);
    await execute('teachCourse', { run: 'r', course: 'c' }, teaching('teacher-student'));
    expect(taken).toEqual([`h100 trains ${bulk}`, `t4 predicts ${bulk}`, `h100 trains ${bulk}`]);
  }, 60_000);

  it('predict what a benchmark scores', async () => {
    const pair = { at, modelId: 'of-all', organs, truth: {} };
    const scorePage = async () => ({ pairs: [pair], total: 1, devices });
    const scoreModel = async () => undefined;
    await execute('scoreCases', { run: 'r', stage: 'tests', models: {} }, { scorePage, scoreModel });
    expect(taken).toEqual([`t4 predicts ${bulk}`]);
  }, 60_000);

  it('label finished cases again for a promoted model, after everything else', async () => {
    const changePage = async () => ({ cases: [{ at, models: ['promoted'] }], total: 1, devices });
    const changeCase = async () => ({ replaced: ['liver'] });
    const endChange = async () => undefined;
    await execute('applyStanding', { campaign: 'pools', edition: 1 }, { changePage, changeCase, endChange });
    expect(taken).toEqual([`t4 predicts ${again}`]);
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
      ...{ config: own, connection: orchestration.connection, dependencies, log, signal: stop.signal },
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
    return { store, state, end };
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

  it('whose worker is not heard of any more is lost, whatever is on record', async () => {
    const { store, end } = running({ now: {} });
    const longAgo = { state: 'at-work', at: '2026-01-01T08:00:00.000Z' } as const;
    await vi.waitFor(async () => expect(await readDeviceStates(store)).toHaveLength(1), 30_000);
    await recordDeviceState(store, { device: 'here-1', ...longAgo });
    await recordDeviceState(store, { device: 'gone-1', ...longAgo });
    const lost = { device: 'gone-1', state: 'lost', reason: expect.stringContaining('killed') };
    await vi.waitFor(
      async () => expect(await seenDevices(store, async () => client)).toMatchObject([lost, longAgo]),
      30_000,
    );
    const unreachable = () => Promise.reject(new Error('no server'));
    expect(await seenDevices(store, unreachable)).toMatchObject([longAgo, longAgo]);
    await end();
  }, 60_000);

  it('that was never well takes nothing', async () => {
    const { state, end } = running({ now: { failure: 'its check ended with 9' } });
    await state('failed');
    await end();
    expect(await state('stopped')).toBeDefined();
  }, 60_000);
});
