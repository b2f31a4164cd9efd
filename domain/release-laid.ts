import type { ReleaseCase } from './release.js';

/** A volume of the release under another name; `packed`: as .nii.gz, whatever it was. */
export interface LayoutVolume {
  readonly path: string;
  /** Path in the release. */
  readonly of: string;
  readonly packed: boolean;
}

/** A file that follows from the manifest alone. */
export interface LayoutText {
  readonly path: string;
  readonly text: string;
}

/** What a layout makes of the cases: volumes, texts, and where the image of each case belongs. */
export interface LaidCases {
  readonly volumes: readonly LayoutVolume[];
  readonly texts: readonly LayoutText[];
  readonly images: ReadonlyMap<string, string>;
}

/** A volume of a case, or nothing where the release does not hold it. */
export function volume(path: string, of: string | undefined): LayoutVolume[] {
  return of === undefined ? [] : [{ path, of, packed: true }];
}

/** A name that is a file's in every layout: `msd-spleen_spleen_2`. */
export const flatName = ({ collection, caseId }: ReleaseCase): string => `${collection}_${caseId}`;

/** Every licence that one of the cases is under, as one line. */
export function licencesOf(cases: readonly ReleaseCase[]): string {
  return [...new Set(cases.map(({ licence }) => licence))].sort().join('; ');
}
