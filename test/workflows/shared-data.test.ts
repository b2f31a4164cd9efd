import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCampaignStatus } from '../../activities/campaign-status.js';
import { loadMask, loadPassport } from '../../activities/label-store.js';
import { Assembly, Dataset } from '../../domain/campaign.js';
import { preLabelKey } from '../../domain/keys.js';
import { organs, organValue } from '../../domain/organ.js';
import { readLabelMap, readNiftiHeader } from '../../imaging/nifti.js';
import { getContent } from '../../storage/content.js';
import { requireJson } from '../../storage/json.js';
import type { BuildReport } from '../../workflows/build-dataset.js';
import { buildSimulated } from './campaign-fixture.js';
import { type Installation, install } from './installation.js';

const collections = resolve('../shared/data/collections');

describe.skipIf(!existsSync(collections))(
  'a build of the small real collections (skipped where ../shared/data is absent)',
  () => {
    const campaign = `shared-${process.pid}`;
    let installation: Installation;
    let report: BuildReport;
    let dataset: Dataset;

    beforeAll(async () => {
      installation = await install('shared', ['orchestration', 'io', 'gpu']);
      const reference = resolve(collections, 'reference');
      ({ report } = await buildSimulated(installation, { campaign, collections, reference }));
      dataset = await requireJson(installation.store, report.datasetKey, Dataset);
    }, 500_000);
    afterAll(() => installation?.stop());

    it('lists 22 cases, finds NIH 25 to be a withdrawn copy of 2 and finishes the other 21', async () => {
      const status = await readCampaignStatus(installation.store, campaign);
      expect(status.collections.reduce((sum, each) => sum + each.listed, 0)).toBe(22);
      expect(dataset.leftOut.map((each) => [each.caseId, each.finding.code])).toEqual([
        ['PANCREAS_0025', 'DUPLICATE_WITHDRAWN'],
      ]);
      expect(dataset.cases).toHaveLength(21);
    });

    it('ends every case with four organs on its native grid and header', async () => {
      for (const item of dataset.cases) {
        const image = readNiftiHeader(await getContent(installation.store, item.image), item.caseId);
        const file = await getContent(installation.store, item.labelMap);
        const header = readNiftiHeader(file, item.caseId);
        expect(header.geometry).toEqual(image.geometry);
        expect([header.sformCode, header.qformCode]).toEqual([image.sformCode, image.qformCode]);
        const { values } = readLabelMap(file, item.caseId);
        for (const organ of organs)
          expect(values.includes(organValue[organ]), `${item.caseId} ${organ}`).toBe(true);
      }
    });

    it('pre-labels with the source label where there is one, voxel for voxel', async () => {
      let checked = 0;
      for (const { collection, caseId } of dataset.cases) {
        const at = { campaign, collection, caseId };
        for (const label of (await loadPassport(installation.store, at)).sourceLabels) {
          const source = readLabelMap(await loadMask(installation.store, at, label), 'source').values;
          const { labelMap } = await requireJson(installation.store, preLabelKey(at), Assembly);
          const { values } = readLabelMap(await getContent(installation.store, labelMap), 'pre-label');
          expect(
            source.every((inside, n) => (inside === 1) === (values[n] === organValue[label.organ])),
          ).toBe(true);
          checked += 1;
        }
      }
      expect(checked).toBe(16);
    });

    it('ends nearer to the reference than it began, for every organ', () => {
      const { scores } = report.evaluation!;
      for (const organ of organs) {
        const dsc = (stage: string) =>
          scores.find((each) => each.organ === organ && each.of === 'all' && each.stage === stage)!.dscMean!;
        expect(dsc('final'), organ).toBeGreaterThan(dsc('pre-label'));
        expect(dsc('pre-label'), organ).toBeGreaterThan(0.8);
      }
    });
  },
);
