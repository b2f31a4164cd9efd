import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Collection } from '../../domain/collection.js';
import type { Person } from '../../domain/person.js';
import { TaskKind, type TaskState } from '../../domain/task.js';
import { reduceTask } from '../../domain/task-reducer.js';
import {
  type BoardEntry,
  nextTasks,
  quotaRefusal,
  takingCommand,
  takingRefusal,
} from '../../domain/work-queue.js';
import {
  certified,
  command,
  drawnPancreas,
  escalated,
  firstLabels,
  inReview,
  later,
  leased,
  opened,
  people,
  start,
  submitted,
  through,
  verified,
} from './tasks.js';

const [anna, bert, cora, dirk, emma, finn, lea] = people as [
  Person,
  Person,
  Person,
  Person,
  Person,
  Person,
  Person,
];
let count = 0;
/** The task of some other case, waiting for so many seconds. */
function entry(
  task: TaskState,
  caseId: string,
  age = 100 - count++,
  more: Partial<TaskState> = {},
): BoardEntry {
  return { task: { ...task, caseId, ...more }, since: later(-age) };
}
const names = (entries: readonly BoardEntry[]) => entries.map(({ task }) => task.caseId);
const now = later(1);

describe('a quota', () => {
  it('is what somebody may hold at once; what ran out or is another’s does not count', () => {
    const other = through(opened(), [command('claim', 'bert')]);
    const board = [entry(leased(), 'one'), entry(leased(), 'two'), entry(other, 'of-bert')];
    expect(quotaRefusal(board, anna, now)).toBeUndefined();
    expect(quotaRefusal(board, { ...anna, quota: 2 }, now)).toBe(
      'anna holds 2 of at most 2 tasks; finish one, put one back or hand one over first',
    );
    expect(quotaRefusal(board, { ...anna, quota: 2 }, later(5 * 3600))).toBeUndefined();
  });

  it('keeps nobody from asking again for what they hold', () => {
    const board = [entry(leased(), 'held'), entry(opened(), 'free')];
    const [held, free] = board.map(({ task }) => task);
    const full = { ...anna, quota: 1 };
    expect(takingRefusal(board, held!, full, now)).toBeUndefined();
    expect(takingRefusal(board, free!, full, now)).toContain('anna holds 1 of at most 1 tasks');
  });
});

describe('what a person works on next', () => {
  it('begins with what was returned to them, then what they hold', () => {
    const back = through(inReview(), [command('return', 'cora')]);
    const board = [
      entry(opened(), 'free', 500),
      entry(leased(), 'mine', 300),
      entry(back, 'returned', 10),
      entry(through(opened(), [command('claim', 'bert')]), 'of-bert', 900),
    ];
    expect(names(nextTasks(board, anna, now))).toEqual(['returned', 'mine', 'free']);
    expect(names(nextTasks(board, bert, now))).toEqual(['of-bert', 'free']);
  });

  it('puts begun cases first, then the expected error, then the longest wait', () => {
    const begun = through(leased(), [command('release', 'anna')]);
    const board = [
      entry(opened(), 'old', 900),
      entry(opened(), 'bad', 10),
      entry(opened(), 'worse', 10),
      entry(begun, 'begun', 1),
      entry(opened(), 'older', 950),
    ];
    const expectedErrors = new Map([
      ['lits/bad', 0.2],
      ['lits/worse', 0.4],
    ]);
    expect(names(nextTasks(board, bert, now, { expectedErrors }))).toEqual([
      'begun',
      'worse',
      'bad',
      'older',
      'old',
    ]);
  });

  it('is for each role what the role can take', () => {
    const board = [
      entry(opened(), 'queued'),
      entry(submitted(), 'submitted'),
      entry(certified(), 'certified'),
      entry(escalated(), 'escalated'),
      entry(verified(), 'verified'),
    ];
    expect(names(nextTasks(board, bert, now))).toEqual(['queued']);
    expect(names(nextTasks(board, cora, now))).toEqual(['submitted']);
    expect(names(nextTasks(board, finn, now))).toEqual(['escalated', 'certified']);
    expect(names(nextTasks(board, emma, now))).toEqual(['certified']);
    expect(nextTasks(board, lea, now)).toEqual([]);
  });

  it('offers nobody their own work for judgement', () => {
    const promoted: Person = { ...anna, role: 'certified' };
    expect(nextTasks([entry(submitted(), 'own')], promoted, now)).toEqual([]);
    expect(names(nextTasks([entry(submitted(), 'own')], dirk, now))).toEqual(['own']);
  });

  it('respects skills and quota', () => {
    const board = [
      entry(leased(), 'held-1'),
      entry(leased(), 'held-2'),
      entry(opened(), 'a'),
      entry(opened(), 'b', 1, { collection: 'kits19' }),
    ];
    expect(names(nextTasks(board, { ...anna, quota: 2 }, now))).toEqual(['held-1', 'held-2']);
    expect(names(nextTasks(board, { ...anna, quota: 0 }, now))).toEqual(['held-1', 'held-2']);
    expect(names(nextTasks(board, anna, now))).toEqual(['held-1', 'held-2', 'a', 'b']);
    const collections: Collection[] = ['kits19'];
    expect(names(nextTasks(board, { ...bert, skills: { collections } }, now))).toEqual(['b']);
    expect(nextTasks(board, { ...bert, skills: { organs: ['liver'] } }, now)).toEqual([]);
  });

  it('does not count a lease that is over', () => {
    const board = [entry(leased(), 'lost'), entry(opened(), 'free')];
    expect(names(nextTasks(board, { ...anna, quota: 1 }, later(5 * 3600)))).toEqual(['free']);
  });

  it('keeps the two reads of a case apart', () => {
    const double = opened(firstLabels, { kind: 'double-read' });
    const board = [entry(submitted(), 'case', 9), entry(double, 'case', 5), entry(double, 'other', 3)];
    expect(names(nextTasks(board, anna, now))).toEqual(['other']);
    expect(names(nextTasks(board, bert, now))).toEqual(['case', 'other']);
    const bertReads = [
      entry(through(double, [command('claim', 'bert')], [command('submit', 'bert'), drawnPancreas]), 'case'),
      entry(opened(), 'case'),
    ];
    expect(nextTasks(bertReads, bert, now)).toEqual([]);
    expect(nextTasks(bertReads, cora, now)).toEqual([]);
  });

  it('can always be taken: the command that it stands for is accepted', () => {
    const makers = [opened, leased, submitted, inReview, certified, escalated, verified];
    const reads = TaskKind.options.map((kind) => () => opened(firstLabels, { kind }));
    const state = fc
      .tuple(fc.constantFrom(...makers, ...reads), fc.string())
      .map(([make, caseId]) => ({ task: { ...make(), caseId }, since: start }));
    fc.assert(
      fc.property(fc.array(state, { maxLength: 12 }), fc.constantFrom(...people), (board, person) => {
        for (const { task } of nextTasks(board, person, now)) {
          const kind = takingCommand(task, person);
          if (kind === undefined) expect(task.lease?.holder).toBe(person.id);
          else expect(reduceTask(task, command(kind, person.id), { people, now }).answer.accepted).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
