import { describe, expect, it } from 'vitest';
import type { Person } from '../../domain/person.js';
import { peopleIn } from '../../domain/person-check.js';
import type { Role } from '../../domain/role.js';
import type { TaskState } from '../../domain/task.js';
import { skillsCover } from '../../domain/task-duty.js';
import { labelsOf } from '../../domain/task-organs.js';
import { refusal } from '../../domain/task-refusal.js';
import {
  certified,
  command,
  drawnPancreas,
  firstLabels,
  inReview,
  inVerification,
  label,
  leased,
  opened,
  people,
  start,
  submitted,
  through,
  verified,
} from './tasks.js';

/** The same people after somebody's role changed. */
const withRole = (id: string, role: Role): Person[] =>
  people.map((each) => (each.id === id ? { ...each, role } : each));
const why = (state: TaskState, asked: ReturnType<typeof command>, crew: readonly Person[] = people) =>
  refusal(state, asked, { people: crew, now: start });

describe('nobody judges their own work', () => {
  it('not after their role changed', () => {
    expect(why(submitted(), command('review', 'anna'), withRole('anna', 'certified'))).toBe(
      'anna drew these labels; review needs another certified radiologist',
    );
    expect(why(certified(), command('start-verification', 'cora'), withRole('cora', 'senior'))).toBe(
      'cora approved these labels; start-verification needs another senior radiologist',
    );
  });

  it('not of a draft that somebody else submitted', () => {
    const drafted = through(
      leased(),
      [command('save-draft', 'anna')],
      [command('hand-over', 'anna', { to: 'bert' })],
      [command('submit', 'bert'), drawnPancreas],
    );
    expect(drafted.hands.drew).toEqual(['anna', 'bert']);
    expect(why(drafted, command('review', 'anna'), withRole('anna', 'certified'))).toMatch(/^anna drew/);
  });

  it('not in a later round', () => {
    const second = through(
      opened(labelsOf(verified()), { round: 2, hands: verified().hands }),
      [command('claim', 'bert')],
      [command('submit', 'bert'), [label('kidney', 'again')]],
    );
    expect(why(second, command('review', 'anna'), withRole('anna', 'certified'))).toMatch(/^anna drew/);
    expect(why(second, command('review', 'emma'), withRole('emma', 'certified'))).toBe(
      'emma verified this case before; review needs another certified radiologist',
    );
    expect(why(second, command('review', 'cora'))).toBeUndefined();
    const passed = through(second, [command('review', 'dirk')], [command('approve', 'dirk')]);
    expect(why(passed, command('start-verification', 'cora'), withRole('cora', 'senior'))).toMatch(
      /^cora approved/,
    );
  });

  it('not by being handed the judgement', () => {
    expect(why(inReview(), command('hand-over', 'cora', { to: 'dirk' }))).toBeUndefined();
    expect(why(inReview(), command('hand-over', 'lea', { to: 'anna' }), withRole('anna', 'certified'))).toBe(
      'anna drew these labels; hand it to another certified radiologist',
    );
    expect(
      why(inVerification(), command('hand-over', 'emma', { to: 'cora' }), withRole('cora', 'senior')),
    ).toBe('cora approved these labels; hand it to another senior radiologist');
  });

  it('and a reviewer may look again at what came back', () => {
    const again = through(
      inReview(),
      [command('return', 'cora')],
      [command('submit', 'anna'), [label('kidney', 'better')]],
    );
    expect(why(again, command('review', 'cora'))).toBeUndefined();
  });
});

describe('a second read', () => {
  const read = () => opened(firstLabels, { kind: 'double-read' });
  const barred = ['anna'];

  it('is not for whoever does the first', () => {
    for (const asked of [command('claim', 'anna'), command('claim', 'bert')]) {
      const fault = refusal(read(), asked, { people, now: start, barred });
      expect(fault === undefined).toBe(asked.actor === 'bert');
    }
    const held = through(read(), [command('claim', 'bert')]);
    const given = { people, now: start, barred };
    expect(refusal(held, command('hand-over', 'lea', { to: 'anna' }), given)).toMatch(/another reader$/);
    expect(refusal(held, command('submit', 'bert'), { ...given, barred: ['bert'] })).toMatch(
      /another reader$/,
    );
  });

  it('ends with its submission', () => {
    const done = through(read(), [command('claim', 'bert')], [command('submit', 'bert'), drawnPancreas]);
    expect(done).toMatchObject({ phase: 'submitted', kind: 'double-read' });
    expect(why(done, command('review', 'cora'))).toMatch(/nothing is left to do$/);
  });
});

describe('skills', () => {
  const anna = people[0]!;
  it.each<[string, Person['skills'], boolean]>([
    ['nothing said', undefined, true],
    ['empty lists', { collections: [], organs: [] }, true],
    ['the collection', { collections: ['lits', 'kits19'] }, true],
    ['another collection', { collections: ['kits19'] }, false],
    ['an organ to draw', { organs: ['spleen'] }, true],
    ['only an organ that the source has', { organs: ['liver'] }, false],
  ])('%s', (_, skills, covers) => {
    expect(skillsCover({ ...anna, ...(skills === undefined ? {} : { skills }) }, opened())).toBe(covers);
  });
});

describe('people that a door hands over', () => {
  it('are taken as far as they are people', () => {
    const anna = { id: 'anna', role: 'junior', simulated: false };
    const junk = [
      null,
      7,
      'anna',
      { ...anna, role: 'boss' },
      { ...anna, id: 'A' },
      { ...anna, simulated: 1 },
    ];
    expect(peopleIn([...junk, { ...anna, more: 'x' }])).toEqual([anna]);
    for (const nobody of [undefined, null, 'anna', {}, 7]) expect(peopleIn(nobody)).toEqual([]);
  });
});
