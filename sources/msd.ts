import { posix } from 'node:path';
import type { SourceCase } from '../domain/case.js';
import type { Collection } from '../domain/collection.js';
import { type Finding, finding } from '../domain/finding.js';
import type { OrganLabels } from '../domain/organ-labels.js';
import type { SourceCopy } from '../domain/source-copy.js';
import type { CollectionListing, SourceAdapter } from './adapter.js';
import {
  countFaults,
  type ListedFiles,
  listedFiles,
  readContents,
  statedCopy,
  unpackAgain,
} from './decathlon-contents.js';
import { type ExpectedCases, msdPancreasCases, msdSpleenCases } from './expected-cases.js';
import { filesUnder, folderOf, nameOf } from './file-tree.js';
import { lesionFault } from './lesions.js';
import { finishListing, missingFile, nothingFound } from './listing.js';
import { usualCopy } from './source-copies.js';

/** One task of the Medical Segmentation Decathlon. */
export interface DecathlonTask {
  readonly collection: Collection;
  /** Its folder, as the archive unpacks. */
  readonly folder: string;
  /** What file names begin with: `spleen` in `spleen_2.nii.gz`. */
  readonly prefix: string;
  /** Digits to which the task pads its numbers; copies that pad otherwise hold the same cases. */
  readonly idDigits: number;
  /** plusct's id of a case, of its name in the task. */
  readonly caseIdOf: (name: string, subset: SourceCase['subset']) => string;
  readonly source: SourceCopy;
  readonly expected: ExpectedCases;
}

export const msdSpleen = decathlonAdapter(
  {
    collection: 'msd-spleen',
    folder: 'Task09_Spleen',
    prefix: 'spleen',
    idDigits: 1,
    caseIdOf: (name) => name,
    source: usualCopy('msd-spleen', 'Medical Segmentation Decathlon Task09_Spleen'),
    expected: msdSpleenCases,
  },
  { organs: { spleen: [1] } },
);
export const msdPancreas: SourceAdapter = {
  ...decathlonAdapter(
    {
      collection: 'msd-pancreas',
      folder: 'Task07_Pancreas',
      prefix: 'pancreas',
      idDigits: 3,
      caseIdOf: (name) => name,
      source: usualCopy('msd-pancreas', 'Medical Segmentation Decathlon Task07_Pancreas'),
      expected: msdPancreasCases,
    },
    { organs: { pancreas: [1, 2] } },
  ),
  labelFault: ({ voxels }) => lesionFault(true, voxels),
};

function decathlonAdapter(task: DecathlonTask, organLabels: OrganLabels): SourceAdapter {
  return {
    collection: task.collection,
    list: async (directory) => {
      const listing = await listDecathlon(task, directory, await filesUnder(directory));
      if (listing !== undefined) return listing;
      throw nothingFound(
        task.collection,
        directory,
        `${task.folder} with dataset.json, imagesTr and labelsTr`,
      );
    },
    organLabels,
    organHu: [0, 200],
    sliceAxis: 2,
    expectedAxisCodes: 'RAS',
  };
}

/**
 * Lists a task from its `dataset.json`, or from its folders where that is missing; `files` are those under
 * `directory`. Undefined when there is nothing of this task. Throws `InvalidInput` on a `dataset.json` that is none.
 */
export async function listDecathlon(
  task: DecathlonTask,
  directory: string,
  files: readonly string[],
): Promise<CollectionListing | undefined> {
  for (const path of files.filter((each) => nameOf(each) === 'dataset.json').sort(shallowFirst)) {
    const contents = await readContents(directory, path);
    const entries = listedFiles(contents, folderOf(path));
    if (!entries.some((entry) => isOfTask(task, entry.image))) continue;
    const { source, findings } = statedCopy(task.source, contents, path);
    return listed({ ...task, source }, path, entries, files, [...findings, ...countFaults(contents, path)]);
  }
  const why = 'is not there; cases were listed from the folders';
  const missing = missingFile('dataset.json', why, unpackAgain);
  const found = listed(task, '', entriesInFolders(task, files), files, [missing]);
  return found.cases.length === 0 ? undefined : found;
}

