import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SourceCase } from '../../domain/case.js';
import { caseStatusOf } from '../../domain/finding.js';
import type { Affine } from '../../imaging/geometry.js';
import { asFiled } from '../../imaging/geometry-repair.js';
import { readNiftiHeader } from '../../imaging/nifti.js';
import { writeLabelMap } from '../../imaging/nifti-write.js';
import { type IngestedCase, ingestCase } from '../../sources/ingest-case.js';
import { adapterFor } from '../../sources/registry.js';
import { dicomSeries, nifti, organBox, rasAffine, tissue, treeOf } from './made-cases.js';

const lits = adapterFor('lits');
const trueSpacing = {
  spacingMm: [0.743, 0.743, 1.6] as [number, number, number],
  source: '3D-IRCADb-01 patient 17',
};
const identity: Affine = rasAffine([1, 1, 1], [0, 0, 0]);
const placeholder = {
  spacingMm: [1, 1, 1] as const,
  sform: { code: 1, affine: identity },
  qform: { code: 1, affine: identity },
};

function taken(
  caseId: string,
  header: Parameters<typeof nifti>[1],
  changes: Partial<SourceCase> = {},
): IngestedCase {
  const sourceCase: SourceCase = {
    collection: 'lits',
    caseId,
    subset: 'train',
    image: { kind: 'nifti', path: 'image.nii' },
    labelPath: 'label.nii',
    findings: [],
    ...changes,
  };
  // These cases are published with a tumour.
  const label = organBox();
  label[label.indexOf(1)] = 2;
  const files = new Map([
    ['image.nii', nifti(tissue(), header)],
    ['label.nii', nifti(label, header)],
  ]);
  return ingestCase(sourceCase, files, lits);
}
const codes = ({ findings }: IngestedCase): string[] => findings.map((each) => each.code);

describe('LiTS 28 to 47', () => {
  it('have their directions corrected and their spacing marked unknown; the case goes on', () => {
    for (const number of [28, 39, 46]) {
      const result = taken(`volume-${number}`, placeholder);
      expect(result.geometry).toMatchObject({ axisCodes: 'LAS', spacingMm: [1, 1, 1], spacingUnknown: true });
      expect(result.geometry?.repairs).toMatchObject([
        { kind: 'direction-corrected', field: 'sform', before: identity },
      ]);
      expect(codes(result)).toEqual(['GEOMETRY_SUSPECT', 'SPACING_UNKNOWN', 'GEOMETRY_CORRECTED']);
      expect(caseStatusOf(result.findings)).toBe('accepted');
      expect(result.organMasks[0]?.mask).toEqual(organBox());
    }
  });

  it('are left as they are where the header is no placeholder, and so are other cases with one', () => {
    const other = taken('volume-30', {});
    expect(other.geometry).toMatchObject({ axisCodes: 'RAS', repairs: [] });
    expect(codes(other)).toEqual([]);
    for (const caseId of ['volume-27', 'volume-48', 'test-volume-30', 'volume-3', 'volume-280']) {
      const result = taken(caseId, placeholder);
      expect(result.geometry).toMatchObject({ axisCodes: 'RAS', repairs: [] });
      expect(result.geometry?.spacingUnknown).toBeUndefined();
      expect(codes(result)).toEqual(['GEOMETRY_SUSPECT']);
    }
  });

  it('take a true spacing that was given, with its source on record', () => {
    const result = taken('volume-44', placeholder, { trueSpacing });
    expect(result.geometry).toMatchObject({ axisCodes: 'LAS', spacingMm: trueSpacing.spacingMm });
    expect(result.geometry?.spacingUnknown).toBeUndefined();
    expect(result.geometry?.repairs.at(-1)).toMatchObject({
      kind: 'spacing-given',
      why: 'voxel sides of 0.743×0.743×1.6 mm from 3D-IRCADb-01 patient 17',
    });
    expect(codes(result)).toEqual(['GEOMETRY_SUSPECT', 'GEOMETRY_CORRECTED']);
    expect(result.findings[1].message).toContain('3D-IRCADb-01 patient 17');
  });

  it('have masks under the header of their image as it is in the file', () => {
    const result = taken('volume-44', placeholder, { trueSpacing });
    const [image, mask] = [
      readNiftiHeader(result.imageNifti!, 'image.nii'),
      readNiftiHeader(writeLabelMap(result.organMasks[0]!.mask, result.imageNifti!), 'mask.nii.gz'),
    ];
    for (const field of ['srow', 'quaternion', 'sformCode', 'qformCode', 'pixdim', 'qoffsetMm'] as const) {
      expect(mask[field]).toEqual(image[field]);
    }
    expect(mask.geometry).toEqual(asFiled(result.geometry!));
  });
});

