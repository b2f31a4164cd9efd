import { basename, join, posix } from 'node:path';
import { z } from 'zod';
import type { SourceCase } from '../domain/case.js';
import { PlusctError } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import { OrganLabels } from '../domain/organ-labels.js';
import { CaseId } from '../domain/primitives.js';
import type { SourceCopy } from '../domain/source-copy.js';
import type { CollectionListing, SourceAdapter } from './adapter.js';
import { readDeclaration } from './declaration.js';
import { filesUnder, folderOf, nameOf } from './file-tree.js';
import { foldIds } from './id-ranges.js';
import { finishListing, knownOf, missingFile, nothingFound } from './listing.js';
import { type NnunetContents, namedValues, readNnunetContents } from './nnunet-contents.js';
import { givenLabels, type MatchedLabels, matchLabels } from './nnunet-labels.js';

/** What a dataset's own file has no place for, or says in words that plusct does not know. */
const Declaration = z.strictObject({
  labels: OrganLabels.shape.organs.optional(),
  licence: z.string().min(1).optional(),
  citation: z.string().min(1).optional(),
});
type Declaration = z.infer<typeof Declaration>;

/**
 * A dataset in nnU-Net's layout, version 1 or 2: `dataset.json`, `imagesTr/CASE_0000.nii.gz`, `labelsTr/CASE.nii.gz`,
 * `imagesTs`. Which values are which organ follows from the names of its labels, or from the folder's declaration.
 */
export const nnunet: SourceAdapter = {
  collection: 'nnunet',
  list: async (directory) => {
    const files = await filesUnder(directory);
    const path = contentsPath(directory, files);
    const contents = await readNnunetContents(directory, path);
    const declared = await readDeclaration<Declaration>(directory, Declaration, {});
    const names = namedValues(contents);
    const where = join(directory, path);
    const labels =
      declared.labels === undefined ? matchLabels(names, where) : givenLabels(declared.labels, names, where);
    return listing(contents, declared, labels, { directory, path, files });
  },
  // Every case carries its dataset's own rules.
  organLabels: { organs: {} },
  organHu: [-20, 300],
  sliceAxis: 2,
};

interface Place {
  readonly directory: string;
  /** Of `dataset.json`, under the directory. */
  readonly path: string;
  readonly files: readonly string[];
}

function contentsPath(directory: string, files: readonly string[]): string {
  const found = files.filter((path) => nameOf(path) === 'dataset.json');
  if (found.length === 0) throw nothingFound('nnunet', directory, 'dataset.json, imagesTr and labelsTr');
  if (found.length === 1) return found[0];
  const message = `${directory} holds several datasets: ${found.join(', ')}. Give the folder of one of them.`;
  throw new PlusctError('InvalidInput', message);
}

function listing(
  contents: NnunetContents,
  declared: Declaration,
  { organLabels, remarks }: MatchedLabels,
  place: Place,
): CollectionListing {
  const { path, directory, files } = place;
  const folder = folderOf(path);
  const { source, findings } = sourceOf(
    contents,
    declared,
    path,
    basename(folder === '' ? directory : folder),
  );
  const { entries, odd } = entriesOf(contents, folder, files);
  const cases = entries.map((entry) => caseOf(entry, organLabels, new Set(files)));
  const noted = remarks.map((each) => knownOf('KNOWN_FACT', path, each, 'nothing to do'));
  const all = [
    ...findings,
    ...noted,
    ...odd,
    ...countFault(contents, entries, path),
    ...unlisted(cases, folder, files),
  ];
  return finishListing({ collection: 'nnunet', source, cases, findings: all });
}

function sourceOf(
  { name, licence, license, reference }: NnunetContents,
  declared: Declaration,
  where: string,
  folder: string,
): { source: SourceCopy; findings: Finding[] } {
  const stated = declared.licence ?? licence ?? license;
  const source = {
    copy: `nnU-Net dataset ${name ?? folder}`,
    licence: stated?.trim() || 'unknown',
    citation: declared.citation ?? (reference?.trim() || 'unknown'),
    otherCopies: [],
  };
  if (source.licence !== 'unknown') return { source, findings: [] };
  const message = `${where}: states no licence, so nothing made of this dataset may be given out`;
  const suggestion = 'put {"licence": "…", "citation": "…"} into plusct.json of this folder';
  return {
    source,
    findings: [finding('LICENCE_UNEXPECTED', { where, field: 'licence', message, suggestion })],
  };
}

interface Entry {
  readonly caseId: string;
  /** As listed; files on disk may have the channel number that version 1 leaves out of its list. */
  readonly image: string;
  readonly label?: string;
}

