import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelDeeds } from '../../activities/labels.js';
import { askTask } from '../../activities/task-desk.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { CaseResult } from '../../domain/campaign.js';
import { resultKey } from '../../domain/keys.js';
import type { LabelSummary } from '../../domain/label-version.js';
import type { Organ } from '../../domain/organ.js';
import type { Person } from '../../domain/person.js';
import { taskQueue } from '../../domain/queues.js';
import type { TaskAnswer, TaskPolicyChoice, TaskState } from '../../domain/task.js';
import type { TaskCommand } from '../../domain/task-command.js';
import {
  queries,
  reopenedCaseId,
  rosterEntity,
  signals,
  taskEntity,
  taskWorkflowId,
  workflowTypes,
} from '../../domain/workflow-ids.js';
import { readAudit } from '../../storage/audit-log.js';
import { putContent } from '../../storage/content.js';
import { requireJson } from '../../storage/json.js';
import { readResult } from '../../storage/results.js';
import { putPerson } from '../../storage/roster.js';
import { tasksOfCase } from '../../storage/task-board.js';
import { type Installation, install } from './installation.js';
import { labelMapFile, type MiniCase, organVoxels, storeMiniCase } from './mini-case.js';

const people: Person[] = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'ben', role: 'junior', simulated: false },
  { id: 'clara', role: 'certified', simulated: false },
  { id: 'david', role: 'senior', simulated: false },
  { id: 'lea', role: 'lead', simulated: false },
];
const round = 1;
const every = {
  liver: organVoxels('liver'),
  kidney: organVoxels('kidney'),
  spleen: organVoxels('spleen'),
  pancreas: organVoxels('pancreas'),
};

let installation: Installation;
let count = 0;

beforeAll(async () => {
  installation = await install('refine', ['orchestration', 'io']);
});
const volumes = workVolumesInThreads(1);
afterAll(async () => {
  await installation.stop();
  await volumes.close();
});

interface Desk {
  readonly mini: MiniCase;
  ask(command: Record<string, unknown>): Promise<TaskAnswer>;
  state(): Promise<TaskState>;
  upload(
    voxels: Partial<typeof every>,
  ): Promise<{ upload: TaskCommand extends { upload: infer U } ? U : unknown }>;
  result(): Promise<unknown>;
}

async function openDesk(policy?: TaskPolicyChoice): Promise<Desk> {
  const { client, store, queueSuffix } = installation;
  const mini = await storeMiniCase(store, `refine-${process.pid}-${count++}`);
  const handle = await client.workflow.start(workflowTypes.refineCase, {
    workflowId: taskWorkflowId(mini.at, round),
    taskQueue: taskQueue('orchestration', queueSuffix),
    args: [{ at: mini.at, round, labels: mini.labels, people, ...(policy && { policy }) }],
  });
  let commands = 0;
  return {
    mini,
    ask: async (command) => {
      const full = { commandId: `c${commands++}`, ...command } as TaskCommand;
      const answer = await askTask({ client, store, queueSuffix }, { ...mini.at, round }, full);
      if ('kept' in answer) throw new Error('no worker answered');
      return answer;
    },
    state: async () => {
      for (;;) {
        const state = await handle.query<TaskState | undefined>(queries.task);
        if (state !== undefined) return state;
      }
    },
    upload: async (voxels) => ({
      upload: (await putContent(store, labelMapFile(mini.image, voxels))) as never,
    }),
    result: () => handle.result(),
  };
}

const trail = (desk: Desk) =>
  readAudit(installation.store, desk.mini.at.campaign, taskEntity(desk.mini.at, round));

