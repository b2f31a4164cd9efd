import type { Collection } from './collection.js';
import type { LabelSummary } from './label-version.js';
import { type Organ, organs } from './organ.js';
import type {
  OrganTask,
  Person,
  Role,
  TaskAnswer,
  TaskCommand,
  TaskCommandKind,
  TaskPhase,
  TaskState,
} from './task.js';

/**
 * Who may ask for it: `anyone` of the role, the `assignee` alone, or only somebody `uninvolved`, that is neither the
 * assignee nor the reviewer. Nobody reviews or verifies their own work.
 */
export type Bond = 'anyone' | 'assignee' | 'uninvolved';

/** One line of the rules: this role may ask for this in this phase, and the task then stands in phase `to`. */
export interface TaskRule {
  readonly kind: TaskCommandKind;
  readonly role: Role;
  readonly bond: Bond;
  readonly from: TaskPhase;
  readonly to: TaskPhase;
}

/** Who may do what in which phase. What is not listed here is refused. */
export const taskRules: readonly TaskRule[] = [
  { kind: 'claim', role: 'junior', bond: 'anyone', from: 'queued', to: 'claimed' },
  { kind: 'release', role: 'junior', bond: 'assignee', from: 'claimed', to: 'queued' },
  { kind: 'submit', role: 'junior', bond: 'assignee', from: 'claimed', to: 'submitted' },
  { kind: 'submit', role: 'junior', bond: 'assignee', from: 'returned', to: 'submitted' },
  { kind: 'return', role: 'certified', bond: 'uninvolved', from: 'submitted', to: 'returned' },
  { kind: 'attest-absent', role: 'certified', bond: 'uninvolved', from: 'submitted', to: 'submitted' },
  { kind: 'attest-absent', role: 'senior', bond: 'uninvolved', from: 'certified', to: 'certified' },
  { kind: 'approve', role: 'certified', bond: 'uninvolved', from: 'submitted', to: 'certified' },
  { kind: 'verify', role: 'senior', bond: 'uninvolved', from: 'certified', to: 'verified' },
  { kind: 'refine', role: 'senior', bond: 'uninvolved', from: 'certified', to: 'verified' },
];

/** How many accepted command ids a task remembers; older ones are no longer recognised as repeated. */
export const acceptedCommandsLimit = 200;

/** What makes two commands the same: kind, sender and the sender's id for it. Also the id of a Temporal update. */
export function commandIdentity(command: Pick<TaskCommand, 'kind' | 'actor' | 'commandId'>): string {
  return `${command.kind}/${command.actor}/${command.commandId}`;
}

/** Whether the same command was accepted before. */
export function isRepeated(state: TaskState, command: TaskCommand): boolean {
  return state.acceptedCommands.includes(commandIdentity(command));
}

export const roleTitles: Readonly<Record<Role, string>> = {
  junior: 'junior',
  certified: 'certified radiologist',
  senior: 'senior radiologist',
};

const phaseHints: Readonly<Record<TaskPhase, string>> = {
  queued: 'it waits for a junior to claim it',
  claimed: 'it waits for its assignee to submit it',
  submitted: 'it waits for a certified radiologist to approve or return it',
  returned: 'it waits for its assignee to submit it again',
  certified: 'it waits for a senior radiologist to verify or refine it',
  verified: 'nothing is left to do',
};

/** `{collection}/{caseId}/{round}`: the name of a task inside its campaign. */
export function taskId(state: Pick<TaskState, 'collection' | 'caseId' | 'round'>): string {
  return `${state.collection}/${state.caseId}/${state.round}`;
}

/** No command changes a task that is done. */
export function taskIsDone(state: TaskState): boolean {
  return state.phase === 'verified';
}

/** The labels that the task holds now, source labels included, in the order of organs. */
export function labelsOf(state: TaskState): LabelSummary[] {
  return organs.flatMap((organ) => state.organs[organ].label ?? []);
}

/**
 * A new task. An organ with a source label is locked; a model's proposal waits for correction. A proposal without a
 * single voxel counts as `empty`, so that nobody can approve it without saying that the organ is absent.
 */
