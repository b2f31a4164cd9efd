import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadParts, loadPassport, nativeHeader } from '../activities/label-store.js';
import { PlusctError } from '../domain/errors.js';
import type { CaseAddress } from '../domain/keys.js';
import { organs, organValue } from '../domain/organ.js';
import type { TaskState } from '../domain/task.js';
import { labelsOf } from '../domain/task-organs.js';
import { summaryLine } from '../domain/task-summary.js';
import { isGzip } from '../imaging/inflate.js';
import { forViewers, writeLabelMap } from '../imaging/nifti-write.js';
import { assembleOrgans } from '../imaging/overlap.js';
import { getContent } from '../storage/content.js';
import type { ObjectStore } from '../storage/object-store.js';

/** Colours of the four organs in ITK-SNAP, red green blue. */
const colours = {
  liver: [221, 84, 84],
  kidney: [80, 174, 96],
  spleen: [75, 120, 214],
  pancreas: [236, 194, 68],
} as const;

/** Writes image, mask, label descriptions for ITK-SNAP and a note into a folder; returns the folder. */
export async function writeBundle(
  store: ObjectStore,
  at: CaseAddress,
  task: TaskState,
  out: string,
): Promise<string> {
  const passport = await loadPassport(store, at);
  if (passport.image === undefined)
    throw new PlusctError('InvalidInput', `${at.caseId} has no image to bundle`);
  const folder = resolve(out);
  await mkdir(folder, { recursive: true });
  const image = forViewers(await getContent(store, passport.image));
  const imageName = `image.nii${isGzip(image) ? '.gz' : ''}`;
  const [n1, n2, n3] = passport.geometry!.shape;
  const { labelMap } = assembleOrgans(await loadParts(store, at, labelsOf(task)), n1 * n2 * n3);
  const mask = writeLabelMap(labelMap, nativeHeader(passport));
  await writeFile(join(folder, imageName), image);
  await writeFile(join(folder, 'mask.nii.gz'), mask);
  await writeFile(join(folder, 'labels.txt'), labelDescriptions());
  await writeFile(join(folder, 'README.txt'), note(at, task, imageName));
  return folder;
}

/** ITK-SNAP's label description file: index, red, green, blue, opacity, visible, mesh visible, name. */
export function labelDescriptions(): string {
  const lines = organs.map((organ) => `${organValue[organ]} ${colours[organ].join(' ')} 1 1 1 "${organ}"`);
  return ['# ITK-SnAP Label Description File', '0 0 0 0 0 0 0 "Clear Label"', ...lines, ''].join('\n');
}

function note(at: CaseAddress, task: TaskState, imageName: string): string {
  const name = `${at.collection}/${at.caseId}`;
  return [
    summaryLine(task),
    ...(task.lastReason === undefined ? [] : [`Returned because: ${task.lastReason}`]),
    '',
    `ITK-SNAP: itksnap -g ${imageName} -s mask.nii.gz -l labels.txt`,
    'Correct mask.nii.gz on the same grid, save it, then:',
    `  plusct tasks submit ${name} mask.nii.gz --campaign ${at.campaign} --as YOU`,
    'An organ that the source collection labelled stays as it is, whatever is painted.',
    '',
  ].join('\n');
}
