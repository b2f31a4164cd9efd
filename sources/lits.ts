import type { SourceCase } from '../domain/case.js';
import { type Finding, finding } from '../domain/finding.js';
import type { SourceAdapter } from './adapter.js';
import { litsCases, litsDecathlonCases } from './expected-cases.js';
import { filesUnder, folderOf, nameOf } from './file-tree.js';
import { foldIds } from './id-ranges.js';
import { lesionFault } from './lesions.js';
import { finishListing, knownOf, missingFile, nothingFound } from './listing.js';
import { type DecathlonTask, isOfTask, listDecathlon } from './msd.js';
import { litsFromCodalab, litsFromDecathlon } from './source-copies.js';

/** Training cases without tumour; the other 118 have value 2. */
const tumourFree = new Set(
  [32, 34, 38, 41, 47, 87, 89, 91, 105, 106, 114, 115, 119].map((number) => `volume-${number}`),
);

/**
 * The same training scans under other names. Nobody has shown that test cases have the same numbers in both copies:
 * those of this copy keep the names that they have in it.
 */
const decathlonCopy: DecathlonTask = {
  collection: 'lits',
  folder: 'Task03_Liver',
  prefix: 'liver',
  idDigits: 1,
  caseIdOf: (name, subset) => (subset === 'test' ? name : name.replace('liver_', 'volume-')),
  source: litsFromDecathlon,
  expected: litsDecathlonCases,
};

/** volume-28 to volume-47. */
const ircadb = /^volume-(2[89]|3\d|4[0-7])$/;

/**
 * LiTS: liver 1, tumour 2. Files may be anywhere below the folder, since the archives' folder names vary, and may be
 * called `train_N` and `test_N` as nnU-Net's conversion does; images have their slices last but mixed orientations.
 * The copy of the Medical Segmentation Decathlon is read where it is the only one.
 */
export const lits: SourceAdapter = {
  collection: 'lits',
  list: async (directory) => {
    const files = await filesUnder(directory);
    const { cases, findings } = listOriginal(files);
    const copies = files.filter((path) => isOfTask(decathlonCopy, path));
    if (cases.length > 0) {
      const all = [...findings, ...(copies.length === 0 ? [] : [unusedCopy(copies)])];
      const known = cases.map(withKnownFacts);
      return finishListing({
        collection: 'lits',
        source: litsFromCodalab,
        cases: known,
        findings: all,
        expected: litsCases,
      });
    }
    const copy = await listDecathlon(decathlonCopy, directory, files);
    if (copy === undefined) {
      throw nothingFound('lits', directory, 'volume-N.nii and segmentation-N.nii, or MSD Task03_Liver');
    }
    return {
      ...copy,
      cases: copy.cases.map(withKnownFacts),
      findings: [...copy.findings, sameNumbers],
    };
  },
  organLabels: { organs: { liver: [1, 2] } },
  organHu: [0, 200],
  sliceAxis: 2,
  // The 20 cases of 3D-IRCADb-01: spacing lost, left and right exchanged (liver side measured in all 20).
  lostGeometry: { holdsFor: (caseId) => ircadb.test(caseId), axisCodes: 'LAS' },
  labelFault: ({ caseId, voxels }) => lesionFault(!tumourFree.has(caseId), voxels),
};

const sameNumbers = knownOf(
  'KNOWN_FACT',
  decathlonCopy.folder,
  'liver_N is taken for volume-N; both run from 0 to 130, but nobody has published that the numbers mean the same scans',
  'nothing to do; duplicates are found by their voxels',
);

function unusedCopy(paths: readonly string[]): Finding {
  const where = folderOf(folderOf(paths[0])) || paths[0];
  return finding('COPY_UNUSED', {
    where,
    field: 'copy',
    value: litsFromDecathlon.copy,
    message: `${where}: ${paths.length} files of ${litsFromDecathlon.copy} lie beside the original LiTS, which is used`,
    suggestion: `to use the copy instead, give a folder that holds it alone; its licence is ${litsFromDecathlon.licence}`,
  });
}

