import type { AuditRecord } from './audit.js';
import { type Organ, organs } from './organ.js';
import type { Role } from './role.js';
import type { TaskKind, TaskState } from './task.js';

/** What people spend time on: correcting, judging, verifying, further reads for measuring, and leading. */
export const workStages = ['drawing', 'review', 'verification', 'reading', 'leading'] as const;
export type WorkStage = (typeof workStages)[number];

/** By what a ledger can be summed up. */
export const effortGroupings = ['person', 'organ', 'stage', 'collection'] as const;
export type EffortGrouping = (typeof effortGroupings)[number];

/** Time and voxels that no organ is named for. */
export const wholeCase = 'whole case';

/** One entry of the ledger: what one accepted command adds, for one organ or for the whole case. */
interface Fact {
  /** Entity of the task. */
  readonly task: string;
  readonly person: string;
  readonly stage: WorkStage;
  readonly collection: string;
  readonly organ: Organ | typeof wholeCase;
  readonly seconds?: number;
  readonly changedVoxels?: number;
  readonly submissions?: number;
  /** Submissions that came back. */
  readonly returns?: number;
  /** Proposals of a model that were judged to the end, and those of them that nobody changed. */
  readonly proposals?: number;
  readonly acceptedAsIs?: number;
}

/** One line of the ledger. Times in minutes of active work, as the tools of people measured them. */
export interface EffortRow {
  readonly name: string;
  readonly tasks: number;
  readonly activeMinutes: number;
  readonly minutesByOrgan: Readonly<Partial<Record<Organ | typeof wholeCase, number>>>;
  readonly changedVoxels: number;
  readonly submissions: number;
  readonly returns: number;
  readonly proposals: number;
  readonly acceptedAsIs: number;
}

/** What one day brought of the dataset's own work: commands that counted. */
export interface EffortDay {
  /** In UTC, `2026-03-02`. */
  readonly day: string;
  readonly submitted: number;
  readonly certified: number;
  readonly verified: number;
}

/** The commands that bring a case one stage further. */
const advances: Readonly<Record<string, Exclude<keyof EffortDay, 'day'>>> = {
  submit: 'submitted',
  approve: 'certified',
  verify: 'verified',
  refine: 'verified',
};

/** How far a task is and what time each stage has taken so far: what a forecast rests on. */
export interface TaskEffort {
  readonly task: string;
  readonly collection: string;
  readonly kind: TaskKind;
  readonly phase: TaskState['phase'];
  /** Seconds by stage; a stage without measured time is not there. */
  readonly seconds: Readonly<Partial<Record<WorkStage, number>>>;
}

/**
 * The ledger of people's work, made of nothing but audit records. Records of one task have to come in their order, each
 * once. Time counts once, with the command that was accepted: what a refused command tells is told again by the next.
 */
export class EffortLedger {
  private readonly facts: Fact[] = [];
  private readonly byDay = new Map<string, EffortDay>();
  private readonly tasks = new Map<string, { opened: AuditRecord['labelsAfter']; newest: TaskState }>();

  add(record: AuditRecord): void {
    const { task, entity } = record;
    if (task === undefined || !entity.startsWith('task/')) return;
    const opened = this.tasks.get(entity)?.opened ?? record.labelsAfter;
    const ended = this.tasks.get(entity)?.newest.phase !== 'verified' && task.phase === 'verified';
    this.tasks.set(entity, { opened, newest: task });
    if (record.outcome !== 'done') return;
    this.advance(record, task);
    this.facts.push(...workFacts(record, task), ...returnFacts(record, task));
    if (ended) this.facts.push(...proposalFacts(entity, task, opened));
  }