export function openTask(about: {
  campaign: string;
  collection: Collection;
  caseId: string;
  round: number;
  labels: readonly LabelSummary[];
}): TaskState {
  const { campaign, collection, caseId, round, labels } = about;
  const open = (organ: Organ): OrganTask => {
    const own = labels.filter((label) => label.organ === organ);
    const source = own.find((label) => label.origin === 'source');
    return source === undefined ? proposed(own[0]) : { state: 'source', label: source };
  };
  return {
    campaign,
    collection,
    caseId,
    round,
    version: 0,
    phase: 'queued',
    returns: 0,
    organs: mapOrgans(open),
    acceptedCommands: [],
  };
}

function proposed(label: LabelSummary | undefined): OrganTask {
  if (label === undefined) return { state: 'empty' };
  return { state: label.voxels === 0 ? 'empty' : 'pre-labelled', label };
}

/** What this person can ask of the task now, in the order of the rules. */
export function allowedCommands(state: TaskState, person: Person): TaskCommandKind[] {
  const fitting = taskRules.filter(
    ({ kind, role, from, bond }) =>
      role === person.role &&
      from === state.phase &&
      bondHolds(bond, state, person) &&
      blocked(state, kind) === undefined,
  );
  return fitting.map((rule) => rule.kind);
}

/**
 * Why the command cannot count now, and what to do instead; undefined when nothing speaks against it. A command that
 * was accepted before is not refused: it is answered as accepted once more. What an upload holds is judged by
 * `reduceTask` alone.
 */
export function refusal(
  state: TaskState,
  command: TaskCommand,
  people: readonly Person[],
): string | undefined {
  if (isRepeated(state, command)) return undefined;
  const person = people.find((each) => each.id === command.actor);
  if (person === undefined) {
    return `${command.actor} is not among the people of this campaign; send the command as one of them`;
  }
  return (
    roleFault(command.kind, person) ??
    versionFault(state, command) ??
    phaseFault(state, command.kind, person) ??
    bondFault(state, command.kind, person) ??
    blocked(state, command.kind) ??
    organFault(state, command)
  );
}

function roleFault(kind: TaskCommandKind, person: Person): string | undefined {
  const roles = taskRules.filter((rule) => rule.kind === kind).map((rule) => rule.role);
  if (roles.includes(person.role)) return undefined;
  const titles = [...new Set(roles)].map((role) => `a ${roleTitles[role]}`).join(' or ');
  return `${kind} needs ${titles}; ${person.id} is a ${roleTitles[person.role]}`;
}

function versionFault(state: TaskState, command: TaskCommand): string | undefined {
  const { expectedVersion } = command;
  if (expectedVersion === undefined || expectedVersion === state.version) return undefined;
  return `the task is at version ${state.version}, not ${expectedVersion}; look at it again, then decide anew`;
}

function ruleFor(state: TaskState, kind: TaskCommandKind, person: Person): TaskRule | undefined {
  return taskRules.find(
    (rule) => rule.kind === kind && rule.role === person.role && rule.from === state.phase,
  );
}

function phaseFault(state: TaskState, kind: TaskCommandKind, person: Person): string | undefined {
  if (ruleFor(state, kind, person) !== undefined) return undefined;
  const possible = allowedCommands(state, person);
  if (possible.length === 0) return `the task is ${state.phase}; ${phaseHints[state.phase]}`;
  if (state.phase === 'queued') return 'the task is queued; claim it first';
  return `the task is ${state.phase}; ${person.id} can ask for ${possible.join(', ')} now, not for ${kind}`;
}

function bondHolds(bond: Bond, state: TaskState, person: Person): boolean {
  if (bond === 'assignee') return state.assignee === person.id;
  return bond === 'anyone' || (state.assignee !== person.id && state.reviewer !== person.id);
}

