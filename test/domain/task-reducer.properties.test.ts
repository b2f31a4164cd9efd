import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuditRecord } from '../../domain/audit.js';
import { organs } from '../../domain/organ.js';
import type { Person } from '../../domain/person.js';
import { roles } from '../../domain/role.js';
import { type OrganState, type TaskPhase, TaskState } from '../../domain/task.js';
import type { TaskCommand, TaskCommandKind } from '../../domain/task-command.js';
import { taskCommandKinds } from '../../domain/task-command-check.js';
import { leaseIsOver } from '../../domain/task-lease.js';
import { labelsOf } from '../../domain/task-organs.js';
import { recordOf } from '../../domain/task-record.js';
import { acceptedCommandsLimit, type Deciding, openTask, reduceTask } from '../../domain/task-reducer.js';
import { allowedCommands, commandIdentity, isRepeated, refusal } from '../../domain/task-refusal.js';
import { after, command, firstLabels, frozen, label, opened, people, sha256 } from './tasks.js';

const organ = fc.constantFrom(...organs);
const madeLabel = fc
  .tuple(organ, fc.constantFrom('model', 'a', 'b', 'none'))
  .map(([of, seed]) => label(of, seed, { voxels: seed === 'none' ? 0 : 100 }));

/** One step: either any command by anybody, or one of those that count now, so that runs get far. */
const step = fc.record({
  wild: fc.integer({ min: 0, max: 4 }).map((roll) => roll === 0),
  pick: fc.nat({ max: 1000 }),
  kind: fc.constantFrom(...taskCommandKinds),
  actor: fc.constantFrom(...people.map((each) => each.id), 'zoe', 'plusct'),
  to: fc.constantFrom(...people.map((each) => each.id)),
  /** Sometimes a person's role has changed. */
  promoted: fc.option(
    fc.tuple(fc.constantFrom(...people.map((each) => each.id)), fc.constantFrom(...roles)),
    {
      nil: undefined,
      freq: 3,
    },
  ),
  /** Seconds since the step before; leases here last a minute or two. */
  later: fc.constantFrom(0, 0, 0, 1, 1, 1, 1, 1, 10, 30, 200),
  organ,
  organs: fc.option(fc.uniqueArray(organ), { nil: undefined }),
  file: fc.nat({ max: 999 }),
  drafted: fc.boolean(),
  commandId: fc.option(fc.nat({ max: 9 }).map(String), { nil: undefined, freq: 4 }),
  stale: fc.constantFrom(undefined, undefined, undefined, 0, 0, -1, 1),
  labels: fc.option(fc.uniqueArray(madeLabel, { selector: (each) => each.organ }), {
    nil: undefined,
    freq: 20,
  }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Sent {
  readonly before: TaskState;
  readonly asked: TaskCommand;
  readonly context: Deciding;
  readonly result: ReturnType<typeof reduceTask>;
}

const policy = { leaseSeconds: 100, reviewSeconds: 90, verificationSeconds: 80, returnSeconds: 120 };
const fresh = (labels = firstLabels) => opened(labels, { policy });
const ref = (name: string) => ({ key: `v1/objects/sha256/${name}`, sha256: sha256(name), bytes: 5 });

const sideways: TaskCommandKind[] = ['comment', 'renew', 'release', 'hand-over', 'save-draft', 'restore'];

/** People send what they could send now, more work forward than comment; the system sends what is due. */
function commandOf(state: TaskState, chosen: Step, crew: readonly Person[], now: string, index: number) {
  const open = crew.flatMap((person) =>
    allowedCommands(state, person, now)
      .filter((kind) => !sideways.includes(kind) || chosen.pick % 5 === 0)
      .map((kind) => ({ kind, actor: person.id })),
  );
  const due = leaseIsOver(state, now) ? [{ kind: 'expire' as const, actor: 'plusct' }] : [];
  const likely = [...open, ...due];
  const picked = chosen.wild || likely.length === 0 ? chosen : likely[chosen.pick % likely.length]!;
  const { stale, organs: named } = chosen;
  const made = command(picked.kind, picked.actor, {
    commandId: chosen.wild && chosen.commandId !== undefined ? chosen.commandId : `step-${index}`,
    organ: chosen.organ,
    to: chosen.to,
    ...(chosen.drafted ? { draft: ref(`draft-${index}`) } : {}),
    ...(named === undefined ? {} : { organs: named }),
    ...(stale === undefined || state.version + stale < 0 ? {} : { expectedVersion: state.version + stale }),
  });
  return 'upload' in made ? frozen({ ...made, upload: ref(`file-${index}`) }) : made;
}

/** Rounds follow one another: a reopened task goes on as the next one. */
function send(steps: readonly Step[], first = fresh()): Sent[] {
  const sent: Sent[] = [];
  let state = first;
  let seconds = 0;
  steps.forEach((chosen, index) => {
    seconds += chosen.later;
    const now = after(seconds);
    const crew = people.map((each) =>
      each.id === chosen.promoted?.[0] ? { ...each, role: chosen.promoted[1] } : each,
    );
    const asked = commandOf(state, chosen, crew, now, index);
    const context = frozen({
      people: crew,
      now,
      ...(chosen.labels === undefined ? {} : { labels: chosen.labels }),
    });
    const result = frozen(reduceTask(state, asked, context));
    sent.push({ before: state, asked, context, result });
    state = result.state.reopenedAs === undefined ? result.state : nextRound(result.state);
  });
  return sent;
}

function nextRound(ended: TaskState): TaskState {
  const { campaign, collection, caseId, hands, policy: same } = ended;
  const round = ended.reopenedAs!;
  const at = { campaign, collection, caseId, round };
  return frozen(openTask({ ...at, labels: labelsOf(ended), hands, policy: same }));
}

const counted = ({ before, result }: Sent) => result.state !== before;
const runs = { numRuns: 250 };
const sequences = fc.array(step, { maxLength: 60, size: 'max' });

const untouched: OrganState[] = ['source', 'pre-labelled', 'empty', 'corrected'];
const drawn: OrganState[] = [...untouched, 'returned', 'absent', 'approved'];
const organStatesIn: Record<TaskPhase, OrganState[]> = {
  queued: drawn,
  leased: drawn,
  submitted: drawn,
  'in-review': drawn,
  returned: drawn,
  // Corrected: a senior took an older version again and then gave the case back.
  certified: ['source', 'approved', 'absent', 'corrected', 'empty'],
  'in-verification': drawn,
  escalated: drawn,
  verified: ['source', 'verified', 'absent'],
};
/** Whose the lease is, in the phases that have one. */
const holderIn: Partial<Record<TaskPhase, 'assignee' | 'reviewer' | 'verifier'>> = {
  leased: 'assignee',
  returned: 'assignee',
  'in-review': 'reviewer',
  'in-verification': 'verifier',
};

function expectLegal(state: TaskState): void {
  expect(TaskState.parse(state)).toEqual(state);
  const { lease, phase, deadline } = state;
  const holder = holderIn[phase];
  expect(lease?.holder).toBe(holder && state[holder]);
  expect(deadline).toBe(lease?.expiresAt);
  expect((lease?.since ?? '') <= (lease?.remindAt ?? '')).toBe(true);
  expect((lease?.remindAt ?? '') <= (lease?.expiresAt ?? '')).toBe(true);
  expect('assignee' in state).toBe(phase !== 'queued');
  if (phase === 'certified') expect(state.reviewer).toBeDefined();
  if (phase === 'verified') expect(state.verifier).toBeDefined();
  if (phase === 'queued' || phase === 'leased' || phase === 'submitted') {
    expect(Object.keys(state)).not.toContain('verifier');
  }
  if (phase === 'returned') expect(state.returns).toBeGreaterThan(0);
  for (const each of organs) {
    const task = state.organs[each];
    expect(organStatesIn[phase]).toContain(task.state);
    if (task.state === 'absent') expect(Object.keys(task).sort()).toEqual(['attestedBy', 'state']);
    else if (phase === 'verified') expect(task.label?.voxels).toBeGreaterThan(0);
  }
}

describe('whatever people send to a task, in whatever order and roles', () => {
  it('it never gets into an illegal state', () => {
    const met = new Set<TaskPhase>();
    fc.assert(
      fc.property(sequences, (steps) => {
        for (const { result } of send(steps)) {
          expectLegal(result.state);
          met.add(result.state.phase);
        }
      }),
      { ...runs, seed: 4 },
    );
    expect([...met].sort()).toEqual(Object.keys(organStatesIn).sort());
  });

  it('refused and repeated commands leave the very same state', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        for (const { before, asked, context, result } of send(steps)) {
          const repeated = isRepeated(before, asked);
          expect(result.state === before).toBe(!result.answer.accepted || repeated);
          const why = refusal(before, asked, context);
          if (why !== undefined) expect(result.answer).toMatchObject({ accepted: false, why });
          else if (!['submit', 'refine', 'restore'].includes(asked.kind)) {
            expect(result.answer.accepted).toBe(true);
          }
          expect(reduceTask(before, asked, context)).toEqual(result);
          expect(result.answer).toMatchObject({ version: result.state.version, phase: result.state.phase });
        }
      }),
      runs,
    );
  });

  it('its version is the number of commands that counted, reminders and renewals apart', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        const ofRound = send(steps);
        const round = ofRound.at(-1)?.before.round ?? 1;
        const sent = ofRound.filter(({ before }) => before.round === round).filter(counted);
        const { version, acceptedCommands } = ofRound.at(-1)?.result.state ?? fresh();
        const loud = sent.filter(({ asked }) => asked.kind !== 'renew' && asked.kind !== 'remind');
        expect(version).toBe(loud.length);
        const ids = sent.map(({ asked }) => commandIdentity(asked));
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
        const first = fresh([...firstLabels, ...sources]);
        for (const { result } of send(steps, first)) {
          for (const each of organs) {
            const locked = first.organs[each].state === 'source';
            if (locked) expect(result.state.organs[each]).toEqual(first.organs[each]);
            else expect(result.state.organs[each].state).not.toBe('source');
          }
        }
      }),
      runs,
    );
  });

  it('replaying the records gives the same task: command, moment and what it was judged by are all in them', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        const sent = send(steps).filter(({ before }) => before.round === 1);
        const replayed = sent
          .map((each, index) => writtenRecord(each, index))
          .reduce((state, { command: asked, given, at }) => {
            const context = { ...given!, now: at } as Deciding;
            return reduceTask(state, asked!, context).state;
          }, fresh());
        expect(replayed).toEqual(sent.at(-1)?.result.state ?? fresh());
      }),
      runs,
    );
  });

  it('no file that arrived is lost: the record names it, the labels that it became are in the task or its record', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        const known = new Set(firstLabels.map((each) => each.version));
        send(steps).forEach((each, index) => {
          const record = writtenRecord(each, index);
          if ('upload' in each.asked) {
            const named = JSON.stringify([record.command, record.details]);
            expect(named).toContain(each.asked.upload.key);
            expect(record.details?.keptUpload).toBe(
              each.result.answer.accepted ? undefined : each.asked.upload.key,
            );
          }
          for (const made of record.given?.labels ?? []) known.add(made.version);
          for (const held of labelsOf(each.result.state)) expect(known).toContain(held.version);
        });
      }),
      runs,
    );
  });

  it('a draft stays until something is submitted', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        for (const { before, asked, result } of send(steps).filter(counted)) {
          if (before.draft === undefined || asked.kind === 'submit') continue;
          expect(result.state.draft).toBeDefined();
        }
      }),
      runs,
    );
  });

  it('no lease is given while another runs, and nobody acts under one that is not theirs or over', () => {
    const underLease: TaskCommandKind[] = ['submit', 'save-draft', 'restore', 'renew', 'release', 'approve'];
    fc.assert(
      fc.property(sequences, (steps) => {
        for (const { before, asked, context, result } of send(steps).filter(counted)) {
          if (['claim', 'review', 'start-verification'].includes(asked.kind)) {
            expect(before.lease).toBeUndefined();
            expect(result.state.lease?.holder).toBe(asked.actor);
          }
          if ([...underLease, 'verify', 'refine', 'attest-absent'].includes(asked.kind)) {
            expect(before.lease?.holder).toBe(asked.actor);
            expect(leaseIsOver(before, context.now)).toBe(false);
          }
          if (asked.kind === 'expire') expect(leaseIsOver(before, context.now)).toBe(true);
        }
      }),
      runs,
    );
  });

  it('nobody judges what they drew in any round, and nobody verifies what they approved', () => {
    const judging: TaskCommandKind[] = ['review', 'approve', 'start-verification'];
    let judged = 0;
    let rounds = 1;
    fc.assert(
      fc.property(sequences, (steps) => {
        const drew = new Set<string>();
        const approved = new Set<string>();
        for (const { before, asked, result } of send(steps).filter(counted)) {
          const { kind, actor } = asked;
          if (judging.includes(kind)) {
            expect(drew).not.toContain(actor);
            judged += 1;
          }
          if (kind === 'start-verification') expect(approved).not.toContain(actor);
          const refines = before.phase === 'in-verification';
          if (kind === 'submit' || kind === 'save-draft' || kind === 'restore' || kind === 'refine') {
            if (!refines) expect(before.hands.drew.includes(actor) || !drew.has(actor)).toBe(true);
            drew.add(actor);
          }
          if ('draft' in asked && asked.draft !== undefined) drew.add(actor);
          if (kind === 'approve') approved.add(actor);
          rounds = Math.max(rounds, result.state.round);
        }
      }),
      { ...runs, seed: 11 },
    );
    expect(judged).toBeGreaterThan(runs.numRuns);
    expect(rounds).toBeGreaterThan(1);
  });
});

/** The record of a step as it is written down and read again. */
function writtenRecord({ before, asked, context, result }: Sent, sequence: number): AuditRecord {
  const record = recordOf({
    entity: 'task/lits/volume-0/1',
    sequence,
    now: context.now,
    before,
    command: asked,
    given: context,
    ...result,
  });
  return AuditRecord.parse(JSON.parse(JSON.stringify({ ...record, previousSha256: '0'.repeat(64) })));
}
