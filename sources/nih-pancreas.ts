import type { SourceCase } from '../domain/case.js';
import { type Finding, finding } from '../domain/finding.js';
import type { SourceAdapter } from './adapter.js';
import { type DicomFiles, seriesUnder } from './dicom-files.js';
import { nihPancreasCases } from './expected-cases.js';
import { filesUnder, folderOf, nameOf, naturalOrder } from './file-tree.js';
import { foldIds } from './id-ranges.js';
import { finishListing, knownOf, missingFile, nothingFound } from './listing.js';
import { usualCopy } from './source-copies.js';

/** Withdrawn in 2020 as the same scan as another patient's, cropped otherwise. */
const withdrawnCopies: Readonly<Record<string, string>> = {
  PANCREAS_0025: 'PANCREAS_0002',
  PANCREAS_0070: 'PANCREAS_0002',
};

/**
 * NIH Pancreas-CT: one DICOM series for each patient, found by content whatever the folders are called; pancreas 1 in
 * `label0001.nii.gz`. Labels lie on images by index (slices in the order of InstanceNumber), their origin is 0.
 */
export const nihPancreas: SourceAdapter = {
  collection: 'nih-pancreas',
  list: async (directory) => {
    const files = await filesUnder(directory);
    const series = await seriesUnder(directory, files);
    if (series.length === 0) {
      throw nothingFound('nih-pancreas', directory, 'DICOM files of PANCREAS_0001 … and label0001.nii.gz …');
    }
    const { labels, doubled } = labelsOf(files);
    const { patients, findings } = byPatient(series);
    return finishListing({
      collection: 'nih-pancreas',
      source: usualCopy('nih-pancreas', copyName(files)),
      cases: [...patients].map(([caseId, own]) => caseOf(caseId, own, labels.get(caseId))),
      findings: [...findings, ...doubled, ...unusedLabels(labels, patients)],
      expected: nihPancreasCases,
    });
  },
  organLabels: { organs: { pancreas: [1] } },
  organHu: [0, 200],
  sliceAxis: 2,
  expectedAxisCodes: 'LAI',
};

/** Which of the two trees of the archive the folder holds, wherever in it; or what somebody made of them. */
function copyName(files: readonly string[]): string {
  const below = (folder: RegExp): boolean =>
    files.some((path) =>
      path
        .split('/')
        .slice(0, -1)
        .some((part) => folder.test(part)),
    );
  if (below(/^DOI$/)) return 'TCIA Pancreas-CT, old layout';
  return below(/^manifest-\d+$/) ? 'TCIA Pancreas-CT, NBIA layout' : 'TCIA Pancreas-CT, rearranged';
}

/** Case id → path of its label; of several files with one number the first is kept, the others are named. */
function labelsOf(files: readonly string[]): { labels: Map<string, string>; doubled: Finding[] } {
  const labels = new Map<string, string>();
  const doubled: Finding[] = [];
  for (const path of files) {
    const number = /^label_?(\d{1,4})\.nii(?:\.gz)?$/i.exec(nameOf(path))?.[1];
    if (number === undefined) continue;
    const caseId = `PANCREAS_${number.padStart(4, '0')}`;
    const first = labels.get(caseId);
    if (first === undefined) labels.set(caseId, path);
    else doubled.push(doubledLabel(path, first, caseId));
  }
  return { labels, doubled };
}

function doubledLabel(path: string, first: string, caseId: string): Finding {
  return finding('COUNT_UNEXPECTED', {
    where: path,
    field: 'label',
    value: caseId,
    message: `${path}: ${caseId} has a label already; ${first} is used`,
    suggestion: 'keep one copy of the labels in this folder',
  });
}

/** The patient as PatientID says and as the path does. */
function patientOf({ patientId, paths }: DicomFiles): {
  said: string | undefined;
  filed: string | undefined;
} {
  const idIn = (text: string): string | undefined => {
    const number = /PANCREAS_?(\d{4})/i.exec(text)?.[1];
    return number === undefined ? undefined : `PANCREAS_${number}`;
  };
  return { said: idIn(patientId ?? ''), filed: idIn(paths[0]) };
}