function bondFault(state: TaskState, kind: TaskCommandKind, person: Person): string | undefined {
  const rule = ruleFor(state, kind, person);
  if (rule === undefined || bondHolds(rule.bond, state, person)) return undefined;
  if (rule.bond === 'assignee') return `the task is ${state.assignee}'s; claim another task`;
  const did = state.assignee === person.id ? 'drew' : 'approved';
  return `${person.id} ${did} these labels; ${kind} needs another ${roleTitles[rule.role]}`;
}

/** What stands in the way of a kind of command whoever asks: approval of nothing, return of nothing. */
function blocked(state: TaskState, kind: TaskCommandKind): string | undefined {
  if (kind === 'return' && correctable(state).length === 0) {
    return 'no organ of this task can be corrected, so nothing can be returned; approve it';
  }
  if (kind === 'attest-absent' && correctable(state).length === 0) {
    return 'every organ is labelled at the source or attested absent; nothing is left to attest';
  }
  const hollow = hollowOrgans(state);
  if (kind === 'approve' && hollow.length > 0) {
    return `no voxel of ${hollow.join(', ')}; return the task to have it drawn, or attest it absent`;
  }
  return undefined;
}

function organFault(state: TaskState, command: TaskCommand): string | undefined {
  if (command.kind === 'attest-absent') {
    const { organ } = command;
    if (isSource(state.organs[organ])) {
      return `${organ} is labelled at the source and stays; attest one of ${correctable(state).join(', ')}`;
    }
    return state.organs[organ].state === 'absent' ? `${organ} is attested absent already` : undefined;
  }
  if (command.kind !== 'return' || command.organs === undefined) return undefined;
  if (command.organs.length === 0) return 'no organ is named; name those to correct, or leave organs out';
  const locked = command.organs.filter((organ) => isSource(state.organs[organ]));
  if (locked.length === 0) return undefined;
  return `${locked.join(', ')} is labelled at the source; return only ${correctable(state).join(', ')}`;
}

/**
 * The task after the command, and the answer to it. Pure: `state` is never changed, and a refused or repeated
 * command gives the very same object back.
 *
 * @param context.labels For submit and refine, what was made of the upload: labels of organs that are not there or
 *   whose voxels did not change keep the label that they have; source organs are passed over.
 * @param context.remarks Passed on in the answer to an accepted command.
 */
export function reduceTask(
  state: TaskState,
  command: TaskCommand,
  context: {
    readonly people: readonly Person[];
    readonly labels?: readonly LabelSummary[];
    readonly remarks?: readonly string[];
  },
): { state: TaskState; answer: TaskAnswer } {
  const { version, phase } = state;
  if (isRepeated(state, command)) {
    return { state, answer: { accepted: true, version, phase, remarks: ['already done'] } };
  }
  const person = context.people.find((each) => each.id === command.actor);
  const rule = person && ruleFor(state, command.kind, person);
  const why = refusal(state, command, context.people) ?? uploadFault(state, command, context.labels);
  if (why !== undefined || rule === undefined) {
    return { state, answer: { accepted: false, version, phase, why: why ?? phaseHints[phase] } };
  }
  const next = counted(advance(state, command, context.labels ?? []), command, rule);
  const remarks = [...(context.remarks ?? []), ...hollowRemarks(next, command)];
  return { state: next, answer: { accepted: true, version: next.version, phase: next.phase, remarks } };
}

/** What speaks against the labels that were made of an upload. */
function uploadFault(
  state: TaskState,
  command: TaskCommand,
  labels: readonly LabelSummary[] | undefined,
): string | undefined {
  if (command.kind !== 'submit' && command.kind !== 'refine') return undefined;
  if (labels === undefined) return 'the upload has not been read; send the command again';
  const open = labels.filter(({ organ }) => !isSource(state.organs[organ]));
  const absent = (label: LabelSummary) => state.organs[label.organ].state === 'absent';
  if (command.kind === 'submit') {
    const drawn = open.find((label) => absent(label) && label.voxels > 0);
    return (
      drawn && `${drawn.organ} is attested absent; erase it in the upload and give your doubt as the reason`
    );
  }
  const erased = open.find((label) => !absent(label) && label.voxels === 0);
  return erased && `the upload has no voxel of ${erased.organ}; draw it, or attest it absent first`;
}

