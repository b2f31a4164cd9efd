import { describe, expect, it } from 'vitest';
import type { Person } from '../../domain/person.js';
import { type Role, roles } from '../../domain/role.js';
import type { Hands, TaskPhase, TaskState } from '../../domain/task.js';
import type { TaskCommandKind } from '../../domain/task-command.js';
import { taskCommandKinds } from '../../domain/task-command-check.js';
import { reduceTask } from '../../domain/task-reducer.js';
import { allowedCommands, refusal } from '../../domain/task-refusal.js';
import { rulesOf, type TaskRule, taskRules } from '../../domain/task-rules.js';
import { after, command, firstLabels, frozen, label, opened, start } from './tasks.js';

type Relation = 'stranger' | 'assignee' | 'reviewer' | 'verifier' | 'escalator';

/** Who can be met in each phase; the last one holds the lease where there is one. */
const relations: Record<TaskPhase, Relation[]> = {
  queued: ['stranger'],
  leased: ['stranger', 'assignee'],
  submitted: ['stranger', 'assignee'],
  'in-review': ['stranger', 'assignee', 'reviewer'],
  returned: ['stranger', 'assignee'],
  certified: ['stranger', 'assignee', 'reviewer'],
  'in-verification': ['stranger', 'assignee', 'reviewer', 'verifier'],
  escalated: ['stranger', 'assignee', 'reviewer', 'escalator'],
  verified: ['stranger', 'assignee', 'reviewer', 'verifier'],
};

/** Written from the description of the process, not from the code. Everything else is refused. */
const described: Record<string, TaskPhase> = {
  'queued: a junior stranger may claim': 'leased',
  'leased: a junior assignee may renew': 'leased',
  'leased: a junior assignee may release': 'queued',
  'leased: a junior assignee may hand-over': 'leased',
  'leased: a junior assignee may save-draft': 'leased',
  'leased: a junior assignee may restore': 'leased',
  'leased: a junior assignee may submit': 'submitted',
  'submitted: a certified stranger may review': 'in-review',
  'in-review: a certified reviewer may renew': 'in-review',
  'in-review: a certified reviewer may release': 'submitted',
  'in-review: a certified reviewer may hand-over': 'in-review',
  'in-review: a certified reviewer may attest-absent': 'in-review',
  'in-review: a certified reviewer may return': 'returned',
  'in-review: a certified reviewer may approve': 'certified',
  'in-review: a certified reviewer may escalate': 'escalated',
  'returned: a junior assignee may renew': 'returned',
  'returned: a junior assignee may release': 'queued',
  'returned: a junior assignee may hand-over': 'returned',
  'returned: a junior assignee may save-draft': 'returned',
  'returned: a junior assignee may restore': 'returned',
  'returned: a junior assignee may submit': 'submitted',
  'certified: a senior stranger may start-verification': 'in-verification',
  'in-verification: a senior verifier may renew': 'in-verification',
  'in-verification: a senior verifier may release': 'certified',
  'in-verification: a senior verifier may hand-over': 'in-verification',
  'in-verification: a senior verifier may attest-absent': 'in-verification',
  'in-verification: a senior verifier may restore': 'in-verification',
  'in-verification: a senior verifier may return': 'returned',
  'in-verification: a senior verifier may verify': 'verified',
  'in-verification: a senior verifier may refine': 'verified',
  'in-verification: a senior verifier may escalate': 'escalated',
  'escalated: a senior stranger may start-verification': 'in-verification',
  'escalated: a lead stranger may return': 'returned',
};

/** What any lead may do, and where anybody with a part in the work may comment, whatever they did before. */
function accepted(
  phase: TaskPhase,
  role: Role,
  relation: Relation,
  kind: TaskCommandKind,
): TaskPhase | undefined {
  if (kind === 'comment' && phase !== 'verified') {
    const involved = role === 'certified' || role === 'senior' || role === 'lead';
    return involved || (role === 'junior' && relation === 'assignee') ? phase : undefined;
  }
  if (role === 'lead' && kind === 'hand-over') {
    if (phase === 'escalated') return 'leased';
    return ['leased', 'returned', 'in-review', 'in-verification'].includes(phase) ? phase : undefined;
  }
  if (role === 'lead' && kind === 'reopen') return phase === 'verified' ? phase : undefined;
  return described[`${phase}: a ${role} ${relation} may ${kind}`];
}

