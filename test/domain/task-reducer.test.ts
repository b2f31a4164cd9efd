import { describe, expect, it } from 'vitest';
import type { LabelSummary } from '../../domain/label-version.js';
import type { TaskCommand, TaskState } from '../../domain/task.js';
import {
  acceptedCommandsLimit,
  allowedCommands,
  labelsOf,
  openTask,
  reduceTask,
  refusal,
  taskId,
  taskIsDone,
} from '../../domain/task-reducer.js';
import {
  certified,
  claimed,
  command,
  drawnPancreas,
  firstLabels,
  frozen,
  label,
  opened,
  organStates,
  people,
  submitted,
  through,
} from './tasks.js';

const why = (state: TaskState, asked: TaskCommand) => refusal(state, asked, people);
const answer = (state: TaskState, asked: TaskCommand, labels?: readonly LabelSummary[]) =>
  reduceTask(state, asked, { people, ...(labels === undefined ? {} : { labels }) });

describe('a new task', () => {
  it('locks source labels, proposes those of models and leaves the rest empty', () => {
    expect(organStates(opened())).toEqual({
      liver: 'source',
      kidney: 'pre-labelled',
      spleen: 'pre-labelled',
      pancreas: 'empty',
    });
    expect(opened()).toMatchObject({ phase: 'queued', version: 0, returns: 0, acceptedCommands: [] });
  });

  it('takes the source label where there is also a proposal', () => {
    const both = [label('liver', 'model', { origin: 'model' }), firstLabels[0]];
    expect(opened(both).organs.liver).toEqual({ state: 'source', label: firstLabels[0] });
  });

  it('of a case that the source labels whole goes through people’s hands unchanged', () => {
    const whole = (['liver', 'kidney', 'spleen', 'pancreas'] as const).map((organ) =>
      label(organ, 'source', { origin: 'source', author: 'abdomenct-1k' }),
    );
    const done = through(
      opened(whole),
      [command('claim', 'anna')],
      [command('submit', 'anna'), whole],
      [command('approve', 'cora')],
      [command('verify', 'emma')],
    );
    expect(taskIsDone(done)).toBe(true);
    expect(labelsOf(done)).toEqual(whole);
  });

  it('calls a proposal without a voxel empty, and keeps it', () => {
    const nothing = label('spleen', 'none', { origin: 'model', voxels: 0 });
    expect(opened([nothing]).organs.spleen).toEqual({ state: 'empty', label: nothing });
  });

  it('is named by collection, case and round, and takes no more of its address than it needs', () => {
    const at = {
      campaign: 'first',
      collection: 'kits19',
      caseId: 'case_00001',
      round: 2,
      labels: [],
    } as const;
    expect(taskId(openTask(at))).toBe('kits19/case_00001/2');
    expect(Object.keys(openTask(at))).not.toContain('labels');
  });

  it('lists its labels in the order of organs', () => {
    expect(labelsOf(opened([...firstLabels].reverse()))).toEqual(firstLabels);
  });
});

