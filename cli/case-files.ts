import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { PlusctError } from '../domain/errors.js';

/** The files of one case: its truth and one prediction of each model. */
export interface CaseFiles {
  readonly case: string;
  readonly truth: string;
  readonly predictions: readonly { readonly model: string; readonly path: string }[];
}

export interface PairedFiles {
  readonly cases: CaseFiles[];
  /** Cases that lack a partner, in words. */
  readonly missing: string[];
}

/** Of a .hdr/.img pair the header stands for both. */
const ending = /\.(nii|hdr)(\.gz)?$/i;

/**
 * A case's name: the file's without `.nii`, `.nii.gz`, `.hdr` and nnU-Net's channel `_0000`. Below a folder it has the folders in
 * front: `lits/volume-0`.
 */
export function caseName(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(ending, '')
    .replace(/_0000$/, '');
}

/** Every NIfTI file below a folder by its case's name. Hidden files and files of other kinds are passed over. */
export function caseFilesBelow(directory: string, option: string): Map<string, string> {
  const found = new Map<string, string>();
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory() && ending.test(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of paths) {
    const name = caseName(relative(directory, path));
    const other = found.get(name);
    if (other !== undefined) {
      throw new PlusctError(
        'InvalidInput',
        `${option}: ${other} and ${path} are both case '${name}'; keep one`,
      );
    }
    found.set(name, path);
  }
  if (found.size > 0) return found;
  throw new PlusctError(
    'InvalidInput',
    `${option} ${directory}: there is no .nii, .nii.gz or .hdr file in it`,
  );
}

/**
 * Pairs truths and predictions. A file is paired with a file whatever they are called; folders are paired by the cases'
 * names. Where one side is a file and the other a folder, only the case of that file's name is judged.
 */
export function pairCases(
  truth: string,
  predictions: readonly { readonly model: string; readonly path: string }[],
): PairedFiles {
  const truthIsFolder = isFolder(truth, '--truth');
  const alone = truthIsFolder ? undefined : caseName(basename(truth));
  const own = predictions.map(({ model, path }) => {
    if (isFolder(path, '--prediction')) return { model, files: caseFilesBelow(path, '--prediction') };
    const name = alone ?? caseName(basename(path));
    return { model, files: new Map([[name, path]]), only: name };
  });
  const truths = alone === undefined ? caseFilesBelow(truth, '--truth') : new Map([[alone, truth]]);
  const named = own.flatMap(({ only }) => (only === undefined ? [] : [only]));
  const judged = named.length > 0 ? [...new Set(named)] : [...truths.keys()];
  const missing: string[] = [];
  const cases: CaseFiles[] = [];
  for (const name of judged) {
    const path = truths.get(name);
    if (path === undefined) missing.push(`case ${name} has no truth`);
    const found = own.map(({ model, files }) => ({ model, path: files.get(name) }));
    const present = found.flatMap((each) => (each.path === undefined ? [] : [{ ...each, path: each.path }]));
    for (const each of found)
      if (each.path === undefined) missing.push(`case ${name} has no prediction of ${each.model}`);
    if (path !== undefined && present.length === own.length)
      cases.push({ case: name, truth: path, predictions: present });
  }
  if (alone !== undefined || named.length > 0) return { cases, missing };
  const extra = own.flatMap(({ model, files }) =>
    [...files.keys()]
      .filter((name) => !truths.has(name))
      .map((name) => `case ${name} of ${model} has no truth`),
  );
  return { cases, missing: [...missing, ...extra] };
}

function isFolder(path: string, option: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw new PlusctError('InvalidInput', `${option} ${path}: there is no such file or folder`);
  return found.isDirectory();
}

/** What predictions are called: the last part of their path, longer where two would be the same. */
export function modelNames(paths: readonly string[]): string[] {
  const parts = paths.map((path) =>
    caseName(path)
      .split('/')
      .filter((part) => part !== '' && part !== '.'),
  );
  const longest = Math.max(...parts.map((each) => each.length));
  for (let count = 1; count <= longest; count += 1) {
    const names = parts.map((each) => each.slice(-count).join('/'));
    if (new Set(names).size === names.length) return names;
  }
  throw new PlusctError(
    'InvalidInput',
    `${paths.join(' and ')} are the same prediction; compare different ones`,
  );
}
