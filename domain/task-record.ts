import type { AuditEntry } from './audit.js';
import { voxelHashes } from './label-hashes.js';
import type { Organ } from './organ.js';
import { systemActor } from './role.js';
import type { TaskAnswer, TaskState } from './task.js';
import type { TaskCommand } from './task-command.js';
import { labelsOf } from './task-organs.js';
import type { Deciding } from './task-reducer.js';

/** One handled command: what came, what it was judged by, and what became of it. */
export interface HandledCommand {
  readonly entity: string;
  readonly sequence: number;
  /** The moment of the decision: ISO 8601. */
  readonly now: string;
  readonly before: TaskState;
  readonly state: TaskState;
  readonly answer: TaskAnswer;
  /** Absent when what came was no command. */
  readonly command?: TaskCommand;
  readonly given?: Deciding;
  readonly changedVoxels?: Partial<Record<Organ, number>>;
  readonly workflow?: { readonly workflowId: string; readonly runId: string };
}

/**
 * The audit record of a command: refused ones too. A refused upload stays in the object store, and the record names
 * it (`details.keptUpload`).
 */
export function recordOf(handled: HandledCommand): AuditEntry {
  const { before, state, answer, command, given, workflow, changedVoxels } = handled;
  const person = given?.people.find((each) => each.id === command?.actor);
  const why = answer.accepted ? reasonOf(command, answer.remarks) : answer.why;
  const kept = answer.accepted ? undefined : uploadOf(command);
  return {
    campaign: state.campaign,
    entity: handled.entity,
    sequence: handled.sequence,
    at: handled.now,
    actor: command?.actor ?? 'unknown',
    role: person?.role ?? (command?.actor === systemActor ? 'system' : 'unknown'),
    simulated: person?.simulated ?? false,
    action: command?.kind ?? 'malformed',
    outcome: !answer.accepted ? 'refused' : state === before ? 'repeated' : 'done',
    ...(command === undefined ? {} : { commandId: command.commandId, command }),
    ...(command?.effort === undefined ? {} : { effort: command.effort }),
    ...(given === undefined ? {} : { given: givenOf(given) }),
    ...(changedVoxels === undefined ? {} : { changedVoxels }),
    ...(workflow === undefined ? {} : { workflowId: workflow.workflowId, runId: workflow.runId }),
    ...(why === undefined ? {} : { why }),
    ...(kept === undefined ? {} : { details: { keptUpload: kept } }),
    labelsBefore: voxelHashes(labelsOf(before)),
    labelsAfter: voxelHashes(labelsOf(state)),
    task: state,
  };
}

/** The key of the file that a command brought. */
function uploadOf(command: TaskCommand | undefined): string | undefined {
  if (command === undefined) return undefined;
  if ('upload' in command) return command.upload.key;
  return 'draft' in command ? command.draft?.key : undefined;
}

function givenOf({ people, labels, remarks, barred }: Deciding): AuditEntry['given'] {
  return {
    people: [...people],
    ...(labels === undefined ? {} : { labels: [...labels] }),
    ...(remarks === undefined ? {} : { remarks: [...remarks] }),
    ...(barred === undefined ? {} : { barred: [...barred] }),
  };
}

function reasonOf(command: TaskCommand | undefined, remarks: readonly string[]): string | undefined {
  const reason = command !== undefined && 'reason' in command ? command.reason : undefined;
  const parts = [...(reason ? [reason] : []), ...remarks];
  return parts.length === 0 ? undefined : parts.join('; ');
}
