import type { LabelVersion } from '../../../domain/label-version.js';
import { type Organ, organValue } from '../../../domain/organ.js';
import { isRead } from '../../../domain/task-rules.js';
import type { CaseBody } from '../../api/schemas/case-body.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { type LabelFile, readLabelFile } from '../drawing/label-file.js';
import { ApiProblem, getFile, inCampaign } from '../state/api.js';
import { me } from '../state/session.js';

/** Which case of which campaign. */
export interface CaseAt {
  readonly campaign: string;
  readonly collection: string;
  readonly caseId: string;
}

/** The address of something of a case. */
export function caseAddress({ campaign, collection, caseId }: CaseAt, ...parts: readonly string[]): string {
  return inCampaign(campaign, 'cases', collection, caseId, ...parts);
}

/** The task to show: a reading that the one who looks has under way, else the newest round of the dataset's own work. */
export function currentTask(body: CaseBody): TaskEntry | undefined {
  const newest = [...body.tasks].sort((a, b) => b.task.round - a.task.round);
  const reading = newest.find(({ task }) => isRead(task) && task.lease?.holder === me.value?.id);
  return reading ?? newest.find(({ task }) => !isRead(task)) ?? newest[0];
}

/**
 * The label map to begin with: that of the task, or the pre-label where the server keeps other people's drawings from the
 * one who asks.
 */
export async function loadLabelMap(at: CaseAt): Promise<LabelFile> {
  const map = (of: string) => getFile(`${caseAddress(at, 'labelmap')}?of=${of}`);
  try {
    return await readLabelFile(await map('task'));
  } catch (error) {
    if (!(error instanceof ApiProblem && error.body.status === 403)) throw error;
    return readLabelFile(await map('pre-label'));
  }
}

/** What was begun and left with the task, for whoever goes on with it; undefined where nothing was left. */
export async function loadDraft(at: CaseAt, entry: TaskEntry | undefined): Promise<Uint8Array | undefined> {
  if (draftIn(entry) === undefined) return undefined;
  return (await readLabelFile(await getFile(`${caseAddress(at, 'labelmap')}?of=draft`))).values;
}

/** Names the draft that the person who looks goes on with. */
function draftIn(entry: TaskEntry | undefined): string | undefined {
  return mayDrawIn(entry) ? entry?.task.draft?.sha256 : undefined;
}

/** One organ of one version, with the organ's own value. */
export async function loadMask(at: CaseAt, organ: Organ, version: string): Promise<Uint8Array> {
  const { values } = await readLabelFile(await getFile(caseAddress(at, 'labels', organ, version)));
  return values.map((value) => (value === 0 ? 0 : organValue[organ]));
}

/** All organs before anybody drew. */
export async function loadPreLabel(at: CaseAt): Promise<Uint8Array> {
  return (await readLabelFile(await getFile(`${caseAddress(at, 'labelmap')}?of=pre-label`))).values;
}

/** What is new in a task: changes when there are other voxels to show. */
export function labelsKey(entry: TaskEntry | undefined): string {
  if (entry === undefined) return '';
  const versions = Object.values(entry.task.organs).map(({ label }) => label?.version ?? '-');
  const draft = draftIn(entry);
  return [...versions, ...(draft === undefined ? [] : [draft])].join(' ');
}

/** Organs that nobody may change: labelled at the source. */
export function lockedOrgans(entry: TaskEntry | undefined): Organ[] {
  const states = entry === undefined ? [] : Object.entries(entry.task.organs);
  return states.flatMap(([organ, { state }]) => (state === 'source' && isOrgan(organ) ? [organ] : []));
}

/** True while the person who looks may send in another label map. */
export function mayDrawIn(entry: TaskEntry | undefined): boolean {
  if (entry === undefined) return false;
  return entry.can.includes('submit') || entry.can.includes('refine');
}

/** A version's place in its line, newest first: what it was made from follows it. */
export function versionsOf(versions: readonly LabelVersion[], organ: Organ): LabelVersion[] {
  return versions.filter((each) => each.organ === organ);
}

function isOrgan(name: string): name is Organ {
  return name in organValue;
}
