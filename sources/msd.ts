import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { z } from 'zod';
import type { SourceCase } from '../domain/case.js';
import type { Collection } from '../domain/collection.js';
import { PlusctError } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import type { CollectionListing, SourceAdapter } from './adapter.js';
import { filesUnder, folderOf, nameOf } from './file-tree.js';
import { finishListing, missingFile, nothingFound } from './listing.js';

/** One task of the Medical Segmentation Decathlon. */
export interface DecathlonTask {
  readonly collection: Collection;
  /** Its folder, as the archive unpacks. */
  readonly folder: string;
  /** What file names begin with: `spleen` in `spleen_2.nii.gz`. */
  readonly prefix: string;
  /** plusct's id of a case, of its name in the task. */
  readonly caseIdOf: (name: string, subset: SourceCase['subset']) => string;
}

/** The parts of `dataset.json` that matter. `release` is misspelt in Task07, so nothing else is asked for. */
const Contents = z.object({
  training: z.array(z.object({ image: z.string(), label: z.string() })),
  test: z.array(z.union([z.string(), z.object({ image: z.string() })])).default([]),
});
type Contents = z.infer<typeof Contents>;

interface Entry {
  readonly subset: SourceCase['subset'];
  readonly image: string;
  readonly label?: string;
}

const unpackAgain = 'Unpack the archive of the task again, or download it again.';

export const msdSpleen = decathlonAdapter(
  { collection: 'msd-spleen', folder: 'Task09_Spleen', prefix: 'spleen', caseIdOf: (name) => name },
  [1],
);
export const msdPancreas = decathlonAdapter(
  { collection: 'msd-pancreas', folder: 'Task07_Pancreas', prefix: 'pancreas', caseIdOf: (name) => name },
  [1, 2],
);

function decathlonAdapter(task: DecathlonTask, merged: readonly number[]): SourceAdapter {
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
    organLabels: { merged },
    organHu: [0, 200],
    sliceAxis: 2,
    expectedAxisCodes: 'RAS',
    copyName: () => `Medical Segmentation Decathlon ${task.folder}`,
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
    const entries = entriesOf(await readContents(directory, path), folderOf(path));
    if (entries.some((entry) => nameIn(task, entry.image) !== undefined)) {
      return listed(task, path, entries, files);
    }
  }
  const { cases, findings } = listed(task, '', entriesInFolders(task, files), files);
  if (cases.length === 0) return undefined;
  const missing = missingFile(
    'dataset.json',
    'is not there; cases were listed from the folders',
    unpackAgain,
  );
  return { cases, findings: [missing, ...findings] };
}

function shallowFirst(a: string, b: string): number {
  return a.split('/').length - b.split('/').length;
}

async function readContents(directory: string, path: string): Promise<Contents> {
  try {
    return Contents.parse(JSON.parse(await readFile(join(directory, path), 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    const message = `${join(directory, path)}: no list of training and test cases (${why}). ${unpackAgain}`;
    throw new PlusctError('InvalidInput', message, { cause });
  }
}

function entriesOf({ training, test }: Contents, folder: string): Entry[] {
  const under = (path: string): string => posix.join(folder, path);
  const train = training.map(
    ({ image, label }): Entry => ({ subset: 'train', image: under(image), label: under(label) }),
  );
  const rest = test.map(
    (each): Entry => ({ subset: 'test', image: under(typeof each === 'string' ? each : each.image) }),
  );
  return [...train, ...rest].filter(({ image }) => !/^[._]/.test(nameOf(image)));
}

function entriesInFolders(task: DecathlonTask, files: readonly string[]): Entry[] {
  return files.flatMap((image): Entry[] => {
    if (nameIn(task, image) === undefined) return [];
    const folder = nameOf(folderOf(image));
    if (folder === 'imagesTs') return [{ subset: 'test', image }];
    if (folder !== 'imagesTr') return [];
    const labels = posix.join(folderOf(folderOf(image)), 'labelsTr');
    return [{ subset: 'train', image, label: `${labels}/${nameOf(image).replace(/_\d{4}(?=\.nii)/, '')}` }];
  });
}

/** Name of the case that a file belongs to, without the four digits of a channel; undefined for other files. */
function nameIn({ prefix }: DecathlonTask, path: string): string | undefined {
  return new RegExp(`^(${prefix}_\\d+)(_\\d{4})?\\.nii(\\.gz)?$`).exec(nameOf(path))?.[1];
}

function listed(
  task: DecathlonTask,
  contents: string,
  entries: readonly Entry[],
  files: readonly string[],
): CollectionListing {
  const there = new Set(files);
  const odd: Finding[] = [];
  const cases = entries.flatMap((entry) => {
    const name = nameIn(task, entry.image);
    const outside = [entry.image, entry.label ?? ''].some((path) => path.startsWith('..'));
    if (name !== undefined && !outside) return [caseOf(task, name, entry, there)];
    odd.push(missingFile(contents, `lists ${entry.image}, which is no file of ${task.folder}`, unpackAgain));
    return [];
  });
  return finishListing(task.collection, cases, [...odd, ...unlisted(task, contents, cases, files)]);
}

function caseOf(task: DecathlonTask, name: string, entry: Entry, there: ReadonlySet<string>): SourceCase {
  const image = existing(entry.image, there);
  const label = entry.label === undefined ? undefined : existing(entry.label, there);
  const findings = [image, ...(label === undefined ? [] : [label])]
    .filter((path) => !there.has(path))
    .map((path) => missingFile(path, `is listed for ${name} but not there`, unpackAgain));
  return {
    collection: task.collection,
    caseId: task.caseIdOf(name, entry.subset),
    subset: entry.subset,
    image: { kind: 'nifti', path: image },
    ...(label === undefined ? {} : { labelPath: label }),
    findings,
  };
}

/** The file as listed, or as tools rename it: unpacked, or with a channel number that the list does not have. */
function existing(path: string, there: ReadonlySet<string>): string {
  const stem = path.replace(/\.nii(\.gz)?$/, '');
  const names = [path, `${stem}.nii.gz`, `${stem}.nii`, `${stem}_0000.nii.gz`, `${stem}_0000.nii`];
  return names.find((name) => there.has(name)) ?? path;
}

/** Images that lie beside listed ones without being listed. */
function unlisted(
  task: DecathlonTask,
  contents: string,
  cases: readonly SourceCase[],
  files: readonly string[],
): Finding[] {
  const used = new Set(cases.flatMap(({ image }) => (image.kind === 'nifti' ? [image.path] : [])));
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
