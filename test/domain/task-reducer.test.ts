import { describe, expect, it } from 'vitest';
import type { LabelSummary } from '../../domain/label-version.js';
import type { TaskState } from '../../domain/task.js';
import type { TaskCommand } from '../../domain/task-command.js';
import { labelsOf } from '../../domain/task-organs.js';
import { acceptedCommandsLimit, openTask, reduceTask } from '../../domain/task-reducer.js';
import { allowedCommands, commentsLimit, refusal } from '../../domain/task-refusal.js';
import { taskIsDone } from '../../domain/task-rules.js';
import { taskId } from '../../domain/task-summary.js';
import {
  certified,
  command,
  drawnPancreas,
  escalated,
  firstLabels,
  frozen,
  inReview,
  inVerification,
  label,
  leased,
  opened,
  organStates,
  people,
  start,
  submitted,
  through,
  verified,
} from './tasks.js';

const why = (state: TaskState, asked: TaskCommand) => refusal(state, asked, { people, now: start });
const answer = (state: TaskState, asked: TaskCommand, labels?: readonly LabelSummary[]) =>
  reduceTask(state, asked, { people, now: start, ...(labels === undefined ? {} : { labels }) });
const cora = people.find((each) => each.id === 'cora')!;

describe('a new task', () => {
  it('locks source labels, proposes those of models and leaves the rest empty', () => {
    expect(organStates(opened())).toEqual({
      liver: 'source',
      kidney: 'pre-labelled',
      spleen: 'pre-labelled',
      pancreas: 'empty',
    });
    expect(opened()).toMatchObject({
      phase: 'queued',
      version: 0,
      returns: 0,
      comments: [],
      hands: { drew: [], reviewed: [], verified: [] },
      acceptedCommands: [],
    });
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
      [command('review', 'cora')],
      [command('approve', 'cora')],
      [command('start-verification', 'emma')],
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
    [inReview(), command('approve', 'anna'), 'approve needs a certified radiologist; anna is a junior'],
    [
      inReview(),
      command('attest-absent', 'anna'),
      'attest-absent needs a certified radiologist or a senior radiologist; anna is a junior',
    ],
    [opened(), command('submit', 'anna'), 'the task is queued; claim it first'],
    [opened(), command('approve', 'cora'), 'the task is queued; it waits for a junior to claim it'],
    [
      submitted(),
      command('approve', 'cora'),
      'the task is submitted; cora can ask for review now, not for approve',
    ],
    [
      certified(),
      command('attest-absent', 'cora'),
      'the task is certified; it waits for a senior radiologist to start the verification',
    ],
    [
      leased(),
      command('claim', 'anna'),
      'the task is leased; anna can ask for submit, save-draft, restore, renew, release, hand-over now, not for claim',
    ],
    [leased(), command('submit', 'bert'), "the task is anna's; claim another task"],
    [inReview(), command('approve', 'dirk'), "the task is cora's; claim another task"],
    [
      leased(),
      command('submit', 'anna', { expectedVersion: 0 }),
      'the task is at version 1, not 0; look at it again, then decide anew',
    ],
    [
      inReview(),
      command('attest-absent', 'cora', { organ: 'liver' }),
      'liver is labelled at the source and stays; attest one of kidney, spleen, pancreas',
    ],
    [
      inReview(),
      command('return', 'cora', { organs: ['kidney', 'liver'] }),
      'liver is labelled at the source; return only kidney, spleen, pancreas',
    ],
    [
      inReview(),
      command('return', 'cora', { organs: [] }),
      'no organ is named; name those to correct, or leave organs out',
    ],
    [
      leased(),
      command('hand-over', 'anna', { to: 'zoe' }),
      'zoe is not among the people of this campaign; name one of them',
    ],
    [leased(), command('hand-over', 'anna', { to: 'anna' }), 'anna has the task already; name somebody else'],
    [
      leased(),
      command('hand-over', 'lea', { to: 'cora' }),
      'the task is leased; hand it to a junior, cora is a certified radiologist',
    ],
    [verified(), command('hand-over', 'lea'), 'the task is verified; nothing is left to do'],
    [
      leased(),
      command('comment', 'anna', { comments: [], resolve: ['3-1'] }),
      'there is no comment 3-1; resolve those that there are',
    ],
    [leased(), command('comment', 'anna', { comments: [] }), 'there is no comment in it; give a text'],
  ])('refusal %#', (state, asked, expected) => {
    expect(why(state, asked)).toBe(expected);
  });

  it('to attesting an organ absent twice', () => {
    const attested = through(inReview(), [command('attest-absent', 'cora', { organ: 'spleen' })]);
    expect(why(attested, command('attest-absent', 'cora', { organ: 'spleen' }))).toBe(
      'spleen is attested absent already',
    );
  });

  it('to returning or attesting where every organ is from the source', () => {
    const all = (['liver', 'kidney', 'spleen', 'pancreas'] as const).map((organ) =>
      label(organ, 's', { origin: 'source' }),
    );
    const state = through(
      opened(all),
      [command('claim', 'anna')],
      [command('submit', 'anna')],
      [command('review', 'cora')],
    );
    expect(why(state, command('return', 'cora'))).toMatch(/nothing can be returned; approve it$/);
    expect(why(state, command('attest-absent', 'cora'))).toMatch(/nothing is left to attest$/);
    expect(allowedCommands(state, cora)).toEqual([
      'renew',
      'release',
      'hand-over',
      'approve',
      'escalate',
      'comment',
    ]);
  });

  it('to an approval while an organ is empty, until it is attested absent', () => {
    const state = through(leased(), [command('submit', 'anna')], [command('review', 'cora')]);
    expect(why(state, command('approve', 'cora'))).toBe(
      'no voxel of pancreas; return the task to have it drawn, or attest it absent',
    );
    expect(allowedCommands(state, cora)).not.toContain('approve');
    const done = through(state, [command('attest-absent', 'cora')], [command('approve', 'cora')]);
    expect(done.organs.pancreas).toEqual({ state: 'absent', attestedBy: 'cora' });
  });

  it('to a verification of what nobody could approve', () => {
    const state = through(
      leased(),
      [command('submit', 'anna')],
      [command('review', 'cora')],
      [command('escalate', 'cora')],
      [command('start-verification', 'emma')],
    );
    expect(why(state, command('verify', 'emma'))).toMatch(/^no voxel of pancreas/);
    expect(answer(state, command('refine', 'emma'), []).answer).toMatchObject({ accepted: false });
    expect(answer(state, command('refine', 'emma'), drawnPancreas).answer).toMatchObject({ accepted: true });
  });

  it('to uploads that nobody has read', () => {
    const { state, answer: given } = answer(leased(), command('submit', 'anna'));
    expect(given).toMatchObject({
      accepted: false,
      why: 'the upload has not been read; send the command again',
    });
    expect(state.version).toBe(1);
  });
});

