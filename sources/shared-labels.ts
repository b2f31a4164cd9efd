import { type Finding, finding } from '../domain/finding.js';
import type { LabelSummary } from '../domain/label-version.js';

interface Labelled {
  readonly collection: string;
  readonly caseId: string;
  readonly sourceLabels: readonly Pick<LabelSummary, 'organ' | 'voxelSha256'>[];
}

/**
 * Cases whose source label equals that of another case, voxel for voxel: one of them was given the wrong file. Give
 * cases whose images differ; copies of one scan have equal labels by right. All cases of a group are returned, as
 * nobody can tell from the labels whose it is.
 */
export function sharedLabels<T extends Labelled>(cases: readonly T[]): { item: T; finding: Finding }[] {
  const owners = new Map<string, T[]>();
  for (const each of cases)
    for (const { organ, voxelSha256 } of each.sourceLabels) {
      const key = `${organ}/${voxelSha256}`;
      owners.set(key, [...(owners.get(key) ?? []), each]);
    }
  return [...owners.values()]
    .filter((group) => group.length > 1)
    .flatMap((group) => group.map((item) => ({ item, finding: shared(item, group) })));
}

function shared(item: Labelled, group: readonly Labelled[]): Finding {
  const others = group
    .filter((each) => each !== item)
    .map(({ collection, caseId }) => `${collection}/${caseId}`);
  return finding('LABEL_SHARED', {
    where: `${item.collection}/${item.caseId}`,
    field: 'voxelSha256',
    value: others.join(', '),
    message: `its label equals that of ${others.join(' and ')}, though the images differ`,
    suggestion:
      'look at both, accept the one that fits, and exclude the other or accept it without its label',
  });
}