function withKnownFacts(sourceCase: SourceCase): SourceCase {
  const { caseId, subset } = sourceCase;
  if (subset === 'train') return { ...sourceCase, facts: { tumour: !tumourFree.has(caseId) } };
  if (caseId !== 'test-volume-59') return sourceCase;
  const message = 'is published with its axes swapped: slices of 3 mm run along j, in a volume of 512×79×512';
  const note = knownOf(
    'KNOWN_FACT',
    caseId,
    message,
    'nothing to do; nothing is turned by guess, and masks keep its grid',
  );
  return { ...sourceCase, findings: [...sourceCase.findings, note] };
}

type Role = 'volume' | 'label' | 'test' | 'submission';

interface NamedFile {
  readonly role: Role;
  readonly number: number;
  readonly path: string;
}

const originalRoles: Readonly<Record<string, Role>> = {
  volume: 'volume',
  segmentation: 'label',
  'test-volume': 'test',
  'test-segmentation': 'submission',
};

/** What a file is, as its name and, for renamed files, its folder say. */
function namedFile(path: string): NamedFile[] {
  const original = /^((?:test-)?(?:volume|segmentation))-(\d+)\.nii(?:\.gz)?$/i.exec(nameOf(path));
  if (original !== null) {
    return [{ role: originalRoles[original[1].toLowerCase()], number: Number(original[2]), path }];
  }
  const renamed = /^(train|test)_(\d+)(?:_0000)?\.nii(?:\.gz)?$/.exec(nameOf(path));
  if (renamed === null) return [];
  const isLabel = /^(labels?|masks?|segmentations?)(T[rs])?$/i.test(nameOf(folderOf(path)));
  const roles: readonly [Role, Role] = renamed[1] === 'train' ? ['volume', 'label'] : ['test', 'submission'];
  return [{ role: roles[isLabel ? 1 : 0], number: Number(renamed[2]), path }];
}

/** Files by what their names say: `volume-3.nii` and its label, `test-volume-3.nii`. */
function listOriginal(files: readonly string[]): { cases: SourceCase[]; findings: Finding[] } {
  const named = files.flatMap(namedFile);
  const of = (role: Role): NamedFile[] => named.filter((each) => each.role === role);
  const [volumes, labels] = [of('volume'), of('label')];
  const labelOf = (number: number): string | undefined => labels.find((each) => each.number === number)?.path;
  const withoutImage = labels.filter(({ number }) => !volumes.some((each) => each.number === number));
  const cases = [
    ...volumes.map(({ number, path }) => trainingCase(number, path, labelOf(number))),
    ...withoutImage.map(({ number, path }) => imageless(number, path)),
    ...of('test').map(({ number, path }) => testCase(number, path)),
  ];
  return { cases, findings: [...submissions(of('submission')), ...doubledLabels(labels)] };
}

/** Of several labels with one number the first is used. */
function doubledLabels(labels: readonly NamedFile[]): Finding[] {
  return labels.flatMap(({ number, path }, n) => {
    const first = labels.findIndex((each) => each.number === number);
    if (first === n) return [];
    return [
      finding('COUNT_UNEXPECTED', {
        where: path,
        field: 'label',
        value: `volume-${number}`,
        message: `${path}: volume-${number} has a label already; ${labels[first].path} is used`,
        suggestion: 'keep one copy of the collection in this folder',
      }),
    ];
  });
}

/** LiTS never published labels of its test volumes. */
function submissions(found: readonly NamedFile[]): Finding[] {
  if (found.length === 0) return [];
  const ids = foldIds(found.map(({ number }) => `test-segmentation-${number}`));
  return [
    finding('COUNT_UNEXPECTED', {
      where: folderOf(found[0].path) || found[0].path,
      field: 'labels',
      value: String(found.length),
      message: `${ids} are not used: LiTS published no label of its test volumes, these are somebody's submissions`,
      suggestion: 'nothing to do',
    }),
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
