import { organs } from './organ.js';
import type { Person } from './person.js';
import type { Hands, TaskState } from './task.js';

/** Nobody has touched the labels yet. */
export const noHands: Hands = { drew: [], reviewed: [], verified: [] };

/** The hands with one more in it; the same object when the person is in it already. */
export function withHand(hands: Hands, did: keyof Hands, person: string): Hands {
  return hands[did].includes(person) ? hands : { ...hands, [did]: [...hands[did], person] };
}

/** Whoever judges labels must not have made them, nor judged them at the other stage, in any round of the case. */
export function involvement(
  { hands, escalatedBy }: Pick<TaskState, 'hands' | 'escalatedBy'>,
  person: string,
  stage: 'review' | 'verification',
): string | undefined {
  if (hands.drew.includes(person)) return 'drew these labels';
  if (stage === 'review') return hands.verified.includes(person) ? 'verified this case before' : undefined;
  if (hands.reviewed.includes(person)) return 'approved these labels';
  return escalatedBy === person ? 'escalated this case' : undefined;
}

/** Why a person may not read this task blindly; undefined when they may. */
export function barredWhy(state: TaskState, person: string, barred: readonly string[]): string | undefined {
  if (!barred.includes(person)) return undefined;
  return `${person} reads ${state.collection}/${state.caseId} in another task; a second read needs another reader`;
}

/** Whether a person's skills cover a task: its collection, and some organ that people have to draw there. */
export function skillsCover(person: Person, state: TaskState): boolean {
  const { collections = [], organs: known = [] } = person.skills ?? {};
  if (collections.length > 0 && !collections.includes(state.collection)) return false;
  const asked = state.asked ?? organs;
  const open = organs.filter((organ) => state.organs[organ].state !== 'source' && asked.includes(organ));
  return known.length === 0 || open.length === 0 || open.some((organ) => known.includes(organ));
}
