import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import type { CaseAddress } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import { type Organ, organs } from '../domain/organ.js';
import type { LabelDiff } from '../imaging/label-diff.js';
import type { Dependencies } from './dependencies.js';
import { loadPassport, readLabelVersion } from './label-store.js';
import { loadMaskParts } from './task-parts.js';

/** Two versions of an organ, by their names. */
export interface VersionPair {
  readonly organ: Organ;
  readonly from: string;
  readonly to: string;
}

/** What lies between two versions of one organ. Throws `InvalidInput` where there is none of that name. */
export async function diffVersions(
  deps: Pick<Dependencies, 'store' | 'work'>,
  at: CaseAddress,
  { organ, from, to }: VersionPair,
): Promise<LabelDiff> {
  const [one, other] = await Promise.all([from, to].map((version) => versionNamed(deps, at, organ, version)));
  const [diff] = await diffLabelSets(deps, at, [one!], [other!], [organ]);
  return diff!;
}

/**
 * What lies between two sets of labels of a case, each put together by the overlap rule: pre-label and submission, say. With all organs
 * at hand, voxels that changed hands between organs count as moved.
 */
export async function diffLabelSets(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  at: CaseAddress,
  from: readonly LabelSummary[],
  to: readonly LabelSummary[],
  of: readonly Organ[] = organs,
): Promise<LabelDiff[]> {
  const { geometry } = await loadPassport(store, at);
  if (geometry === undefined)
    throw new PlusctError('InvalidInput', `${at.collection}/${at.caseId} has no grid, so no labels`);
  const [before, after] = await Promise.all([loadMaskParts(store, at, from), loadMaskParts(store, at, to)]);
  return work.diffLabels({ geometry, from: before, to: after, organs: of });
}

async function versionNamed(
  { store }: Pick<Dependencies, 'store'>,
  at: CaseAddress,
  organ: Organ,
  version: string,
): Promise<LabelSummary> {
  const found = await readLabelVersion(store, at, organ, version);
  if (found !== undefined) return found;
  const where = caseName(at);
  throw new PlusctError(
    'InvalidInput',
    `the ${organ} of ${where} has no version ${version}; \`plusct labels list ${where}\` names them`,
  );
}
