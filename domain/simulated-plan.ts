import type { Organ } from './organ.js';
import type { Person, TaskState } from './task.js';

/**
 * What a simulated person does next with a task. Simulated people stand in for real ones in demonstrations and load
 * tests; every record says that they are simulated. Who acts, and how well, follows from the task alone.
 */
export interface SimulatedStep {
  readonly person: Person;
  readonly kind: 'claim' | 'submit' | 'judge' | 'verify-or-refine';
}

export function nextSimulatedStep(task: TaskState, people: readonly Person[]): SimulatedStep | undefined {
  const simulated = (role: Person['role'], besides: readonly (string | undefined)[]) =>
    pick(
      people.filter((person) => person.role === role && person.simulated && !besides.includes(person.id)),
      `${task.collection}/${task.caseId}/${task.round}/${role}`,
    );
  switch (task.phase) {
    case 'queued':
      return step(simulated('junior', []), 'claim');
    case 'claimed':
    case 'returned':
      return step(
        people.find((person) => person.id === task.assignee && person.simulated),
        'submit',
      );
    case 'submitted':
      return step(simulated('certified', [task.assignee]), 'judge');
    case 'certified':
      return step(simulated('senior', [task.assignee, task.reviewer]), 'verify-or-refine');
    case 'verified':
      return undefined;
  }
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
