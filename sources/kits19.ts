import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SourceCase } from '../domain/case.js';
import { type Finding, finding } from '../domain/finding.js';
import type { SourceAdapter } from './adapter.js';
import { filesUnder, folderOf, nameOf } from './file-tree.js';
import { finishListing, missingFile, nothingFound } from './listing.js';

/** Cases from this number on were published without labels. */
const firstTestCase = 210;
const imageName = /^imaging\.nii(\.gz)?$/;
const labelName = /^segmentation\.nii(\.gz)?$/;

/** The one part of `kits.json` that listing needs. */
const Contents = z.array(z.object({ case_id: z.string().regex(/^case_\d{5}$/) }));

/** KiTS19: kidney with cysts 1, tumour 2; slices first (axes I, P, L). `kits.json` is used where it is there. */
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
    const { listed, findings } = await clinicalList(directory, files);
    const root = folderOf([...folders.keys()][0]);
    const there = new Set([...folders.keys()].map(nameOf));
    for (const id of listed) if (!there.has(id)) folders.set(root === '' ? id : `${root}/${id}`, []);
    const cases = [...folders].map(([folder, inside]) => caseIn(folder, inside));
    return finishListing('kits19', cases, findings);
  },
  organLabels: {
    merged: [1, 2],
    foreign: { 3: 'this is KiTS21/23, whose cysts are 3 and whose kidneys were drawn anew' },
  },
  // Arterial phase: the cortex is far brighter than other organs, and large cysts are near water.
  organHu: [-20, 300],
  sliceAxis: 0,
  expectedAxisCodes: 'IPL',
  resampledSpacingMm: [3, 0.78162497, 0.78162497],
  copyName: () => 'KiTS19 repository',
};

/** Case folder → its images and labels. */
function caseFolders(files: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const path of files) {
    const folder = folderOf(path);
    if (!/^case_\d{5}$/.test(nameOf(folder))) continue;
    if (!imageName.test(nameOf(path)) && !labelName.test(nameOf(path))) continue;
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return folders;
}

async function clinicalList(
  directory: string,
  files: readonly string[],
): Promise<{ listed: string[]; findings: Finding[] }> {
  const path = files.find((each) => nameOf(each) === 'kits.json');
  if (path === undefined) return { listed: [], findings: [] };
  try {
    const entries = Contents.parse(JSON.parse(await readFile(join(directory, path), 'utf8')));
    return { listed: entries.map((entry) => entry.case_id), findings: [] };
  } catch {
    const message = `${path}: no list of cases; they were listed from the folders alone`;
    const suggestion = 'Fetch kits.json of KiTS19 again.';
    return { listed: [], findings: [finding('FILE_CORRUPT', { where: path, message, suggestion })] };
  }
}

function caseIn(folder: string, inside: readonly string[]): SourceCase {
  const caseId = nameOf(folder);
  const image = inside.find((path) => imageName.test(nameOf(path)));
  const label = inside.find((path) => labelName.test(nameOf(path)));
  const labelled = Number(caseId.slice('case_'.length)) < firstTestCase;
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
  if (!labelled && label !== undefined) findings.push(unpublishedLabel(label, caseId));
  return {
    collection: 'kits19',
    caseId,
    subset: labelled ? 'train' : 'test',
    image: { kind: 'nifti', path: imagePath },
    ...(labelled ? { labelPath } : {}),
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
