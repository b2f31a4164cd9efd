import { type Finding, finding } from '../domain/finding.js';
import type { Organ } from '../domain/organ.js';
import type { Geometry } from '../domain/volume.js';
import type { AxisVerdict, PatientAxis } from '../imaging/anatomy.js';
import { testOrientation } from '../imaging/orientation-test.js';
import type { CtVolume, Mask } from '../imaging/volume.js';
import { evidentSliceAxis } from './checks/geometry.js';

const ends: Readonly<Record<PatientAxis, string>> = {
  'left-right': 'left and right',
  'anterior-posterior': 'front and back',
  'superior-inferior': 'top and bottom',
};

/**
 * Anatomy against header. Bones, lungs far from the bound, and labelled organs hold a case back; the bulk of the liver
 * alone, which a tumour or a large spleen can outweigh, only flags it. What is not sure is no finding.
 */
export function orientationFindings(
  image: CtVolume,
  masks: readonly { readonly organ: Organ; readonly mask: Mask }[],
  where: string,
): Finding[] {
  // Where the slices lie along another axis than the header says, anatomy cannot be compared with it axis by axis.
  const evident = evidentSliceAxis(image.geometry);
  if (evident !== undefined && !'SI'.includes(image.geometry.axisCodes[evident])) return [];
  return testOrientation(image, masks).flatMap((verdict) => mirrored(verdict, image.geometry, where) ?? []);
}

/** The same of organs that a model or people made: it may be they who are wrong, so nothing is held back. */
export function labelOrientationFindings(verdicts: readonly AxisVerdict[], where: string): Finding[] {
  return verdicts.flatMap((verdict) => {
    if (verdict.says !== 'mirrored') return [];
    return finding('ORIENTATION_DOUBTFUL', {
      where,
      field: verdict.axis,
      value: verdict.margin.toFixed(1),
      message: `${where}: by the organs' places (${sources(verdict)}) ${ends[verdict.axis]} seem to be exchanged`,
      suggestion: 'look whether the organs are wrong, or the header of the image',
    });
  });
}

function mirrored(verdict: AxisVerdict, { axisCodes }: Geometry, where: string): Finding | undefined {
  if (verdict.says !== 'mirrored') return undefined;
  const proven = verdict.evidence.some(({ margin, proof }) => proof && margin <= -1);
  return finding(proven ? 'ORIENTATION_MIRRORED' : 'ORIENTATION_DOUBTFUL', {
    where,
    field: verdict.axis,
    value: verdict.margin.toFixed(1),
    message: `${where}: ${ends[verdict.axis]} lie the other way round than the header's ${axisCodes} says (${sources(verdict)})`,
    suggestion:
      'compare with the original scan; a patient whose organs are mirrored (situs inversus) looks the same',
  });
}

/** What spoke against the header, each with how many times the bound it exceeded. */
function sources({ evidence }: AxisVerdict): string {
  const against = evidence.filter(({ margin }) => margin <= -1);
  return against.map(({ from, margin }) => `${from} ${(-margin).toFixed(1)}`).join(', ');
}
