import { isCancellation, log } from '@temporalio/workflow';
import type { CaseSummary } from '../domain/case.js';
import type { Finding } from '../domain/finding.js';
import { findingCatalogue } from '../domain/finding-catalogue.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { CaseAddress } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { ModelSummary } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import type { Urgency } from '../domain/queues.js';
import { begun } from './deeds.js';
import { onFittingDevice } from './fitting-device.js';
import { rootMessage, whyFailed } from './root-message.js';

/** What is to be proposed for a case, and whether it is to be judged how wrong that may be. */
export interface Proposing {
  readonly at: CaseAddress;
  readonly item: CaseSummary;
  readonly models: readonly ModelSummary[];
  readonly prioritise?: boolean;
  readonly devices?: DevicePlan;
}

/** Source labels and a proposal for every organ that the case lacks, put together. */
export async function preLabelCase(proposing: Proposing): Promise<LabelSummary[]> {
  const { at, item } = proposing;
  const made = (await Promise.all(byModel(proposing).map((group) => inTurn(proposing, group)))).flat();
  const findings = made.flatMap((each) => ('finding' in each ? [each.finding] : []));
  const proposals = made.flatMap((each) => ('label' in each ? [each.label] : []));
  const pre = await begun().assemblePreLabel({ at, labels: [...item.sourceLabels, ...proposals], findings });
  return pre.labels;
}

/** Missing organs, those of one model together: its first answer holds the others too. */
function byModel({ item, models }: Proposing): Organ[][] {
  const groups = new Map<string, Organ[]>();
  for (const organ of item.missingOrgans) {
    const name = models.find((each) => each.organ === organ)?.modelId ?? organ;
    groups.set(name, [...(groups.get(name) ?? []), organ]);
  }
  return [...groups.values()];
}

async function inTurn(proposing: Proposing, organs: readonly Organ[]): Promise<Proposal[]> {
  const made: Proposal[] = [];
  for (const organ of organs) made.push(await preLabel(proposing, organ));
  return made;
}

type Proposal = { readonly label: LabelSummary } | { readonly finding: Finding };

/** How wrong the pre-labels are expected to be; a case goes on without it when it cannot be told. */
export async function estimateErrors(proposing: Proposing, labels: LabelSummary[]): Promise<void> {
  const { at, item } = proposing;
  const asked = { at, labels, missing: item.missingOrgans };
  try {
    await onFittingDevice(inferring(proposing, 'begun'), (device) => device.estimateErrors(asked));
  } catch (error) {
    log.warn(`no expected error for ${at.collection}/${at.caseId}: ${whyFailed(error)}`);
  }
}

/** One organ's proposal; when inference fails for good, people start from an empty mask and the case goes on. */
async function preLabel(proposing: Proposing, organ: Organ): Promise<Proposal> {
  const { at, models, prioritise } = proposing;
  const model = models.find((each) => each.organ === organ);
  if (model === undefined)
    return {
      finding: failed(
        organ,
        'no model: no case of the campaign has source labels, or its engine does not know the organ',
      ),
    };
  const asked = { at, organ, modelId: model.modelId, ...(prioritise ? { judged: true } : {}) };
  try {
    const on = inferring(proposing, 'bulk');
    return { label: await onFittingDevice(on, (device) => device.predictOrgan(asked)) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { finding: failed(organ, rootMessage(error)) };
  }
}

function inferring({ devices }: Proposing, urgency: Urgency) {
  return { deed: 'inference', plan: devices, urgency } as const;
}

function failed(organ: Organ, why: string): Finding {
  return {
    code: 'PRELABEL_FAILED',
    severity: findingCatalogue.PRELABEL_FAILED.severity,
    where: organ,
    message: `${organ} has no pre-label: ${why}`,
    suggestion: 'draw the organ by hand, or attest that it is absent',
  };
}