/** Whether a file is called like a volume of this task. */
export function isOfTask(task: DecathlonTask, path: string): boolean {
  return nameIn(task, path) !== undefined;
}

function shallowFirst(a: string, b: string): number {
  return a.split('/').length - b.split('/').length;
}

function entriesInFolders(task: DecathlonTask, files: readonly string[]): ListedFiles[] {
  return files.flatMap((image): ListedFiles[] => {
    if (!isOfTask(task, image)) return [];
    const folder = nameOf(folderOf(image));
    if (folder === 'imagesTs') return [{ subset: 'test', image }];
    if (folder !== 'imagesTr') return [];
    const labels = posix.join(folderOf(folderOf(image)), 'labelsTr');
    return [{ subset: 'train', image, label: `${labels}/${nameOf(image).replace(/_\d{4}(?=\.nii)/, '')}` }];
  });
}

/**
 * The task's own name of the case that a file belongs to, whatever its padding and without the four digits of a
 * channel; undefined for other files.
 */
function nameIn({ prefix, idDigits }: DecathlonTask, path: string): string | undefined {
  const number = new RegExp(`^${prefix}_(\\d+)(_\\d{4})?\\.nii(\\.gz)?$`).exec(nameOf(path))?.[1];
  return number === undefined ? undefined : `${prefix}_${String(Number(number)).padStart(idDigits, '0')}`;
}

function listed(
  task: DecathlonTask,
  contents: string,
  entries: readonly ListedFiles[],
  files: readonly string[],
  known: readonly Finding[],
): CollectionListing {
  const there = filesByName(task, files);
  const odd: Finding[] = [];
  const cases = entries.flatMap((entry) => {
    const name = nameIn(task, entry.image);
    const outside = [entry.image, entry.label ?? ''].some((path) => path.startsWith('..'));
    if (name !== undefined && !outside) return [caseOf(task, name, entry, there)];
    odd.push(missingFile(contents, `lists ${entry.image}, which is no file of ${task.folder}`, unpackAgain));
    return [];
  });
  const { collection, source, expected } = task;
  const findings = [...known, ...odd, ...unlisted(task, contents, cases, files)];
  return finishListing({ collection, source, cases, findings, expected });
}

/** Folder and name in the task → the file; the listed path itself goes first. */
function filesByName(task: DecathlonTask, files: readonly string[]): (path: string) => string | undefined {
  const paths = new Set(files);
  const byName = new Map(files.map((path) => [`${folderOf(path)}/${nameIn(task, path)}`, path]));
  return (path) => (paths.has(path) ? path : byName.get(`${folderOf(path)}/${nameIn(task, path)}`));
}

/** A file is taken as listed, or as tools rename it: unpacked, padded, with a channel number that the list lacks. */
function caseOf(
  task: DecathlonTask,
  name: string,
  { subset, image, label }: ListedFiles,
  there: (path: string) => string | undefined,
): SourceCase {
  const findings = [image, ...(label === undefined ? [] : [label])]
    .filter((path) => there(path) === undefined)
    .map((path) => missingFile(path, `is listed for ${name} but not there`, unpackAgain));
  return {
    collection: task.collection,
    caseId: task.caseIdOf(name, subset),
    subset,
    image: { kind: 'nifti', path: there(image) ?? image },
    ...(label === undefined ? {} : { labelPath: there(label) ?? label }),
    findings,
  };
}

/** Images and labels that lie beside listed ones without being listed. */
function unlisted(
  task: DecathlonTask,
  contents: string,
  cases: readonly SourceCase[],
  files: readonly string[],
): Finding[] {
  const used = new Set(
    cases.flatMap(({ image, labelPath }) => [
      ...(image.kind === 'nifti' ? [image.path] : []),
      ...(labelPath === undefined ? [] : [labelPath]),
    ]),
  );
  const folders = new Set([...used].map(folderOf));
  const extra = files.filter(
    (path) => folders.has(folderOf(path)) && !used.has(path) && nameIn(task, path) !== undefined,
  );
  return extra.map((path) =>
    finding('COUNT_UNEXPECTED', {
      where: path,
      message: `${path} is not in ${contents === '' ? 'the list' : contents} and was left out`,
      suggestion: 'add it to dataset.json if it belongs to the collection',
    }),
  );
}