/** Version, phase, reason and memory of ids: what every accepted command changes. */
function counted(state: TaskState, command: TaskCommand, rule: TaskRule): TaskState {
  const reason = 'reason' in command ? command.reason?.trim() : undefined;
  return {
    ...state,
    version: state.version + 1,
    phase: rule.to,
    ...(reason === undefined ? {} : { lastReason: reason }),
    acceptedCommands: [...state.acceptedCommands, commandIdentity(command)].slice(-acceptedCommandsLimit),
  };
}

/** What the command itself changes: people and organs. */
function advance(state: TaskState, command: TaskCommand, labels: readonly LabelSummary[]): TaskState {
  const made = (organ: Organ) => labels.find((label) => label.organ === organ);
  switch (command.kind) {
    case 'claim':
      return { ...state, assignee: command.actor };
    case 'release': {
      const { assignee: _, ...unassigned } = state;
      return unassigned;
    }
    case 'submit':
      return changeOrgans(state, (task, organ) => submitted(task, made(organ)));
    case 'return': {
      const named = command.organs ?? correctable(state);
      const back = changeOrgans(state, (task, organ) =>
        named.includes(organ) ? { ...task, state: 'returned' } : task,
      );
      return { ...back, returns: state.returns + 1 };
    }
    case 'attest-absent':
      return changeOrgans(state, (task, organ) => (organ === command.organ ? { state: 'absent' } : task));
    case 'approve':
      return { ...changeOrgans(state, approved), reviewer: command.actor };
    case 'verify':
    case 'refine': {
      const final = changeOrgans(state, (task, organ) => verified(task, made(organ)));
      return { ...final, verifier: command.actor };
    }
  }
}

function submitted(task: OrganTask, made: LabelSummary | undefined): OrganTask {
  if (task.state === 'absent') return task;
  const label = changed(task, made) ?? task.label;
  if (label === undefined) return { state: 'empty' };
  if (label.voxels === 0) return { state: 'empty', label };
  return label === task.label ? task : { state: 'corrected', label };
}

function approved(task: OrganTask): OrganTask {
  return task.state === 'absent' ? task : { ...task, state: 'approved' };
}

function verified(task: OrganTask, made: LabelSummary | undefined): OrganTask {
  const label = changed(task, made);
  if (label !== undefined && label.voxels > 0) return { state: 'verified', label };
  return task.state === 'absent' ? task : { ...task, state: 'verified' };
}

/** The new label, when its voxels are others than those that the organ has. */
function changed(task: OrganTask, made: LabelSummary | undefined): LabelSummary | undefined {
  return made?.voxelSha256 === task.label?.voxelSha256 ? undefined : made;
}

function hollowRemarks(next: TaskState, command: TaskCommand): string[] {
  if (command.kind !== 'submit') return [];
  return hollowOrgans(next).map(
    (organ) => `${organ} has no voxel; it must be drawn or attested absent before approval`,
  );
}

function isSource(task: OrganTask): boolean {
  return task.state === 'source';
}

/** Organs that people work on: neither labelled at the source nor attested absent. */
function correctable(state: TaskState): Organ[] {
  return organs.filter((organ) => !isSource(state.organs[organ]) && state.organs[organ].state !== 'absent');
}

/** Correctable organs without a voxel. */
function hollowOrgans(state: TaskState): Organ[] {
  return correctable(state).filter((organ) => (state.organs[organ].label?.voxels ?? 0) === 0);
}

/** Changes every organ but those labelled at the source, which no command may touch. */
function changeOrgans(state: TaskState, change: (task: OrganTask, organ: Organ) => OrganTask): TaskState {
  const keepSource = (organ: Organ): OrganTask => {
    const task = state.organs[organ];
    return isSource(task) ? task : change(task, organ);
  };
  return { ...state, organs: mapOrgans(keepSource) };
}

function mapOrgans(make: (organ: Organ) => OrganTask): TaskState['organs'] {
  return { liver: make('liver'), kidney: make('kidney'), spleen: make('spleen'), pancreas: make('pancreas') };
}
