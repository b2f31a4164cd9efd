import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceCase } from '../domain/case.js';
import { type Collection, collectionFacts, collections } from '../domain/collection.js';
import { PlusctError } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import type { SourceCopy } from '../domain/source-copy.js';
import type { CollectionListing } from './adapter.js';
import type { ExpectedCases } from './expected-cases.js';
import { naturalOrder, unreadable } from './file-tree.js';
import { foldIds } from './id-ranges.js';

/** Folder names under which collections are kept, in lower case and without punctuation; plusct's own name first. */
const folderNames: Readonly<Record<Collection, readonly string[]>> = {
  lits: ['lits', 'lits17', 'litschallenge', 'task03liver', 'msdliver'],
  kits19: ['kits19', 'kits', 'kits2019'],
  'msd-spleen': ['msdspleen', 'task09spleen', 'spleen'],
  'msd-pancreas': ['msdpancreas', 'task07pancreas'],
  'nih-pancreas': ['nihpancreas', 'nihpancreasct', 'pancreasct', 'tciapancreasct', 'tciapancreas'],
  'abdomenct-1k': ['abdomenct1k', 'abdomen1k', 'abdomenct'],
  nnunet: ['nnunet', 'nnunetdataset'],
};
/** nnU-Net numbers its datasets with three digits: `Dataset501_Abdomen`, before version 2 `Task029_LiTS`. */
const nnunetFolder = /^(dataset|task)\d{3}_/i;
/** So that a message about a wrong folder stays readable. */
const maxNamesShown = 12;

/**
 * The collections among the folders of `directory`, in plusct's order. Case and punctuation of folder names do not
 * count; a folder with plusct's own name goes before others of the same collection.
 * Throws `InvalidInput` when there is none, or when two folders claim to be the same collection.
 */
export async function findCollections(
  directory: string,
): Promise<{ collection: Collection; directory: string }[]> {
  const folders = await foldersIn(directory);
  const found = collections.flatMap((collection) => {
    const folder = chosen(collection, folders);
    return folder === undefined ? [] : [{ collection, directory: join(directory, folder) }];
  });
  if (found.length > 0) return found;
  const there = folders.length === 0 ? 'no folders' : folders.slice(0, maxNamesShown).join(', ');
  const wanted = `folders called ${collections.join(', ')} (or Task09_Spleen, Pancreas-CT, Dataset501_Abdomen and the like)`;
  throw new PlusctError(
    'InvalidInput',
    `${directory} holds no collection. Expected ${wanted}; found ${there}.`,
  );
}

interface FoundCases {
  readonly collection: Collection;
  readonly source: SourceCopy;
  readonly cases: readonly SourceCase[];
  readonly findings: readonly Finding[];
  /** The cases that this copy should have, where that is known. */
  readonly expected?: ExpectedCases;
}

/** Puts cases in order, keeps one of each id, and names those that are missing or not expected. */
export function finishListing({
  collection,
  source,
  cases,
  findings,
  expected,
}: FoundCases): CollectionListing {
  const sorted = [...cases].sort((a, b) => naturalOrder(a.caseId, b.caseId));
  const kept = new Map<string, SourceCase>();
  const doubled: Finding[] = [];
  for (const each of sorted) {
    const first = kept.get(each.caseId);
    if (first === undefined) kept.set(each.caseId, each);
    else doubled.push(doubledCase(first, each));
  }
  const unique = [...kept.values()];
  const counted = expected === undefined ? [] : countFindings(collection, unique, expected);
  return { source, cases: unique, findings: [...findings, ...doubled, ...counted] };
}

/** A note or a flag about what is publicly known of a case or a copy. */
export function knownOf(
  code: 'KNOWN_FACT' | 'KNOWN_DOUBT',
  where: string,
  message: string,
  suggestion: string,
): Finding {
  return finding(code, { where, message: `${where}: ${message}`, suggestion });
}

/** A file that a case needs and that is not there. */
export function missingFile(path: string, message: string, suggestion: string): Finding {
  return finding('FILE_MISSING', { where: path, message: `${path}: ${message}`, suggestion });
}

/** The error for a readable folder without a single case. */
export function nothingFound(collection: Collection, directory: string, expected: string): PlusctError {
  const { title } = collectionFacts[collection];
  const message = `${directory} holds nothing of ${title}. Expected ${expected}; give the folder that holds them.`;
  return new PlusctError('InvalidInput', message);
}

function countFindings(
  collection: Collection,
  cases: readonly SourceCase[],
  expected: ExpectedCases,
): Finding[] {
  const { title } = collectionFacts[collection];
  const current = cases.filter((each) => each.withdrawnCopyOf === undefined);
  const idsOf = (subset: SourceCase['subset']): Set<string> =>
    new Set(current.filter((each) => each.subset === subset).map((each) => each.caseId));
  const [labelled, unlabelled] = [idsOf('train'), idsOf('test')];
  const known = new Set([...expected.labelled, ...expected.unlabelled]);
  const missing = [
    ...missingFrom('with labels', expected.labelled, labelled),
    ...missingFrom('without labels', expected.unlabelled, unlabelled),
  ];
  const extra = current.map(({ caseId }) => caseId).filter((id) => !known.has(id));
  const value = `${labelled.size} + ${unlabelled.size}`;
  const published = `${expected.labelled.length} + ${expected.unlabelled.length}`;
  const found =
    missing.length === 0
      ? []
      : [`${value} cases with and without labels; published are ${published}; ${missing.join('; ')}`];
  if (extra.length > 0) found.push(`not among the published cases: ${foldIds(extra)}`);
  return found.map((message, n) =>
    finding('COUNT_UNEXPECTED', {
      where: collection,
      field: n === 0 && missing.length > 0 ? 'cases' : 'extra',
      value: n === 0 && missing.length > 0 ? value : String(extra.length),
      message: `${title}: ${message}`,
      suggestion:
        'nothing to do for a part of the collection; else look for what was not downloaded or got mixed in',
    }),
  );
}

function missingFrom(what: string, expected: readonly string[], there: ReadonlySet<string>): string[] {
  const missing = expected.filter((id) => !there.has(id));
  return missing.length === 0 ? [] : [`missing ${what}: ${foldIds(missing)}`];
}

function doubledCase(kept: SourceCase, dropped: SourceCase): Finding {
  const at = ({ image }: SourceCase): string =>
    image.kind === 'nifti' ? image.path : (image.paths[0] ?? 'no file');
  return finding('COUNT_UNEXPECTED', {
    where: at(dropped),
    field: 'caseId',
    value: dropped.caseId,
    message: `${dropped.caseId} is there more than once; ${at(kept)} is used, ${at(dropped)} is not`,
    suggestion: 'keep one copy of the collection in this folder',
  });
}

async function foldersIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
    return folders.map((entry) => entry.name).sort(naturalOrder);
  } catch (cause) {
    throw unreadable(directory, cause, 'Give the folder that holds the collections.');
  }
}

function chosen(collection: Collection, folders: readonly string[]): string | undefined {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const [own] = folderNames[collection];
  const fitting = folders.filter(
    (name) =>
      folderNames[collection].includes(plain(name)) || (collection === 'nnunet' && nnunetFolder.test(name)),
  );
  const exact = fitting.filter((name) => plain(name) === own);
  const candidates = exact.length > 0 ? exact : fitting;
  if (candidates.length < 2) return candidates[0];
  const both = `${candidates.join(' and ')} both hold ${collectionFacts[collection].title}`;
  throw new PlusctError('InvalidInput', `${both}. Rename the one to use to "${collection}".`);
}
