import { type Finding, finding } from '../domain/finding.js';
import type { FindingCode } from '../domain/finding-catalogue.js';
import type { LabelOrigin } from '../domain/label-version.js';
import { median } from '../domain/median.js';
import { type Organ, organs, organValue } from '../domain/organ.js';
import type { Geometry } from '../domain/volume.js';
import { displacedOrgans, movementOf, organChange, type ValueTable, valueTable } from './mask-agreement.js';
import { sideFindings } from './mask-sides.js';
import { shapeFindings } from './mask-structure.js';
import { leastForScore, robustScore } from './robust-score.js';

/** A submitted label map and what it is held to. Both maps have the values of `organValue` on the case's grid. */
export interface MaskCheck {
  readonly submitted: Uint8Array;
  /** The labels that the task has now, put together. */
  readonly current: Uint8Array;
  /** Where the labels of `current` come from; an organ without a label is not here. */
  readonly origins: Partial<Record<Organ, LabelOrigin>>;
  /** Where the voxels lie by the passport. */
  readonly geometry: Geometry;
  /** Organs attested absent. */
  readonly absent: readonly Organ[];
  /** The organs that a return named, or that the task was opened for; left out where all may be corrected. */
  readonly askedFor?: readonly Organ[];
  /** Volumes in mL of labels of the collection that were accepted so far. */
  readonly acceptedMl: Partial<Record<Organ, readonly number[]>>;
}

/** What the checks found, and what the submission changes. */
export interface CheckedMask {
  readonly findings: Finding[];
  /** Voxels added and removed, of organs that changed; those of source labels are given back and do not count. */
  readonly changedVoxels: Partial<Record<Organ, number>>;
}

/** More robust standard deviations than this from the median are an outlier (Iglewicz and Hoaglin, 1993). */
const outlier = 3.5;

/**
 * The checks of a submission, in a second or two on a whole scan. A map that was flipped, shifted or relabelled as a whole gets
 * that one finding: the others would only describe it.
 */
export function checkMask(check: MaskCheck): CheckedMask {
  const { submitted, current, geometry } = check;
  const table = valueTable(current, submitted);
  const changed = organs.map((organ) => organChange(table, organ));
  const changedVoxels = Object.fromEntries(
    changed.flatMap(({ organ, addedVoxels, removedVoxels }) =>
      check.origins[organ] !== 'source' && addedVoxels + removedVoxels > 0
        ? [[organ, addedVoxels + removedVoxels]]
        : [],
    ),
  );
  // A map that was turned may seem relabelled, where organs come to lie on each other's place.
  const turned = moved(check, table);
  const asWhole = turned.length > 0 ? turned : relabelled(check, table);
  if (asWhole.length > 0) return { findings: asWhole, changedVoxels };
  const open = organs.filter((organ) => check.origins[organ] !== 'source' && !check.absent.includes(organ));
  const sizes = new Map(changed.map(({ organ, afterVoxels }) => [organ, afterVoxels]));
  const drawn = open.filter((organ) => sizes.get(organ)! > 0);
  return {
    changedVoxels,
    findings: [
      ...open.filter((organ) => sizes.get(organ) === 0).map(empty),
      ...elsewhere(check, open, changedVoxels),
      ...shapeFindings(submitted, geometry, drawn),
      ...sideFindings(submitted, geometry, open),
      ...drawn.flatMap((organ) => farVolume(organ, sizes.get(organ)!, check)),
    ],
  };
}

/**
 * One proposal of a model may have been another organ, and a person gives it its name; two that change places, or a
 * label that a source or a person made, were given other values by a tool.
 */
function relabelled({ origins }: MaskCheck, table: ValueTable): Finding[] {
  const displaced = displacedOrgans(table);
  const known = displaced.some(({ organ }) => origins[organ] === 'source' || origins[organ] === 'human');
  if (displaced.length < 2 && !known) return [];
  const shown = displaced.map(({ organ, became }) => `${organ} has become ${became}`).join(', ');
  const values = organs.map((organ) => `${organValue[organ]} ${organ}`).join(', ');
  return [
    of('SUBMISSION_RELABELLED', {
      field: 'values',
      value: displaced.map(({ organ, became }) => `${organValue[organ]}→${organValue[became]}`).join(', '),
      message: `the organs have changed values: ${shown}`,
      suggestion: `keep the values of the mask that you were given: ${values}`,
    }),
  ];
}

function moved({ submitted, current, geometry }: MaskCheck, table: ValueTable): Finding[] {
  const movement = movementOf(current, submitted, geometry.shape, table);
  if (movement === undefined) return [];
  const { change, message, agreement, undone } = movement;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    of('SUBMISSION_MOVED', {
      field: 'voxels',
      value: change,
      message: `the mask is ${message}: with that undone ${percent(undone)} of it agree with the labels before, as it is ${percent(agreement)}`,
      suggestion: 'open image and mask together, and save the mask without reorienting it',
    }),
  ];
}

function empty(organ: Organ): Finding {
  return of('SUBMISSION_EMPTY', {
    field: organ,
    message: `${organ} has no voxel, and nobody has attested that it is absent`,
    suggestion: 'draw it; if it is not in the scan, say so as the reason and let a reviewer attest it',
  });
}

function elsewhere(
  { askedFor }: MaskCheck,
  open: readonly Organ[],
  changedVoxels: CheckedMask['changedVoxels'],
): Finding[] {
  if (askedFor === undefined || askedFor.length === 0) return [];
  return open
    .filter((organ) => !askedFor.includes(organ) && changedVoxels[organ] !== undefined)
    .map((organ) =>
      of('SUBMISSION_ELSEWHERE', {
        field: organ,
        value: String(changedVoxels[organ]),
        message: `${changedVoxels[organ]} voxels of ${organ} were changed, the task asks for ${askedFor.join(', ')}`,
        suggestion: 'say why, or leave the other organs as they were',
      }),
    );
}

function farVolume(organ: Organ, voxels: number, { geometry, acceptedMl }: MaskCheck): Finding[] {
  const [i, j, k] = geometry.spacingMm;
  const ml = (voxels * i * j * k) / 1000;
  const others = acceptedMl[organ] ?? [];
  const score = geometry.spacingUnknown ? undefined : robustScore(ml, others);
  if (score === undefined || Math.abs(score) <= outlier) return [];
  return [
    of('SUBMISSION_VOLUME', {
      field: organ,
      value: score.toFixed(1),
      message: `a ${organ} of ${ml.toFixed(0)} mL is ${Math.abs(score).toFixed(1)} robust standard deviations ${score < 0 ? 'below' : 'above'} the median of ${median(others).toFixed(0)} mL of ${others.length} accepted ones`,
      suggestion: `look whether all of it is labelled, and nothing else (at least ${leastForScore} are needed to compare)`,
    }),
  ];
}

function of(
  code: FindingCode,
  details: { field: string; value?: string; message: string; suggestion: string },
): Finding {
  return finding(code, { where: 'submission', ...details });
}
