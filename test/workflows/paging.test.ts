import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Organ, organs } from '../../domain/organ.js';
import { deviceQueue, taskQueue } from '../../domain/queues.js';
import type { OrganModels, TaughtModels } from '../../domain/teaching.js';
import { during, type Orchestration, orchestrate } from './made-up-deeds.js';

/** More cases than two pages hold, each of which takes as many events as a case can: four models that are asked. */
const cases = Array.from({ length: 170 }, (_, n) => ({
  at: { campaign: 'paged', collection: 'lits', caseId: `volume-${n}` },
}));
const fourModels = Object.fromEntries(organs.map((organ) => [organ, `of-${organ}`]));
/** Temporal warns at 10,240 events and at 256 KB for one payload. */
const eventsAtMost = 2000;

let orchestration: Orchestration;
/** Runs of the workflow that asked for something, in their order, and the cases that were seen to. */
let runs: Set<string>;
let seen: string[];
let count = 0;

beforeAll(async () => {
  orchestration = await orchestrate('paging');
});
afterAll(() => orchestration.stop());
beforeEach(() => {
  [runs, seen] = [new Set(), []];
});

/** A stretch of the cases, asked for by the run that is noted. */
function pageOf<More extends object>({ offset, limit }: { offset: number; limit: number }, more: More) {
  runs.add(Context.current().info.workflowExecution!.runId);
  const page = cases.slice(offset, offset + limit).map((one) => ({ ...one, ...more }));
  return { cases: page, total: cases.length };
}

const see = ({ at }: { at: { caseId: string } }): void => void seen.push(at.caseId);

const devices = {
  predictCase: async ({ modelId }: { modelId: string }) => ({ modelId, labelMap: {} }),
  trainModelOn: async ({ set }: { set: string }) => ({ modelId: set }),
};

async function execute<Outcome>(type: string, args: object, io: object): Promise<Outcome> {
  const { config, client, takingWorker } = orchestration;
  const workflowId = `paging/${process.pid}/${++count}`;
  const workers = await Promise.all([
    takingWorker(taskQueue('io', config.queueSuffix), io, 8),
    takingWorker(deviceQueue(undefined, config.queueSuffix), devices, 8),
  ]);
  return during(workers, () =>
    client.workflow.execute(type, {
      workflowId,
      taskQueue: taskQueue('orchestration', config.queueSuffix),
      args: [args],
    }),
  );
}

/** Every case once, so many runs, none of them long. */
async function expectPaged(workflowId = `paging/${process.pid}/${count}`, pages = 3): Promise<void> {
  expect(seen.sort()).toEqual(cases.map(({ at }) => at.caseId).sort());
  expect(runs.size).toBe(pages);
  for (const runId of runs) {
    const handle = orchestration.client.workflow.getHandle(workflowId, runId);
    expect((await handle.describe()).historyLength).toBeLessThan(eventsAtMost);
  }
}

describe('many cases', { timeout: 120_000 }, () => {
  it('are pseudo-labelled page by page', async () => {
    const outcome = await execute(
      'pseudoLabelCases',
      { cases: {}, models: fourModels },
      {
        lackingPage: async (asked: { offset: number; limit: number }) => pageOf(asked, { organs }),
        keepPseudoLabels: async (one: (typeof cases)[number]) => see(one),
      },
    );
    expect(outcome).toEqual({ done: 170, total: 170, failed: 0, examples: [] });
    await expectPaged();
  });

  it('are changed page by page when other models stand, by one change after the other', async () => {
    const ended: { edition: number; came: { replaced: number } }[] = [];
    const outcome = await execute(
      'applyStanding',
      { campaign: 'paged', edition: 1, upTo: 2 },
      {
        changePage: async (asked: { offset: number; limit: number }) =>
          pageOf(asked, { models: Object.values(fourModels) }),
        changeCase: async (one: (typeof cases)[number] & { edition: number }) => {
          expect(ended).toHaveLength(one.edition - 1);
          if (one.edition === 1) see(one);
          return { replaced: one.edition === 1 ? ['liver'] : [] };
        },
        endChange: async (one: (typeof ended)[number]) => void ended.push(one),
      },
    );
    expect(outcome).toMatchObject({ done: 170, total: 170, replaced: 170, failed: 0 });
    expect(ended.map(({ edition, came }) => [edition, came.replaced])).toEqual([
      [1, 170],
      [2, 0],
    ]);
    await expectPaged(undefined, 6);
  });

  it.each([
    { studentFrom: undefined, begins: undefined },
    { studentFrom: 'teacher', begins: 'teacher' },
  ])(
    'judge a round page by page; its models are taught once, and fine-tuning goes on from the student ($begins)',
    async ({ studentFrom, begins }) => {
      const composed: { organs: Organ[]; startFrom?: string; pseudoLabelsOf?: OrganModels }[] = [];
      let settled: TaughtModels | undefined;
      await execute(
        'pseudoLabelRound',
        { campaign: 'paged', roundId: 'r', rounds: 1, by: { actor: 'lea', role: 'lead' } },
        {
          openRound: async () => ({
            ...{ done: false, engine: { name: 'able' }, seed: 1, cases: {}, teachers: {} },
            ...{ studentGroups: [['liver', 'spleen']], fineTune: true, studentFrom },
          }),
          composeTrainingSet: async (asked: (typeof composed)[number]) => {
            const step = asked.pseudoLabelsOf ? 'student' : asked.startFrom ? 'tuned' : 'teacher';
            composed.push(asked);
            return { manual: 1, pseudo: 0, leftOut: 0, examples: [], set: step };
          },
          lackingPage: async () => ({ cases: [], total: 0 }),
          judgingPage: async (asked: { offset: number; limit: number }) =>
            pageOf(asked, { models: ['teacher', 'tuned', 'standing'] }),
          judgeHeldOut: async (one: (typeof cases)[number]) => see(one),
          settleRound: async ({ taught }: { taught: TaughtModels }) => {
            settled = taught;
          },
        },
      );
      await expectPaged();
      expect(composed.map(({ organs: of, startFrom }) => [of, startFrom])).toEqual([
        [['liver', 'spleen'], undefined],
        [['liver', 'spleen'], begins],
        [['liver', 'spleen'], 'student'],
      ]);
      expect(settled).toMatchObject({
        teachers: { liver: 'teacher', spleen: 'teacher' },
        students: { liver: 'tuned', spleen: 'tuned' },
      });
    },
  );
});
