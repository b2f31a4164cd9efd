import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import type { CaseAddress } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { TaskState } from '../domain/task.js';
import { labelsOf } from '../domain/task-organs.js';
import { summaryLine } from '../domain/task-summary.js';
import { getContent } from '../storage/content.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { BundleFile } from './bundle-work.js';
import type { Dependencies } from './dependencies.js';
import { loadMask, loadPassport, nativeHeader } from './label-store.js';
import type { MaskPart } from './volume-work.js';

/** What a bundle tells of the lease that it is worked on under. */
export interface BundleLease {
  /** Goes into the note; whoever has it may submit. */
  readonly token?: string;
}

/**
 * A task as files for desktop tools: image, mask, ITK-SNAP's label descriptions and workspace, a segmentation for 3D
 * Slicer, and a note that says how to hand the mask in. Same task, same bytes.
 */
export async function bundleFiles(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  task: TaskState,
  lease: BundleLease = {},
): Promise<BundleFile[]> {
  return work.bundle(await bundleInput(store, task, lease));
}

/** The same as one zip, with everything in a folder named after the case; for a download. */
export async function bundleZip(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  task: TaskState,
  lease: BundleLease = {},
): Promise<{ name: string; bytes: Uint8Array }> {
  const folder = `${task.collection}-${task.caseId}`;
  const bytes = await work.bundleZip({ ...(await bundleInput(store, task, lease)), folder });
  return { name: `${folder}.zip`, bytes };
}

async function bundleInput(store: ObjectStore, task: TaskState, lease: BundleLease) {
  const passport = await loadPassport(store, task);
  if (passport.image === undefined)
    throw new PlusctError('InvalidInput', `${task.caseId} has no image to bundle`);
  return {
    image: await getContent(store, passport.image),
    header: nativeHeader(passport),
    parts: await loadMaskParts(store, task, labelsOf(task)),
    note: note(task, lease),
  };
}

/** The mask files of label versions, ready for work in a thread. */
export function loadMaskParts(
  store: ObjectStore,
  at: CaseAddress,
  labels: readonly LabelSummary[],
): Promise<MaskPart[]> {
  return Promise.all(
    labels.map(async (label) => ({
      organ: label.organ,
      origin: label.origin,
      maskFile: await loadMask(store, at, label),
    })),
  );
}

/** `{image}` stands for the image's name, which depends on how it is packed. */
function note(task: TaskState, { token }: BundleLease): string {
  const name = caseName(task);
  const proof = token === undefined ? '' : ` --lease-token ${token}`;
  const { lease } = task;
  return [
    summaryLine(task),
    ...(task.lastReason === undefined ? [] : [`Returned because: ${task.lastReason}`]),
    ...task.comments
      .filter(({ resolved }) => !resolved)
      .map(
        ({ organ, voxel, text }) => `- ${[organ, voxel?.join(', ')].filter(Boolean).join(' at ')}: ${text}`,
      ),
    ...(lease === undefined ? [] : [`Held by ${lease.holder} until ${lease.expiresAt}.`]),
    ...(token === undefined ? [] : [`Lease token: ${token} (keep it to yourself)`]),
    '',
    'ITK-SNAP: open workspace.itksnap, or itksnap -g {image} -s mask.nii.gz -l labels.txt',
    '3D Slicer: drag {image} and mask.seg.nrrd into its window.',
    'Correct the mask on the grid that it has, keep values and names, save it as .nii, .nii.gz or .seg.nrrd, then:',
    `  plusct tasks submit ${name} mask.nii.gz --campaign ${task.campaign} --as YOU${proof}`,
    'An organ that the source collection labelled stays as it is, whatever is painted.',
    '',
  ].join('\n');
}
