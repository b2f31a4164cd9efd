import { type Organ, organs, organValue } from '../../../domain/organ.js';
import type { Comparison } from '../drawing/difference.js';

/** How one organ differs between two label maps. */
export interface OrganDifference {
  readonly organ: Organ;
  readonly addedMl: number;
  readonly removedMl: number;
  /** Dice similarity coefficient; undefined where both are empty. */
  readonly dsc: number | undefined;
  /** First voxel (file order) that differs; undefined where none does. */
  readonly first: number | undefined;
}

/** Figures of a comparison, organ by organ; `voxelMl` is the volume of one voxel in millilitres. */
export function differences({ from, to }: Comparison, voxelMl: number): OrganDifference[] {
  const counts = organs.map(() => ({ added: 0, removed: 0, both: 0, first: -1 }));
  for (let index = 0; index < to.length; index++) {
    const [before, now] = [from[index]!, to[index]!];
    if (before === now) {
      if (now !== 0) counts[now - 1]!.both++;
      continue;
    }
    if (now !== 0) note(counts[now - 1]!, 'added', index);
    if (before !== 0) note(counts[before - 1]!, 'removed', index);
  }
  return organs.map((organ) => {
    const { added, removed, both, first } = counts[organValue[organ] - 1]!;
    const total = 2 * both + added + removed;
    return {
      organ,
      addedMl: added * voxelMl,
      removedMl: removed * voxelMl,
      dsc: total === 0 ? undefined : (2 * both) / total,
      first: first < 0 ? undefined : first,
    };
  });
}

function note(
  count: { added: number; removed: number; first: number },
  what: 'added' | 'removed',
  index: number,
): void {
  count[what]++;
  if (count.first < 0) count.first = index;
}
