import { Assembly, CaseResult } from '../domain/campaign.js';
import { caseName } from '../domain/case-name.js';
import { type Finding, finding } from '../domain/finding.js';
import { type CaseAddress, preLabelKey, resultKey } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { Organ } from '../domain/organ.js';
import { labelOrientationFindings } from '../sources/orientation-checks.js';
import { putContent } from '../storage/content.js';
import { publishJson, readJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { loadMask, loadPassport, nativeHeader, storeLabel } from './label-store.js';
import type { AssembledMasks } from './volume-work.js';

export type LabelDeeds = ReturnType<typeof labelDeeds>;

/** Putting the organs of a case together, before and after people's work. */
export function labelDeeds({ store, work }: Pick<Dependencies, 'store' | 'work'>) {
  return {
    async assemblePreLabel(input: {
      at: CaseAddress;
      labels: LabelSummary[];
      findings: Finding[];
    }): Promise<{ labels: LabelSummary[] }> {
      return alive(async () => {
        const known = await readJson(store, preLabelKey(input.at), Assembly);
        if (known !== undefined) return { labels: known.labels };
        const assembly = await assembleLabels(store, work, input.at, input.labels);
        const findings = [...input.findings, ...assembly.findings];
        await publishJson(store, preLabelKey(input.at), Assembly.parse({ ...assembly, findings }));
        return { labels: assembly.labels };
      });
    },

    async finaliseCase(input: {
      at: CaseAddress;
      labels: LabelSummary[];
      absent: Organ[];
      /** The round that finished the case again. */
      edition?: number;
    }): Promise<{ labels: LabelSummary[]; labelMapSha256: string }> {
      return alive(async () => {
        const { at, absent, edition } = input;
        const assembly = await assembleLabels(store, work, at, input.labels);
        const { collection, caseId } = at;
        await publishJson(
          store,
          resultKey(at, edition),
          CaseResult.parse({ ...assembly, collection, caseId, absent }),
        );
        return { labels: assembly.labels, labelMapSha256: assembly.labelMap.sha256 };
      });
    },
  };
}

/** Applies the overlap rule and stores the label map; a mask that lost voxels becomes a version of its own. */
export async function assembleLabels(
  store: ObjectStore,
  work: Dependencies['work'],
  at: CaseAddress,
  labels: readonly LabelSummary[],
): Promise<Assembly> {
  const passport = await loadPassport(store, at);
  const header = nativeHeader(passport);
  const parts = await Promise.all(
    labels.map(async (label) => ({
      organ: label.organ,
      origin: label.origin,
      maskFile: await loadMask(store, at, label),
    })),
  );
  const assembled = await work.assemble({ header, geometry: passport.geometry!, parts });
  const labelMap = await putContent(store, assembled.labelMap);
  const kept = await Promise.all(labels.map((label) => keepOrTrim(store, at, label, assembled)));
  return { labelMap, labels: kept, findings: assemblyFindings(at, assembled, kept) };
}

async function keepOrTrim(
  store: ObjectStore,
  at: CaseAddress,
  label: LabelSummary,
  assembled: AssembledMasks,
): Promise<LabelSummary> {
  const packed = assembled.masks.find((each) => each.organ === label.organ);
  if (packed === undefined || packed.voxelSha256 === label.voxelSha256) return label;
  return storeLabel(store, at, label.organ, packed, {
    origin: label.origin,
    author: label.author,
    reason: 'overlap rule',
    parent: label.version,
  });
}

function assemblyFindings(
  at: CaseAddress,
  assembled: AssembledMasks,
  labels: readonly LabelSummary[],
): Finding[] {
  const where = caseName(at);
  const contested = assembled.contested.map(({ winner, loser, voxels }) =>
    finding('OVERLAP_RESOLVED', {
      where,
      field: loser,
      value: String(voxels),
      message: `${winner} and ${loser} both claimed ${voxels} voxels; ${winner} keeps them`,
      suggestion: 'look at the border of the two organs',
    }),
  );
  const empty = labels
    .filter((label) => label.voxels === 0)
    .map((label) =>
      finding('ORGAN_EMPTY', {
        where,
        field: label.organ,
        message: `${label.organ} is empty`,
        suggestion: 'draw the organ, or attest that it is absent',
      }),
    );
  return [...contested, ...empty, ...labelOrientationFindings(assembled.orientation, where)];
}
