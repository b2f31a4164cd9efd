import { PlusctError } from '../domain/errors.js';
import type { CaseAddress } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { TaskState } from '../domain/task.js';
import { labelsOf } from '../domain/task-organs.js';
import { getContent } from '../storage/content.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { Dependencies } from './dependencies.js';
import { loadMask, loadPassport, nativeHeader } from './label-store.js';
import { readUpload } from './upload-gate.js';
import type { MaskPart, SubmissionWork } from './volume-work.js';

/** The organs of a task as somebody goes on with them. */
export interface TaskParts {
  readonly parts: readonly MaskPart[];
  /** Why the draft that was left with the task is not among them; undefined where it is, or where none was left. */
  readonly draftFault?: string;
}

/** The mask files of label versions, ready for work in a thread. */
export function loadMaskParts(
  store: ObjectStore,
  at: CaseAddress,
  labels: readonly LabelSummary[],
): Promise<SubmissionWork['parts']> {
  return Promise.all(
    labels.map(async (label) => ({
      organ: label.organ,
      origin: label.origin,
      voxelSha256: label.voxelSha256,
      maskFile: await loadMask(store, at, label),
    })),
  );
}

/**
 * The labels that a task has, with what was begun on them: organs of a draft take the place of those that they change. Nobody
 * has looked at a draft yet: it is read behind the gate of uploads, and one that cannot be read changes nothing.
 */
export async function partsWithDraft(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  task: TaskState,
): Promise<TaskParts> {
  const parts = await loadMaskParts(store, task, labelsOf(task));
  if (task.draft === undefined) return { parts };
  const header = nativeHeader(await loadPassport(store, task));
  const read = await readUpload(await getContent(store, task.draft), header);
  if (!read.accepted) return { parts, draftFault: `${read.message} – ${read.remedy}` };
  const split = await work.splitSubmission({ file: read.labelMap, header, parts });
  if ('refused' in split) throw new PlusctError('InvalidInput', split.refused);
  const drawn = split.changed.map(({ organ, bytes }) => ({
    organ,
    origin: 'human' as const,
    maskFile: bytes,
  }));
  const kept = parts.filter(({ organ }) => !drawn.some((each) => each.organ === organ));
  return { parts: [...kept, ...drawn] };
}
