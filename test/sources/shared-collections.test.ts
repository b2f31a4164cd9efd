import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SourceCase } from '../../domain/case.js';
import { caseStatusOf } from '../../domain/finding.js';
import { organValue } from '../../domain/organ.js';
import { readDicomSeries } from '../../imaging/dicom.js';
import { readCt, readLabelMap } from '../../imaging/nifti.js';
import { provesCrop } from '../../sources/duplicates.js';
import { type IngestedCase, ingestCase } from '../../sources/ingest-case.js';
import { labelFit } from '../../sources/label-fit.js';
import { findCollections } from '../../sources/listing.js';
import { adapterFor } from '../../sources/registry.js';
import { trapTables } from './trap-tables.js';

const root = resolve('../shared/data/collections');

interface Taken extends IngestedCase {
  readonly sourceCase: SourceCase;
}

describe.skipIf(!existsSync(root))(
  'the shared small collections (skipped where ../shared/data is not there)',
  () => {
    const taken: Taken[] = [];
    const called = (caseId: string): Taken =>
      taken.find((each) => each.sourceCase.caseId === caseId) ?? taken[0];
    const labelled = (): Taken[] => taken.filter((each) => each.sourceCase.labelPath !== undefined);

    beforeAll(async () => {
      for (const { collection, directory } of await findCollections(root)) {
        const adapter = adapterFor(collection);
        for (const sourceCase of (await adapter.list(directory)).cases) {
          const files = await filesOf(sourceCase, directory);
          taken.push({ sourceCase, ...ingestCase(sourceCase, files, adapter) });
        }
      }
    });

    it('hold 22 cases: 6, 4, 4, 4 and 4', () => {
      const counts = countBy(taken);
      expect(counts).toEqual({ lits: 6, kits19: 4, 'msd-spleen': 4, 'msd-pancreas': 4, 'nih-pancreas': 4 });
      expect(labelled()).toHaveLength(17);
    });

    it('are all accepted, and flagged only for pancreases that are small and in pieces', () => {
      for (const { findings, sourceCase } of taken) {
        expect(caseStatusOf(findings), sourceCase.caseId).toBe('accepted');
        const flags = findings.filter((each) => each.severity !== 'note').map((each) => each.code);
        const pancreas = /pancreas/i.test(sourceCase.collection);
        for (const code of flags) expect(pancreas && ['ORGAN_VOLUME', 'LABEL_PIECES']).toContain(code);
      }
      expect(called('test-volume-59').findings).toMatchObject([
        { code: 'KNOWN_FACT' },
        { code: 'SLICE_AXIS_UNUSUAL', value: 'LSA' },
      ]);
      // Every label has the tumours that are published of it, and every header the spacing of kits.json.
      expect(called('case_00000').sourceCase.listedSpacingMm).toBeDefined();
      expect(
        taken.flatMap(({ findings }) => findings).filter(({ code }) => code === 'LESION_UNEXPECTED'),
      ).toEqual([]);
      expect(called('volume-0').findings.map((each) => each.code)).toContain('ORGAN_CUT');
      expect(called('PANCREAS_0001').findings.map((each) => each.code)).toContain('LABEL_GEOMETRY_COPIED');
    });

    it('are found to have the planted traps, and nothing else: as docs/traps.md says case by case', () => {
      const { cases } = trapTables();
      const known = new Set(['ORGAN_CUT', 'ORGAN_VOLUME', 'LABEL_PIECES']);
      for (const row of cases) expect(taken.map(nameOf), row.name).toContain(row.name);
      for (const each of taken) {
        const { findings, geometry, sourceCase } = each;
        const row = cases.find(({ name }) => name === nameOf(each));
        const withdrawn = sourceCase.withdrawnCopyOf === undefined ? [] : ['DUPLICATE_WITHDRAWN'];
        const codes = [...findings.map(({ code }) => code).filter((code) => !known.has(code)), ...withdrawn];
        expect([...new Set(codes)].sort(), nameOf(each)).toEqual([...(row?.codes ?? [])].sort());
        if (row !== undefined) expect(geometry?.axisCodes, row.name).toBe(row.axes);
        const then = withdrawn.length > 0 ? 'excluded' : caseStatusOf(findings);
        expect(row?.then ?? 'accepted', nameOf(each)).toMatch(new RegExp(`^${then}`));
      }
    });

    it('have labels on soft tissue, better than any of their mirror images', () => {
      for (const { image, organMasks } of labelled()) {
        const fit = labelFit(image!, organMasks[0].mask);
        expect(fit.meanHu).toBeGreaterThan(20);
        expect(fit.meanHu).toBeLessThan(150);
        expect(fit.share).toBeGreaterThan(0.99);
        expect(fit.bestMirrored.share).toBeLessThan(fit.share);
      }
    });

    it('have source organs that equal the reference voxel for voxel', async () => {
      for (const { sourceCase, organMasks } of labelled()) {
        const { collection, caseId } = sourceCase;
        const path = join(root, 'reference', collection, `${caseId}.nii.gz`);
        const { values } = readLabelMap(await readFile(path), path);
        const value = organValue[organMasks[0].organ];
        const expected = Uint8Array.from(values, (each) => (each === value ? 1 : 0));
        expect(Buffer.compare(organMasks[0].mask, expected), caseId).toBe(0);
      }
    });

    it('lose every label that is mirrored along any axis', () => {
      for (const { image, organMasks } of labelled()) {
        for (const axes of [[0], [1], [2]]) {
          const mirrored = mirror(organMasks[0].mask, image!.geometry.shape, axes);
          const { share, bestMirrored } = labelFit(image!, mirrored);
          expect(bestMirrored.share - share).toBeGreaterThan(0.1);
        }
      }
    });

    it('have NIH 25 proven a crop of 2, and of nobody else', () => {
      const copy = called('PANCREAS_0025');
      expect(copy.sourceCase.withdrawnCopyOf).toBe('PANCREAS_0002');
      expect(provesCrop(copy.image!, called('PANCREAS_0002').image!)).toEqual({
        offset: [0, 0, 0],
        overlapVoxels: 122 * 101 * 29,
        equalFraction: 1,
      });
      expect(provesCrop(copy.image!, called('PANCREAS_0001').image!)).toBeUndefined();
      expect(provesCrop(copy.image!, called('volume-0').image!)).toBeUndefined();
    });

    it('have 22 different sets of voxels', () => {
      expect(new Set(taken.map((each) => each.voxels?.voxelSha256)).size).toBe(22);
    });

    it('have NIH images whose NIfTI equals the series', async () => {
      const { sourceCase, imageNifti } = called('PANCREAS_0003');
      const files = await filesOf(sourceCase, join(root, 'nih-pancreas'));
      const paths = sourceCase.image.kind === 'dicom' ? sourceCase.image.paths : [];
      const series = readDicomSeries(paths.map((path) => ({ path, bytes: files.get(path)! })));
      expect(readCt(imageNifti!, 'converted').hu).toEqual(series.image.hu);
    });
  },
);

