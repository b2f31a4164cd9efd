import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DataError, type DataFault } from '../../domain/errors.js';
import { checkMask } from '../../imaging/mask-checks.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { writeLabelMap, writeNifti } from '../../imaging/nifti-write.js';
import { readSubmission } from '../../imaging/submission-file.js';
import { faultOf } from './data-fault.js';

const fixtures = join('test', 'fixtures', 'submissions');
const image = readFileSync(join(fixtures, 'image.nii.gz'));
const mask = readLabelMap(readFileSync(join(fixtures, 'mask.nii.gz')), 'mask');

const clean = [
  'mask.nii.gz',
  'nibabel-float64.nii.gz',
  'nibabel-int16.nii',
  'nibabel-qform-only.nii.gz',
  'simpleitk-int16.nii.gz',
  'simpleitk.nrrd',
];
/** File, code, and what the message has to name. */
const wrong = [
  ['flipped-header.nii.gz', 'SUBMISSION_GRID', 'flipped along i: its axes run RPS instead of LPS'],
  ['flipped-voxels.nii.gz', 'SUBMISSION_MOVED', 'flipped along i'],
  ['shifted-header.nii.gz', 'SUBMISSION_GRID', 'shifted by (0.00, 3.00, 0.00) mm'],
  ['shifted-voxels.nii.gz', 'SUBMISSION_MOVED', 'shifted by (0, 1, 0) voxels'],
  ['transposed.nii.gz', 'SUBMISSION_GRID', 'transposed: its axes come in the order j, i, k'],
  ['resampled.nii.gz', 'SUBMISSION_GRID', 'resampled: 16×14×12 voxels instead of 8×7×6'],
  ['interpolated.nii.gz', 'SUBMISSION_VALUES', 'only 0 to 4 stand for organs'],
  ['relabelled.nii.gz', 'SUBMISSION_RELABELLED', 'kidney has become spleen, spleen has become kidney'],
  ['other-values.nii.gz', 'SUBMISSION_VALUES', 'holds 7 (36 voxels)'],
] as const;

function readOrFault(bytes: Uint8Array): Uint8Array | DataFault {
  try {
    return readSubmission(bytes, 'file', image).values;
  } catch (error) {
    if (error instanceof DataError) return error.fault;
    throw error;
  }
}

/** Why a file is refused, by its form or by its voxels; empty when it is not. */
function faultsOf(path: string): { code: string; message: string }[] {
  const bytes = readFileSync(path);
  const submitted = readOrFault(bytes);
  if ('code' in submitted) return [submitted];
  return checkMask({
    submitted,
    current: Uint8Array.from(mask.values),
    origins: { liver: 'source', kidney: 'model', spleen: 'model', pancreas: 'model' },
    geometry: mask.geometry,
    absent: [],
    acceptedMl: {},
  }).findings;
}

describe('a mask as tools save it', () => {
  it.each(clean)('%s submits cleanly', (name) => {
    expect(faultsOf(join(fixtures, name))).toEqual([]);
    expect(readSubmission(readFileSync(join(fixtures, name)), 'file', image).values).toEqual(mask.values);
  });

  it.each(wrong)('%s is refused with %s', (name, code, names) => {
    const [fault, ...more] = faultsOf(join(fixtures, name));
    expect(more).toEqual([]);
    expect(fault!.code).toBe(code);
    expect(fault!.message).toContain(names);
  });
});

const python = process.env.PLUSCT_TEST_PYTHON ?? 'python3';
const canSave = spawnSync(python, ['-c', 'import nibabel, SimpleITK']).status === 0;
describe.skipIf(!canSave)(
  'a mask that this machine’s nibabel and SimpleITK save (skipped without them)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'plusct-saved-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    it('is judged as the stored ones are', () => {
      for (const name of ['image.nii.gz', 'mask.nii.gz']) cpSync(join(fixtures, name), join(folder, name));
      const made = spawnSync(python, [join(fixtures, 'make.py'), folder], { encoding: 'utf8' });
      expect(made.stderr).not.toContain('Error');
      for (const name of clean) expect(faultsOf(join(folder, name)), name).toEqual([]);
      for (const [name, code] of wrong) {
        expect(faultsOf(join(folder, name))[0]?.code, name).toBe(code);
      }
    }, 60_000);
  },
);

describe('the grids that an image states', () => {
  const affine = [
    [-2, 0, 0, 30],
    [0, 2, 0, -20],
    [0, 0, 3, 5],
  ] satisfies NonNullable<Parameters<typeof writeNifti>[0]['sform']>['affine'];
  const elsewhere = [
    [-2, 0, 0, 34],
    [0, 2, 0, -20],
    [0, 0, 3, 5],
  ] satisfies typeof affine;
  const base = { shape: [4, 3, 2], spacingMm: [2, 2, 3] } as const;
  const labels = new Uint8Array(24).fill(1, 3, 9);
  const saved = (spec: object): Uint8Array => writeNifti({ ...base, ...spec, voxels: labels });
  const ct = (spec: object): Uint8Array => writeNifti({ ...base, ...spec, voxels: new Int16Array(24) });

  it('are that of its sform and that of its qform, where they differ', () => {
    const both = ct({ sform: { code: 1, affine }, qform: { code: 1, affine: elsewhere } });
    const byQform = saved({ sform: { code: 1, affine: elsewhere } });
    expect(readSubmission(byQform, 'file', both).values).toEqual(labels);
    expect(readSubmission(saved({ qform: { code: 2, affine } }), 'file', both).values).toEqual(labels);
    const one = ct({ sform: { code: 1, affine } });
    expect(faultOf(() => readSubmission(byQform, 'file', one))).toMatchObject({ code: 'SUBMISSION_GRID' });
  });

  it('are those that nibabel, the standard and ITK make of a header with neither', () => {
    const neither = ct({});
    const itk = [
      [-2, 0, 0, 0],
      [0, -2, 0, 0],
      [0, 0, 3, 0],
    ];
    const plain = itk.map((row) => row.map(Math.abs));
    for (const spec of [{}, { sform: { code: 1, affine: itk } }, { sform: { code: 1, affine: plain } }])
      expect(readSubmission(saved(spec), 'file', neither).values).toEqual(labels);
  });

  it('do not matter to a mask that is written by plusct', () => {
    const image = ct({ sform: { code: 1, affine } });
    expect(readSubmission(writeLabelMap(labels, image), 'file', image).values).toEqual(labels);
  });
});