const untouched: readonly TaskPhase[] = ['queued', 'leased'];
const held: Partial<Record<TaskPhase, Relation>> = {
  leased: 'assignee',
  'in-review': 'reviewer',
  returned: 'assignee',
  'in-verification': 'verifier',
};

/** A task in the phase, put together by hand. */
function taskIn(phase: TaskPhase): TaskState {
  const met = (relation: Relation) => relations[phase].includes(relation);
  const approved = phase === 'certified' || phase === 'in-verification' || phase === 'verified';
  const state = phase === 'verified' ? 'verified' : approved ? 'approved' : 'corrected';
  const open = opened([...firstLabels, label('pancreas', 'model', { origin: 'model' })]);
  const { liver, ...others } = open.organs;
  const worked = Object.fromEntries(
    Object.entries(others).map(([organ, task]) => [organ, { ...task, state }]),
  );
  const holder = held[phase];
  const lease = holder && {
    holder,
    since: start,
    remindAt: after(60),
    expiresAt: after(120),
    offline: false,
  };
  const hands: Hands = {
    drew: untouched.includes(phase) ? [] : ['assignee'],
    reviewed: met('reviewer') && phase !== 'in-review' ? ['reviewer'] : [],
    verified: phase === 'verified' ? ['verifier'] : [],
  };
  return frozen({
    ...open,
    ...(met('assignee') ? { assignee: 'assignee' } : {}),
    ...(met('reviewer') ? { reviewer: 'reviewer' } : {}),
    ...(met('verifier') ? { verifier: 'verifier' } : {}),
    ...(met('escalator') ? { escalatedBy: 'escalator' } : {}),
    ...(lease === undefined ? {} : { lease, deadline: lease.expiresAt }),
    hands,
    phase,
    version: 3,
    organs: untouched.includes(phase) ? open.organs : { ...open.organs, ...worked, liver },
  });
}

/** Somebody of each role who can take a task over. */
const heirs: Person[] = roles.map((role) => ({ id: `next-${role}`, role, simulated: false }));
const heirIn = (phase: TaskPhase): string =>
  phase === 'in-review' ? 'next-certified' : phase === 'in-verification' ? 'next-senior' : 'next-junior';

const phases = Object.keys(relations) as TaskPhase[];
const personal = taskCommandKinds.filter((kind) => kind !== 'remind' && kind !== 'expire');
const cases = phases.flatMap((phase) => personal.map((kind) => ({ phase, kind })));
const quiet: readonly TaskCommandKind[] = ['renew'];

function tryIt(phase: TaskPhase, kind: TaskCommandKind, role: Role, relation: Relation): void {
  const state = taskIn(phase);
  const person = { id: relation, role, simulated: false };
  const context = { people: [person, ...heirs], now: start, labels: [] };
  const asked = command(kind, relation, { expectedVersion: 3, to: heirIn(phase) });
  const next = accepted(phase, role, relation, kind);
  const why = refusal(state, asked, context);
  const result = reduceTask(state, asked, context);
  const at = `${phase}: ${kind} by a ${role} ${relation}`;
  expect(allowedCommands(state, person, start).includes(kind), at).toBe(next !== undefined);
  if (next === undefined) {
    expect(result.state, at).toBe(state);
    expect(result.answer, at).toEqual({ accepted: false, version: 3, phase, why });
    expect(why, at).toMatch(/; /);
    return;
  }
  const version = quiet.includes(kind) ? 3 : 4;
  expect(why, at).toBeUndefined();
  expect(result.answer, at).toMatchObject({ accepted: true, version, phase: next, remarks: [] });
  expect(result.state, at).toMatchObject({ phase: next, version });
}