  /** The ledger summed up, in the order of names; stages and organs in their own order. */
  rows(by: EffortGrouping): EffortRow[] {
    const groups = new Map<string, Fact[]>();
    for (const fact of this.facts) {
      const own = groups.get(fact[by]);
      if (own === undefined) groups.set(fact[by], [fact]);
      else own.push(fact);
    }
    const order: readonly string[] =
      by === 'stage' ? workStages : by === 'organ' ? [...organs, wholeCase] : [];
    const names = [...groups.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b) || (a < b ? -1 : 1));
    return names.map((name) => rowOf(name, groups.get(name)!));
  }

  /** Days on which a case went on, the first one first. */
  days(): EffortDay[] {
    return [...this.byDay.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
  }

  /** Everything in one line. */
  total(): EffortRow {
    return rowOf('all', this.facts);
  }

  private advance({ action, at }: AuditRecord, task: TaskState): void {
    const what = advances[action];
    if (what === undefined || (task.kind ?? 'refine') !== 'refine') return;
    const day = at.slice(0, 'yyyy-mm-dd'.length);
    const so = this.byDay.get(day) ?? { day, submitted: 0, certified: 0, verified: 0 };
    this.byDay.set(day, { ...so, [what]: so[what] + 1 });
  }

  /** Every task with the time that it has taken so far. */
  taskEfforts(): TaskEffort[] {
    const seconds = new Map<string, Partial<Record<WorkStage, number>>>();
    for (const { task, stage, seconds: more } of this.facts) {
      if (more === undefined) continue;
      const own = seconds.get(task) ?? {};
      seconds.set(task, { ...own, [stage]: (own[stage] ?? 0) + more });
    }
    return [...this.tasks].map(([task, { newest }]) => ({
      task,
      collection: newest.collection,
      kind: newest.kind ?? 'refine',
      phase: newest.phase,
      seconds: seconds.get(task) ?? {},
    }));
  }
}

const stages: Readonly<Partial<Record<Role, WorkStage>>> = {
  junior: 'drawing',
  certified: 'review',
  senior: 'verification',
  lead: 'leading',
};

function stageOf(role: string, kind: TaskKind | undefined): WorkStage | undefined {
  const [, stage] = Object.entries(stages).find(([name]) => name === role) ?? [];
  return stage === 'drawing' && kind !== undefined && kind !== 'refine' ? 'reading' : stage;
}

/** Time and voxels of a command: organ by organ where the tool told, the rest for the whole case. */
function workFacts(record: AuditRecord, task: TaskState): Fact[] {
  const { entity, actor, effort, changedVoxels = {} } = record;
  const stage = stageOf(record.role, task.kind);
  if (stage === undefined) return [];
  const about = { task: entity, person: actor, stage, collection: task.collection };
  const byOrgan = effort?.byOrgan ?? {};
  const named = organs.reduce((sum, organ) => sum + (byOrgan[organ] ?? 0), 0);
  const rest = Math.max(0, (effort?.activeSeconds ?? 0) - named);
  const facts: Fact[] = organs
    .filter((organ) => byOrgan[organ] !== undefined || changedVoxels[organ] !== undefined)
    .map((organ) => ({
      ...about,
      organ,
      seconds: byOrgan[organ] ?? 0,
      changedVoxels: changedVoxels[organ] ?? 0,
    }));
  const submissions = record.action === 'submit' ? 1 : 0;
  if (rest > 0 || submissions > 0) facts.push({ ...about, organ: wholeCase, seconds: rest, submissions });
  return facts;
}

/** A return counts with the person whose work came back. */
function returnFacts(record: AuditRecord, task: TaskState): Fact[] {
  if (record.action !== 'return' || task.assignee === undefined) return [];
  const { collection, assignee: person } = task;
  return [{ task: record.entity, person, stage: 'drawing', collection, organ: wholeCase, returns: 1 }];
}

/** Once a task is verified: which proposals of models came through as they were. */
function proposalFacts(entity: string, task: TaskState, opened: AuditRecord['labelsAfter']): Fact[] {
  const { collection, assignee: person = 'nobody' } = task;
  return organs
    .filter((organ) => task.organs[organ].state !== 'source' && opened[organ] !== undefined)
    .map((organ) => ({
      task: entity,
      person,
      stage: 'drawing',
      collection,
      organ,
      proposals: 1,
      acceptedAsIs: task.organs[organ].label?.voxelSha256 === opened[organ] ? 1 : 0,
    }));
}

function rowOf(name: string, facts: readonly Fact[]): EffortRow {
  const sum = (of: (fact: Fact) => number | undefined) =>
    facts.reduce((total, fact) => total + (of(fact) ?? 0), 0);
  const minutesByOrgan: Partial<Record<Organ | typeof wholeCase, number>> = {};
  for (const { organ, seconds = 0 } of facts) {
    if (seconds > 0) minutesByOrgan[organ] = (minutesByOrgan[organ] ?? 0) + seconds / 60;
  }
  return {
    name,
    tasks: new Set(facts.map((each) => each.task)).size,
    activeMinutes: sum((each) => each.seconds) / 60,
    minutesByOrgan,
    changedVoxels: sum((each) => each.changedVoxels),
    submissions: sum((each) => each.submissions),
    returns: sum((each) => each.returns),
    proposals: sum((each) => each.proposals),
    acceptedAsIs: sum((each) => each.acceptedAsIs),
  };
}
