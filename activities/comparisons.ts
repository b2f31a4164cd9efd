import { AuditRecord } from '../domain/audit.js';
import { Assembly, CampaignPlan, CaseResult } from '../domain/campaign.js';
import { CaseComparison, type ComparisonKind, type OrganComparison } from '../domain/comparison.js';
import { PlusctError } from '../domain/errors.js';
import {
  auditPrefix,
  type CaseAddress,
  campaignPlanKey,
  comparisonKey,
  preLabelKey,
  resultKey,
} from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import { metricContract } from '../domain/metric-preset.js';
import type { Organ } from '../domain/organ.js';
import type { TaskKind } from '../domain/task.js';
import { labelsOf } from '../domain/task-organs.js';
import { taskEntity } from '../domain/workflow-ids.js';
import { publishJson, readJson, requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { loadMask, loadPassport } from './label-store.js';
import { type CaseWork, caseWork } from './work-plans.js';

export type ComparisonDeeds = ReturnType<typeof comparisonDeeds>;

const firstRound = 1;

/** What is laid side by side: two sets of labels of one case, and the organs that count. */
interface Sides {
  readonly kind: ComparisonKind;
  readonly organs: readonly Organ[];
  readonly one: readonly LabelSummary[] | undefined;
  readonly other: readonly LabelSummary[] | undefined;
}

/** Measuring how far labels of one case lie apart, for agreement and for the recall of the review list. */
export function comparisonDeeds({ store, work }: Pick<Dependencies, 'store' | 'work'>) {
  return {
    /**
     * Compares whatever of a case can be compared by now and was not yet: called when a read or the case itself
     * ends, whichever comes last finds both sides. Nothing of it enters the dataset.
     */
    async compareLabels({ at }: { at: CaseAddress }): Promise<{ written: ComparisonKind[] }> {
      return alive(async () => {
        const written: ComparisonKind[] = [];
        for (const sides of await sidesOf(store, at, await caseWork(store, at))) {
          const { kind, organs, one, other } = sides;
          if (organs.length === 0 || one === undefined || other === undefined) continue;
          if (await store.has(comparisonKey(at, kind))) continue;
          await publishComparison(at, { kind, organs, one, other });
          written.push(kind);
        }
        return { written };
      });
    },
  };

  async function publishComparison(
    at: CaseAddress,
    { kind, organs, one, other }: Sides & { one: readonly LabelSummary[]; other: readonly LabelSummary[] },
  ): Promise<void> {
    const { refine } = await requireJson(store, campaignPlanKey(at.campaign), CampaignPlan);
    const compared: OrganComparison[] = [];
    for (const organ of organs) {
      const labelOf = (labels: readonly LabelSummary[]) => labels.find((label) => label.organ === organ);
      compared.push(await compareOrgan(at, organ, labelOf(one), labelOf(other)));
    }
    const { collection, caseId } = at;
    const comparison = { kind, collection, caseId, simulated: refine === 'simulated', organs: compared };
    try {
      await publishJson(store, comparisonKey(at, kind), CaseComparison.parse(comparison));
    } catch (error) {
      // Both ends may have come at once, and a reopened task may have moved on: the first comparison stays.
      if (!(error instanceof PlusctError) || error.kind !== 'ConflictingResult') throw error;
    }
  }

  async function compareOrgan(
    at: CaseAddress,
    organ: Organ,
    one: LabelSummary | undefined,
    other: LabelSummary | undefined,
  ): Promise<OrganComparison> {
    const sides = { organ, one: sideOf(one), other: sideOf(other) };
    if (one === undefined || other === undefined || one.voxels === 0 || other.voxels === 0) {
      const empty = sides.one.voxels + sides.other.voxels === 0;
      const value = empty ? { undefined: 'both masks are empty' } : 0;
      return { ...sides, dsc: value, nsd: value };
    }
    const { geometry } = await loadPassport(store, at);
    const scored = await work.score({
      reference: await loadMask(store, at, one),
      maps: [{ stage: 'final', file: await loadMask(store, at, other) }],
      contract: contractOf(organ),
      ...(geometry === undefined ? {} : { spacingMm: geometry.spacingMm }),
    });
    if ('mismatch' in scored) throw new PlusctError('InvalidInput', scored.mismatch);
    const { dsc, nsd } = scored[0]!;
    const unknown = { undefined: 'voxel sides are not known' };
    return { ...sides, dsc, nsd: geometry?.spacingUnknown ? unknown : nsd! };
  }
}

/** The paper's rules for one mask of 0 and 1. */
function contractOf(organ: Organ) {
  return metricContract({
    preset: 'abdomenct1k',
    organs: [{ organ, labels: [1] }],
    metrics: ['dsc', 'nsd'],
    ignoreGeometry: true,
  });
}

function sideOf(label: LabelSummary | undefined): OrganComparison['one'] {
  if (label === undefined) return { version: 'none', author: 'nobody', voxels: 0 };
  const { version, author, voxels } = label;
  return { version, author, voxels };
}

async function sidesOf(store: ObjectStore, at: CaseAddress, work: CaseWork): Promise<Sides[]> {
  const submitted = (kind: TaskKind) => firstSubmission(store, at, kind);
  const [pre, result, first, second, blind] = await Promise.all([
    readJson(store, preLabelKey(at), Assembly),
    readJson(store, resultKey(at), CaseResult),
    work.doubleRead.length === 0 ? undefined : submitted('refine'),
    work.doubleRead.length === 0 ? undefined : submitted('double-read'),
    work.blindAudit.length === 0 ? undefined : submitted('blind-audit'),
  ]);
  return [
    { kind: 'double-read', organs: work.doubleRead, one: first, other: second },
    { kind: 'blind-audit', organs: work.blindAudit, one: pre?.labels, other: blind },
    { kind: 'review', organs: work.listed ?? [], one: pre?.labels, other: result?.labels },
  ];
}

/** The labels of the first submission that a task accepted, before anybody judged it; undefined before there is one. */
async function firstSubmission(
  store: ObjectStore,
  at: CaseAddress,
  kind: TaskKind,
): Promise<LabelSummary[] | undefined> {
  const prefix = `${auditPrefix(at.campaign)}${taskEntity(at, firstRound, kind)}/`;
  for await (const key of store.list(prefix)) {
    const { action, outcome, task, actor } = await requireJson(store, key, AuditRecord);
    if (action !== 'submit' || outcome !== 'done' || task === undefined) continue;
    // Whose hands the mask went through, also where the reader left a proposal as it was.
    return labelsOf(task).map((label) => (label.origin === 'source' ? label : { ...label, author: actor }));
  }
  return undefined;
}
