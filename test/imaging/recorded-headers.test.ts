import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Affine, axesOf } from '../../imaging/geometry.js';
import { asFiled } from '../../imaging/geometry-repair.js';
import { readNiftiHeader } from '../../imaging/nifti.js';
import { niftiHeader } from '../../imaging/nifti-write.js';
import { quaternionOf } from '../../imaging/quaternion.js';

const real = resolve(process.cwd(), '../shared/data/real');
const Row = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const Rows = z.tuple([Row, Row, Row]);
const Triple = z.tuple([z.number(), z.number(), z.number()]);

const KitsHeader = z.object({
  case: z.number(),
  dims: Triple,
  pixdim: Triple,
  dt: z.string(),
  qform: z.number(),
  sform: z.number(),
  qfac: z.number(),
  ornt: z.string(),
  S: Rows.nullable(),
  Q: Rows.nullable(),
  xyzt: z.number(),
});
const PanoramaHeader = z.object({
  path: z.string(),
  dims: Triple,
  pix: Triple,
  qf: z.number(),
  sf: z.number(),
  ornt: z.string(),
  A: Rows,
});

function linesOf<T>(path: string, schema: z.ZodType<T>): T[] {
  const text = readFileSync(join(real, path), 'utf8').trim();
  return text.split('\n').map((line) => schema.parse(JSON.parse(line)));
}

const zeroRows: Affine = [
  [0, 0, 0, 0],
  [0, 0, 0, 0],
  [0, 0, 0, 0],
];

/** Header bytes of a volume without its voxels, as plusct writes them. */
function headerBytes(made: {
  shape: readonly [number, number, number];
  sidesMm: readonly [number, number, number];
  sform?: { code: number; affine: Affine } | undefined;
  qform?: { code: number; affine: Affine } | undefined;
  xyzt?: number;
}): Uint8Array {
  const rotation = made.qform && quaternionOf(axesOf(made.qform.affine));
  const from = made.qform?.affine ?? zeroRows;
  return niftiHeader({
    dims: [3, ...made.shape, 1, 1, 1, 1],
    pixdim: [rotation?.qfac ?? 1, ...made.sidesMm, 0, 0, 0, 0],
    datatype: 2,
    bitsPerVoxel: 8,
    slope: 1,
    intercept: 0,
    xyztUnits: made.xyzt ?? 2,
    descrip: '',
    qformCode: made.qform?.code ?? 0,
    sformCode: made.sform?.code ?? 0,
    quaternion: rotation?.quaternion ?? [0, 0, 0],
    qoffsetMm: [from[0][3], from[1][3], from[2][3]],
    srow: made.sform?.affine ?? zeroRows,
  });
}

function largestDifference(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return Math.max(...a.flatMap((row, r) => row.map((value, c) => Math.abs(value - b[r][c]))));
}

describe.skipIf(!existsSync(real))('recorded headers (skipped where the data are absent)', () => {
  it('of all 210 KiTS19 segmentations give the recorded geometry, nine of them by their qform', () => {
    const headers = linesOf('kits-metadata/kits19_segmentation_headers.jsonl', KitsHeader);
    expect(headers).toHaveLength(210);
    const byQform: number[] = [];
    for (const each of headers) {
      const { geometry } = readNiftiHeader(
        headerBytes({
          shape: each.dims,
          sidesMm: each.pixdim,
          sform: each.sform > 0 && each.S ? { code: each.sform, affine: each.S } : undefined,
          qform: each.qform > 0 && each.Q ? { code: each.qform, affine: each.Q } : undefined,
          xyzt: each.xyzt,
        }),
        `case_${each.case}`,
      );
      const affine = each.sform > 0 ? each.S : each.Q;
      expect(geometry).toMatchObject({ shape: each.dims, axisCodes: each.ornt, repairs: [] });
      // Half turns in float32 quaternions are noisy by up to 1e-3; how the noise is read, programs decide differently.
      const bound = each.sform > 0 ? 1e-9 : 1.5e-3;
      expect(largestDifference(geometry.affine, affine!), `case ${each.case}`).toBeLessThan(bound);
      expect(geometry.axisCodes).toBe('IPL');
      geometry.spacingMm.forEach((side, axis) => {
        expect(side).toBeCloseTo(each.pixdim[axis], 4);
      });
      if (geometry.decidedBy === 'qform') byQform.push(each.case);
    }
    expect(byQform).toEqual([15, 23, 37, 39, 116, 125, 144, 157, 176]);
  });

  it('of all 2,237 PANORAMA labels come back from the bytes that plusct writes', () => {
    const headers = linesOf('panorama-headers.jsonl', PanoramaHeader);
    expect(headers).toHaveLength(2237);
    for (const { path, dims, pix, qf, sf, ornt, A } of headers) {
      const forms = {
        sform: sf > 0 ? { code: sf, affine: A } : undefined,
        qform: qf > 0 ? { code: qf, affine: A } : undefined,
      };
      const { geometry } = readNiftiHeader(headerBytes({ shape: dims, sidesMm: pix, ...forms }), path);
      expect(geometry, path).toMatchObject({ shape: dims, axisCodes: ornt });
      expect(geometry.decidedBy, path).toBe(sf > 0 ? 'sform' : 'qform');
      // The record has three decimals; by qform the sides are those of pixdim, and float32 turns are a little noisier.
      const bound = sf > 0 ? 1e-4 : 1.5e-3;
      expect(largestDifference(asFiled(geometry).affine, A), path).toBeLessThan(bound);
      geometry.spacingMm.forEach((side, axis) => {
        expect(Math.abs(side - pix[axis]), path).toBeLessThan(1.5e-3);
      });
    }
  });
});
