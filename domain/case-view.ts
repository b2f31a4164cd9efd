import type { CaseResult, LeftOut } from './campaign.js';
import type { Passport } from './case.js';
import type { Finding } from './finding.js';
import type { LabelOrigin, LabelSummary, LabelVersion } from './label-version.js';
import { strictestLicence } from './licence.js';
import type { Model } from './model.js';
import { type Organ, organs } from './organ.js';
import type { TaskState } from './task.js';

/** Everything that is on record of one case, from wherever it was written down. */
export interface CaseRecords {
  readonly passport: Passport;
  /** Why the case does not go on, where the campaign says so. */
  readonly leftOut?: LeftOut;
  /** Labels and findings of the pre-label; absent before it was made. */
  readonly preLabel?: { readonly labels: readonly LabelSummary[]; readonly findings: readonly Finding[] };
  readonly task?: Pick<TaskState, 'phase' | 'assignee' | 'reviewer' | 'verifier'>;
  readonly result?: CaseResult;
  /** The labels that count now. */
  readonly labels: readonly LabelSummary[];
  /** Of a label version that a person made: its record and those that it came from, newest first. */
  readonly lineages: ReadonlyMap<string, readonly LabelVersion[]>;
  readonly models: ReadonlyMap<string, Pick<Model, 'modelId' | 'licences'>>;
}

/** How one organ of a case came to be labelled. */
export interface OrganView {
  readonly organ: Organ;
  /** `absent` was attested by a person; `none`: there is no label yet. */
  readonly origin: LabelOrigin | 'absent' | 'none';
  /** Id of the label version. */
  readonly label?: string;
  readonly author?: string;
  /** The model that proposed it, also where people have corrected it since. */
  readonly model?: string;
  /** People who drew in it, first to last. */
  readonly editors: readonly string[];
  readonly simulated: boolean;
  /** What binds the label: the licence of its image and, where a model had a hand in it, those of the model's training data. */
  readonly licence?: string;
  readonly voxels?: number;
  readonly volumeMl?: number;
  readonly reason?: string;
}

export type CaseStage = 'ingested' | 'pre-labelled' | 'in refinement' | 'finished';

/** One case as a whole: its passport joined with what became of its labels. */
export interface CaseView {
  /** `collection/case`. */
  readonly name: string;
  readonly passport: Passport;
  /** As ingest decided, or excluded or held back by the campaign since. */
  readonly status: Passport['status'];
  readonly stage: CaseStage;
  readonly organs: readonly OrganView[];
  /** The strictest of everything that the label map rests on. */
  readonly licence: string;
  readonly findings: readonly Finding[];
  readonly reviewer?: string;
  readonly verifier?: string;
  readonly result?: CaseResult;
}

/** Joins the records of a case. With `modelsBind` false, licences of training data do not count: whether they bind is disputed. */
export function caseView(records: CaseRecords, modelsBind = true): CaseView {
  const { passport, leftOut, preLabel, task, result } = records;
  const organViews = organs.map((organ) => organView(organ, records, modelsBind));
  const more = [leftOut?.finding, ...(preLabel?.findings ?? []), ...(result?.findings ?? [])];
  return {
    name: `${passport.collection}/${passport.caseId}`,
    passport,
    status: statusOf(passport, leftOut),
    stage: stageOf(records),
    organs: organViews,
    licence: strictestLicence([passport.licence, ...organViews.flatMap(({ licence }) => licence ?? [])]),
    findings: withoutRepeats([...passport.findings, ...more.filter((each) => each !== undefined)]),
    ...(task?.reviewer === undefined ? {} : { reviewer: task.reviewer }),
    ...(task?.verifier === undefined ? {} : { verifier: task.verifier }),
    ...(result === undefined ? {} : { result }),
  };
}

function statusOf({ status }: Passport, leftOut: LeftOut | undefined): Passport['status'] {
  if (leftOut === undefined || status !== 'accepted') return status;
  return leftOut.finding.severity === 'exclude' ? 'excluded' : 'quarantined';
}

function stageOf({ preLabel, task, result }: CaseRecords): CaseStage {
  if (result !== undefined) return 'finished';
  if (task !== undefined) return 'in refinement';
  return preLabel === undefined ? 'ingested' : 'pre-labelled';
}

function organView(organ: Organ, records: CaseRecords, modelsBind: boolean): OrganView {
  const { passport, result, labels, lineages, models } = records;
  const label = labels.find((each) => each.organ === organ);
  if (label === undefined || result?.absent.includes(organ)) {
    const origin = result?.absent.includes(organ) ? 'absent' : 'none';
    return { organ, origin, editors: [], simulated: false };
  }
  const lineage = lineages.get(label.version) ?? [];
  const model =
    label.origin === 'model' ? label.author : lineage.find(({ origin }) => origin === 'model')?.author;
  const trained = model === undefined || !modelsBind ? [] : (models.get(model)?.licences ?? ['unknown']);
  const edits = lineage.filter(({ origin }) => origin === 'human').reverse();
  const [reason] = lineage.map((each) => each.reason);
  return {
    organ,
    origin: label.origin,
    label: label.version,
    author: label.author,
    ...(model === undefined ? {} : { model }),
    editors: [...new Set(edits.map(({ author }) => author))],
    simulated: edits.some(({ simulated }) => simulated === true),
    licence: strictestLicence([passport.licence, ...trained]),
    voxels: label.voxels,
    ...(passport.geometry === undefined || passport.geometry.spacingUnknown
      ? {}
      : { volumeMl: volumeMl(label.voxels, passport.geometry.spacingMm) }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Volume in millilitres to one decimal; voxel sides in mm. */
function volumeMl(voxels: number, [i, j, k]: readonly [number, number, number]): number {
  return Math.round((voxels * i * j * k) / 100) / 10;
}

function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const known = new Map(
    findings.map((each) => [JSON.stringify([each.code, each.where, each.field, each.value]), each]),
  );
  return [...known.values()];
}
