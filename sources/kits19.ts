import type { SourceCase } from '../domain/case.js';
import { type Finding, finding } from '../domain/finding.js';
import type { CollectionListing, SourceAdapter } from './adapter.js';
import { type ExpectedCases, kits19Cases } from './expected-cases.js';
import { filesUnder, folderOf, nameOf } from './file-tree.js';
import { unfoldIds } from './id-ranges.js';
import {
  askedEdition,
  foreignEdition,
  interpolatedFolder,
  type LaterEdition,
  laterEditionOf,
  laterLabels,
} from './kits-edition.js';
import { type KitsPatient, knownOfKits, readKitsPatients } from './kits19-facts.js';
import { kits19LabelFault } from './kits19-labels.js';
import { finishListing, missingFile, nothingFound } from './listing.js';
import { kits19Labelled, kits19Unlabelled, laterKits } from './source-copies.js';

/** Cases from this number on were published without labels. */
const firstTestCase = 210;
const imageName = /^imaging\.nii(\.gz)?$/;
const labelName = /^segmentation\.nii(\.gz)?$/;
/** KiTS21 has three ways to put annotators together; this is the one that it recommends. */
const majorityName = /^aggregated_MAJ_seg\.nii(\.gz)?$/;
/** As the images lie where they are fetched from. */
const flatImage = /(?:^|\/)images\/(case_\d{5})\.nii(?:\.gz)?$/;

/** Labelled cases of the later editions; none of them has cases without labels. */
const laterCases: Readonly<Record<LaterEdition, ExpectedCases>> = {
  KiTS21: { labelled: unfoldIds('case_', '0-299', 5), unlabelled: [] },
  KiTS23: { labelled: unfoldIds('case_', '0-299,400-588', 5), unlabelled: [] },
};

/**
 * KiTS19: kidney with cysts 1, tumour 2; slices first (axes I, P, L). `kits.json` is used where it is there. Labels of
 * KiTS21 and KiTS23 are refused, unless the folder's declaration asks for them.
 */
export const kits19: SourceAdapter = {
  collection: 'kits19',
  list: async (directory) => {
    const files = await filesUnder(directory);
    const folders = caseFolders(files);
    if (folders.size === 0) {
      throw nothingFound(
        'kits19',
        directory,
        'folders case_00000 … with imaging.nii.gz and segmentation.nii.gz',
      );
    }
    const { patients, findings } = await readKitsPatients(directory, files);
    const root = folderOf([...folders.keys()][0]);
    const there = new Set([...folders.keys()].map(nameOf));
    for (const id of patients.keys()) if (!there.has(id)) folders.set(root === '' ? id : `${root}/${id}`, []);
    const asked = await askedEdition(directory);
    const found = [...folders].map(
      ([folder, inside]): FoundCase => ({ folder, inside, files, patient: patients.get(nameOf(folder)) }),
    );
    return asked === undefined ? original(found, findings) : later(found, findings, asked);
  },
  organLabels: {
    organs: { kidney: [1, 2] },
    foreign: { 3: 'this is KiTS21/23, whose cysts are 3 and whose kidneys were drawn anew' },
  },
  // Arterial phase: the cortex is far brighter than other organs, and large cysts are near water.
  organHu: [-20, 300],
  sliceAxis: 0,
  expectedAxisCodes: 'IPL',
  resampledSpacingMm: [3, 0.78162497, 0.78162497],
  labelFault: kits19LabelFault,
};

interface FoundCase {
  readonly folder: string;
  /** Its images and labels. */
  readonly inside: readonly string[];
  readonly files: readonly string[];
  readonly patient: KitsPatient | undefined;
}

function original(found: readonly FoundCase[], findings: readonly Finding[]): CollectionListing {
  const cases = found.map(originalCase);
  return finishListing({
    collection: 'kits19',
    source: kits19Labelled,
    cases,
    findings,
    expected: kits19Cases,
  });
}

function later(
  found: readonly FoundCase[],
  findings: readonly Finding[],
  edition: LaterEdition,
): CollectionListing {
  const source = laterKits(edition);
  const cases = found.map((each) => ({ ...caseIn(each, true), organLabels: laterLabels, source }));
  return finishListing({ collection: 'kits19', source, cases, findings, expected: laterCases[edition] });
}

/** Case folder → its images and labels. */
function caseFolders(files: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const path of files) {
    const folder = folderOf(path);
    const names = [imageName, labelName, majorityName];
    if (!/^case_\d{5}$/.test(nameOf(folder)) || !names.some((name) => name.test(nameOf(path)))) continue;
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  for (const path of files) {
    const caseId = flatImage.exec(path)?.[1];
    if (caseId === undefined) continue;
    const folder = [...folders.keys()].find((each) => nameOf(each) === caseId) ?? caseId;
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return folders;
}

function originalCase(found: FoundCase): SourceCase {
  const { folder, inside, files } = found;
  const caseId = nameOf(folder);
  const labelled = Number(caseId.slice('case_'.length)) < firstTestCase;
  const sourceCase = caseIn(found, labelled);
  const findings = [...sourceCase.findings, ...interpolatedFolder(folder), ...knownOfKits(caseId)];
  const edition = laterEditionOf(folder, files);
  if (edition !== undefined) findings.push(foreignEdition(folder, edition.edition, edition.sign));
  const label = inside.find((path) => labelName.test(nameOf(path)));
  if (!labelled && label !== undefined) findings.push(unpublishedLabel(label, caseId));
  return { ...sourceCase, ...(labelled ? {} : { source: kits19Unlabelled }), findings };
}

function caseIn({ folder, inside, patient = {} }: FoundCase, labelled: boolean): SourceCase {
  const caseId = nameOf(folder);
  const called = (name: RegExp): string | undefined => inside.find((path) => name.test(nameOf(path)));
  const image = called(imageName) ?? inside.find((path) => flatImage.test(path));
  const label = called(labelName) ?? called(majorityName);
  const imagePath = image ?? `${folder}/imaging.nii.gz`;
  const labelPath = label ?? `${folder}/segmentation.nii.gz`;
  const findings: Finding[] = [];
  if (image === undefined) {
    const fetch = 'Fetch it with the collection: python3 -m starter_code.get_imaging.';
    findings.push(missingFile(imagePath, `the image of ${caseId} is not there`, fetch));
  }
  if (labelled && label === undefined) {
    const fetch = 'Fetch it from the repository.';
    findings.push(missingFile(labelPath, `the label of ${caseId} is not there`, fetch));
  }
  return {
    collection: 'kits19',
    caseId,
    subset: labelled ? 'train' : 'test',
    image: { kind: 'nifti', path: imagePath },
    ...(labelled ? { labelPath } : {}),
    ...patient,
    findings,
  };
}

/** Later editions label these cases, by other rules. */
function unpublishedLabel(path: string, caseId: string): Finding {
  return finding('COUNT_UNEXPECTED', {
    where: path,
    message: `${path} is not used: KiTS19 published no label of ${caseId}`,
    suggestion: 'look whether labels of KiTS21 or KiTS23 got mixed in',
  });
}
