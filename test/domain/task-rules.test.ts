import { describe, expect, it } from 'vitest';
import type { Role, TaskCommandKind, TaskPhase, TaskState } from '../../domain/task.js';
import { allowedCommands, reduceTask, refusal, taskRules } from '../../domain/task-reducer.js';
import { command, firstLabels, frozen, label, opened } from './tasks.js';

const kinds: TaskCommandKind[] = [
  'claim',
  'release',
  'submit',
  'return',
  'attest-absent',
  'approve',
  'verify',
  'refine',
];
const roles: Role[] = ['junior', 'certified', 'senior'];
type Relation = 'stranger' | 'assignee' | 'reviewer' | 'verifier';

/** Who can be met in each phase. */
const relations: Record<TaskPhase, Relation[]> = {
  queued: ['stranger'],
  claimed: ['stranger', 'assignee'],
  submitted: ['stranger', 'assignee'],
  returned: ['stranger', 'assignee'],
  certified: ['stranger', 'assignee', 'reviewer'],
  verified: ['stranger', 'assignee', 'reviewer', 'verifier'],
};

/** Written from the description of the process, not from the code. Everything else is refused. */
const accepted: Record<string, TaskPhase> = {
  'queued: a junior stranger may claim': 'claimed',
  'claimed: a junior assignee may release': 'queued',
  'claimed: a junior assignee may submit': 'submitted',
  'returned: a junior assignee may submit': 'submitted',
  'submitted: a certified stranger may return': 'returned',
  'submitted: a certified stranger may attest-absent': 'submitted',
  'submitted: a certified stranger may approve': 'certified',
  'certified: a senior stranger may attest-absent': 'certified',
  'certified: a senior stranger may verify': 'verified',
  'certified: a senior stranger may refine': 'verified',
};

const people: Record<TaskPhase, Pick<TaskState, 'assignee' | 'reviewer' | 'verifier'>> = {
  queued: {},
  claimed: { assignee: 'assignee' },
  submitted: { assignee: 'assignee' },
  returned: { assignee: 'assignee' },
  certified: { assignee: 'assignee', reviewer: 'reviewer' },
  verified: { assignee: 'assignee', reviewer: 'reviewer', verifier: 'verifier' },
};

/** A task in the phase, put together by hand. */
function taskIn(phase: TaskPhase): TaskState {
  const state = phase === 'certified' ? 'approved' : phase === 'verified' ? 'verified' : 'corrected';
  const done = phase !== 'queued' && phase !== 'claimed';
  const open = opened([...firstLabels, label('pancreas', 'model', { origin: 'model' })]);
  const { liver, ...others } = open.organs;
  const worked = Object.fromEntries(
    Object.entries(others).map(([organ, task]) => [organ, { ...task, state }]),
  );
  const organs = done ? { ...open.organs, ...worked, liver } : open.organs;
  return frozen({ ...open, ...people[phase], phase, version: 3, organs });
}

const phases = Object.keys(relations) as TaskPhase[];
const cases = phases.flatMap((phase) =>
  kinds.flatMap((kind) =>
    roles.flatMap((role) => relations[phase].map((relation) => ({ phase, kind, role, relation }))),
  ),
);

describe('the rules of tasks', () => {
  it('are tried in every phase, by every role, near and far', () => {
    expect(cases).toHaveLength(8 * 3 * (1 + 2 + 2 + 2 + 3 + 4));
  });

  it.each(cases)('$phase: $kind by a $role $relation', ({ phase, kind, role, relation }) => {
    const state = taskIn(phase);
    const person = { id: relation, role, simulated: false };
    const asked = command(kind, relation, { expectedVersion: 3 });
    const next = accepted[`${phase}: a ${role} ${relation} may ${kind}`];
    const result = reduceTask(state, asked, { people: [person], labels: [] });
    expect(allowedCommands(state, person).includes(kind)).toBe(next !== undefined);
    if (next === undefined) {
      expect(result.state).toBe(state);
      expect(result.answer).toEqual({
        accepted: false,
        version: 3,
        phase,
        why: refusal(state, asked, [person]),
      });
      expect(refusal(state, asked, [person])).toMatch(/; /);
    } else {
      expect(refusal(state, asked, [person])).toBeUndefined();
      expect(result.answer).toEqual({ accepted: true, version: 4, phase: next, remarks: [] });
      expect(result.state).toMatchObject({ phase: next, version: 4 });
    }
  });

  it('hold one line for each permitted step and no other', () => {
    const lines = taskRules.map(({ kind, role, bond, from }) => {
      const relation = bond === 'assignee' ? 'assignee' : 'stranger';
      return `${from}: a ${role} ${relation} may ${kind}`;
    });
    expect(lines.sort()).toEqual(Object.keys(accepted).sort());
  });
});
