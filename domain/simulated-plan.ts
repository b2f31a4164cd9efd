import type { Organ } from './organ.js';
import type { Person } from './person.js';
import type { WorkingRole } from './role.js';
import type { TaskState } from './task.js';
import { involvement } from './task-duty.js';
import { isRead, taskIsDone } from './task-rules.js';

/**
 * What a simulated person does next with a task. Simulated people stand in for real ones in demonstrations and load
 * tests; every record says that they are simulated. Who acts, and how well, follows from the task alone.
 */
export interface SimulatedStep {
  readonly person: Person;
  readonly kind: 'claim' | 'submit' | 'review' | 'judge' | 'start-verification' | 'verify-or-refine';
}

export function nextSimulatedStep(task: TaskState, people: readonly Person[]): SimulatedStep | undefined {
  if (taskIsDone(task)) return undefined;
  const crew = people.filter((person) => person.simulated);
  const holder = crew.find((person) => person.id === task.lease?.holder);
  const judge = (stage: 'review' | 'verification', role: WorkingRole) =>
    pick(
      crew.filter((person) => person.role === role && involvement(task, person.id, stage) === undefined),
      `${seedOf(task)}/${role}`,
    );
  switch (task.phase) {
    case 'queued':
      return step(reader(task, crew), 'claim');
    case 'leased':
    case 'returned':
      return step(holder, 'submit');
    case 'submitted':
      return step(judge('review', 'certified'), 'review');
    case 'in-review':
      return step(holder, 'judge');
    case 'certified':
    case 'escalated':
      return step(judge('verification', 'senior'), 'start-verification');
    case 'in-verification':
      return step(holder, 'verify-or-refine');
    case 'verified':
      return undefined;
  }
}

/** Who draws: each further read of a case goes to somebody else. */
function reader(task: TaskState, crew: readonly Person[]): Person | undefined {
  const juniors = crew.filter((person) => person.role === 'junior');
  const first = pick(juniors, `${seedOf(task)}/junior`);
  if (!isRead(task)) return first;
  const others = juniors.filter((person) => person !== first);
  const second = pick(others, `${seedOf(task)}/double-read`);
  if (task.kind === 'double-read') return second;
  return pick(
    others.filter((person) => person !== second),
    `${seedOf(task)}/blind-audit`,
  );
}

function seedOf({ collection, caseId, round }: TaskState): string {
  return `${collection}/${caseId}/${round}`;
}

/** How near to the reference a simulated junior draws, from 0 (leaves the proposal) to 1: better when asked again. */
export function simulatedSkill(seed: string, returns: number): number {
  const first = 0.7 + 0.25 * share(seed);
  return 1 - (1 - first) / (1 + 2 * returns);
}

/** Whether a simulated senior also corrects a case that could have been verified as it is: one in eight. */
export function simulatedSeniorRefines(task: TaskState): boolean {
  return share(`${task.collection}/${task.caseId}/senior`) < 1 / 8;
}

/** Organs that a simulated radiologist sends back: below the bound, unless it was sent back twice already. */
export function organsToReturn(dscByOrgan: Partial<Record<Organ, number>>, returns: number): Organ[] {
  if (returns >= 2) return [];
  return (Object.entries(dscByOrgan) as [Organ, number][])
    .filter(([organ, dsc]) => dsc < acceptableDsc[organ])
    .map(([organ]) => organ);
}

/** Below these a simulated radiologist returns an organ; the pancreas is where people agree least. */
const acceptableDsc: Readonly<Record<Organ, number>> = {
  liver: 0.94,
  kidney: 0.92,
  spleen: 0.92,
  pancreas: 0.82,
};

function step(person: Person | undefined, kind: SimulatedStep['kind']): SimulatedStep | undefined {
  return person === undefined ? undefined : { person, kind };
}

function pick(people: readonly Person[], seed: string): Person | undefined {
  return people[Math.floor(share(seed) * people.length)];
}

/** A number in [0, 1) that follows from the text (FNV-1a, then one round of mixing). */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
