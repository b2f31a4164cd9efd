import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelSummary } from '../../domain/label-version.js';
import { organs } from '../../domain/organ.js';
import {
  type OrganState,
  type Person,
  type TaskCommand,
  type TaskPhase,
  TaskState,
} from '../../domain/task.js';
import {
  acceptedCommandsLimit,
  allowedCommands,
  commandIdentity,
  isRepeated,
  reduceTask,
  refusal,
} from '../../domain/task-reducer.js';
import { command, firstLabels, frozen, label, opened, people } from './tasks.js';

const kinds = [
  'claim',
  'release',
  'submit',
  'return',
  'attest-absent',
  'approve',
  'verify',
  'refine',
] as const;
const organ = fc.constantFrom(...organs);
const madeLabel = fc
  .tuple(organ, fc.constantFrom('model', 'a', 'b', 'none'))
  .map(([of, seed]) => label(of, seed, { voxels: seed === 'none' ? 0 : 100 }));

/** One step: either any command by anybody, or one of those that count now, so that runs get far. */
const step = fc.record({
  wild: fc.integer({ min: 0, max: 3 }).map((roll) => roll === 0),
  pick: fc.nat({ max: 1000 }),
  kind: fc.constantFrom(...kinds),
  actor: fc.constantFrom(...people.map((each) => each.id), 'zoe'),
  organ,
  organs: fc.option(fc.uniqueArray(organ), { nil: undefined }),
  commandId: fc.option(fc.nat({ max: 9 }).map(String), { nil: undefined, freq: 4 }),
  stale: fc.constantFrom(undefined, undefined, 0, 0, -1, 1),
  labels: fc.option(fc.uniqueArray(madeLabel, { selector: (each) => each.organ }), {
    nil: undefined,
    freq: 20,
  }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Sent {
  readonly before: TaskState;
  readonly asked: TaskCommand;
  readonly context: { people: readonly Person[]; labels?: readonly LabelSummary[] };
  readonly result: ReturnType<typeof reduceTask>;
}

function commandOf(state: TaskState, chosen: Step, index: number): TaskCommand {
  const open = people.flatMap((person) =>
    allowedCommands(state, person).map((kind) => ({ kind, actor: person.id })),
  );
  const { kind, actor } = chosen.wild || open.length === 0 ? chosen : open[chosen.pick % open.length];
  const { stale, organs: named } = chosen;
  return command(kind, actor, {
    commandId: chosen.wild && chosen.commandId !== undefined ? chosen.commandId : `step-${index}`,
    organ: chosen.organ,
    ...(named === undefined ? {} : { organs: named }),
    ...(stale === undefined || state.version + stale < 0 ? {} : { expectedVersion: state.version + stale }),
  });
}

function send(steps: readonly Step[], start = opened()): Sent[] {
  const sent: Sent[] = [];
  let state = start;
  steps.forEach((chosen, index) => {
    const asked = commandOf(state, chosen, index);
    const context = frozen({ people, ...(chosen.labels === undefined ? {} : { labels: chosen.labels }) });
    const result = frozen(reduceTask(state, asked, context));
    sent.push({ before: state, asked, context, result });
    state = result.state;
  });
  return sent;
}

const counted = ({ before, result }: Sent) => result.state !== before;
const runs = { numRuns: 250 };
const sequences = fc.array(step, { maxLength: 40, size: 'max' });

const untouched: OrganState[] = ['source', 'pre-labelled', 'empty'];
const organStatesIn: Record<TaskPhase, OrganState[]> = {
  queued: untouched,
  claimed: untouched,
  submitted: [...untouched, 'corrected', 'returned', 'absent'],
  returned: [...untouched, 'corrected', 'returned', 'absent'],
  certified: ['source', 'approved', 'absent'],
  verified: ['source', 'verified', 'absent'],
};
const peopleIn: Record<TaskPhase, string[]> = {
  queued: [],
  claimed: ['assignee'],
  submitted: ['assignee'],
  returned: ['assignee'],
  certified: ['assignee', 'reviewer'],
  verified: ['assignee', 'reviewer', 'verifier'],
};

function expectLegal(state: TaskState): void {
  expect(TaskState.parse(state)).toEqual(state);
  expect(['assignee', 'reviewer', 'verifier'].filter((key) => key in state)).toEqual(peopleIn[state.phase]);
  for (const each of organs) {
    const task = state.organs[each];
    expect(organStatesIn[state.phase]).toContain(task.state);
    if (task.state === 'absent') expect(task).toEqual({ state: 'absent' });
    else if (!['empty', 'returned'].includes(task.state)) expect(task.label?.voxels).toBeGreaterThan(0);
  }
  if (state.phase === 'returned') expect(state.returns).toBeGreaterThan(0);
}

describe('whatever people send to a task', () => {
  it('it never gets into an illegal state', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        for (const { result } of send(steps)) expectLegal(result.state);
      }),
      runs,
    );
  });

  it('refused and repeated commands leave the very same state', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        for (const { before, asked, context, result } of send(steps)) {
          const repeated = isRepeated(before, asked);
          expect(result.state === before).toBe(!result.answer.accepted || repeated);
          const why = refusal(before, asked, people);
          if (why !== undefined) expect(result.answer).toMatchObject({ accepted: false, why });
          else if (!('upload' in asked)) expect(result.answer.accepted).toBe(true);
          expect(reduceTask(before, asked, context)).toEqual(result);
          expect(result.answer).toMatchObject({ version: result.state.version, phase: result.state.phase });
        }
      }),
      runs,
    );
  });

  it('its version is the number of commands that counted', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        const sent = send(steps);
        const { version, acceptedCommands } = sent.at(-1)?.result.state ?? opened();
        const ids = sent.filter(counted).map(({ asked }) => commandIdentity(asked));
        expect(version).toBe(ids.length);
        expect(acceptedCommands).toEqual(ids.slice(-acceptedCommandsLimit));
      }),
      runs,
    );
  });

  it('organs from the source never change', () => {
    const someSources = fc
      .subarray([...organs])
      .map((chosen) => chosen.map((of) => label(of, 'source', { origin: 'source' })));
    fc.assert(
      fc.property(sequences, someSources, (steps, sources) => {
        const start = opened([...firstLabels, ...sources]);
        for (const { result } of send(steps, start)) {
          for (const each of organs) {
            const locked = start.organs[each].state === 'source';
            if (locked) expect(result.state.organs[each]).toBe(start.organs[each]);
            else expect(result.state.organs[each].state).not.toBe('source');
          }
        }
      }),
      runs,
    );
  });

  it('replaying the commands that counted gives the same task', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        const sent = send(steps);
        const replayed = sent
          .filter(counted)
          .reduce((state, { asked, context }) => reduceTask(state, asked, context).state, opened());
        expect(replayed).toEqual(sent.at(-1)?.result.state ?? opened());
      }),
      runs,
    );
  });

  it('verified means that a junior submitted, a certified approved and a senior verified, three people', () => {
    let verified = 0;
    fc.assert(
      fc.property(sequences, (steps) => {
        const sent = send(steps).filter(counted);
        const end = sent.at(-1)?.result.state ?? opened();
        if (end.phase !== 'verified') return;
        verified++;
        const latest = (...some: string[]) =>
          sent.filter(({ asked }) => some.includes(asked.kind)).at(-1)?.asked.actor;
        const { assignee, reviewer, verifier } = end;
        expect([latest('submit'), latest('approve'), latest('verify', 'refine')]).toEqual([
          assignee,
          reviewer,
          verifier,
        ]);
        const roleOf = (id?: string) => people.find((each) => each.id === id)?.role;
        expect([assignee, reviewer, verifier].map(roleOf)).toEqual(['junior', 'certified', 'senior']);
        expect(new Set([assignee, reviewer, verifier]).size).toBe(3);
      }),
      { ...runs, seed: 11 },
    );
    expect(verified).toBeGreaterThan(runs.numRuns / 10);
  });
});
