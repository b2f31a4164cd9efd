import type { Finding } from '../domain/finding.js';
import type { CtVolume } from '../imaging/volume.js';
import type { SourceAdapter } from './adapter.js';
import { type ImageCheck, type LabelCheck, labelContext } from './checks/check.js';
import {
  axialSlices,
  knownGeometry,
  originalEdition,
  plausibleSpacing,
  repairedAxes,
  straightAxes,
  usualSliceAxis,
} from './checks/geometry.js';
import { knownValues, organThere } from './checks/label-content.js';
import { fewHoles, fewPieces, plausibleVolume } from './checks/label-form.js';
import { insideTheBody, onSoftTissue, wholeOrgan } from './checks/label-place.js';
import { finiteVoxels, fullSlices, hounsfieldScale, huRange, variedVoxels } from './checks/voxels.js';
import type { MergedLabel } from './label-merge.js';

/*
 * The quality gate. Before it stand the listing of the collection (files, counts, withdrawn cases) and the parsers
 * (truncated or damaged files, headers, slices that are missing or unevenly spaced); after it the campaign, which
 * sees all cases at once (duplicates, labels that two cases share). Add a check where a reader would look for it.
 */

/** What is asked of every readable image: where its voxels lie, then what they hold. All are asked. */
const imageChecks: readonly ImageCheck[] = [
  knownGeometry,
  straightAxes,
  repairedAxes,
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

/**
 * What is asked of every label: whether it is one, whether it lies on its organ, what it looks like. A stage that
 * finds anything ends the asking, since the next would speak of a label that is not to be believed.
 */
const labelStages: readonly (readonly LabelCheck[])[] = [
  [knownValues, organThere],
  [onSoftTissue, insideTheBody],
  [plausibleVolume, wholeOrgan, fewPieces, fewHoles],
];

/** Everything to be said of a readable image. `where` names its file. */
export function imageFindings(image: CtVolume, adapter: SourceAdapter, where: string): Finding[] {
  return imageChecks.flatMap((check) => check({ image, adapter, where }));
}

/** Everything to be said of a merged label on its image. Their shapes must be equal. */
export function labelFindings(
  label: MergedLabel,
  image: CtVolume,
  adapter: SourceAdapter,
  where: string,
): Finding[] {
  const context = labelContext(label, { image, adapter, where });
  for (const stage of labelStages) {
    const found = stage.flatMap((check) => check(context));
    if (found.length > 0) return found;
  }
  return [];
}
