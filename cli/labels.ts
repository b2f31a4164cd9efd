import { diffLabelSets, diffVersions } from '../activities/label-diffs.js';
import { readLabelVersions } from '../activities/label-store.js';
import { workVolumesInThreads } from '../activities/volume-pool.js';
import { Assembly } from '../domain/campaign.js';
import { PlusctError } from '../domain/errors.js';
import { type CaseAddress, preLabelKey } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { MetricValue } from '../domain/metric.js';
import { type Organ, organs } from '../domain/organ.js';
import { labelsOf } from '../domain/task-organs.js';
import { diffToleranceMm, type LabelDiff } from '../imaging/label-diff.js';
import { readJson } from '../storage/json.js';
import { readResult } from '../storage/results.js';
import { parseCase } from './case-argument.js';
import { printJson, printTable, say } from './output.js';
import { chooseCampaign, type Session } from './session.js';
import { findTask } from './tasks.js';
import { WrongOption } from './wrong-option.js';

export interface LabelOptions {
  readonly campaign?: string;
  readonly json?: boolean;
  readonly organ?: string;
  readonly from?: string;
  readonly to?: string;
}

/** `plusct labels list CASE`: every label version of a case, with what it corrects. */
export async function listLabels(session: Session, text: string, options: LabelOptions): Promise<void> {
  const at = await addressOf(session, text, options);
  const wanted = options.organ === undefined ? organs : [organOf(options.organ)];
  const versions = (await readLabelVersions(session.store, at)).filter(({ organ }) => wanted.includes(organ));
  if (options.json) return printJson(versions);
  if (versions.length === 0) return say(`${text} has no label yet.`);
  printTable(
    ['organ', 'version', 'corrects', 'by', 'voxels', 'reason'],
    versions.map(({ organ, version, parent, author, simulated, voxels, reason }) => [
      organ,
      version,
      parent ?? '–',
      simulated ? `${author} (simulated)` : author,
      voxels,
      reason,
    ]),
  );
}

/**
 * `plusct labels diff CASE`: from the pre-label to what counts now, all organs; with --organ, --from and --to two versions
 * of one organ.
 */
export async function diffLabels(session: Session, text: string, options: LabelOptions): Promise<void> {
  const at = await addressOf(session, text, options);
  const work = workVolumesInThreads(1);
  try {
    const deps = { store: session.store, work };
    const diffs =
      options.from === undefined && options.to === undefined
        ? await diffLabelSets(deps, at, ...(await preLabelAndCurrent(session, text, at, options)))
        : [await diffVersions(deps, at, pairOf(options))];
    if (options.json) printJson(diffs);
    else printDiffs(diffs);
  } finally {
    await work.close();
  }
}

async function addressOf(session: Session, text: string, options: LabelOptions): Promise<CaseAddress> {
  return { campaign: await chooseCampaign(session.store, options.campaign), ...parseCase(text) };
}

async function preLabelAndCurrent(
  session: Session,
  text: string,
  at: CaseAddress,
  options: LabelOptions,
): Promise<[readonly LabelSummary[], readonly LabelSummary[]]> {
  const before = await readJson(session.store, preLabelKey(at), Assembly);
  if (before === undefined) throw new PlusctError('InvalidInput', `${text} has no pre-label yet`);
  const result = await readResult(session.store, at);
  const { campaign } = options;
  const now =
    result?.labels ?? labelsOf(await findTask(session, text, campaign === undefined ? {} : { campaign }));
  return [before.labels, now];
}

function pairOf({ organ, from, to }: LabelOptions): { organ: Organ; from: string; to: string } {
  if (organ !== undefined && from !== undefined && to !== undefined)
    return { organ: organOf(organ), from, to };
  throw new PlusctError(
    'InvalidInput',
    'two versions need --organ, --from and --to; without them the pre-label is held against what counts now',
  );
}

function organOf(text: string): Organ {
  const organ = organs.find((each) => each === text);
  if (organ !== undefined) return organ;
  throw new WrongOption(`--organ is '${text}'; there are ${organs.join(', ')}`);
}

function printDiffs(diffs: readonly LabelDiff[]): void {
  const ml = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(2));
  const share = (value: MetricValue | undefined): string =>
    typeof value === 'number' ? value.toFixed(4) : '–';
  printTable(
    ['organ', 'added mL', 'removed mL', 'moved mL', 'changed voxels', 'DSC', `NSD ${diffToleranceMm} mm`],
    diffs.map((diff) => [
      diff.organ,
      ml(diff.addedMl),
      ml(diff.removedMl),
      ml(diff.movedMl),
      diff.addedVoxels + diff.removedVoxels,
      share(diff.dsc),
      share(diff.nsd),
    ]),
  );
}