describe('the rules of tasks', () => {
  it.each(cases)('$phase: $kind, by every role, near and far', ({ phase, kind }) => {
    for (const role of roles) {
      for (const relation of relations[phase]) tryIt(phase, kind, role, relation);
    }
  });

  it('hold no line that the description does not know', () => {
    const near: Record<TaskRule['bond'], (phase: TaskPhase) => Relation> = {
      anyone: () => 'stranger',
      uninvolved: () => 'stranger',
      assignee: () => 'assignee',
      holder: (phase) => held[phase]!,
    };
    for (const { kind, role, bond, from, to } of taskRules) {
      if (role === 'system') continue;
      expect(accepted(from, role, near[bond](from), kind), `${from} ${role} ${kind}`).toBe(to);
    }
  });

  it('hold no line twice', () => {
    const lines = taskRules.map(({ kind, role, from }) => `${from} ${role} ${kind}`);
    expect(new Set(lines).size).toBe(lines.length);
  });
});

describe('the system', () => {
  const people = heirs;
  const ask = (state: TaskState, kind: 'remind' | 'expire', now: string) =>
    reduceTask(state, command(kind, 'plusct'), { people, now });

  it.each([
    ['leased', 'queued'],
    ['returned', 'queued'],
    ['in-review', 'submitted'],
    ['in-verification', 'certified'],
  ] as const)('ends a lease of a task that is %s at its time, not before', (phase, to) => {
    const state = taskIn(phase);
    expect(ask(state, 'expire', after(119)).answer).toMatchObject({
      accepted: false,
      why: expect.stringContaining('lasts until'),
    });
    const over = ask(state, 'expire', after(120));
    expect(over.answer).toMatchObject({ accepted: true, phase: to, version: 4 });
    expect(Object.keys(over.state)).not.toContain('lease');
    expect(Object.keys(over.state)).not.toContain('deadline');
    expect(over.state.organs).toEqual(state.organs);
  });

  it.each(['leased', 'returned', 'in-review', 'in-verification'] as const)(
    'reminds the holder of a task that is %s once, between reminder and end',
    (phase) => {
      const state = taskIn(phase);
      expect(ask(state, 'remind', after(59)).answer.accepted).toBe(false);
      expect(ask(state, 'remind', after(120)).answer.accepted).toBe(false);
      const reminded = ask(state, 'remind', after(60));
      expect(reminded.answer).toMatchObject({ accepted: true, phase, version: 3 });
      expect(reminded.state).toEqual({
        ...state,
        reminded: true,
        acceptedCommands: reminded.state.acceptedCommands,
      });
      expect(ask(reminded.state, 'remind', after(61)).answer.accepted).toBe(false);
    },
  );

  it.each(phases)('asks for nothing else of a task that is %s', (phase) => {
    for (const kind of personal) {
      const given = reduceTask(taskIn(phase), command(kind, 'plusct'), { people, now: start, labels: [] });
      expect(given.answer.accepted, kind).toBe(false);
    }
  });

  it.each(roles)('is not stood in for by a %s', (role) => {
    const person = { id: 'somebody', role, simulated: false };
    for (const kind of ['remind', 'expire'] as const) {
      const given = reduceTask(taskIn('leased'), command(kind, 'somebody'), {
        people: [person],
        now: after(120),
      });
      expect(given.answer).toMatchObject({ accepted: false, why: expect.stringContaining('plusct itself') });
    }
  });
});

describe('reads for measuring', () => {
  const read = (phase: 'queued' | 'leased' | 'submitted') =>
    frozen({ ...taskIn(phase), kind: 'double-read' as const });

  it.each(cases)('$phase: $kind counts at most until the submission', ({ phase, kind }) => {
    if (phase !== 'queued' && phase !== 'leased' && phase !== 'submitted') return;
    for (const role of roles) {
      for (const relation of relations[phase]) {
        const people = [{ id: relation, role, simulated: false }, ...heirs];
        const asked = command(kind, relation, { to: heirIn(phase) });
        const { answer } = reduceTask(read(phase), asked, { people, now: start, labels: [] });
        const next = accepted(phase, role, relation, kind);
        const fits = phase !== 'submitted' && kind !== 'restore';
        expect(answer.accepted, `${phase} ${kind} ${role} ${relation}`).toBe(fits && next !== undefined);
      }
    }
  });

  it('know no judgement', () => {
    const kinds = new Set(rulesOf({ kind: 'blind-audit' }).map((rule) => rule.kind));
    for (const kind of ['review', 'approve', 'return', 'start-verification', 'verify', 'reopen'] as const) {
      expect(kinds.has(kind)).toBe(false);
    }
  });
});
