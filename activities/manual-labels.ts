import type { CaseResult } from '../domain/campaign.js';
import type { CaseSummary } from '../domain/case.js';
import { caseName } from '../domain/case-name.js';
import type { LabelSummary } from '../domain/label-version.js';
import { type Organ, organs } from '../domain/organ.js';
import type { TaskState } from '../domain/task.js';
import { isRead, taskIsDone } from '../domain/task-rules.js';
import type { ObjectStore } from '../storage/object-store.js';
import { TaskBoard } from '../storage/task-board.js';

/** What people have done on a case. */
export interface PeoplesWork {
  /** Organs that people looked at in a round that ended with their verification. */
  readonly verified: ReadonlySet<Organ>;
  /** The newest round, where people are still at it. */
  readonly underWay: TaskState | undefined;
  /** The newest round that has ended. */
  readonly ended: TaskState | undefined;
}

/** The work of people on every case of a campaign, by the case's name. */
export async function peoplesWork(
  store: ObjectStore,
  campaign: string,
): Promise<(name: string) => PeoplesWork> {
  const rounds = new Map<string, TaskState[]>();
  for (const { task } of await new TaskBoard(store, campaign).read()) {
    if (!isRead(task)) rounds.set(caseName(task), [...(rounds.get(caseName(task)) ?? []), task]);
  }
  return (name) => workOf(rounds.get(name) ?? []);
}

export function workOf(tasks: readonly TaskState[]): PeoplesWork {
  const sorted = tasks.filter((task) => !isRead(task)).sort((a, b) => a.round - b.round);
  const done = sorted.filter(taskIsDone);
  return {
    verified: new Set(done.flatMap(({ asked }) => asked ?? organs)),
    underWay: sorted.find((task) => !taskIsDone(task)),
    ended: done.at(-1),
  };
}

/** Labels that a source or a person vouches for: drawn by hand, or a model's that people verified. */
export function manualLabels(
  { sourceLabels }: CaseSummary,
  result: CaseResult | undefined,
  { verified }: PeoplesWork,
): LabelSummary[] {
  if (result === undefined) return sourceLabels.filter(({ voxels }) => voxels > 0);
  const vouched = result.labels.filter(({ organ, origin }) => origin !== 'model' || verified.has(organ));
  return vouched.filter(({ voxels }) => voxels > 0);
}

/** Organs that are not in the patient, by a person's word or by an empty mask that people verified. */
export function absentOrgans(result: CaseResult | undefined, { verified }: PeoplesWork): Organ[] {
  if (result === undefined) return [];
  const empty = result.labels
    .filter(({ organ, voxels }) => voxels === 0 && verified.has(organ))
    .map(({ organ }) => organ);
  return organs.filter((organ) => result.absent.includes(organ) || empty.includes(organ));
}
