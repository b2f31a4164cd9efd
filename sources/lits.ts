import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceCase } from '../domain/case.js';
import type { SourceAdapter } from './adapter.js';
import { filesUnder, folderOf, nameOf } from './file-tree.js';
import { finishListing, missingFile, nothingFound } from './listing.js';
import { type DecathlonTask, listDecathlon } from './msd.js';
import { withTrueSpacings } from './true-spacing.js';

/**
 * The same training scans under other names. Nobody has shown that test cases have the same numbers in both copies:
 * those of this copy keep the names that they have in it.
 */
const decathlonCopy: DecathlonTask = {
  collection: 'lits',
  folder: 'Task03_Liver',
  prefix: 'liver',
  caseIdOf: (name, subset) => (subset === 'test' ? name : `volume-${Number(name.replace('liver_', ''))}`),
};

/** volume-28 to volume-47. */
const ircadb = /^volume-(2[89]|3\d|4[0-7])$/;

/**
 * LiTS: liver 1, tumour 2. Files may be anywhere below the folder, since the archives' folder names vary; images
 * have their slices last but mixed orientations. The copy of the Medical Segmentation Decathlon is read too.
 */
export const lits: SourceAdapter = {
  collection: 'lits',
  list: async (directory) => {
    const files = await filesUnder(directory);
    const own = listOriginal(files);
    if (own.length > 0) return withTrueSpacings(directory, finishListing('lits', own, []));
    const copy = await listDecathlon(decathlonCopy, directory, files);
    if (copy !== undefined) return withTrueSpacings(directory, copy);
    throw nothingFound('lits', directory, 'volume-N.nii and segmentation-N.nii, or MSD Task03_Liver');
  },
  organLabels: { merged: [1, 2] },
  organHu: [0, 200],
  sliceAxis: 2,
  // The 20 cases of 3D-IRCADb-01: spacing lost, left and right exchanged (liver side measured in all 20).
  lostGeometry: { holdsFor: (caseId) => ircadb.test(caseId), axisCodes: 'LAS' },
  copyName: (directory) => {
    const contents = ['dataset.json', join(decathlonCopy.folder, 'dataset.json')];
    const isCopy = contents.some((path) => existsSync(join(directory, path)));
    return isCopy ? `Medical Segmentation Decathlon ${decathlonCopy.folder}` : 'LiTS (CodaLab)';
  },
};

/** Files by what their names say: `volume-3.nii` and its label, `test-volume-3.nii`. */
function listOriginal(files: readonly string[]): SourceCase[] {
  const named = (pattern: RegExp): { number: number; path: string }[] =>
    files.flatMap((path) => {
      const number = pattern.exec(nameOf(path))?.[1];
      return number === undefined ? [] : [{ number: Number(number), path }];
    });
  const volumes = named(/^volume-(\d+)\.nii(?:\.gz)?$/);
  const labels = named(/^segmentation-(\d+)\.nii(?:\.gz)?$/);
  const labelOf = (number: number): string | undefined => labels.find((each) => each.number === number)?.path;
  const withoutImage = labels.filter(({ number }) => !volumes.some((each) => each.number === number));
  return [
    ...volumes.map(({ number, path }) => trainingCase(number, path, labelOf(number))),
    ...withoutImage.map(({ number, path }) => imageless(number, path)),
    ...named(/^test-volume-(\d+)\.nii(?:\.gz)?$/).map(({ number, path }) => testCase(number, path)),
  ];
}

function trainingCase(number: number, path: string, label: string | undefined): SourceCase {
  const suggestion = 'Put the segmentation of this volume beside it.';
  const why = `volume-${number} has no label`;
  return {
    collection: 'lits',
    caseId: `volume-${number}`,
    subset: 'train',
    image: { kind: 'nifti', path },
    ...(label === undefined ? {} : { labelPath: label }),
    findings: label === undefined ? [missingFile(`segmentation-${number}.nii`, why, suggestion)] : [],
  };
}

function imageless(number: number, label: string): SourceCase {
  const folder = folderOf(label);
  const path = `${folder === '' ? '' : `${folder}/`}volume-${number}.nii`;
  const missing = missingFile(
    path,
    `is not there, although ${label} is`,
    'Download the volume of this case.',
  );
  return { ...trainingCase(number, path, label), findings: [missing] };
}

function testCase(number: number, path: string): SourceCase {
  return {
    collection: 'lits',
    caseId: `test-volume-${number}`,
    subset: 'test',
    image: { kind: 'nifti', path },
    findings: [],
  };
}
