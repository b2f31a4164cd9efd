import { PlusctError } from '../domain/errors.js';
import type { LabelOrigin } from '../domain/label-version.js';
import { type Organ, organValue } from '../domain/organ.js';
import { forEachNonzero, type Labels } from './mask-box.js';
import type { Mask } from './volume.js';

/**
 * Who keeps a voxel that two masks of equal origin claim, first to last. The organ of the smaller typical volume
 * (pancreas about 0.08 l, spleen 0.2 l, both kidneys 0.35 l, liver 1.5 l) goes first: the same voxels
 * are a larger part of it, so that losing them would cost it more.
 */
export const overlapOrder: readonly Organ[] = ['pancreas', 'spleen', 'kidney', 'liver'];

/** What a collection says is never altered by what a model says; a person's correction stands between. */
const originOrder: readonly LabelOrigin[] = ['source', 'human', 'model'];

/** One organ's mask and where it comes from. */
export interface OrganPart {
  readonly organ: Organ;
  readonly origin: LabelOrigin;
  readonly mask: Mask;
}

/** Voxels that two organs claimed. */
export interface Contest {
  readonly winner: Organ;
  readonly loser: Organ;
  readonly voxels: number;
}

/**
 * One label map (values of `organValue`) out of masks on one grid of `voxelCount` voxels: source beats human, human
 * beats model, and among equals `overlapOrder` decides. Every claim that lost is counted against the organ
 * that kept the voxel. The order of the parts does not matter.
 * Throws `InvalidInput` if an organ comes twice or a mask has another number of voxels.
 */
export function assembleOrgans(
  parts: readonly OrganPart[],
  voxelCount: number,
): { labelMap: Uint8Array; contested: Contest[] } {
  checkParts(parts, voxelCount);
  const labelMap = new Uint8Array(voxelCount);
  const contested: Contest[] = [];
  const ranked = [...parts].sort((a, b) => rankOf(a) - rankOf(b));
  ranked.forEach(({ organ, mask }, at) => {
    const lost = paint(labelMap, mask, organValue[organ]);
    for (const { organ: winner } of ranked.slice(0, at)) {
      const voxels = lost[organValue[winner]];
      if (voxels > 0) contested.push({ winner, loser: organ, voxels });
    }
  });
  return { labelMap, contested };
}

/** The voxels of one organ in a four-organ label map, as a mask of 0 and 1. */
export function extractOrgan(labelMap: Labels, organ: Organ): Mask {
  const mask = new Uint8Array(labelMap.length);
  const value = organValue[organ];
  forEachNonzero(labelMap, labelMap, (v) => {
    if (labelMap[v] === value) mask[v] = 1;
  });
  return mask;
}

/** Writes `value` where the map is still empty; returns how many voxels each other value kept. */
function paint(labelMap: Uint8Array, mask: Mask, value: number): Float64Array {
  const lost = new Float64Array(256);
  forEachNonzero(mask, mask, (v) => {
    if (labelMap[v] === 0) labelMap[v] = value;
    else lost[labelMap[v]]++;
  });
  return lost;
}

function rankOf({ organ, origin }: OrganPart): number {
  return originOrder.indexOf(origin) * overlapOrder.length + overlapOrder.indexOf(organ);
}

function checkParts(parts: readonly OrganPart[], voxelCount: number): void {
  const seen = new Set<Organ>();
  for (const { organ, origin, mask } of parts) {
    if (mask.length !== voxelCount) {
      throw new PlusctError(
        'InvalidInput',
        `the ${origin} mask of the ${organ} has ${mask.length} voxels, the case has ${voxelCount}: resample it first`,
      );
    }
    if (seen.has(organ)) {
      throw new PlusctError('InvalidInput', `the ${organ} comes twice: choose one label version per organ`);
    }
    seen.add(organ);
  }
}