describe('submitting', () => {
  it('marks changed organs corrected and leaves proposals that nobody changed', () => {
    const state = through(leased(), [
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
    expect(through(leased(), [command('submit', 'anna'), [same]]).organs.kidney).toEqual({
      state: 'pre-labelled',
      label: firstLabels[1],
    });
  });

  it('calls an organ empty that has no voxel, and says so', () => {
    const erased = label('kidney', 'erased', { voxels: 0 });
    const { state, answer: given } = reduceTask(leased(), command('submit', 'anna'), {
      people,
      now: start,
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
    const back = through(inReview(), [command('attest-absent', 'cora')], [command('return', 'cora')]);
    const drawn = answer(back, command('submit', 'anna'), drawnPancreas);
    expect(drawn.answer).toMatchObject({
      accepted: false,
      why: expect.stringMatching(/^pancreas is attested absent/),
    });
    expect(drawn.state).toBe(back);
    expect(through(back, [command('submit', 'anna'), []]).organs.pancreas).toEqual({
      state: 'absent',
      attestedBy: 'cora',
    });
  });
});

describe('returning', () => {
  it('sends every correctable organ back to the same junior, with the reason', () => {
    const state = through(inReview(), [command('return', 'cora', { reason: ' kidney leaks ' })]);
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
    expect(state.returnedOrgans).toEqual(['kidney', 'spleen', 'pancreas']);
    expect(Object.keys(state)).not.toContain('reviewer');
  });

  it('carries comments that are pinned to places, for the junior to settle', () => {
    const comments = [
      {
        text: ' leaks into the psoas ',
        organ: 'kidney' as const,
        voxel: [3, 4, 5] as [number, number, number],
      },
      { text: 'look at the hilum' },
    ];
    const state = through(inReview(), [command('return', 'cora', { comments })]);
    expect(state.comments).toEqual([
      { ...comments[0], text: 'leaks into the psoas', id: '4-1', author: 'cora', at: start },
      { text: 'look at the hilum', id: '4-2', author: 'cora', at: start },
    ]);
    const settled = through(state, [command('comment', 'anna', { comments: [], resolve: ['4-2'] })]);
    expect(settled.comments.map((each) => each.resolved)).toEqual([undefined, true]);
  });

  it('comes from a senior too, and goes through review again', () => {
    const state = through(
      inVerification(),
      [command('return', 'emma', { organs: ['spleen'] })],
      [command('submit', 'anna'), [label('spleen', 'better')]],
    );
    expect(state).toMatchObject({ phase: 'submitted', assignee: 'anna', returns: 1 });
    expect(Object.keys(state).filter((key) => key === 'reviewer' || key === 'verifier')).toEqual([]);
    expect(organStates(state)).toMatchObject({ kidney: 'approved', spleen: 'corrected' });
  });

  it('touches only the organs that are named', () => {
    const state = through(inReview(), [command('return', 'cora', { organs: ['kidney'] })]);
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
      inReview(),
      [command('attest-absent', 'cora')],
      [command('return', 'cora', { organs: ['pancreas'] })],
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
    const done = verified();
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
      version: 6,
      hands: { drew: ['anna'], reviewed: ['cora'], verified: ['emma'] },
    });
    expect(taskIsDone(certified())).toBe(false);
    expect(taskIsDone(done)).toBe(true);
    expect(people.flatMap((person) => allowedCommands(done, person))).toEqual(['reopen']);
    expect(why(done, command('verify', 'finn'))).toBe('the task is verified; nothing is left to do');
  });

  it('lets a senior refine, even an organ that was attested absent, but never the source', () => {
    const state = through(
      inReview(),
      [command('attest-absent', 'cora')],
      [command('approve', 'cora')],
      [command('start-verification', 'emma')],
    );
    const labels = [label('liver', 'no'), label('spleen', 'senior'), label('pancreas', 'found')];
    const done = through(state, [command('refine', 'emma'), labels]);
    expect(labelsOf(done)).toEqual([firstLabels[0], firstLabels[1], labels[1], labels[2]]);
    expect(new Set(Object.values(organStates(done)))).toEqual(new Set(['source', 'verified']));
    expect(done.hands).toEqual({ drew: ['anna', 'emma'], reviewed: ['cora'], verified: ['emma'] });
  });

  it('refuses a refinement that erases an organ without a word', () => {
    const given = answer(inVerification(), command('refine', 'emma'), [
      label('spleen', 'gone', { voxels: 0 }),
    ]);
    expect(given.answer).toMatchObject({
      accepted: false,
      why: 'the upload has no voxel of spleen; draw it, or attest it absent first',
    });
  });

  it('lets a senior attest an approved organ absent and drops its label', () => {
    const state = through(inVerification(), [command('attest-absent', 'emma', { organ: 'spleen' })]);
    expect(state.organs.spleen).toEqual({ state: 'absent', attestedBy: 'emma' });
    expect(state.phase).toBe('in-verification');
  });
});

describe('restoring', () => {
  const older = label('kidney', 'older');

  it('gives the organ the voxels of an older version, under the same lease', () => {
    const state = through(leased(), [command('restore', 'anna', { organ: 'kidney' }), [older]]);
    expect(state.organs.kidney).toEqual({ state: 'corrected', label: older });
    expect(state).toMatchObject({ phase: 'leased', lease: leased().lease, hands: { drew: ['anna'] } });
  });

  it('touches no other organ, whatever was made', () => {
    const made = [older, label('spleen', 'stray')];
    const state = through(leased(), [command('restore', 'anna', { organ: 'kidney' }), made]);
    expect(state.organs.spleen).toEqual(leased().organs.spleen);
  });

  it('is for the senior too, who then may verify; but for nobody where the source says it', () => {
    const state = through(inVerification(), [command('restore', 'emma', { organ: 'kidney' }), [older]]);
    expect(through(state, [command('verify', 'emma')]).organs.kidney).toEqual({
      state: 'verified',
      label: older,
    });
    expect(why(leased(), command('restore', 'anna', { organ: 'liver' }))).toMatch(/labelled at the source/);
  });
});

describe('escalating', () => {
  it('asks for another senior', () => {
    expect(escalated()).toMatchObject({ phase: 'escalated', escalatedBy: 'emma', reviewer: 'cora' });
    expect(why(escalated(), command('start-verification', 'emma'))).toBe(
      'emma escalated this case; start-verification needs another senior radiologist',
    );
    const done = through(escalated(), [command('start-verification', 'finn')], [command('verify', 'finn')]);
    expect(done).toMatchObject({ phase: 'verified', verifier: 'finn' });
    expect(Object.keys(done)).not.toContain('escalatedBy');
  });

  it('stays escalated when the second senior gives it up', () => {
    const state = through(escalated(), [command('start-verification', 'finn')], [command('release', 'finn')]);
    expect(state).toMatchObject({ phase: 'escalated', escalatedBy: 'emma' });
  });

  it('may come from the reviewer, whose approval is then not on it', () => {
    const state = through(inReview(), [command('escalate', 'cora')]);
    expect(state).toMatchObject({ phase: 'escalated', escalatedBy: 'cora', hands: { reviewed: [] } });
    expect(Object.keys(state)).not.toContain('reviewer');
  });

  it('lets a lead return it or give it to somebody else', () => {
    const back = through(escalated(), [command('return', 'lea')]);
    expect(back).toMatchObject({ phase: 'returned', assignee: 'anna' });
    expect(Object.keys(back)).not.toContain('escalatedBy');
    expect(through(escalated(), [command('hand-over', 'lea', { to: 'bert' })])).toMatchObject({
      phase: 'leased',
      assignee: 'bert',
      lease: { holder: 'bert' },
    });
  });
});

describe('reopening', () => {
  it('leaves the round as it ended and names the next one, once', () => {
    const state = through(verified(), [command('reopen', 'lea')]);
    expect(state).toMatchObject({ phase: 'verified', reopenedAs: 2 });
    expect(labelsOf(state)).toEqual(labelsOf(verified()));
    expect(why(state, command('reopen', 'lea'))).toBe('round 2 is open already; work on that one');
  });

  it('is not for a task that is under way', () => {
    expect(why(certified(), command('reopen', 'lea'))).toMatch(/^the task is certified; /);
  });

  it('opens a round in which labels of people count as corrected', () => {
    const second = opened(labelsOf(verified()), { round: 2, hands: verified().hands });
    expect(second).toMatchObject({ round: 2, phase: 'queued', version: 0, hands: verified().hands });
    expect(organStates(second)).toMatchObject({ kidney: 'pre-labelled', pancreas: 'corrected' });
  });
});

describe('commenting', () => {
  it('is for whoever has a part in the work, and changes nothing else', () => {
    for (const who of ['anna', 'cora', 'dirk', 'emma', 'lea']) {
      const state = through(submitted(), [command('comment', who)]);
      expect(state).toEqual({
        ...submitted(),
        version: 3,
        comments: state.comments,
        acceptedCommands: state.acceptedCommands,
      });
      expect(state.comments).toMatchObject([{ author: who, text: 'a gap here' }]);
    }
    expect(why(submitted(), command('comment', 'bert'))).toBe("the task is anna's; claim another task");
  });

  it('is bounded', () => {
    const comments = Array.from({ length: 50 }, () => ({ text: 'once more' }));
    let state = leased();
    while (state.comments.length < commentsLimit) {
      state = through(state, [command('comment', 'anna', { comments })]);
    }
    expect(why(state, command('comment', 'anna'))).toMatch(/^a task holds at most 200 comments/);
    expect(new Set(state.comments.map((each) => each.id)).size).toBe(commentsLimit);
  });
});

describe('releasing', () => {
  it('puts the task back for anybody', () => {
    const state = through(leased(), [command('release', 'anna')]);
    expect(state.phase).toBe('queued');
    expect(Object.keys(state)).not.toContain('assignee');
    expect(through(state, [command('claim', 'bert')]).assignee).toBe('bert');
  });
});

describe('a command that expects a version', () => {
  it.each([0, 2])('is refused at version 1 when it expects %i', (expectedVersion) => {
    const asked = command('submit', 'anna', { expectedVersion });
    expect(answer(leased(), asked, []).answer).toMatchObject({ accepted: false, version: 1 });
  });

  it('counts at that version', () => {
    expect(why(leased(), command('submit', 'anna', { expectedVersion: 1 }))).toBeUndefined();
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
      expect(answer(state, claim).answer).toMatchObject({
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
    expect(answer(leased(), submit, []).answer.accepted).toBe(true);
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
