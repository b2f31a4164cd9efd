import { PlusctError } from '../domain/errors.js';
import type { CaseAddress } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { ObjectRef } from '../domain/primitives.js';
import type { TaskState } from '../domain/task.js';
import { openTask } from '../domain/task-reducer.js';
import { taskEntity } from '../domain/workflow-ids.js';
import { appendAudit, newestAudit } from '../storage/audit-log.js';
import { getContent } from '../storage/content.js';
import { alive } from './alive.js';
import { writer } from './audit.js';
import type { Dependencies } from './dependencies.js';
import { loadMask, loadPassport, nativeHeader, storeLabel } from './label-store.js';

export type RefinementDeeds = ReturnType<typeof refinementDeeds>;

export interface Submission {
  readonly at: CaseAddress;
  readonly upload: ObjectRef;
  /** The labels that the task has now; source labels among them stay as they are. */
  readonly current: LabelSummary[];
  readonly author: string;
  readonly simulated: boolean;
  readonly reason: string;
}

export type SubmissionAnswer = { refused: string } | { labels: LabelSummary[]; remarks: string[] };

/** The human part: opening tasks and taking in what people submit. */
export function refinementDeeds({ store, work, now }: Pick<Dependencies, 'store' | 'work' | 'now'>) {
  return {
    /** Opens a task, or finds it where its record ends: nothing that people did is asked of them twice. */
    async openTask(input: {
      at: CaseAddress;
      round: number;
      labels: LabelSummary[];
    }): Promise<{ state: TaskState; nextSequence: number }> {
      const { at, round } = input;
      const entity = taskEntity(at, round);
      const newest = await newestAudit(store, at.campaign, entity);
      if (newest?.task !== undefined) return { state: newest.task, nextSequence: newest.sequence + 1 };
      const state = openTask({ ...at, round, labels: input.labels });
      const labels = Object.fromEntries(input.labels.map((label) => [label.organ, label.voxelSha256]));
      await appendAudit(store, {
        campaign: at.campaign,
        entity,
        sequence: 0,
        at: now().toISOString(),
        actor: 'plusct',
        role: 'system',
        simulated: false,
        action: 'open',
        outcome: 'done',
        labelsBefore: labels,
        labelsAfter: labels,
        task: state,
        ...writer(),
      });
      return { state, nextSequence: 1 };
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

  async function takeIn({
    at,
    upload,
    current,
    author,
    simulated,
    reason,
  }: Submission): Promise<SubmissionAnswer> {
    const passport = await loadPassport(store, at);
    const parts = await Promise.all(
      current.map(async (label) => ({ ...label, maskFile: await loadMask(store, at, label) })),
    );
    const split = await work.splitSubmission({
      file: await getContent(store, upload),
      header: nativeHeader(passport),
      parts,
    });
    if ('refused' in split) return split;
    const changed = await Promise.all(
      split.changed.map((packed) => {
        const parent = current.find((label) => label.organ === packed.organ)?.version;
        return storeLabel(store, at, packed.organ, packed, {
          origin: 'human',
          author,
          reason,
          ...(parent === undefined ? {} : { parent }),
          ...(simulated ? { simulated } : {}),
        });
      }),
    );
    const kept = current.filter((label) => !changed.some((each) => each.organ === label.organ));
    return { labels: [...kept, ...changed], remarks: split.remarks };
  }
}
