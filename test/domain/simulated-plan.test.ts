import { describe, expect, it } from 'vitest';
import type { Person } from '../../domain/person.js';
import { nextSimulatedStep } from '../../domain/simulated-plan.js';
import type { TaskState } from '../../domain/task.js';
import type { TaskCommandKind } from '../../domain/task-command.js';
import { reduceTask } from '../../domain/task-reducer.js';
import { taskIsDone } from '../../domain/task-rules.js';
import { command, drawnPancreas, escalated, firstLabels, leased, opened, people, start } from './tasks.js';

const crew: Person[] = people.map((each) => ({ ...each, simulated: true }));
const kinds: Record<string, TaskCommandKind> = { judge: 'approve', 'verify-or-refine': 'verify' };

/** What simulated people do with a task until it is done. */
function played(first: TaskState): { state: TaskState; steps: string[] } {
  let state = first;
  const steps: string[] = [];
  for (let step = nextSimulatedStep(state, crew); step !== undefined; step = nextSimulatedStep(state, crew)) {
    const asked = command(kinds[step.kind] ?? (step.kind as TaskCommandKind), step.person.id);
    const { state: next, answer } = reduceTask(state, asked, {
      people: crew,
      now: start,
      labels: drawnPancreas,
    });
    expect(answer).toMatchObject({ accepted: true });
    steps.push(`${step.kind} by a ${step.person.role}`);
    state = next;
  }
  return { state, steps };
}

describe('simulated people', () => {
  it('carry a task to its end by commands that the rules accept', () => {
    const { state, steps } = played(opened());
    expect(taskIsDone(state)).toBe(true);
    expect(steps).toEqual([
      'claim by a junior',
      'submit by a junior',
      'review by a certified',
      'judge by a certified',
      'start-verification by a senior',
      'verify-or-refine by a senior',
    ]);
  });

  it('let another senior decide what one escalated', () => {
    const { state } = played(escalated());
    expect(state).toMatchObject({ phase: 'verified', verifier: 'finn' });
  });

  it('leave alone what a real person holds', () => {
    const others = crew.map((each) => ({ ...each, simulated: each.id !== 'anna' }));
    expect(nextSimulatedStep(leased(), others)).toBeUndefined();
  });

  it('give a second read to somebody else than the first', () => {
    for (let n = 0; n < 20; n += 1) {
      const task = { ...opened(), caseId: `volume-${n}` };
      const read = { ...opened(firstLabels, { kind: 'double-read' }), caseId: `volume-${n}` };
      expect(nextSimulatedStep(read, crew)?.person).not.toEqual(nextSimulatedStep(task, crew)?.person);
    }
    const done = played(opened(firstLabels, { kind: 'double-read' }));
    expect(done.steps).toEqual(['claim by a junior', 'submit by a junior']);
  });
});
