import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import type { TaskState } from '../domain/task.js';
import { summaryLine } from '../domain/task-summary.js';
import { getContent } from '../storage/content.js';
import type { BundleFile } from './bundle-work.js';
import type { Dependencies } from './dependencies.js';
import { loadPassport, nativeHeader } from './label-store.js';
import { partsWithDraft, type TaskParts } from './task-parts.js';

/** What a bundle tells of the lease that it is worked on under. */
export interface BundleLease {
  /** Goes into the note; whoever has it may submit. */
  readonly token?: string;
}

/**
 * A task as files for desktop tools: image, mask, ITK-SNAP's label descriptions and workspace, a segmentation for 3D
 * Slicer, and a note that says how to hand the mask in. The mask holds what was begun, where a draft was left with the task.
 * Same task, same bytes.
 */
export async function bundleFiles(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  task: TaskState,
  lease: BundleLease = {},
): Promise<BundleFile[]> {
  return work.bundle(await bundleInput({ store, work }, task, lease));
}

/** The same as one zip, with everything in a folder named after the case; for a download. */
export async function bundleZip(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  task: TaskState,
  lease: BundleLease = {},
): Promise<{ name: string; bytes: Uint8Array }> {
  const folder = `${task.collection}-${task.caseId}`;
  const bytes = await work.bundleZip({ ...(await bundleInput({ store, work }, task, lease)), folder });
  return { name: `${folder}.zip`, bytes };
}

async function bundleInput(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  task: TaskState,
  lease: BundleLease,
) {
  const passport = await loadPassport(store, task);
  if (passport.image === undefined)
    throw new PlusctError('InvalidInput', `${task.caseId} has no image to bundle`);
  const found = await partsWithDraft({ store, work }, task);
  return {
    image: await getContent(store, passport.image),
    header: nativeHeader(passport),
    parts: found.parts,
    note: note(task, lease, found),
  };
}

/** `{image}` stands for the image's name, which depends on how it is packed. */
function note(task: TaskState, { token }: BundleLease, { draftFault }: TaskParts): string {
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
    ...(task.draft === undefined ? [] : [draftLine(draftFault)]),
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

function draftLine(fault: string | undefined): string {
  if (fault === undefined) return 'The mask holds the draft that was left with the task: go on from there.';
  return `A draft was left with the task, but cannot be used: ${fault}. The mask holds the labels before it.`;
}