describe('refusals say what to do instead', () => {
  it.each<[TaskState, TaskCommand, string]>([
    [
      opened(),
      command('claim', 'zoe'),
      'zoe is not among the people of this campaign; send the command as one of them',
    ],
    [submitted(), command('approve', 'anna'), 'approve needs a certified radiologist; anna is a junior'],
    [
      submitted(),
      command('attest-absent', 'anna'),
      'attest-absent needs a certified radiologist or a senior radiologist; anna is a junior',
    ],
    [opened(), command('submit', 'anna'), 'the task is queued; claim it first'],
    [opened(), command('approve', 'cora'), 'the task is queued; it waits for a junior to claim it'],
    [
      certified(),
      command('attest-absent', 'cora'),
      'the task is certified; it waits for a senior radiologist to verify or refine it',
    ],
    [
      claimed(),
      command('claim', 'anna'),
      'the task is claimed; anna can ask for release, submit now, not for claim',
    ],
    [claimed(), command('submit', 'bert'), "the task is anna's; claim another task"],
    [
      claimed(),
      command('submit', 'anna', { expectedVersion: 0 }),
      'the task is at version 1, not 0; look at it again, then decide anew',
    ],
    [
      submitted(),
      command('attest-absent', 'cora', { organ: 'liver' }),
      'liver is labelled at the source and stays; attest one of kidney, spleen, pancreas',
    ],
    [
      submitted(),
      command('return', 'cora', { organs: ['kidney', 'liver'] }),
      'liver is labelled at the source; return only kidney, spleen, pancreas',
    ],
    [
      submitted(),
      command('return', 'cora', { organs: [] }),
      'no organ is named; name those to correct, or leave organs out',
    ],
  ])('refusal %#', (state, asked, expected) => {
    expect(why(state, asked)).toBe(expected);
  });

  it('to people who would judge their own work after their role changed', () => {
    const promoted = people.map(
      (each) => ({ ...each, role: each.id === 'anna' ? 'certified' : each.role }) as const,
    );
    expect(refusal(submitted(), command('approve', 'anna'), promoted)).toBe(
      'anna drew these labels; approve needs another certified radiologist',
    );
    const raised = people.map(
      (each) => ({ ...each, role: each.id === 'cora' ? 'senior' : each.role }) as const,
    );
    expect(refusal(certified(), command('verify', 'cora'), raised)).toBe(
      'cora approved these labels; verify needs another senior radiologist',
    );
  });

  it('to attesting an organ absent twice', () => {
    const attested = through(submitted(), [command('attest-absent', 'cora', { organ: 'spleen' })]);
    expect(why(attested, command('attest-absent', 'dirk', { organ: 'spleen' }))).toBe(
      'spleen is attested absent already',
    );
  });

  it('to returning or attesting where every organ is from the source', () => {
    const all = (['liver', 'kidney', 'spleen', 'pancreas'] as const).map((organ) =>
      label(organ, 's', { origin: 'source' }),
    );
    const state = through(opened(all), [command('claim', 'anna')], [command('submit', 'anna')]);
    expect(why(state, command('return', 'cora'))).toMatch(/nothing can be returned; approve it$/);
    expect(why(state, command('attest-absent', 'cora'))).toMatch(/nothing is left to attest$/);
    expect(allowedCommands(state, people[2])).toEqual(['approve']);
  });

  it('to an approval while an organ is empty, until it is attested absent', () => {
    const state = through(claimed(), [command('submit', 'anna')]);
    expect(why(state, command('approve', 'cora'))).toBe(
      'no voxel of pancreas; return the task to have it drawn, or attest it absent',
    );
    expect(allowedCommands(state, people[2])).toEqual(['return', 'attest-absent']);
    const done = through(state, [command('attest-absent', 'cora')], [command('approve', 'cora')]);
    expect(done.organs.pancreas).toEqual({ state: 'absent' });
  });

  it('to uploads that nobody has read', () => {
    const { state, answer: given } = answer(claimed(), command('submit', 'anna'));
    expect(given).toMatchObject({
      accepted: false,
      why: 'the upload has not been read; send the command again',
    });
    expect(state.version).toBe(1);
  });
});

describe('submitting', () => {
  it('marks changed organs corrected and leaves proposals that nobody changed', () => {
    const state = through(claimed(), [
      command('submit', 'anna'),
      [label('liver', 'overwritten'), label('kidney', 'better'), ...drawnPancreas],
    ]);
    expect(organStates(state)).toEqual({
      liver: 'source',
      kidney: 'corrected',
      spleen: 'pre-labelled',
      pancreas: 'corrected',
    });
    expect(labelsOf(state)).toEqual([
      firstLabels[0],
      label('kidney', 'better'),
      firstLabels[2],
      drawnPancreas[0],
    ]);
  });

  it('keeps the old label when another version has the same voxels', () => {
    const same = label('kidney', 'model', { version: 'human-again' });
    expect(through(claimed(), [command('submit', 'anna'), [same]]).organs.kidney).toEqual({
      state: 'pre-labelled',
      label: firstLabels[1],
    });
  });

  it('calls an organ empty that has no voxel, and says so', () => {
    const erased = label('kidney', 'erased', { voxels: 0 });
    const { state, answer: given } = reduceTask(claimed(), command('submit', 'anna'), {
      people,
      labels: [erased, ...drawnPancreas],
      remarks: ['values 5 were ignored'],
    });
    expect(state.organs.kidney).toEqual({ state: 'empty', label: erased });
    expect(given).toMatchObject({
      remarks: [
        'values 5 were ignored',
        'kidney has no voxel; it must be drawn or attested absent before approval',
      ],
    });
  });

  it('is refused when it draws an organ that a radiologist attested absent', () => {
    const back = through(submitted(), [command('attest-absent', 'cora')], [command('return', 'cora')]);
    const drawn = answer(back, command('submit', 'anna'), drawnPancreas);
    expect(drawn.answer).toMatchObject({
      accepted: false,
      why: expect.stringMatching(/^pancreas is attested absent/),
    });
    expect(drawn.state).toBe(back);
    expect(through(back, [command('submit', 'anna'), []]).organs.pancreas).toEqual({ state: 'absent' });
  });
});

describe('returning', () => {
  it('sends every correctable organ back to the same junior, with the reason', () => {
    const state = through(submitted(), [command('return', 'cora', { reason: ' kidney leaks ' })]);
    expect(state).toMatchObject({
      phase: 'returned',
      assignee: 'anna',
      returns: 1,
      lastReason: 'kidney leaks',
    });
    expect(organStates(state)).toEqual({
      liver: 'source',
      kidney: 'returned',
      spleen: 'returned',
      pancreas: 'returned',
    });
    expect(labelsOf(state)).toEqual(labelsOf(submitted()));
  });

  it('touches only the organs that are named', () => {
    const state = through(submitted(), [command('return', 'cora', { organs: ['kidney'] })]);
    expect(organStates(state)).toMatchObject({
      kidney: 'returned',
      spleen: 'pre-labelled',
      pancreas: 'corrected',
    });
    const again = through(state, [command('submit', 'anna'), []]);
    expect(organStates(again)).toMatchObject({
      kidney: 'returned',
      spleen: 'pre-labelled',
      pancreas: 'corrected',
    });
  });

  it('takes back an attestation when the absent organ is named', () => {
    const state = through(
      submitted(),
      [command('attest-absent', 'cora')],
      [command('return', 'dirk', { organs: ['pancreas'] })],
    );
    expect(state.organs.pancreas).toEqual({ state: 'returned' });
    expect(through(state, [command('submit', 'anna'), []]).organs.pancreas).toEqual({ state: 'empty' });
    expect(through(state, [command('submit', 'anna'), drawnPancreas]).organs.pancreas.state).toBe(
      'corrected',
    );
  });
});

