import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { Device } from '../../activities/device.js';
import { modelDeeds } from '../../activities/models.js';
import { rollBack } from '../../activities/promotion.js';
import { compareRounds } from '../../activities/round-compare.js';
import { planRound } from '../../activities/round-plan.js';
import { askTask } from '../../activities/task-desk.js';
import { trainingSetDeeds } from '../../activities/training-sets.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import type { RoundOptions } from '../../cli/round-options.js';
import { listRounds, runRounds } from '../../cli/rounds.js';
import type { Session } from '../../cli/session.js';
import { applyAgain, promoteRound, rollBackRound } from '../../cli/standing.js';
import { modelsPrefix } from '../../domain/keys.js';
import { voxelHashes } from '../../domain/label-hashes.js';
import type { LabelSummary } from '../../domain/label-version.js';
import type { Organ } from '../../domain/organ.js';
import type { Person } from '../../domain/person.js';
import type { Round, RoundResult } from '../../domain/round.js';
import type { TaskCommand } from '../../domain/task-command.js';
import type { TeachingCase } from '../../domain/teaching.js';
import {
  caseEntity,
  pseudoLabelsId,
  reopenedCaseId,
  roundEntity,
  roundWorkflowId,
  standingEntity,
  standingWorkflowId,
} from '../../domain/workflow-ids.js';
import { engineByName } from '../../engines/registry.js';
import { readAudit } from '../../storage/audit-log.js';
import { newestResult, requireResult } from '../../storage/results.js';
import { readRounds } from '../../storage/rounds.js';
import { standingModels } from '../../storage/standing.js';
import { tasksOfCase } from '../../storage/task-board.js';
import { putTeachingCases } from '../../storage/teaching-cases.js';
import { readConfig } from '../../workers/config.js';
import { writeHistory } from './history-file.js';
import { type Installation, install } from './installation.js';
import {
  inActivity,
  label,
  recordVerifiedTask,
  roundPhantom,
  type StoredCase,
  shrunken,
  storeCampaign,
  storeCase,
} from './round-campaign.js';

const campaign = `rounds-${process.pid}`;
const people: Person[] = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'cora', role: 'certified', simulated: false },
  { id: 'emma', role: 'senior', simulated: false },
  { id: 'lea', role: 'lead', simulated: false },
];
const held = ['h1', 'h2', 'h3', 'h4', 'h5'];
const strangers = ['u1', 'u2', 'u3'];
const work = workVolumesInThreads(2);

/** People leave the labels of a case that was opened again as they are. */
async function lookAgain(caseId: string): Promise<void> {
  const { client, store, queueSuffix } = installation;
  const { result } = (await newestResult(store, inCampaign(caseId)))!;
  const steps = [
    { kind: 'claim', actor: 'anna' },
    // The campaign has no kidneys, and the liver of this case is made to be small.
    {
      ...{ kind: 'submit', actor: 'anna', upload: result.labelMap, reason: 'made so' },
      acknowledged: ['SUBMISSION_EMPTY', 'SUBMISSION_VOLUME'],
    },
    { kind: 'review', actor: 'cora' },
    ...['kidney', 'pancreas'].map((organ) => ({
      ...{ kind: 'attest-absent', actor: 'cora', organ, reason: 'made so' },
    })),
    { kind: 'approve', actor: 'cora' },
    { kind: 'start-verification', actor: 'emma' },
    { kind: 'verify', actor: 'emma' },
  ];
  for (const [index, step] of steps.entries()) {
    const command = { commandId: `again-${index}`, ...step } as TaskCommand;
    const answer = await askTask(
      { client, store, queueSuffix },
      { ...inCampaign(caseId), round: 2 },
      command,
    );
    expect(answer, JSON.stringify(answer)).toMatchObject({ accepted: true });
  }
}
const inCampaign = (caseId: string) => ({ campaign, collection: 'lits', caseId }) as const;
let installation: Installation;
let session: Session;
let standing: { liver: string; spleen: string };
/** A case that is not finished when the others are. */
let finishLate: () => Promise<void>;

