import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceCase } from '../../domain/case.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { kits19 } from '../../sources/kits19.js';
import { kits19LabelFault } from '../../sources/kits19-labels.js';
import { mergeOrgans } from '../../sources/label-merge.js';
import { treeOf } from './made-cases.js';

const metadata = resolve('../shared/data/real/kits-metadata');
const pairs = resolve('../shared/data/real/kits19-vs-kits23');

interface Counted {
  readonly case: number;
  readonly dims: [number, number, number];
  readonly voxels: Record<string, number>;
}
const rows = <T>(name: string): T[] =>
  readFileSync(join(metadata, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const faultOf = ({ case: number, dims, voxels }: Counted) =>
  kits19LabelFault({
    caseId: `case_${String(number).padStart(5, '0')}`,
    shape: dims,
    voxels: new Map(Object.entries(voxels).map(([value, count]) => [Number(value), count])),
  });
const voxels = { 1: 915679, 2: 18491 };

describe('a label of KiTS19', () => {
  it('is known by its voxel counts on the published grid', () => {
    expect(faultOf({ case: 0, dims: [611, 512, 512], voxels })).toBeUndefined();
    const old = faultOf({ case: 0, dims: [611, 512, 512], voxels: { ...voxels, 1: 915680 } });
    expect(old).toMatchObject({ code: 'EDITION_FOREIGN' });
    expect(old?.message).toContain('915680 and 18491');
  });

  it('on another grid, or of an unknown case, is only looked at for its tumour', () => {
    expect(faultOf({ case: 0, dims: [61, 51, 51], voxels: { 1: 5, 2: 6 } })).toBeUndefined();
    expect(faultOf({ case: 0, dims: [61, 51, 51], voxels: { 1: 5 } })).toMatchObject({
      code: 'LESION_UNEXPECTED',
    });
    expect(faultOf({ case: 400, dims: [611, 512, 512], voxels: { 1: 5, 2: 6 } })).toBeUndefined();
  });
});

describe.skipIf(!existsSync(metadata))(
  'the headers of KiTS19 (skipped where ../shared/data is not there)',
  () => {
    it('of all 210 labels are the published ones, case 160 with its odd shape too', () => {
      const published = rows<Counted & { labels: Record<string, number> }>(
        'kits19_segmentation_headers.jsonl',
      );
      expect(published).toHaveLength(210);
      for (const row of published)
        expect(faultOf({ ...row, voxels: row.labels }), String(row.case)).toBeUndefined();
    });

    it('agree with the spacing of kits.json, whose 210 patients are kept whole', async () => {
      const text = readFileSync(join(metadata, 'kits19_kits.json'), 'utf8');
      const folders = Array.from({ length: 210 }, (_, n) => `data/case_${String(n).padStart(5, '0')}`);
      const names = folders.flatMap((folder) => [
        `${folder}/imaging.nii.gz`,
        `${folder}/segmentation.nii.gz`,
      ]);
      const root = treeOf({ 'data/kits.json': text, ...Object.fromEntries(names.map((path) => [path, ''])) });
      const { cases } = await kits19.list(root);
      const headers = rows<{ pixdim: number[] }>('kits19_segmentation_headers.jsonl');
      const patients = JSON.parse(text);
      expect(cases).toHaveLength(210);
      cases.forEach((each, n) => {
        const { footHead, backFront, leftRight } = each.listedSpacingMm!;
        headers[n].pixdim.forEach((side, axis) => {
          expect([footHead, backFront, leftRight][axis]).toBeCloseTo(side, 4);
        });
        expect({ case_id: each.caseId, ...each.facts }).toEqual(patients[n]);
        expect(SourceCase.parse(each)).toEqual(each);
      });
      expect(cases.filter(({ findings }) => findings.some(({ severity }) => severity !== 'note'))).toEqual(
        [],
      );
    });

    it('of KiTS23 labels are recognised, those without a cyst (value 3) among them', () => {
      const redrawn = rows<{ case: number; d23: Counted['dims']; lab23: Record<string, number> }>(
        'kits19_vs_23.txt',
      );
      const found = redrawn.filter((row) => {
        if ('3' in row.lab23) return true;
        return faultOf({ case: row.case, dims: row.d23, voxels: row.lab23 })?.code === 'EDITION_FOREIGN';
      });
      expect(redrawn.filter((row) => !('3' in row.lab23)).length).toBeGreaterThan(5);
      expect(found).toHaveLength(redrawn.length);
    });
  },
);

describe.skipIf(!existsSync(pairs))(
  'ten labels drawn anew (skipped where ../shared/data is not there)',
  () => {
    it.each(['case_00061', 'case_00120', 'case_00160'])(
      '%s is taken as of KiTS19 and refused as of KiTS23',
      async (caseId) => {
        const verdict = async (edition: string) => {
          const path = join(pairs, caseId, `${edition}_segmentation.nii.gz`);
          const label = readLabelMap(await readFile(path), path);
          const { found, unknown } = mergeOrgans(label, kits19.organLabels);
          const fault = kits19LabelFault({ caseId, shape: label.geometry.shape, voxels: found });
          return unknown.includes(3) || fault?.code === 'EDITION_FOREIGN' ? 'refused' : 'taken';
        };
        expect([await verdict('kits19'), await verdict('kits23')]).toEqual(['taken', 'refused']);
      },
    );
  },
);