describe('a given spacing', () => {
  it('is used for any placeholder header', () => {
    const { geometry } = taken('volume-3', placeholder, { trueSpacing });
    expect(geometry).toMatchObject({ axisCodes: 'RAS', spacingMm: trueSpacing.spacingMm });
  });

  it('does not replace that of a header which has one, and says so where they differ', () => {
    const result = taken('volume-44', {}, { trueSpacing });
    expect(result.geometry?.spacingMm.map((side) => Number(side.toFixed(3)))).toEqual([0.8, 0.8, 2.5]);
    expect(result.findings).toMatchObject([{ code: 'GEOMETRY_SUSPECT', field: 'spacing' }]);
    expect(
      codes(taken('volume-44', {}, { trueSpacing: { ...trueSpacing, spacingMm: [0.8, 0.8, 2.5] } })),
    ).toEqual([]);
  });
});

describe('AbdomenCT-1K', () => {
  it('has the cases of LiTS that lost their spacing marked, and no other', () => {
    const { holdsFor, axisCodes } = adapterFor('abdomenct-1k').lostGeometry!;
    const lost = Array.from({ length: 1062 }, (_, n) => `Case_${String(n + 1).padStart(5, '0')}`).filter(
      holdsFor,
    );
    expect(lost).toHaveLength(20);
    expect([lost[0], lost[19], axisCodes]).toEqual(['Case_00078', 'Case_00578', 'LAS']);
  });
});

describe('true-spacing.csv', () => {
  const head = 'case,i_mm,j_mm,k_mm,source';
  const listed = (table: string) =>
    adapterFor('lits').list(treeOf({ 'volume-28.nii': '', 'volume-44.nii': '', 'true-spacing.csv': table }));

  it('gives cases their true spacing', async () => {
    const { cases } = await listed(`${head}\nvolume-44,0.743,0.743,1.6,"3D-IRCADb-01, patient 17"\n\n`);
    expect(cases.map((each) => [each.caseId, each.trueSpacing])).toEqual([
      ['volume-28', undefined],
      ['volume-44', { spacingMm: [0.743, 0.743, 1.6], source: '3D-IRCADb-01, patient 17' }],
    ]);
  });

  it('may have its columns in any order, spaces, and the mark that Excel sets', async () => {
    const { cases } = await listed(
      '\uFEFFsource, case, k_mm, j_mm, i_mm\r\nPACS, volume-28, 1.6, 0.57, 0.56\r\n',
    );
    expect(cases[0].trueSpacing).toEqual({ spacingMm: [0.56, 0.57, 1.6], source: 'PACS' });
  });

  it.each([
    ['case,i_mm,j_mm,source\nvolume-44,1,1,x', 'line 1: has the columns'],
    [`${head}\nvolume-45,1,1,1,x`, 'line 2: names the case "volume-45", which'],
    [`${head}\nvolume-44,1,1,1,x\nvolume-44,1,1,1,x`, 'line 3: names the case volume-44 a second time'],
    [`${head}\nvolume-44,1,0,1,x`, 'line 2: has j_mm = "0"'],
    [`${head}\nvolume-44,1,,1,x`, 'line 2: has j_mm = ""'],
    [`${head}\nvolume-44,1,1,1.6 mm,x`, 'line 2: has k_mm = "1.6 mm"'],
    [`${head}\nvolume-44,1,1,1,`, 'line 2: has no source for volume-44'],
  ])('is refused, with line and field, where it cannot be used: %j', async (table, message) => {
    await expect(listed(table)).rejects.toThrow(message);
  });
});