/** What trains and infers before the rounds begin. */
const deeds = () => {
  const { store } = installation;
  const device = new Device({ store, engineByName, now: () => new Date(), about: { name: 'here-0' } });
  return modelDeeds({ store, work, engineByName, device });
};

async function train(organ: Organ, cases: TeachingCase[]): Promise<string> {
  const { store } = installation;
  const list = await putTeachingCases(store, cases);
  const composed = await inActivity(() =>
    trainingSetDeeds({ store, engineByName }).composeTrainingSet({
      cases: list,
      organs: [organ],
      engine: { name: 'atlas' },
      seed: 1,
    }),
  );
  if ('none' in composed) throw new Error(composed.none);
  const { set } = composed;
  return (await inActivity(() => deeds().trainModelOn({ set }))).modelId;
}

const taughtWith = (one: StoredCase, labels: readonly LabelSummary[]): TeachingCase => ({
  ...one.teaching,
  labels: labels.map(({ organ, version, origin, voxelSha256 }) => ({ organ, version, origin, voxelSha256 })),
  absent: ['kidney', 'pancreas'],
});

/** A finished case whose labels people drew; the liver smaller than it is where somebody was careless. */
async function drawn(caseId: string, seed: number, careless = 0) {
  const { store } = installation;
  const one = await storeCase({ store, work }, campaign, caseId, roundPhantom(seed));
  const { at, phantom } = one;
  const by = { origin: 'human', author: 'anna' } as const;
  const mask = shrunken(phantom.masks.liver, careless);
  const liver = await label(store, at, phantom.image, 'liver', mask, by);
  const spleen = await label(store, at, phantom.image, 'spleen', phantom.masks.spleen, by);
  await one.finish([liver, spleen]);
  await recordVerifiedTask(store, at, [liver, spleen], people);
  return { one, liver, spleen };
}

/**
 * The standing liver model learned from a single liver that was drawn too small; the spleen's from good ones. What nobody
 * labelled are patients whose spleen is not where spleens are: what the teacher says of them spoils its student.
 */
async function prepare(): Promise<void> {
  const { store } = installation;
  const good = [await drawn('m1', 1), await drawn('m2', 2), await drawn('m3', 3)];
  const careless = await drawn('v1', 4, 3);
  const copy = await drawn('c1', 3);
  const judges = [];
  for (const [at, id] of held.entries()) judges.push(await drawn(id, 20 + at));
  standing = {
    liver: await train('liver', [taughtWith(careless.one, [careless.liver])]),
    spleen: await train(
      'spleen',
      good.map(({ one, spleen }) => taughtWith(one, [spleen])),
    ),
  };
  const unlabelled: StoredCase[] = [];
  const { predictOrgan } = deeds();
  const propose = ({ at }: StoredCase, organ: 'liver' | 'spleen') =>
    inActivity(() => predictOrgan({ at, organ, modelId: standing[organ] }));
  for (const [n, id] of strangers.entries()) {
    const one = await storeCase({ store, work }, campaign, id, roundPhantom(40 + n, { strange: true }));
    await one.finish([await propose(one, 'liver'), await propose(one, 'spleen')]);
    unlabelled.push(one);
  }
  const late = await storeCase({ store, work }, campaign, 'u4', roundPhantom(50, { strange: true }));
  finishLate = async () => late.finish([await propose(late, 'liver'), await propose(late, 'spleen')]);
  const labelled = [...good, careless, copy, ...judges].map(({ one }) => one);
  const groups = [['lits/m3', 'lits/c1']];
  await storeCampaign(store, campaign, [...labelled, ...unlabelled, late], { people, groups });
}

beforeAll(async () => {
  installation = await install('rounds', ['orchestration', 'io', 'gpu']);
  const { client, store, queueSuffix } = installation;
  const config = readConfig({ ...inject('servers'), PLUSCT_QUEUE_SUFFIX: queueSuffix });
  session = { config, store, client: async () => client, close: async () => undefined };
  await prepare();
}, 600_000);

afterAll(async () => {
  await installation?.stop();
  await work.close();
});

