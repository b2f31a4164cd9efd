import { MockActivityEnvironment } from '@temporalio/testing';
import { storeLabel } from '../../activities/label-store.js';
import { labelDeeds } from '../../activities/labels.js';
import type { VolumeWork } from '../../activities/volume-work.js';
import { CampaignPlan, Worklist } from '../../domain/campaign.js';
import { Passport } from '../../domain/case.js';
import { CaseGroups } from '../../domain/case-groups.js';
import {
  type CaseAddress,
  campaignPlanKey,
  caseGroupsKey,
  passportKey,
  worklistKey,
} from '../../domain/keys.js';
import type { LabelOrigin, LabelSummary } from '../../domain/label-version.js';
import type { Organ } from '../../domain/organ.js';
import type { Person } from '../../domain/person.js';
import type { TaskCommand } from '../../domain/task-command.js';
import { recordOf } from '../../domain/task-record.js';
import { openTask, reduceTask } from '../../domain/task-reducer.js';
import type { TeachingCase } from '../../domain/teaching.js';
import { taskEntity } from '../../domain/workflow-ids.js';
import { readNiftiHeader } from '../../imaging/nifti.js';
import { gzipStable, writeLabelMap, writeNifti } from '../../imaging/nifti-write.js';
import { gaussian, seededRandom } from '../../imaging/random.js';
import { appendAudit } from '../../storage/audit-log.js';
import { putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson } from '../../storage/json.js';
import type { ObjectStore } from '../../storage/object-store.js';

type Triple = readonly [number, number, number];

const shape: Triple = [44, 36, 28];
const spacing = 6.5;

/** A trunk with a liver on the right and a spleen on the left, which a strange patient has elsewhere. */
export interface RoundPhantom {
  readonly image: Uint8Array;
  readonly masks: Readonly<Record<'liver' | 'spleen', Uint8Array>>;
}

export function roundPhantom(seed: number, { strange = false } = {}): RoundPhantom {
  const random = seededRandom(seed);
  const vary = (value: number, by: number) => value + by * (2 * random() - 1);
  const inside = (at: Triple, centre: Triple, radii: Triple) =>
    at.reduce((sum, value, axis) => sum + ((value - centre[axis]!) / radii[axis]!) ** 2, 0) < 1;
  const middle: Triple = [vary(22, 1), vary(18, 1), 14];
  const trunk: Triple = [vary(19, 1), vary(14, 0.8), 200];
  const muscle: Triple = [trunk[0] - 2, trunk[1] - 2, 200];
  const liver: Triple = [middle[0] + vary(7, 1), middle[1] + vary(2, 1), vary(14, 1.5)];
  const liverRadii: Triple = [vary(6, 0.8), vary(6, 0.8), vary(7, 1)];
  const spleen: Triple = [middle[0] - vary(9, 1), middle[1] - vary(2, 1), vary(15, 1.5)];
  const decoy: Triple = [middle[0] - 4, middle[1] + 6, 7];
  const lungFloor = vary(23, 1);
  const count = shape[0] * shape[1] * shape[2];
  const hu = new Int16Array(count);
  const masks = { liver: new Uint8Array(count), spleen: new Uint8Array(count) };
  for (let n = 0; n < count; n++) {
    const at: Triple = [
      n % shape[0],
      Math.floor(n / shape[0]) % shape[1],
      Math.floor(n / shape[0] / shape[1]),
    ];
    const isLiver = inside(at, liver, liverRadii);
    const isSpleen = !isLiver && inside(at, strange ? decoy : spleen, [4.5, 4.5, 5.5]);
    const isLung = at[2] > lungFloor && Math.abs(at[0] - middle[0]) > 3;
    masks.liver[n] = isLiver ? 1 : 0;
    masks.spleen[n] = isSpleen ? 1 : 0;
    const tissue = isLiver
      ? 110
      : isSpleen
        ? 90
        : inside(at, [middle[0], middle[1] - 9, 14], [3, 3, 200])
          ? 350
          : inside(at, middle, muscle)
            ? isLung
              ? -800
              : 45
            : inside(at, middle, trunk)
              ? -100
              : -1000;
    hu[n] = Math.round(tissue + gaussian(random, 0, 15));
  }
  const affine: [Quad, Quad, Quad, Quad] = [
    [spacing, 0, 0, -140],
    [0, spacing, 0, -110],
    [0, 0, spacing, -90],
    [0, 0, 0, 1],
  ];
  const form = { code: 1, affine: affine.slice(0, 3) as [Quad, Quad, Quad] };
  const image = writeNifti({
    shape,
    voxels: hu,
    spacingMm: [spacing, spacing, spacing],
    sform: form,
    qform: form,
  });
  return { image, masks };
}
type Quad = [number, number, number, number];

/** What stays of a mask that was drawn too small: without the voxels that touch others. */
export function shrunken(mask: Uint8Array, by: number): Uint8Array {
  const steps = [1, -1, shape[0], -shape[0], shape[0] * shape[1], -shape[0] * shape[1]];
  let now = mask;
  for (let turn = 0; turn < by; turn++) {
    const before = now;
    now = before.map((value, n) => (value === 1 && steps.every((step) => before[n + step] === 1) ? 1 : 0));
  }
  return now;
}

