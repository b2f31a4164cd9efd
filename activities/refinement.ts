import type { AuditEntry } from '../domain/audit.js';
import { PlusctError } from '../domain/errors.js';
import { type CaseAddress, labelKey } from '../domain/keys.js';
import { voxelHashes } from '../domain/label-hashes.js';
import { type LabelSummary, LabelVersion } from '../domain/label-version.js';
import type { Organ } from '../domain/organ.js';
import type { ObjectRef } from '../domain/primitives.js';
import { systemActor } from '../domain/role.js';
import type { RefusedSubmission } from '../domain/submission-judgement.js';
import type { TaskKind, TaskState } from '../domain/task.js';
import { labelsOf } from '../domain/task-organs.js';
import { type NewTask, openTask } from '../domain/task-reducer.js';
import { taskEntity } from '../domain/workflow-ids.js';
import { appendAudit, newestAudit } from '../storage/audit-log.js';
import { getContent } from '../storage/content.js';
import { readJson } from '../storage/json.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { diffLabelSets } from './label-diffs.js';
import { type LabelNote, loadMask, loadPassport, nativeHeader, storeLabel } from './label-store.js';
import { checkSubmission } from './submission-checks.js';
import { writer } from './writer.js';

export type RefinementDeeds = ReturnType<typeof refinementDeeds>;

export interface Submission {
  readonly at: CaseAddress;
  readonly upload: ObjectRef;
  /** The labels that the task has now; source labels among them stay as they are. */
  readonly current: LabelSummary[];
  readonly author: string;
  readonly simulated: boolean;
  readonly reason: string;
  /** Codes of findings that the author has seen and stands by. */
  readonly acknowledged?: readonly string[];
  /** A senior's refinement is acknowledged by the reason that it needs. */
  readonly kind?: 'submit' | 'refine';
  /** Organs attested absent. */
  readonly absent?: readonly Organ[];
  /** What a return, or the task from the beginning, asks to be corrected. */
  readonly askedFor?: readonly Organ[];
}

export interface Restoration extends Pick<Submission, 'at' | 'current' | 'author' | 'simulated' | 'reason'> {
  readonly organ: Organ;
  readonly version: string;
}

export type SubmissionAnswer =
  | RefusedSubmission
  | {
      labels: LabelSummary[];
      remarks: string[];
      changedVoxels?: Partial<Record<Organ, number>>;
    };

export interface OpenedTask extends Pick<NewTask, 'round' | 'kind' | 'policy' | 'hands' | 'asked'> {
  readonly at: CaseAddress;
  readonly labels: LabelSummary[];
}

/** The human part: opening tasks and taking in what people submit. */
export function refinementDeeds({ store, work, now }: Pick<Dependencies, 'store' | 'work' | 'now'>) {
  return {
    /** Opens a task, or finds it where its record ends: nothing that people did is asked of them twice. */
    async openTask(input: OpenedTask): Promise<{ state: TaskState; nextSequence: number }> {
      const { at, ...about } = input;
      const entity = taskEntity(at, about.round, about.kind);
      const newest = await newestAudit(store, at.campaign, entity);
      if (newest?.task !== undefined) return { state: newest.task, nextSequence: newest.sequence + 1 };
      const state = openTask({ ...at, ...about });
      await appendAudit(store, { ...openedRecord(entity, state, now().toISOString()), ...writer() });
      return { state, nextSequence: 1 };
    },

    /** Who drew in, or holds, other tasks of the same case. */
    async readersOf(input: { at: CaseAddress; round: number; kinds: TaskKind[] }): Promise<string[]> {
      const { at, round, kinds } = input;
      const newest = await Promise.all(
        kinds.map((kind) => newestAudit(store, at.campaign, taskEntity(at, round, kind))),
      );
      const readers = newest.flatMap((record) => readersIn(record?.task));
      return [...new Set(readers)].sort();
    },

    /** Makes a version with the voxels of an older one. */
    async restoreLabel(input: Restoration): Promise<SubmissionAnswer> {
      const { at, organ, version, current, ...by } = input;
      const older = await readJson(store, labelKey(at, organ, version), LabelVersion);
      if (older === undefined) return { refused: `the ${organ} has no version ${version}; choose another` };
      const parent = current.find((label) => label.organ === organ);
      if (parent?.voxelSha256 === older.voxelSha256) {
        return { refused: `${version} has the voxels that the ${organ} has now; choose another` };
      }
      const bytes = await getContent(store, older.mask);
      const changedVoxels = await changeOf(at, organ, parent, older);
      const packed = { organ, bytes, voxels: older.voxels, voxelSha256: older.voxelSha256 };
      const label = await storeLabel(store, at, organ, packed, humanNote(by, parent?.version));
      const labels = [...current.filter((each) => each.organ !== organ), label];
      return { labels, remarks: [], changedVoxels };
    },

    /** Checks an uploaded label map and makes label versions of the organs that changed. Bad files are refused. */
    async acceptSubmission(input: Submission): Promise<SubmissionAnswer> {
      return alive(async () => {
        try {
          return await takeIn(input);
        } catch (error) {
          if (error instanceof PlusctError && error.permanent) return { refused: error.message };
          throw error;
        }
      });
    },
  };

  /** How many voxels a restored version adds and takes away. */
  async function changeOf(
    at: CaseAddress,
    organ: Organ,
    from: LabelSummary | undefined,
    to: LabelVersion,
  ): Promise<Partial<Record<Organ, number>>> {
    const [diff] = await diffLabelSets({ store, work }, at, from === undefined ? [] : [from], [to], [organ]);
    return { [organ]: diff!.addedVoxels + diff!.removedVoxels };
  }

  async function takeIn(submission: Submission): Promise<SubmissionAnswer> {
    const { at, current, author, simulated, reason } = submission;
    const passport = await loadPassport(store, at);
    const parts = await Promise.all(
      current.map(async (label) => ({ ...label, maskFile: await loadMask(store, at, label) })),
    );
    const checked = await checkSubmission({ store, work }, submission, passport, parts);
    if ('refused' in checked) return checked;
    const split = await work.splitSubmission({
      file: checked.labelMap,
      header: nativeHeader(passport),
      parts,
    });
    if ('refused' in split) return split;
    const changed = await Promise.all(
      split.changed.map((packed) => {
        const parent = current.find((label) => label.organ === packed.organ)?.version;
        return storeLabel(store, at, packed.organ, packed, humanNote({ author, simulated, reason }, parent));
      }),
    );
    const kept = current.filter((label) => !changed.some((each) => each.organ === label.organ));
    const { changedVoxels } = checked;
    return { labels: [...kept, ...changed], remarks: [...checked.remarks, ...split.remarks], changedVoxels };
  }
}

function readersIn(task: TaskState | undefined): string[] {
  if (task === undefined) return [];
  return [...task.hands.drew, ...(task.assignee === undefined ? [] : [task.assignee])];
}

function openedRecord(entity: string, state: TaskState, at: string): AuditEntry {
  const labels = voxelHashes(labelsOf(state));
  return {
    campaign: state.campaign,
    entity,
    sequence: 0,
    at,
    actor: systemActor,
    role: 'system',
    simulated: false,
    action: 'open',
    outcome: 'done',
    labelsBefore: labels,
    labelsAfter: labels,
    task: state,
  };
}

function humanNote(
  { author, simulated, reason }: Pick<Submission, 'author' | 'simulated' | 'reason'>,
  parent: string | undefined,
): LabelNote {
  return {
    origin: 'human',
    author,
    reason,
    ...(parent === undefined ? {} : { parent }),
    ...(simulated ? { simulated } : {}),
  };
}