describe('the original scans of 3D-IRCADb-01 beside a collection', () => {
  const reversed = tissue().reverse();
  const originals = (hu: Int16Array, folder = '3Dircadb1.17') => ({
    ...dicomSeries(`3Dircadb1/${folder}/PATIENT_DICOM`, 'liver_orig017', hu, '1.2.17'),
    ...dicomSeries(
      `3Dircadb1/${folder}/MASKS_DICOM/liver`,
      'liver_orig017',
      Int16Array.from(organBox()),
      '1.2.18',
    ),
  });
  const takenFrom = async (files: Record<string, Uint8Array | string>, caseId = 'volume-44') => {
    const { cases, findings } = await lits.list(
      treeOf({ 'volume-44.nii': '', 'volume-3.nii': '', ...files }),
    );
    const { originals: found } = cases.find((each) => each.caseId === caseId)!;
    return { result: taken(caseId, placeholder, found ? { originals: found } : {}), found, findings };
  };

  it('give a case its spacing when their voxels are its own, in whatever order', async () => {
    const { result, found } = await takenFrom(originals(reversed));
    expect(found).toHaveLength(1);
    expect(result.geometry).toMatchObject({ axisCodes: 'LAS', spacingMm: [0.8, 0.8, 2.5] });
    expect(result.geometry?.spacingUnknown).toBeUndefined();
    expect(result.geometry?.repairs.at(-1)).toMatchObject({ kind: 'spacing-given' });
    expect(codes(result)).toEqual(['GEOMETRY_SUSPECT', 'GEOMETRY_CORRECTED']);
    expect(result.findings[1]?.message).toContain('3Dircadb1/3Dircadb1.17/PATIENT_DICOM, a series with');
  });

  it('are no help with other voxels, which is said', async () => {
    const { result } = await takenFrom(originals(tissue('somebody else')));
    expect(result.geometry).toMatchObject({ spacingMm: [1, 1, 1], spacingUnknown: true });
    expect(codes(result)).toEqual([
      'GEOMETRY_SUSPECT',
      'GEOMETRY_SUSPECT',
      'SPACING_UNKNOWN',
      'GEOMETRY_CORRECTED',
    ]);
    expect(result.findings[0]?.message).toContain('none of the 1 series');
  });

  it('count for no case that has its spacing, and go behind the table', async () => {
    expect((await takenFrom(originals(reversed), 'volume-3')).found).toBeUndefined();
    const both = await takenFrom(originals(reversed));
    const result = taken('volume-44', placeholder, { originals: both.found!, trueSpacing });
    expect(result.geometry?.spacingMm).toEqual(trueSpacing.spacingMm);
  });

  it('are named where they cannot be read; a file of that name is none', async () => {
    const series = originals(reversed);
    const [first] = Object.keys(series).filter((path) => path.includes('PATIENT_DICOM'));
    const { [first!]: _, ...rest } = series;
    const [, second] = Object.keys(rest);
    const damaged = { ...rest, [second!]: rest[second!]!.subarray(0, 400) };
    expect((await takenFrom(damaged)).findings.map(({ where }) => where)).toContain(
      '3Dircadb1/3Dircadb1.17/PATIENT_DICOM',
    );
    expect((await takenFrom({ '3Dircadb1.zip': 'PK' })).found).toBeUndefined();
  });
});

const folder = resolve('../shared/data/real/lits-44');
describe.skipIf(!existsSync(folder))('LiTS 44 (skipped where the data are absent)', () => {
  const listed: SourceCase = {
    collection: 'lits',
    caseId: 'volume-44',
    subset: 'train',
    image: { kind: 'nifti', path: 'volume-44.nii.gz' },
    labelPath: 'segmentation-44.nii.gz',
    findings: [],
  };
  const files = new Map(
    ['volume-44.nii.gz', 'segmentation-44.nii.gz'].map((name) => [name, readFileSync(join(folder, name))]),
  );

  it('is taken in with its spacing unknown and its directions as the anatomy has them', () => {
    const result = ingestCase(listed, files, lits);
    expect(result.geometry).toMatchObject({ axisCodes: 'LAS', spacingUnknown: true });
    expect(codes(result).filter((code) => code !== 'HU_RANGE')).toEqual([
      'GEOMETRY_SUSPECT',
      'SPACING_UNKNOWN',
      'GEOMETRY_CORRECTED',
    ]);
    expect(caseStatusOf(result.findings)).toBe('accepted');
  }, 60_000);

  it('is held back as mirrored where nobody knows of its header: in any other case of that header', () => {
    const result = ingestCase({ ...listed, caseId: 'volume-3' }, files, lits);
    expect(result.findings.find(({ code }) => code === 'ORIENTATION_MIRRORED')).toMatchObject({
      severity: 'quarantine',
      field: 'left-right',
    });
    expect(codes(result)).not.toContain('ORIENTATION_DOUBTFUL');
    expect(caseStatusOf(result.findings)).toBe('quarantined');
  }, 60_000);

  it('has the true liver volume under the true spacing', () => {
    const { geometry, organMasks } = ingestCase({ ...listed, trueSpacing }, files, lits);
    let voxels = 0;
    for (const inside of organMasks[0]!.mask) voxels += inside;
    const mm3 = (geometry?.spacingMm ?? [0, 0, 0]).reduce((product, side) => product * side, 1);
    const truth = 2_106_497 * 0.743 * 0.743 * 1.6;
    expect(Math.abs((voxels * mm3) / truth - 1)).toBeLessThan(0.01);
    expect(geometry).toMatchObject({ axisCodes: 'LAS' });
  }, 60_000);
});
