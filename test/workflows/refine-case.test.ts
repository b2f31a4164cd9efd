import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askTask } from '../../activities/task-desk.js';
import { taskQueue } from '../../domain/queues.js';
import type { Person, TaskAnswer, TaskCommand, TaskState } from '../../domain/task.js';
import { queries, signals, taskEntity, taskWorkflowId, workflowTypes } from '../../domain/workflow-ids.js';
import { readAudit } from '../../storage/audit-log.js';
import { putContent } from '../../storage/content.js';
import { type Installation, install } from './installation.js';
import { labelMapFile, type MiniCase, organVoxels, storeMiniCase } from './mini-case.js';

const people: Person[] = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'ben', role: 'junior', simulated: false },
  { id: 'clara', role: 'certified', simulated: false },
  { id: 'david', role: 'senior', simulated: false },
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
afterAll(() => installation.stop());

interface Desk {
  readonly mini: MiniCase;
  ask(command: Record<string, unknown>): Promise<TaskAnswer>;
  state(): Promise<TaskState>;
  upload(
    voxels: Partial<typeof every>,
  ): Promise<{ upload: TaskCommand extends { upload: infer U } ? U : unknown }>;
  result(): Promise<unknown>;
}

async function openDesk(): Promise<Desk> {
  const { client, store, queueSuffix } = installation;
  const mini = await storeMiniCase(store, `refine-${process.pid}-${count++}`);
  const handle = await client.workflow.start(workflowTypes.refineCase, {
    workflowId: taskWorkflowId(mini.at, round),
    taskQueue: taskQueue('orchestration', queueSuffix),
    args: [{ at: mini.at, round, labels: mini.labels, people }],
  });
  let commands = 0;
  return {
    mini,
    ask: async (command) => {
      const full = { commandId: `c${commands++}`, ...command } as TaskCommand;
      const answer = await askTask({ client, store }, mini.at, round, full);
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
    await desk.ask({ kind: 'return', actor: 'clara', reason: 'the spleen is cut off', organs: ['spleen'] });
    expect((await desk.state()).assignee).toBe('anna');
    await desk.ask({ kind: 'submit', actor: 'anna', ...better });
    await desk.ask({ kind: 'approve', actor: 'clara' });
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
      'return clara done',
      'submit anna done',
      'approve clara done',
      'verify david done',
    ]);
    expect(records[3]!.why).toBe('the spleen is cut off');
    expect(records[4]!.labelsBefore.spleen).not.toBe(records[4]!.labelsAfter.spleen);
  });

  it('refuses every command before a claim, by a wrong role or by nobody, records it and changes nothing', async () => {
    const desk = await openDesk();
    const file = await desk.upload(every);
    const whole: Record<string, Record<string, unknown>> = {
      claim: {},
      release: {},
      submit: file,
      return: { reason: 'r' },
      'attest-absent': { reason: 'r', organ: 'spleen' },
      approve: {},
      verify: {},
      refine: { reason: 'r', ...file },
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
  }, 60_000);

  it('refuses every command at a wrong time in every later phase, also when it is sent twice', async () => {
    const desk = await openDesk();
    const file = await desk.upload(every);
    const commands: Record<string, Record<string, unknown>> = {
      claim: { actor: 'ben' },
      release: { actor: 'ben' },
      submit: { actor: 'ben', ...file },
      return: { actor: 'clara', reason: 'r' },
      'attest-absent': { actor: 'clara', reason: 'r', organ: 'spleen' },
      approve: { actor: 'clara' },
      verify: { actor: 'david' },
      refine: { actor: 'david', reason: 'r', ...file },
    };
    /** What may be done next in each phase; everything else has to be refused, twice. */
    const phases: [string, string[], Record<string, unknown>][] = [
      ['claimed', [], { kind: 'claim', actor: 'anna' }],
      ['submitted', ['return', 'attest-absent', 'approve'], { kind: 'submit', actor: 'anna', ...file }],
      ['returned', [], { kind: 'return', actor: 'clara', reason: 'again' }],
      ['submitted', ['return', 'attest-absent', 'approve'], { kind: 'submit', actor: 'anna', ...file }],
      ['certified', ['verify', 'refine'], { kind: 'approve', actor: 'clara' }],
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
  }, 90_000);

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
    expect(await desk.state()).toMatchObject({ version: 1, phase: 'claimed', assignee: 'anna' });
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
    expect(await desk.state()).toMatchObject({ version: 1, phase: 'claimed' });
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
    await desk.ask({ kind: 'approve', actor: 'clara' });
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
});
