import { organs, organValue } from '../../domain/organ.js';
import type { ReleaseCase, ReleaseChoice, ReleaseManifest, ReleaseOrgan } from '../../domain/release.js';

/** Releases made by hand. */
export const choice: ReleaseChoice = {
  images: true,
  trainingBinds: true,
  uses: [],
  labelsUnder: 'CC-BY-4.0',
  seed: 1,
  testShare: 0.2,
  unfinished: false,
};

export function labelled(organ: ReleaseOrgan['organ'], version = 'v1', voxels = 100): ReleaseOrgan {
  const voxelSha256 = 'a'.repeat(64);
  return {
    organ,
    state: 'labelled',
    version,
    voxels,
    voxelSha256,
    origin: 'human',
    author: 'junior',
    editors: ['junior'],
    simulated: false,
  };
}

export function releaseCase(caseId: string, more: Partial<ReleaseCase> = {}): ReleaseCase {
  return {
    collection: 'lits',
    caseId,
    number: Number(caseId.replace(/\D/g, '')) + 1,
    part: 'train',
    subset: 'train',
    copy: 'copy',
    otherCopies: [],
    citation: 'Somebody (2020)',
    sourceLicence: 'CC-BY-4.0',
    licence: 'CC-BY-4.0',
    sourceFiles: [{ path: `${caseId}.nii`, sha256: 'b'.repeat(64), bytes: 10 }],
    geometry: {
      shape: [2, 2, 2],
      spacingMm: [1, 1, 1],
      axisCodes: 'RAS',
      affine: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
      ],
      decidedBy: 'sform',
      repairs: [],
    },
    imageSha256: 'c'.repeat(64),
    image: `images/lits/${caseId}.nii`,
    labels: `labels/lits/${caseId}.nii.gz`,
    organs: organs.map((organ) => labelled(organ)),
    reviewed: true,
    verified: true,
    findings: [],
    ...more,
  };
}

export function manifest(
  cases: readonly ReleaseCase[],
  more: Partial<ReleaseManifest> = {},
): ReleaseManifest {
  return {
    format: 'plusct release 1',
    campaign: 'mini',
    version: '1.0.0',
    labels: { background: 0, ...organValue },
    choice,
    citation: 'mini 1.0.0.',
    sources: [],
    cases: [...cases],
    groups: [],
    leftOut: [],
    models: [],
    settles: [],
    files: cases.flatMap(({ image, labels, imageSha256 }) => [
      ...(image === undefined
        ? []
        : [{ path: image, sha256: imageSha256, bytes: 1, kind: 'image' as const }]),
      { path: labels, sha256: 'd'.repeat(64), bytes: 1, kind: 'labels' as const },
    ]),
    ...more,
  };
}
