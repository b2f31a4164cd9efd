import type { SourceCase } from '../domain/case.js';
import { type Finding, finding } from '../domain/finding.js';
import type { SourceAdapter } from './adapter.js';
import { abdomenCt1kCases } from './expected-cases.js';
import { filesUnder, folderOf, nameOf } from './file-tree.js';
import { finishListing, knownOf, missingFile, nothingFound } from './listing.js';
import { abdomenCt1k as release } from './source-copies.js';

const imageName = /^(Case_\d{5})_0000\.nii(?:\.gz)?$/;
const maskName = /^(Case_\d{5})\.nii(?:\.gz)?$/;
/** Masks of the release, and what tools call such folders; the release's pseudo-tumour labels have the same names. */
const maskFolder = /^(masks?|labels?(tr)?)$/i;

const unmasked: ReadonlySet<string> = new Set(abdomenCt1kCases.unlabelled);
/** The spleen was taken out: right, and no error. */
const withoutSpleen = cases(219, 656);
/** Spacing 1×1×1: LiTS 28 to 47 in some order, whose true spacing is not in the files. */
const withoutSpacing = cases(
  ...[78, 273, 274, 275, 276, 277, 278, 280, 281, 282, 283, 284, 285, 286, 462, 574, 575, 576, 577, 578],
);
/** Axes that are not quite at right angles; strict readers refuse them. */
const skewed = cases(
  ...[
    11, 21, 49, 51, 57, 205, 213, 217, 219, 221, 232, 238, 240, 244, 249, 251, 401, 403, 405, 423, 432, 433,
    438,
  ],
  ...[448, 549, 681, 687, 702, 712, 756],
);
const sameScan = cases(297, 928);

/**
 * AbdomenCT-1K as it was released: images `Case_00001_0000.nii.gz`, masks `Mask/Case_00001.nii.gz` with liver 1,
 * kidneys 2, spleen 3, pancreas 4; 62 of the 1062 cases have no mask. Folders may be called anything.
 */
export const abdomenCt1k: SourceAdapter = {
  collection: 'abdomenct-1k',
  list: async (directory) => {
    const files = await filesUnder(directory);
    const images = byCase(files, imageName);
    if (images.size === 0) {
      throw nothingFound('abdomenct-1k', directory, 'Case_00001_0000.nii.gz … and Mask/Case_00001.nii.gz …');
    }
    const masks = masksOf(files);
    const found = new Set([...images.keys(), ...masks.keys()]);
    return finishListing({
      collection: 'abdomenct-1k',
      source: release,
      cases: [...found].map((caseId) => caseOf(caseId, images.get(caseId), masks.get(caseId))),
      findings: [],
      expected: abdomenCt1kCases,
    });
  },
  // The voxels are those of LiTS 28 to 47, whose side is known.
  lostGeometry: { holdsFor: (caseId) => withoutSpacing.has(caseId), axisCodes: 'LAS' },
  organLabels: {
    organs: { liver: [1], kidney: [2], spleen: [3], pancreas: [4] },
    foreign: Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [
        5 + n,
        'this is FLARE22 or the 12-organ subset, whose right kidney is 2',
      ]),
    ),
  },
  organHu: [-20, 300],
  sliceAxis: 2,
};

function cases(...numbers: readonly number[]): ReadonlySet<string> {
  return new Set(numbers.map((number) => `Case_${String(number).padStart(5, '0')}`));
}

/** Case id → its first file. */
function byCase(files: readonly string[], name: RegExp): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of files) {
    const caseId = name.exec(nameOf(path))?.[1];
    if (caseId !== undefined && !found.has(caseId)) found.set(caseId, path);
  }
  return found;
}

/** Masks in a folder that is called so; only where there is none, files of that name anywhere. */
function masksOf(files: readonly string[]): Map<string, string> {
  const filed = byCase(
    files.filter((path) => maskFolder.test(nameOf(folderOf(path)))),
    maskName,
  );
  return filed.size > 0 ? filed : byCase(files, maskName);
}

function caseOf(caseId: string, image: string | undefined, mask: string | undefined): SourceCase {
  const imagePath = image ?? `${caseId}_0000.nii.gz`;
  const findings = knownOfCase(caseId);
  if (image === undefined) {
    const remedy = 'Unpack all three image archives beside the masks.';
    findings.push(missingFile(imagePath, `the image of ${caseId} is not there, although ${mask} is`, remedy));
  }
  if (mask === undefined && !unmasked.has(caseId)) {
    const path = `Mask/${caseId}.nii.gz`;
    findings.push(
      missingFile(path, `the mask of ${caseId} is not there`, 'Unpack Mask.7z, which comes with part 3.'),
    );
  }
  if (mask !== undefined && unmasked.has(caseId)) findings.push(unpublishedMask(mask, caseId));
  const labelled = !unmasked.has(caseId);
  return {
    collection: 'abdomenct-1k',
    caseId,
    subset: labelled ? 'train' : 'test',
    image: { kind: 'nifti', path: imagePath },
    ...(labelled && mask !== undefined ? { labelPath: mask } : {}),
    ...(withoutSpleen.has(caseId) ? { absentOrgans: ['spleen'] } : {}),
    findings,
  };
}

/** What users of the release reported. */
function knownOfCase(caseId: string): Finding[] {
  const found: Finding[] = [];
  const add = (code: 'KNOWN_FACT' | 'KNOWN_DOUBT', message: string, suggestion: string): void => {
    found.push(knownOf(code, caseId, message, suggestion));
  };
  if (withoutSpacing.has(caseId)) {
    const message =
      'is one of LiTS 28 to 47, whose true spacing was lost: it is marked unknown, and nothing is measured in mm';
    add(
      'KNOWN_DOUBT',
      message,
      'lay the series of 3D-IRCADb-01 beside the images, or give its spacings in true-spacing.csv',
    );
  }
  if (sameScan.has(caseId)) {
    add('KNOWN_DOUBT', 'Case_00297 and Case_00928 are both LiTS volume-74', 'use one of the two');
  }
  if (skewed.has(caseId)) {
    add(
      'KNOWN_FACT',
      'is published with axes that are not at right angles',
      'nothing to do; they are made orthonormal',
    );
  }
  if (withoutSpleen.has(caseId)) {
    add('KNOWN_FACT', 'has no spleen, rightly', 'attest that the spleen is absent');
  }
  return found;
}

function unpublishedMask(path: string, caseId: string): Finding {
  return finding('COUNT_UNEXPECTED', {
    where: path,
    message: `${path} is not used: AbdomenCT-1K published no mask of ${caseId}`,
    suggestion: 'look where this mask is from',
  });
}