export async function label(
  store: ObjectStore,
  at: CaseAddress,
  image: Uint8Array,
  organ: Organ,
  mask: Uint8Array,
  note: { origin: LabelOrigin; author: string; reason?: string },
): Promise<LabelSummary> {
  const packed = {
    organ,
    bytes: writeLabelMap(mask, image),
    voxelSha256: sha256(mask),
    voxels: mask.reduce((sum, value) => sum + value, 0),
  };
  return storeLabel(store, at, organ, packed, { reason: 'test', ...note });
}

export const inActivity = <Result>(deed: () => Promise<Result>): Promise<Result> =>
  new MockActivityEnvironment().run<[], Result, typeof deed>(deed);

/** A case of the campaign: its image, and its finished labels where there are some. */
export interface StoredCase {
  readonly at: CaseAddress;
  readonly phantom: RoundPhantom;
  readonly teaching: TeachingCase;
  finish(labels: LabelSummary[]): Promise<void>;
}

export async function storeCase(
  { store, work }: { store: ObjectStore; work: VolumeWork },
  campaign: string,
  caseId: string,
  phantom: RoundPhantom,
): Promise<StoredCase> {
  const at = { campaign, collection: 'lits', caseId } as const;
  const image = await putContent(store, gzipStable(phantom.image));
  const passport = Passport.parse({
    ...at,
    subset: 'train',
    status: 'accepted',
    licence: 'CC-BY-4.0',
    citation: 'none',
    copy: 'test',
    sourceFiles: [],
    image,
    geometry: readNiftiHeader(phantom.image, caseId).geometry,
    nativeHeader: Buffer.from(phantom.image.subarray(0, 540)).toString('base64'),
    sourceLabels: [],
    missingOrgans: ['liver', 'kidney', 'spleen', 'pancreas'],
    findings: [],
  });
  await publishJson(store, passportKey(at), passport);
  const finish = async (labels: LabelSummary[]): Promise<void> => {
    const deeds = labelDeeds({ store, work });
    await inActivity(() => deeds.assemblePreLabel({ at, labels, findings: [] }));
    await inActivity(() => deeds.finaliseCase({ at, labels, absent: ['kidney', 'pancreas'] }));
  };
  const teaching = { ...at, imageSha256: image.sha256, licence: 'CC-BY-4.0', labels: [], absent: [] };
  return { at, phantom, teaching, finish };
}

/** Plan, list of cases and groups of copies. */
export async function storeCampaign(
  store: ObjectStore,
  campaign: string,
  cases: readonly StoredCase[],
  { people = [], groups = [] }: { people?: Person[]; groups?: string[][] } = {},
): Promise<void> {
  const plan = {
    campaign,
    collections: [{ collection: 'lits', directory: '/none' }],
    refine: 'human',
    engine: 'atlas',
    people,
    seed: 1,
    window: 10,
  };
  await publishJson(store, campaignPlanKey(campaign), CampaignPlan.parse(plan));
  const items = cases.map(({ at }) => ({
    collection: at.collection,
    caseId: at.caseId,
    sourceLabels: [],
    status: 'accepted',
    missingOrgans: ['liver', 'kidney', 'spleen', 'pancreas'],
  }));
  await publishJson(store, worklistKey(campaign), Worklist.parse({ cases: items, leftOut: [] }));
  const found = { compared: cases.length, looked: groups.length, pairs: [], groups };
  await publishJson(store, caseGroupsKey(campaign), CaseGroups.parse(found));
}

/** The record of a task that people carried through: drawn, approved, verified. */
export async function recordVerifiedTask(
  store: ObjectStore,
  at: CaseAddress,
  labels: readonly LabelSummary[],
  people: readonly Person[],
): Promise<void> {
  const upload = await putContent(store, new Uint8Array(1));
  const who = (role: Person['role']) => people.find((person) => person.role === role)!.id;
  const commands: TaskCommand[] = [
    { kind: 'claim', commandId: '1', actor: who('junior') },
    { kind: 'submit', commandId: '2', actor: who('junior'), upload },
    { kind: 'review', commandId: '3', actor: who('certified') },
    { kind: 'attest-absent', commandId: '3a', actor: who('certified'), organ: 'kidney', reason: 'none' },
    { kind: 'attest-absent', commandId: '3b', actor: who('certified'), organ: 'pancreas', reason: 'none' },
    { kind: 'approve', commandId: '4', actor: who('certified') },
    { kind: 'start-verification', commandId: '5', actor: who('senior') },
    { kind: 'verify', commandId: '6', actor: who('senior') },
  ];
  let state = openTask({ ...at, round: 1, labels });
  for (const [sequence, command] of commands.entries()) {
    const now = new Date(Date.UTC(2026, 0, 5, 8, sequence)).toISOString();
    const given = { people, now, labels: [...labels] };
    const decided = reduceTask(state, command, given);
    if (!decided.answer.accepted) throw new Error(decided.answer.why);
    const entity = taskEntity(at, 1);
    await appendAudit(store, recordOf({ entity, sequence, now, before: state, command, given, ...decided }));
    state = decided.state;
  }
}