describe('passing', () => {
  it('goes through approval and verification, and ends there', () => {
    const done = through(certified(), [command('verify', 'emma')]);
    expect(organStates(certified())).toEqual({
      liver: 'source',
      kidney: 'approved',
      spleen: 'approved',
      pancreas: 'approved',
    });
    expect(done).toMatchObject({
      phase: 'verified',
      assignee: 'anna',
      reviewer: 'cora',
      verifier: 'emma',
      version: 4,
    });
    expect(taskIsDone(certified())).toBe(false);
    expect(taskIsDone(done)).toBe(true);
    expect(people.flatMap((person) => allowedCommands(done, person))).toEqual([]);
    expect(why(done, command('verify', 'finn'))).toBe('the task is verified; nothing is left to do');
  });

  it('lets a senior refine, even an organ that was attested absent, but never the source', () => {
    const state = through(submitted(), [command('attest-absent', 'cora')], [command('approve', 'cora')]);
    const labels = [label('liver', 'no'), label('spleen', 'senior'), label('pancreas', 'found')];
    const done = through(state, [command('refine', 'emma'), labels]);
    expect(labelsOf(done)).toEqual([firstLabels[0], firstLabels[1], labels[1], labels[2]]);
    expect(new Set(Object.values(organStates(done)))).toEqual(new Set(['source', 'verified']));
  });

  it('refuses a refinement that erases an organ without a word', () => {
    const given = answer(certified(), command('refine', 'emma'), [label('spleen', 'gone', { voxels: 0 })]);
    expect(given.answer).toMatchObject({
      accepted: false,
      why: 'the upload has no voxel of spleen; draw it, or attest it absent first',
    });
  });

  it('lets a senior attest an approved organ absent and drops its label', () => {
    const state = through(certified(), [command('attest-absent', 'emma', { organ: 'spleen' })]);
    expect(state.organs.spleen).toEqual({ state: 'absent' });
    expect(state.phase).toBe('certified');
  });
});

describe('releasing', () => {
  it('puts the task back for anybody', () => {
    const state = through(claimed(), [command('release', 'anna')]);
    expect(state.phase).toBe('queued');
    expect(Object.keys(state)).not.toContain('assignee');
    expect(through(state, [command('claim', 'bert')]).assignee).toBe('bert');
  });
});

describe('a command that expects a version', () => {
  it.each([0, 2])('is refused at version 1 when it expects %i', (expectedVersion) => {
    const asked = command('submit', 'anna', { expectedVersion });
    expect(answer(claimed(), asked, []).answer).toMatchObject({ accepted: false, version: 1 });
  });

  it('counts at that version', () => {
    expect(why(claimed(), command('submit', 'anna', { expectedVersion: 1 }))).toBeUndefined();
  });
});

describe('a command that is sent twice', () => {
  it('counts once and is answered as accepted again, whatever has happened since', () => {
    const claim = command('claim', 'anna', { expectedVersion: 0 });
    const once = through(opened(), [claim]);
    for (const state of [once, through(once, [command('submit', 'anna'), drawnPancreas])]) {
      const { version, phase } = state;
      expect(why(state, claim)).toBeUndefined();
      expect(answer(state, claim).state).toBe(state);
      expect(answer(state, claim).answer).toEqual({
        accepted: true,
        version,
        phase,
        remarks: ['already done'],
      });
    }
  });

  it('may count later when it was refused the first time', () => {
    const submit = command('submit', 'anna');
    expect(answer(opened(), submit, []).answer.accepted).toBe(false);
    expect(answer(claimed(), submit, []).answer.accepted).toBe(true);
  });

  it('is remembered for a bounded number of commands', () => {
    let state = opened();
    for (let turn = 0; turn < acceptedCommandsLimit; turn++) {
      state = through(state, [command('claim', 'anna')], [command('release', 'anna')]);
    }
    expect(state.version).toBe(2 * acceptedCommandsLimit);
    expect(state.acceptedCommands).toHaveLength(acceptedCommandsLimit);
    const latest = frozen({
      ...command('release', 'anna'),
      commandId: state.acceptedCommands.at(-1)!.split('/')[2]!,
    });
    expect(answer(state, latest).state).toBe(state);
  });
});
