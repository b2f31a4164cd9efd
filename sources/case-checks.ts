import { caseStatusOf, type Finding } from '../domain/finding.js';
import type { CtVolume } from '../imaging/volume.js';
import type { SourceAdapter } from './adapter.js';
import {
  type ImageCheck,
  type LabelRules,
  type OrganCheck,
  organContext,
  type ValuesCheck,
} from './checks/check.js';
import {
  axialSlices,
  correctedHeader,
  knownGeometry,
  knownSpacing,
  originalEdition,
  plausibleSpacing,
  repairedAxes,
  straightAxes,
  usualSliceAxis,
} from './checks/geometry.js';
import { everyOrganThere, knownValues, organThere } from './checks/label-content.js';
import { fewHoles, fewPieces, plausibleVolume } from './checks/label-form.js';
import { insideTheBody, onSoftTissue, wholeOrgan } from './checks/label-place.js';
import { finiteVoxels, fullSlices, hounsfieldScale, huRange, variedVoxels } from './checks/voxels.js';
import type { MergedLabel } from './label-merge.js';

/*
 * The quality gate. Before it stand the listing of the collection (files, counts, withdrawn cases) and the parsers
 * (truncated or damaged files, headers, slices that are missing or unevenly spaced); after it the anatomy against the header
 * (orientation-checks.ts), and the campaign, which sees all cases at once (duplicates, labels that two cases share).
 * Add a check where a reader would look for it.
 */

/** What is asked of every readable image: where its voxels lie, then what they hold. All are asked. */
const imageChecks: readonly ImageCheck[] = [
  knownGeometry,
  knownSpacing,
  straightAxes,
  repairedAxes,
  correctedHeader,
  plausibleSpacing,
  originalEdition,
  usualSliceAxis,
  axialSlices,
  finiteVoxels,
  variedVoxels,
  hounsfieldScale,
  huRange,
  fullSlices,
];

/** What is asked of a label map as a whole. What is held back here is not looked at organ by organ. */
const valuesChecks: readonly ValuesCheck[] = [knownValues, organThere, everyOrganThere];

/**
 * What is asked of every organ that has voxels: whether it lies where it should, what it looks like. A stage that
 * finds anything ends the asking, since the next would speak of a label that is not to be believed.
 */
const organStages: readonly (readonly OrganCheck[])[] = [
  [onSoftTissue, insideTheBody],
  [plausibleVolume, wholeOrgan, fewPieces, fewHoles],
];

/** Everything to be said of a readable image. `where` names its file. */
export function imageFindings(image: CtVolume, adapter: SourceAdapter, where: string): Finding[] {
  return imageChecks.flatMap((check) => check({ image, adapter, where }));
}

/** What is to be said of a merged label without an image. `where` names its file. */
export function valuesFindings(label: MergedLabel, rules: LabelRules, where: string): Finding[] {
  return valuesChecks.flatMap((check) => check({ label, rules, where }));
}

/** Everything to be said of a merged label on its image. Their shapes must be equal. `where` names its file. */
export function labelFindings(
  label: MergedLabel,
  image: CtVolume,
  rules: LabelRules,
  where: string,
): Finding[] {
  const found = valuesFindings(label, rules, where);
  if (caseStatusOf(found) !== 'accepted') return found;
  const filled = label.organs.filter(({ voxels }) => voxels > 0);
  return [...found, ...filled.flatMap((each) => stageFindings(organContext(each, { image, rules, where })))];
}

function stageFindings(context: ReturnType<typeof organContext>): Finding[] {
  for (const stage of organStages) {
    const found = stage.flatMap((check) => check(context));
    if (found.length > 0) return found;
  }
  return [];
}