describe('a refinement task on real servers', () => {
  it('goes from claim through a return to verification, with every step on record', async () => {
    const desk = await openDesk();
    const worse = await desk.upload({ ...every, spleen: [40] });
    const better = await desk.upload({ ...every, spleen: [40, 41, 42] });
    await desk.ask({ kind: 'claim', actor: 'anna' });
    await desk.ask({ kind: 'submit', actor: 'anna', ...worse });
    await desk.ask({ kind: 'review', actor: 'clara' });
    await desk.ask({ kind: 'return', actor: 'clara', reason: 'the spleen is cut off', organs: ['spleen'] });
    expect((await desk.state()).assignee).toBe('anna');
    await desk.ask({ kind: 'submit', actor: 'anna', ...better });
    await desk.ask({ kind: 'review', actor: 'clara' });
    await desk.ask({ kind: 'approve', actor: 'clara' });
    await desk.ask({ kind: 'start-verification', actor: 'david' });
    const last = await desk.ask({ kind: 'verify', actor: 'david' });
    expect(last).toMatchObject({ accepted: true, phase: 'verified' });
    const { labels } = (await desk.result()) as {
      labels: { organ: string; origin: string; voxels: number }[];
    };
    expect(labels.map(({ organ, origin, voxels }) => [organ, origin, voxels])).toEqual([
      ['liver', 'source', 10],
      ['kidney', 'model', 10],
      ['spleen', 'human', 3],
      ['pancreas', 'model', 10],
    ]);
    const { records, breaks } = await trail(desk);
    expect(breaks).toEqual([]);
    expect(records.map((each) => `${each.action} ${each.actor} ${each.outcome}`)).toEqual([
      'open plusct done',
      'claim anna done',
      'submit anna done',
      'review clara done',
      'return clara done',
      'submit anna done',
      'review clara done',
      'approve clara done',
      'start-verification david done',
      'verify david done',
    ]);
    expect(records[4]!.why).toBe('the spleen is cut off');
    expect(records[5]!.labelsBefore.spleen).not.toBe(records[5]!.labelsAfter.spleen);
    expect(records[5]).toMatchObject({
      command: { kind: 'submit', upload: better.upload },
      given: { people: [{ id: 'anna', role: 'junior' }] },
      workflowId: taskWorkflowId(desk.mini.at, round),
    });
  });

  it('refuses every command before a claim, by a wrong role or by nobody, records it and changes nothing', async () => {
    const desk = await openDesk();
    const file = await desk.upload(every);
    const r = { reason: 'r' };
    const whole: Record<string, Record<string, unknown>> = {
      claim: {},
      renew: {},
      release: {},
      'hand-over': { to: 'ben', ...r },
      'save-draft': file,
      submit: file,
      restore: { organ: 'spleen', version: 'v', ...r },
      review: {},
      return: r,
      'attest-absent': { organ: 'spleen', ...r },
      approve: {},
      'start-verification': {},
      verify: {},
      refine: { ...r, ...file },
      escalate: r,
      reopen: r,
      remind: {},
      expire: {},
    };
    const allowed = new Set(['claim anna', 'claim ben']);
    const before = await desk.state();
    let refusals = 0;
    for (const [kind, more] of Object.entries(whole)) {
      for (const actor of ['anna', 'ben', 'clara', 'david', 'nobody']) {
        if (allowed.has(`${kind} ${actor}`)) continue;
        const answer = await desk.ask({ kind, actor, ...more });
        expect(answer, `${kind} by ${actor}`).toMatchObject({ accepted: false, version: 0 });
        expect((answer as { why: string }).why.length).toBeGreaterThan(10);
        refusals += 1;
      }
    }
    expect(await desk.state()).toEqual(before);
    const { records, breaks } = await trail(desk);
    expect(breaks).toEqual([]);
    expect(records.filter((each) => each.outcome === 'refused' && each.why)).toHaveLength(refusals);
  }, 120_000);

  it('refuses every command at a wrong time in every later phase, also when it is sent twice', async () => {
    const desk = await openDesk();
    const file = await desk.upload(every);
    const r = { reason: 'r' };
    const commands: Record<string, Record<string, unknown>> = {
      claim: { actor: 'ben' },
      release: { actor: 'ben' },
      submit: { actor: 'ben', ...file },
      review: { actor: 'clara' },
      return: { actor: 'clara', ...r },
      'attest-absent': { actor: 'clara', organ: 'spleen', ...r },
      approve: { actor: 'clara' },
      'start-verification': { actor: 'david' },
      verify: { actor: 'david' },
      refine: { actor: 'david', ...r, ...file },
    };
    const judging = ['return', 'attest-absent', 'approve'];
    /** What may be done next in each phase; everything else has to be refused, twice. */
    const phases: [string, string[], Record<string, unknown>][] = [
      ['leased', [], { kind: 'claim', actor: 'anna' }],
      ['submitted', ['review'], { kind: 'submit', actor: 'anna', ...file }],
      ['in-review', judging, { kind: 'review', actor: 'clara' }],
      ['returned', [], { kind: 'return', actor: 'clara', reason: 'again' }],
      ['submitted', ['review'], { kind: 'submit', actor: 'anna', ...file }],
      ['in-review', judging, { kind: 'review', actor: 'clara' }],
      ['certified', ['start-verification'], { kind: 'approve', actor: 'clara' }],
      ['in-verification', ['verify', 'refine'], { kind: 'start-verification', actor: 'david' }],
    ];
    let refusals = 0;
    for (const [phase, allowed, step] of phases) {
      expect(await desk.ask(step)).toMatchObject({ accepted: true, phase });
      const before = await desk.state();
      for (const [kind, more] of Object.entries(commands)) {
        if (allowed.includes(kind)) continue;
        for (const commandId of [`${before.version}-${kind}`, `${before.version}-${kind}-again`]) {
          expect(await desk.ask({ kind, commandId, ...more }), `${kind} while ${phase}`).toMatchObject({
            accepted: false,
          });
          refusals += 1;
        }
      }
      expect(await desk.state()).toEqual(before);
    }
    const { records } = await trail(desk);
    expect(records.filter((each) => each.outcome === 'refused' && each.why)).toHaveLength(refusals);
  }, 180_000);

  it('does not take one command for another that has the same id', async () => {
    const desk = await openDesk();
    await desk.ask({ kind: 'claim', actor: 'anna', commandId: '1' });
    const answer = await desk.ask({
      kind: 'submit',
      actor: 'anna',
      commandId: '1',
      ...(await desk.upload(every)),
    });
    expect(answer).toMatchObject({ accepted: true, phase: 'submitted', version: 2 });
  });

  it('takes a command that is sent twice once, by update and by signal', async () => {
    const desk = await openDesk();
    const first = await desk.ask({ kind: 'claim', actor: 'anna', commandId: 'same' });
    const again = await desk.ask({ kind: 'claim', actor: 'anna', commandId: 'same' });
    expect(again).toEqual(first);
    const handle = installation.client.workflow.getHandle(taskWorkflowId(desk.mini.at, round));
    await handle.signal(signals.taskCommand, { kind: 'claim', actor: 'anna', commandId: 'same' });
    await desk.ask({ kind: 'approve', actor: 'clara' });
    expect(await desk.state()).toMatchObject({ version: 1, phase: 'leased', assignee: 'anna' });
    const { records } = await trail(desk);
    expect(records.map((each) => each.outcome)).toEqual(['done', 'done', 'repeated', 'refused']);
  });

  it('refuses a malformed signal without harm', async () => {
    const desk = await openDesk();
    const handle = installation.client.workflow.getHandle(taskWorkflowId(desk.mini.at, round));
    for (const junk of [null, 7, { kind: 'destroy' }, { kind: 'claim', actor: 'anna' }]) {
      await handle.signal(signals.taskCommand, junk);
    }
    await desk.ask({ kind: 'claim', actor: 'anna' });
    const { records } = await trail(desk);
    expect(records.filter((each) => each.action === 'malformed' && each.outcome === 'refused')).toHaveLength(
      4,
    );
    expect(await desk.state()).toMatchObject({ version: 1 });
  });

  it('refuses uploads that are no mask of this case, and says why', async () => {
    const desk = await openDesk();
    const { store } = installation;
    await desk.ask({ kind: 'claim', actor: 'anna' });
    const other = await storeMiniCase(store, `refine-other-${process.pid}`);
    const shifted = labelMapFile(other.image, every);
    const submit = async (bytes: Uint8Array) =>
      desk.ask({ kind: 'submit', actor: 'anna', upload: await putContent(store, bytes) });
    expect(await submit(new Uint8Array())).toMatchObject({
      accepted: false,
      why: expect.stringContaining('empty'),
    });
    expect(await submit(shifted.subarray(0, 60))).toMatchObject({ accepted: false });
    expect(await submit(new TextEncoder().encode('no mask'))).toMatchObject({ accepted: false });
    const missing = { key: 'v1/objects/sha256/none', sha256: '0'.repeat(64), bytes: 1 };
    const answer = await desk.ask({ kind: 'submit', actor: 'anna', upload: missing });
    expect(answer).toMatchObject({ accepted: false, why: expect.stringContaining('is not the key') });
    const unknown = { key: `v1/objects/sha256/${'0'.repeat(64)}`, sha256: '0'.repeat(64), bytes: 1 };
    expect(await desk.ask({ kind: 'submit', actor: 'anna', upload: unknown })).toMatchObject({
      accepted: false,
      why: expect.stringContaining('not in the object store'),
    });
    expect(await desk.state()).toMatchObject({ version: 1, phase: 'leased' });
  });

  it('gives source voxels back that somebody painted over, with a remark', async () => {
    const desk = await openDesk();
    await desk.ask({ kind: 'claim', actor: 'anna' });
    const painted = await desk.upload({ ...every, liver: [0, 1], kidney: [...every.kidney, 2, 3] });
    const answer = await desk.ask({ kind: 'submit', actor: 'anna', ...painted });
    expect(answer).toMatchObject({ accepted: true });
    expect((answer as { remarks: string[] }).remarks.join()).toContain('8 voxels put back');
    const { organs } = await desk.state();
    expect(organs.liver.label).toEqual(desk.mini.labels[0]);
    expect(organs.kidney.state).toBe('pre-labelled');
  });

  it('refuses what comes after the end, and puts that on record too', async () => {
    const desk = await openDesk();
    const file = await desk.upload(every);
    await desk.ask({ kind: 'claim', actor: 'anna' });
    await desk.ask({ kind: 'submit', actor: 'anna', ...file });
    await desk.ask({ kind: 'review', actor: 'clara' });
    await desk.ask({ kind: 'approve', actor: 'clara' });
    await desk.ask({ kind: 'start-verification', actor: 'david' });
    await desk.ask({ kind: 'verify', actor: 'david' });
    await desk.result();
    const late = await desk.ask({ kind: 'approve', actor: 'clara' });
    expect(late).toMatchObject({ accepted: false, phase: 'verified' });
    const { records, breaks } = await trail(desk);
    expect(breaks).toEqual([]);
    expect(records.at(-1)).toMatchObject({ action: 'approve', outcome: 'refused' });
  });

  it('goes on where its record ends when its workflow was terminated', async () => {
    const desk = await openDesk();
    await desk.ask({ kind: 'claim', actor: 'anna' });
    const { client, queueSuffix } = installation;
    const workflowId = taskWorkflowId(desk.mini.at, round);
    await client.workflow.getHandle(workflowId).terminate('test');
    const handle = await client.workflow.start(workflowTypes.refineCase, {
      workflowId,
      taskQueue: taskQueue('orchestration', queueSuffix),
      args: [{ at: desk.mini.at, round, labels: desk.mini.labels, people }],
    });
    const answer = await desk.ask({ kind: 'submit', actor: 'anna', ...(await desk.upload(every)) });
    expect(answer).toMatchObject({ accepted: true, version: 2 });
    expect(await handle.query<TaskState>(queries.task)).toMatchObject({
      phase: 'submitted',
      assignee: 'anna',
    });
  });

  it('returns a lease that ran out to the queue, with its draft, after a reminder', async () => {
    const desk = await openDesk({ leaseSeconds: 2, reminderShare: 0.5 });
    const draft = await desk.upload({ ...every, spleen: [40, 41] });
    const claimed = await desk.ask({ kind: 'claim', actor: 'anna', leaseToken: 'of the first bundle' });
    expect(claimed).toMatchObject({ deadline: expect.any(String) });
    await desk.ask({ kind: 'save-draft', actor: 'anna', ...draft });
    await until(async () => (await desk.state()).phase === 'queued');
    expect(await desk.state()).toMatchObject({ draft: draft.upload, hands: { drew: ['anna'] } });
    const late = await desk.ask({ kind: 'submit', actor: 'anna', ...draft });
    expect(late).toMatchObject({ accepted: false, phase: 'queued' });
    await desk.ask({ kind: 'claim', actor: 'anna' });
    const old = { leaseToken: 'of the first bundle', ...draft };
    expect(await desk.ask({ kind: 'submit', actor: 'anna', ...old })).toMatchObject({
      accepted: false,
      why: expect.stringContaining('the lease of this bundle was lost'),
    });
    const { records, breaks } = await trail(desk);
    expect(breaks).toEqual([]);
    expect(records.map((each) => `${each.action} ${each.outcome}`).slice(0, 6)).toEqual([
      'open done',
      'claim done',
      'save-draft done',
      'remind done',
      'expire done',
      'submit refused',
    ]);
    expect(records[5]!.details).toEqual({ keptUpload: (draft.upload as { key: string }).key });
    expect(records[4]).toMatchObject({ actor: 'plusct', role: 'system' });
    expect(Date.parse(records[4]!.at) - Date.parse(records[1]!.at)).toBeGreaterThanOrEqual(2000);
    expect(JSON.stringify(records)).not.toContain('of the first bundle');
  }, 60_000);

  it('keeps a lease that is renewed, and grows by a few events for each renewal only', async () => {
    const desk = await openDesk({ leaseSeconds: 3 });
    await desk.ask({ kind: 'claim', actor: 'anna' });
    const handle = installation.client.workflow.getHandle(taskWorkflowId(desk.mini.at, round));
    const length = async () => (await handle.describe()).historyLength;
    const before = await length();
    for (let beat = 0; beat < 4; beat += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(await desk.ask({ kind: 'renew', actor: 'anna' })).toMatchObject({ accepted: true, version: 1 });
    }
    expect((await length()) - before).toBeLessThan(4 * 20);
    expect((await desk.state()).lease).toMatchObject({ holder: 'anna' });
  }, 60_000);

  it('gives one lease to a hundred people who ask at once', async () => {
    const crowd: Person[] = Array.from({ length: 100 }, (_, n) => ({
      id: `junior-${n}`,
      role: 'junior',
      simulated: false,
    }));
    const { client, store } = installation;
    const desk = await openDesk();
    const personOf = async (_: string, id: string) => crowd.find((each) => each.id === id);
    const answers = await Promise.all(
      crowd.map(({ id }) =>
        askTask(
          { client, store, personOf },
          { ...desk.mini.at, round },
          { kind: 'claim', actor: id, commandId: 'c' },
        ),
      ),
    );
    const won = answers.filter((each) => 'accepted' in each && each.accepted);
    expect(won).toHaveLength(1);
    const { records } = await trail(desk);
    const claims = records.filter((each) => each.action === 'claim');
    expect(claims).toHaveLength(100);
    const winner = claims.find((each) => each.outcome === 'done');
    expect((await desk.state()).lease?.holder).toBe(winner?.actor);
  }, 120_000);

  it('restores an older version of an organ as a new one', async () => {
    const desk = await openDesk();
    await desk.ask({ kind: 'claim', actor: 'anna' });
    await desk.ask({ kind: 'submit', actor: 'anna', ...(await desk.upload({ ...every, spleen: [40] })) });
    await desk.ask({ kind: 'review', actor: 'clara' });
    await desk.ask({ kind: 'return', actor: 'clara', reason: 'it was better before', organs: ['spleen'] });
    const [, , first] = desk.mini.labels;
    const asked = { kind: 'restore', actor: 'anna', organ: 'spleen', reason: 'as it was' };
    const unknown = await desk.ask({ ...asked, version: 'human-none' });
    expect(unknown).toMatchObject({ accepted: false, why: expect.stringContaining('has no version') });
    expect(await desk.ask({ ...asked, version: first!.version })).toMatchObject({ accepted: true });
    const { label, state } = (await desk.state()).organs.spleen;
    expect(state).toBe('corrected');
    expect(label).toMatchObject({ origin: 'human', author: 'anna', voxelSha256: first!.voxelSha256 });
    expect(label!.version).not.toBe(first!.version);
    const again = await desk.ask({ ...asked, version: first!.version });
    expect(again).toMatchObject({ accepted: false, why: expect.stringContaining('has now') });
  });

  it('knows people who joined later, and the role that somebody has now', async () => {
    const desk = await openDesk();
    const { store, client } = installation;
    const change = { actor: 'lea', role: 'lead', at: new Date() };
    const { campaign } = desk.mini.at;
    const handle = client.workflow.getHandle(taskWorkflowId(desk.mini.at, round));
    await putPerson(store, campaign, { id: 'nora', role: 'junior', simulated: false }, change);
    await handle.signal(signals.taskCommand, { kind: 'claim', actor: 'nora', commandId: 'by-signal' });
    await until(async () => (await desk.state()).assignee === 'nora');
    await putPerson(store, campaign, { id: 'ben', role: 'auditor', simulated: false }, change);
    expect(await desk.ask({ kind: 'hand-over', actor: 'nora', to: 'ben', reason: 'r' })).toMatchObject({
      accepted: false,
      why: expect.stringContaining('ben is an auditor'),
    });
    const roster = await readAudit(store, campaign, rosterEntity);
    expect(roster.breaks).toEqual([]);
    expect(roster.records.map((each) => `${each.action} ${each.actor}`)).toEqual([
      'add-person lea',
      'add-person lea',
    ]);
  });

  it('keeps a second read apart: another reader, no judgement, no result', async () => {
    const { client, store, queueSuffix } = installation;
    const desk = await openDesk();
    const kind = 'double-read' as const;
    const { at, labels } = desk.mini;
    const read = await client.workflow.start(workflowTypes.refineCase, {
      workflowId: taskWorkflowId(at, round, kind),
      taskQueue: taskQueue('orchestration', queueSuffix),
      args: [{ at, round, kind, labels, people, others: ['refine'] }],
    });
    let commands = 0;
    const ask = (command: Record<string, unknown>) =>
      askTask({ client, store }, { ...at, round, kind }, {
        commandId: `read-${commands++}`,
        ...command,
      } as TaskCommand);
    await desk.ask({ kind: 'claim', actor: 'anna' });
    expect(await ask({ kind: 'claim', actor: 'anna' })).toMatchObject({
      accepted: false,
      why: expect.stringContaining('another reader'),
    });
    expect(await ask({ kind: 'claim', actor: 'ben' })).toMatchObject({ accepted: true });
    const done = await ask({ kind: 'submit', actor: 'ben', ...(await desk.upload(every)) });
    expect(done).toMatchObject({ accepted: true, phase: 'submitted' });
    await read.result();
    expect((await desk.state()).phase).toBe('leased');
    expect(await readResult(store, at)).toBeUndefined();
  });

  it('opens another round of a finished case, whose result is a further edition; equal work, equal bytes', async () => {
    const { store, client, queueSuffix } = installation;
    const editions: CaseResult[] = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const desk = await openDesk();
      const { at } = desk.mini;
      const change = { actor: 'lea', role: 'lead', at: new Date() };
      for (const person of people) await putPerson(store, at.campaign, person, change);
      const work = async (number: number, spleen: number[], drawer: string) => {
        const file = await desk.upload({ ...every, spleen });
        const steps = [
          { kind: 'claim', actor: drawer },
          { kind: 'submit', actor: drawer, ...file },
          { kind: 'review', actor: 'clara' },
          { kind: 'approve', actor: 'clara' },
          { kind: 'start-verification', actor: 'david' },
          { kind: 'verify', actor: 'david' },
        ];
        for (const [index, step] of steps.entries()) {
          const full = { commandId: `round-${number}-${index}`, ...step } as TaskCommand;
          const answer = await askTask({ client, store, queueSuffix }, { ...at, round: number }, full);
          expect(answer, step.kind).toMatchObject({ accepted: true });
        }
      };
      await work(1, [40, 41], 'anna');
      const first = (await desk.result()) as { labels: LabelSummary[]; absent: Organ[] };
      const early = await desk.ask({ kind: 'reopen', actor: 'lea', reason: 'too short' });
      expect(early).toMatchObject({ accepted: false, why: expect.stringContaining('not finished yet') });
      await labelDeeds({ store, work: volumes }).finaliseCase({ at, ...first });
      expect(await desk.ask({ kind: 'reopen', actor: 'anna', reason: 'r' })).toMatchObject({
        accepted: false,
      });
      const reopened = await desk.ask({ kind: 'reopen', actor: 'lea', reason: 'too short' });
      expect(reopened).toMatchObject({ accepted: true, phase: 'verified' });
      expect(await desk.ask({ kind: 'reopen', actor: 'lea', reason: 'r' })).toMatchObject({
        accepted: false,
        why: 'round 2 is open already; work on that one',
      });
      await until(async () => (await tasksOfCase(store, at)).length === 2);
      await work(2, [40, 41, 42], 'ben');
      await client.workflow.getHandle(reopenedCaseId(at, 2)).result();
      const [one, two] = await Promise.all(
        [1, 2].map((n) => requireJson(store, resultKey(at, n), CaseResult)),
      );
      expect(await readResult(store, at)).toEqual(two);
      expect(one!.labelMap.sha256).not.toBe(two!.labelMap.sha256);
      const round2 = (await tasksOfCase(store, at)).at(-1);
      expect(round2?.hands).toEqual({ drew: ['anna', 'ben'], reviewed: ['clara'], verified: ['david'] });
      editions.push(two!);
    }
    expect(editions[0]).toEqual(editions[1]);
  }, 120_000);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
