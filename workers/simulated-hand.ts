import { readFile } from 'node:fs/promises';
import { referencePath } from '../activities/evaluate.js';
import { loadParts, loadPassport, nativeHeader } from '../activities/label-store.js';
import type { CampaignPlan } from '../domain/campaign.js';
import { DataError } from '../domain/errors.js';
import type { Organ } from '../domain/organ.js';
import { organs } from '../domain/organ.js';
import {
  organsToReturn,
  type SimulatedStep,
  simulatedSeniorRefines,
  simulatedSkill,
} from '../domain/simulated-plan.js';
import { acknowledgeable } from '../domain/submission-judgement.js';
import type { TaskState } from '../domain/task.js';
import type { TaskCommand } from '../domain/task-command.js';
import { labelsOf } from '../domain/task-organs.js';
import { dice } from '../imaging/dice.js';
import { readLabelMap } from '../imaging/nifti.js';
import { writeLabelMap } from '../imaging/nifti-write.js';
import { nudgeTowardsReference } from '../imaging/nudge.js';
import { assembleOrgans, extractOrgan } from '../imaging/overlap.js';
import { seededRandom } from '../imaging/random.js';
import { putContent } from '../storage/content.js';
import type { ObjectStore } from '../storage/object-store.js';

/** The skill with which a simulated senior refines. */
const seniorSkill = 0.97;

type Asked = Pick<TaskCommand, 'commandId' | 'actor' | 'expectedVersion'>;

/** What a simulated person sends. The same task and plan give the same command, to the voxel. */
export async function simulatedCommand(
  store: ObjectStore,
  plan: CampaignPlan,
  task: TaskState,
  { person, kind }: SimulatedStep,
): Promise<TaskCommand> {
  const asked: Asked = {
    commandId: `simulated-${task.version}-${kind}`,
    actor: person.id,
    expectedVersion: task.version,
  };
  if (kind === 'claim' || kind === 'review' || kind === 'start-verification') return { kind, ...asked };
  const reference = await loadReference(store, plan, task);
  if (kind === 'judge') return judge(store, task, asked, reference);
  const masks = await loadParts(store, task, labelsOf(task));
  const reading = task.kind === undefined ? '' : `/${task.kind}`;
  const seed = `${plan.seed}/${task.collection}/${task.caseId}${reading}`;
  if (kind === 'submit') {
    const skill = simulatedSkill(`${seed}/${person.role}`, task.returns);
    const upload = await draw(store, task, { masks, reference, skill, seed: `${seed}/${task.returns}` });
    const acknowledged = [...acknowledgeable];
    return { kind, ...asked, upload, acknowledged, reason: `${reference.note}: correction` };
  }
  if (!simulatedSeniorRefines(task))
    return { kind: 'verify', ...asked, reason: `${reference.note}: verification` };
  const upload = await draw(store, task, { masks, reference, skill: seniorSkill, seed: `${seed}/senior` });
  return { kind: 'refine', ...asked, upload, reason: `${reference.note}: fine correction of borders` };
}

interface Reference {
  readonly values: Uint8Array | Uint16Array;
  readonly shape: readonly [number, number, number];
  readonly spacingMm: readonly [number, number, number];
  /** How commands that lean on it are explained. */
  readonly note: string;
}

/**
 * The reference of a case. Where there is none, or it does not lie on the case's grid, the proposal itself: simulated
 * people then leave everything as it is and say so, rather than hold the campaign up.
 */
async function loadReference(store: ObjectStore, plan: CampaignPlan, task: TaskState): Promise<Reference> {
  const { shape, spacingMm } = (await loadPassport(store, task)).geometry!;
  const path = referencePath(plan.referenceDirectory!, task.collection, task.caseId);
  try {
    const { geometry, values } = readLabelMap(await readFile(path), path);
    if (geometry.shape.join() === shape.join()) {
      return { values, shape, spacingMm: geometry.spacingMm, note: 'simulated' };
    }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing && !(error instanceof DataError)) throw error;
  }
  const { labelMap } = assembleOrgans(
    await loadParts(store, task, labelsOf(task)),
    shape[0] * shape[1] * shape[2],
  );
  return { values: labelMap, shape, spacingMm, note: 'simulated, without a usable reference' };
}

/** A label map nearer to the reference, drawn with the given skill; source labels, and organs that nobody asked for, stay as they are. */
async function draw(
  store: ObjectStore,
  task: TaskState,
  hand: {
    masks: Awaited<ReturnType<typeof loadParts>>;
    reference: Reference;
    skill: number;
    seed: string;
  },
) {
  const { masks, reference, skill, seed } = hand;
  const { shape, spacingMm, values } = reference;
  const parts = organs.map((organ) => {
    const now = masks.find((each) => each.organ === organ);
    const asked = task.asked?.includes(organ) ?? true;
    if (now !== undefined && (now.origin === 'source' || !asked)) return now;
    const proposal = now?.mask ?? new Uint8Array(values.length);
    const goal = extractOrgan(Uint8Array.from(values), organ);
    const random = seededRandom(`${seed}/${organ}`);
    const nudge = {
      proposal,
      reference: goal,
      shape,
      spacingMm,
      skill,
      seed: Math.floor(random() * 2 ** 31),
    };
    return { organ, origin: 'human' as const, mask: nudgeTowardsReference(nudge) };
  });
  const { labelMap } = assembleOrgans(parts, values.length);
  const header = nativeHeader(await loadPassport(store, task));
  return putContent(store, writeLabelMap(labelMap, header));
}

/** Approves, attests an absent organ, or returns what is too far from the reference. */
async function judge(
  store: ObjectStore,
  task: TaskState,
  asked: Asked,
  reference: Reference,
): Promise<TaskCommand> {
  const truth = Uint8Array.from(reference.values);
  const masks = await loadParts(store, task, labelsOf(task));
  const dscByOrgan: Partial<Record<Organ, number>> = {};
  for (const organ of organs) {
    const goal = extractOrgan(truth, organ);
    const { state } = task.organs[organ];
    if (state === 'source' || state === 'absent') continue;
    if (!goal.includes(1)) {
      return { kind: 'attest-absent', ...asked, organ, reason: `${reference.note}: the organ is not there` };
    }
    const drawn = masks.find((each) => each.organ === organ)?.mask ?? new Uint8Array(goal.length);
    const dsc = dice(goal, drawn);
    if (typeof dsc === 'number') dscByOrgan[organ] = dsc;
  }
  const back = organsToReturn(dscByOrgan, task.returns);
  if (back.length === 0) return { kind: 'approve', ...asked, reason: `${reference.note}: approval` };
  const figures = back.map((organ) => `${organ} ${dscByOrgan[organ]!.toFixed(3)}`).join(', ');
  return {
    kind: 'return',
    ...asked,
    organs: back,
    reason: `${reference.note}: too far from the anatomy (${figures})`,
  };
}
