import { csvFormatRows } from 'd3-dsv';
import { caseName } from '../domain/case-name.js';
import { organs } from '../domain/organ.js';
import type { ReleaseCase, ReleaseContent } from '../domain/release.js';

/** Name of the table in a release. */
export const casesPath = 'cases.csv';

/** A column of the table: its type is schema.org's, for Croissant. */
export interface CaseColumn {
  readonly name: string;
  readonly about: string;
  readonly type: 'Text' | 'Integer';
  readonly read: (item: ReleaseCase) => string | number;
}

const column = (
  name: string,
  about: string,
  read: CaseColumn['read'],
  type: CaseColumn['type'] = 'Text',
): CaseColumn => ({ name, about, read, type });

export const caseColumns: readonly CaseColumn[] = [
  column('case', 'collection and name in it', caseName),
  column('number', 'stays with the case in every release', ({ number }) => number, 'Integer'),
  column('part', 'train or test', ({ part }) => part),
  column('labels', 'label map', ({ labels }) => labels),
  column('image', 'image; empty where the release does not hold it', ({ image }) => image ?? ''),
  column('image_sha256', 'hash of the image', ({ imageSha256 }) => imageSha256),
  column('licence', 'terms of the label map', ({ licence }) => licence),
  column(
    'source_licence',
    'terms of the image and of the source’s own label',
    ({ sourceLicence }) => sourceLicence,
  ),
  column('citation', 'work to cite', ({ citation }) => citation),
  ...organs.flatMap((organ) => [
    column(
      `${organ}_origin`,
      `source, human, model, absent, withheld or none, of the ${organ}`,
      ({ organs: all }) => {
        const own = all.find((each) => each.organ === organ);
        return own?.origin ?? own?.state ?? 'none';
      },
    ),
    column(
      `${organ}_voxels`,
      `voxels of the ${organ}`,
      ({ organs: all }) => all.find((each) => each.organ === organ)?.voxels ?? 0,
      'Integer',
    ),
  ]),
];

/** One line for each case. */
export function releaseCases({ cases }: Pick<ReleaseContent, 'cases'>): string {
  const rows = cases.map((item) => caseColumns.map(({ read }) => String(read(item))));
  return `${csvFormatRows([caseColumns.map(({ name }) => name), ...rows])}\n`;
}