const options: RoundOptions = {
  campaign,
  organ: ['liver', 'spleen'],
  setting: [],
  seed: '1',
  heldOut: held.map((id) => `lits/${id}`).join(','),
  teacher: 'standing',
  studentFrom: 'scratch',
  fineTune: true,
  marginDsc: '0.01',
  marginNsd: '0.02',
  minimumCases: '5',
  reopenBelow: '0.75',
  rounds: '2',
  as: 'lea',
  reason: 'more scans',
  json: true,
};

/** What a command prints for programs. */
async function printed<Value>(command: () => Promise<void>): Promise<Value> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await command();
    return JSON.parse(write.mock.calls.map(([text]) => String(text)).join(''));
  } finally {
    write.mockRestore();
  }
}

type Ran = { round: Round; result: RoundResult; recognised: boolean };
const run = (more: Partial<RoundOptions> = {}) =>
  printed<Ran[]>(() => runRounds(session, { ...options, ...more }));

async function countModels(): Promise<number> {
  let count = 0;
  for await (const _ of installation.store.list(modelsPrefix)) count += 1;
  return count;
}

const labelsOf = async (caseId: string) =>
  voxelHashes((await requireResult(installation.store, inCampaign(caseId))).labels);
const decided = { campaign, as: 'lea', reason: 'seen on ten scans', json: true };

/** Histories for replay.test.ts, where they are asked for as in record-histories.test.ts. */
async function record(name: string, workflowId: string): Promise<void> {
  if (process.env.PLUSCT_RECORD) await writeHistory(installation.client, name, workflowId);
}