function byPatient(series: readonly DicomFiles[]): {
  patients: Map<string, DicomFiles[]>;
  findings: Finding[];
} {
  const patients = new Map<string, DicomFiles[]>();
  const findings: Finding[] = [];
  for (const each of series) {
    const { said, filed } = patientOf(each);
    const caseId = said ?? filed;
    if (caseId === undefined) findings.push(strangeSeries(each));
    else patients.set(caseId, [...(patients.get(caseId) ?? []), each]);
  }
  return { patients, findings };
}

function strangeSeries({ paths, patientId }: DicomFiles): Finding {
  const where = folderOf(paths[0]) || paths[0];
  return finding('DICOM_SERIES', {
    where,
    field: 'patientId',
    ...(patientId === undefined ? {} : { value: patientId }),
    message: `${where}: neither PatientID nor folders tell which patient this is; it was left out`,
    suggestion: 'put the series into a folder called PANCREAS_ and four digits',
  });
}

function caseOf(caseId: string, series: readonly DicomFiles[], label: string | undefined): SourceCase {
  const [largest, ...others] = [...series].sort((a, b) => b.paths.length - a.paths.length);
  const withdrawnCopyOf = withdrawnCopies[caseId];
  const findings = [...misfiled(caseId, largest), ...knownDoubts(caseId)];
  if (others.length > 0) findings.push(severalSeries(caseId, series));
  if (label === undefined && withdrawnCopyOf === undefined) {
    const name = `${caseId.replace('PANCREAS_', 'label')}.nii.gz`;
    const remedy = 'Unpack TCIA_pancreas_labels beside the images.';
    findings.push(missingFile(name, `the label of ${caseId} is not there`, remedy));
  }
  return {
    collection: 'nih-pancreas',
    caseId,
    subset: 'train',
    image: { kind: 'dicom', paths: [...largest.paths].sort(naturalOrder) },
    ...(label === undefined ? {} : { labelPath: label }),
    findings,
    ...(withdrawnCopyOf === undefined ? {} : { withdrawnCopyOf }),
  };
}

function severalSeries(caseId: string, series: readonly DicomFiles[]): Finding {
  const folders = series.map(({ paths }) => folderOf(paths[0])).join(' and ');
  return finding('DICOM_SERIES', {
    where: caseId,
    field: 'seriesInstance',
    value: String(series.length),
    message: `${caseId} has ${series.length} series (${folders}); the collection has one for each patient`,
    suggestion: 'keep the series that the label was drawn on',
  });
}

function misfiled(caseId: string, series: DicomFiles): Finding[] {
  const { filed } = patientOf(series);
  if (filed === undefined || filed === caseId) return [];
  return [
    finding('DICOM_SERIES', {
      where: folderOf(series.paths[0]),
      field: 'patientId',
      value: caseId,
      message: `${folderOf(series.paths[0])}: PatientID says ${caseId}, the folder ${filed}`,
      suggestion: 'fetch both patients again',
    }),
  ];
}

/** Said by one author alone, so the case is used when the tissue under its label is right. */
function knownDoubts(caseId: string): Finding[] {
  if (caseId !== 'PANCREAS_0063') return [];
  const message = 'one author left this case out because image and label did not match there';
  return [
    knownOf(
      'KNOWN_DOUBT',
      caseId,
      message,
      'look at both in a viewer; the tissue under the label is checked',
    ),
  ];
}

/** Labels of withdrawn cases are still given out, without images; others without images are worth a word. */
function unusedLabels(
  labels: ReadonlyMap<string, string>,
  patients: ReadonlyMap<string, unknown>,
): Finding[] {
  const unused = [...labels.keys()].filter((id) => !patients.has(id));
  const missing = unused.filter((id) => !(id in withdrawnCopies));
  const withdrawn = unused.filter((id) => id in withdrawnCopies);
  const found: Finding[] = [];
  if (missing.length > 0) {
    found.push(
      finding('FILE_MISSING', {
        where: 'nih-pancreas',
        field: 'images',
        value: String(missing.length),
        message: `labels without an image: ${missing.length} (${foldIds(missing)})`,
        suggestion: 'fetch the DICOM series of these patients, or ignore this for a part of the collection',
      }),
    );
  }
  if (withdrawn.length > 0) {
    const message =
      'has a label but no image: the archive withdrew the scan as a copy of PANCREAS_0002 and left the label';
    found.push(knownOf('KNOWN_FACT', foldIds(withdrawn), message, 'nothing to do'));
  }
  return found;
}