/** What `dataset.json` lists, or what lies in the folders where it lists nothing. */
function entriesOf(
  { training, test, dataset, file_ending: ending }: NnunetContents,
  folder: string,
  files: readonly string[],
): { entries: Entry[]; odd: Finding[] } {
  const under = (path: string): string => posix.join(folder, path);
  const inFolder = (name: string): string[] =>
    files.filter((path) => folderOf(path) === under(name) && path.endsWith(ending));
  const stem = (path: string): string => nameOf(path).slice(0, -ending.length);
  const labelled: Entry[] = dataset
    ? Object.entries(dataset).map(([caseId, { images, label }]) => ({
        caseId,
        image: under(images[0] ?? ''),
        label: under(label),
      }))
    : (training?.map(({ image, label }) => ({
        caseId: stem(label),
        image: under(image),
        label: under(label),
      })) ??
      inFolder('labelsTr').map((label) => ({
        caseId: stem(label),
        image: under(`imagesTr/${stem(label)}_0000${ending}`),
        label,
      })));
  const listed = test?.map((each) => under(typeof each === 'string' ? each : each.image));
  const there = new Set(files);
  const unlabelled = (listed ?? inFolder('imagesTs')).map((image): Entry => {
    // A number of four digits that the list has may belong to the name: only a file that is there proves a channel.
    const isChannel = /_0000$/.test(stem(image)) && there.has(image);
    return { caseId: isChannel ? stem(image).replace(/_0000$/, '') : stem(image), image };
  });
  const odd: Finding[] = [];
  const entries = [...labelled, ...unlabelled].filter((entry) => {
    const why = unusable(entry, there);
    if (why !== undefined) odd.push(leftOut(entry, why));
    return why === undefined;
  });
  return { entries, odd };
}

/** Why an entry cannot be a case. */
function unusable({ caseId, image, label = '' }: Entry, there: ReadonlySet<string>): string | undefined {
  if ([image, label].some((path) => path.startsWith('..') || path.startsWith('/')))
    return 'lies outside the dataset';
  const first = image.replace(/_\d{4}(?=\.nii)/, '_0000');
  if (label === '' && image !== first && there.has(first)) return 'is another channel';
  return CaseId.safeParse(caseId).success ? undefined : `"${caseId}" cannot be the name of a case`;
}

function leftOut({ caseId, image }: Entry, why: string): Finding {
  return finding('COUNT_UNEXPECTED', {
    where: image,
    field: 'caseId',
    value: caseId,
    message: `${image}: ${why}; it was left out`,
    suggestion: 'use letters, digits, dots, hyphens and underscores in names of files, inside the dataset',
  });
}

function caseOf(
  { caseId, image, label }: Entry,
  organLabels: OrganLabels,
  there: ReadonlySet<string>,
): SourceCase {
  const found = withChannel(image, there);
  const findings = [found, ...(label === undefined ? [] : [label])]
    .filter((path) => !there.has(path))
    .map((path) => missingFile(path, `the file of ${caseId} is not there`, 'Fetch the dataset again.'));
  return {
    collection: 'nnunet',
    caseId,
    subset: label === undefined ? 'test' : 'train',
    image: { kind: 'nifti', path: found },
    ...(label === undefined ? {} : { labelPath: label }),
    organLabels,
    findings,
  };
}

function withChannel(path: string, there: ReadonlySet<string>): string {
  const named = path.replace(/(\.nii(?:\.gz)?)$/, '_0000$1');
  return !there.has(path) && there.has(named) ? named : path;
}

function countFault({ numTraining }: NnunetContents, entries: readonly Entry[], where: string): Finding[] {
  const found = entries.filter(({ label }) => label !== undefined).length;
  if (numTraining === undefined || numTraining === found) return [];
  const message = `${where}: ${found} labelled cases; numTraining says ${numTraining}`;
  const suggestion = 'nothing to do for a part of the dataset; else look for what is missing';
  return [
    finding('COUNT_UNEXPECTED', { where, field: 'numTraining', value: String(found), message, suggestion }),
  ];
}

/** Files in the dataset's folders that belong to no case: images without labels, other channels, what is not listed. */
function unlisted(cases: readonly SourceCase[], folder: string, files: readonly string[]): Finding[] {
  const used = new Set(
    cases.flatMap(({ image, labelPath }) => [image.kind === 'nifti' ? image.path : '', labelPath ?? '']),
  );
  return ['imagesTr', 'labelsTr', 'imagesTs'].flatMap((name) => {
    const where = posix.join(folder, name);
    const extra = files.filter(
      (path) => folderOf(path) === where && /\.nii(\.gz)?$/.test(path) && !used.has(path),
    );
    if (extra.length === 0) return [];
    const ids = foldIds(extra.map((path) => nameOf(path).replace(/\.nii(\.gz)?$/, '')));
    const message = `${where}: files of no listed case were left out: ${ids}`;
    const suggestion = 'add them to the dataset, or ignore this';
    return [
      finding('COUNT_UNEXPECTED', {
        where,
        field: 'files',
        value: String(extra.length),
        message,
        suggestion,
      }),
    ];
  });
}