describe('two pseudo-label rounds of teachers and students', { timeout: 400_000 }, () => {
  let first: Ran;
  let second: Ran;
  beforeAll(async () => {
    [first, second] = (await run()) as [Ran, Ran];
    const workflowId = roundWorkflowId(campaign, first.round.roundId);
    await record('pseudo-label-round', workflowId);
    await record('pseudo-label-cases', pseudoLabelsId(workflowId));
  }, 600_000);

  it('promote the organ that improved and hold the one that pseudo-labels spoiled', () => {
    const [liver, spleen] = first.result.outcomes;
    expect(liver).toMatchObject({ organ: 'liver', verdict: 'promote', candidateIs: 'student' });
    expect(spleen).toMatchObject({ organ: 'spleen', verdict: 'hold' });
    const fell = spleen!.comparisons[0]!.figures[0]!;
    expect(fell.candidateMean).toBeLessThan(fell.incumbentMean!);
    expect(spleen!.reason).toMatch(/^student against the standing model: (DSC|NSD) may be lower by/);
  });

  it('teach on what people vouch for and on pseudo-labels, never on what judges', () => {
    const { lessons } = first.result.taught;
    expect(lessons.map(({ step, organs: [organ], manual, pseudo }) => [step, organ, manual, pseudo])).toEqual(
      [
        ['student', 'liver', 5, 4],
        ['student', 'spleen', 5, 4],
        ['fine-tuned', 'liver', 5, 0],
        ['fine-tuned', 'spleen', 5, 0],
      ],
    );
    expect(lessons[2]!.none).toBe('the engine atlas cannot go on from a model');
    expect(first.round.snapshot.heldOut.map(({ caseId }) => caseId)).toEqual(held);
  });

  it('let the student that passed teach next, and keep the teacher of the organ that was held', () => {
    const { snapshot } = second.round;
    expect(snapshot.previous).toBe(first.round.roundId);
    expect(snapshot.teachers).toEqual({
      liver: first.result.outcomes[0]!.candidate,
      spleen: standing.spleen,
    });
    expect(snapshot.standing).toEqual(standing);
    const as = second.result.outcomes[0]!.comparisons.map((each) => each.as);
    expect(as.slice(0, 2)).toEqual(['standing', 'teacher']);
  });

  it('are recognised when the same is asked again: nothing is trained or inferred', async () => {
    const before = await countModels();
    const again = await run();
    expect(again.map(({ recognised }) => recognised)).toEqual([true, true]);
    expect(again.map(({ result }) => result)).toEqual([first.result, second.result]);
    expect(await countModels()).toBe(before);
    const handle = installation.client.workflow.getHandle(roundWorkflowId(campaign, first.round.roundId));
    const { events } = await handle.fetchHistory();
    const asked = events!.flatMap(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
    );
    expect(asked).toEqual(['openRound', 'planNext']);
    expect((await printed<unknown[]>(() => listRounds(session, { campaign, json: true }))).length).toBe(2);
  });

  it('can be compared with each other', async () => {
    const [one, two] = await readRounds(installation.store, campaign);
    const [liver] = await compareRounds(installation.store, one!, two!);
    expect(liver).toMatchObject({ organ: 'liver', from: first.result.outcomes[0]!.candidate });
    expect(liver!.verdict.figures[0]!.n).toBe(held.length);
  });

  it('refuse a case to judge that a standing model was trained on, itself or a copy, and name the pair', async () => {
    const plan = first.round.plan;
    const judging = (name: string) =>
      planRound(installation.store, { plan, heldOut: { names: [`lits/${name}`] } });
    await expect(judging('v1')).rejects.toThrow(
      `lits/v1 cannot judge the liver: ${standing.liver} was trained on that case`,
    );
    await expect(judging('c1')).rejects.toThrow(
      `lits/c1 cannot judge the spleen: ${standing.spleen} was trained on lits/m3, which shows the same scan`,
    );
  });

  it('refuse a student of two organs that shall go on from two teachers', async () => {
    const plan = { ...first.round.plan, studentGroups: [['liver', 'spleen'] as Organ[]] };
    const asked = { plan: { ...plan, studentFrom: 'teacher' as const }, heldOut: { share: 0.2 } };
    await expect(planRound(installation.store, { ...asked, teachers: 'standing' })).rejects.toThrow(
      `cannot go on from its teacher, as it has 2: ${standing.liver}, ${standing.spleen}`,
    );
    await expect(run({ studentFrom: 'teacher' })).rejects.toThrow('the engine atlas cannot go on');
  });

  it('draw cases to judge among those that no standing model has seen', async () => {
    const { round } = await planRound(installation.store, {
      plan: { ...first.round.plan, seed: 2 },
      heldOut: { share: 1 },
    });
    const judged = Object.fromEntries(round.snapshot.heldOut.map((one) => [one.caseId, one.organs]));
    expect(judged).toMatchObject({ h1: ['liver', 'spleen'], v1: ['spleen'], m3: ['liver'], c1: ['liver'] });
    expect(Object.keys(judged)).not.toContain('u1');
    expect(round.snapshot.labelled).toBe(0);
  });

  it('teach one student of all organs where that is asked for', async () => {
    const [joint] = await run({ joint: true, rounds: '1' });
    const { students, lessons } = joint!.result.taught;
    expect(lessons[0]).toMatchObject({ step: 'student', organs: ['liver', 'spleen'], manual: 5, pseudo: 4 });
    expect(students.liver).toBe(lessons[0]!.modelId);
    expect(students.spleen).toBe(students.liver);
    expect(joint!.result.outcomes.map(({ comparisons }) => comparisons[0]!.candidate)).toEqual([
      students.liver,
      students.liver,
    ]);
  });

  describe('promoted', () => {
    const before: Record<string, Awaited<ReturnType<typeof labelsOf>>> = {};
    let candidate: string;
    beforeAll(async () => {
      for (const id of [...strangers, ...held, 'm1', 'v1']) before[id] = await labelsOf(id);
      candidate = first.result.outcomes[0]!.candidate!;
      const { outcome } = await printed<{ outcome: unknown }>(() => promoteRound(session, '1', decided));
      expect(outcome).toMatchObject({ replaced: 3, reopened: 1, waiting: 1, failed: 0 });
      await record('apply-standing', standingWorkflowId(campaign));
    }, 600_000);

    it('replace the labels that nobody verified, of the organ that passed alone, on record', async () => {
      const { store } = installation;
      expect(await standingModels(store, campaign)).toEqual({ liver: candidate, spleen: standing.spleen });
      for (const id of strangers) {
        const { result, edition } = (await newestResult(store, inCampaign(id)))!;
        const [liver, spleen] = result.labels;
        expect([edition, liver?.author, spleen?.author]).toEqual([
          { round: 1, revision: 1 },
          candidate,
          standing.spleen,
        ]);
        const { records, breaks } = await readAudit(store, campaign, caseEntity(inCampaign(id)));
        expect(breaks).toEqual([]);
        expect(records.at(-1)).toMatchObject({ actor: 'lea', role: 'lead', why: decided.reason });
        expect(records.at(-1)!.labelsBefore).toEqual(before[id]);
        expect(records.at(-1)!.labelsAfter).toEqual(await labelsOf(id));
      }
      for (const id of [...held, 'm1']) expect(await labelsOf(id), id).toEqual(before[id]);
    });

    it('are carried to a case that was not finished before, and change nothing else again', async () => {
      const after = await Promise.all(strangers.map(labelsOf));
      await finishLate();
      before.u4 = await labelsOf('u4');
      const { outcome } = await printed<{ outcome: unknown }>(() =>
        applyAgain(session, { campaign, json: true }),
      );
      expect(outcome).toMatchObject({ replaced: 1, reopened: 0, waiting: 0, failed: 0 });
      const { labels } = await requireResult(installation.store, inCampaign('u4'));
      expect(labels.map(({ author }) => author)).toEqual([candidate, standing.spleen]);
      expect(await Promise.all(strangers.map(labelsOf))).toEqual(after);
    });

    it('open a case again where people verified what the model sees otherwise, for that organ alone', async () => {
      const { store, client } = installation;
      const of = async () => (await tasksOfCase(store, inCampaign('v1'))).at(-1)!;
      await vi.waitUntil(async () => (await of()).round === 2, { timeout: 60_000, interval: 100 });
      expect(await of()).toMatchObject({ round: 2, asked: ['liver'], phase: 'queued' });
      expect((await tasksOfCase(store, inCampaign('m1'))).length).toBe(1);
      expect(await labelsOf('v1')).toEqual(before.v1);
      await lookAgain('v1');
      await client.workflow.getHandle(reopenedCaseId(inCampaign('v1'), 2)).result();
      const { outcome } = await printed<{ outcome: unknown }>(() =>
        applyAgain(session, { campaign, json: true }),
      );
      expect(outcome).toMatchObject({ reopened: 0, waiting: 0, failed: 0 });
      expect((await tasksOfCase(store, inCampaign('v1'))).map(({ round }) => round)).toEqual([1, 2]);
    });

    it('are refused for an organ that was held, and by anybody but a lead', async () => {
      const ask = (more: object) =>
        printed<{ refused: string }>(() => promoteRound(session, '1', { ...decided, ...more }));
      expect((await ask({ organ: ['spleen'] })).refused).toMatch(/^round 1 holds the spleen: /);
      expect((await ask({ as: 'anna' })).refused).toMatch(/^anna is junior; a lead decides/);
      process.exitCode = undefined;
    });

    it('are taken back with one command: models and labels as before, by hash', async () => {
      const { store } = installation;
      // The command is killed between its decision and the carrying out.
      const cutOff = await rollBack(store, campaign, { by: 'lea', why: decided.reason, at: new Date() });
      expect(cutOff).toMatchObject({ edition: 2, takesBack: 1 });
      const { outcome } = await printed<{ outcome: unknown }>(() => rollBackRound(session, decided));
      expect(outcome).toMatchObject({ replaced: 4, reopened: 0 });
      expect(await standingModels(store, campaign)).toEqual(standing);
      for (const id of [...strangers, 'u4']) {
        expect(await labelsOf(id), id).toEqual(before[id]);
        expect((await newestResult(store, inCampaign(id)))!.edition).toEqual({ round: 1, revision: 2 });
      }
      const { records } = await readAudit(store, campaign, standingEntity);
      expect(records.map(({ action, actor, why }) => [action, actor, why])).toEqual([
        ['promoted', 'lea', decided.reason],
        ['rolled-back', 'lea', decided.reason],
      ]);
      const more = await printed<{ refused: string }>(() => rollBackRound(session, decided));
      expect(more.refused).toContain('nothing was promoted');
      process.exitCode = undefined;
      const round = await readAudit(store, campaign, roundEntity(first.round.roundId));
      expect(round.records.map(({ action }) => action)).toEqual(['begun', 'judged']);
    });
  });
});