function nameOf({ sourceCase: { collection, caseId } }: Taken): string {
  return `${collection}/${caseId}`;
}

async function filesOf(
  { image, labelPath }: SourceCase,
  directory: string,
): Promise<Map<string, Uint8Array>> {
  const paths = [...(image.kind === 'nifti' ? [image.path] : image.paths), ...(labelPath ? [labelPath] : [])];
  const read = paths.map(
    async (path): Promise<[string, Uint8Array]> => [path, await readFile(join(directory, path))],
  );
  return new Map(await Promise.all(read));
}

function countBy(cases: readonly Taken[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { sourceCase } of cases)
    counts[sourceCase.collection] = (counts[sourceCase.collection] ?? 0) + 1;
  return counts;
}

function mirror(mask: Uint8Array, [n1, n2, n3]: readonly number[], axes: readonly number[]): Uint8Array {
  const turned = new Uint8Array(mask.length);
  const at = (n: number, size: number, axis: number): number => (axes.includes(axis) ? size - 1 - n : n);
  for (let n = 0; n < mask.length; n++) {
    const [i, j, k] = [n % n1, Math.floor(n / n1) % n2, Math.floor(n / (n1 * n2))];
    turned[at(i, n1, 0) + n1 * (at(j, n2, 1) + n2 * at(k, n3, 2))] = mask[n];
  }
  return turned;
}
