import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { csvParseRows } from 'd3-dsv';
import type { SourceCase } from '../domain/case.js';
import { PlusctError } from '../domain/errors.js';
import type { CollectionListing } from './adapter.js';

/**
 * A table that the user may lay in a collection's folder, for cases whose header has lost the spacing: columns `case`,
 * `i_mm`, `j_mm`, `k_mm` (voxel sides in the file's index order) and `source`, where they are from.
 */
export const trueSpacingFile = 'true-spacing.csv';
const columns = ['case', 'i_mm', 'j_mm', 'k_mm', 'source'] as const;
/** No CT has voxel sides beyond these. */
const sidesMm = { least: 0.05, most: 20 } as const;

type TrueSpacing = NonNullable<SourceCase['trueSpacing']>;

/**
 * The listing with the true spacings of `true-spacing.csv` in `directory`, where there is one. Throws `InvalidInput`,
 * naming line and field, on a table that cannot be used or that names a case that is not listed.
 */
export async function withTrueSpacings(
  directory: string,
  listing: CollectionListing,
): Promise<CollectionListing> {
  const text = await readIfThere(join(directory, trueSpacingFile));
  if (text === undefined) return listing;
  const { cases } = listing;
  const known = parseTrueSpacings(text, new Set(cases.map(({ caseId }) => caseId)));
  const given = cases.map((each): SourceCase => {
    const trueSpacing = known.get(each.caseId);
    return trueSpacing === undefined ? each : { ...each, trueSpacing };
  });
  return { ...listing, cases: given };
}

function parseTrueSpacings(text: string, cases: ReadonlySet<string>): Map<string, TrueSpacing> {
  const [head = [], ...rows] = csvParseRows(text.replace(/^\uFEFF/, ''));
  const at = columns.map((column) => head.map((name) => name.trim().toLowerCase()).indexOf(column));
  if (at.includes(-1))
    throw unusable(1, `has the columns ${head.join(', ')}; expected are ${columns.join(', ')}`);
  const known = new Map<string, TrueSpacing>();
  rows.forEach((row, n) => {
    const [caseId, i, j, k, source] = at.map((column) => (row[column] ?? '').trim());
    if (row.every((cell) => cell.trim() === '')) return;
    if (!cases.has(caseId))
      throw unusable(n + 2, `names the case "${caseId}", which the collection does not list`);
    if (known.has(caseId)) throw unusable(n + 2, `names the case ${caseId} a second time`);
    if (source === '') throw unusable(n + 2, `has no source for ${caseId}; say where the spacing is from`);
    known.set(caseId, { spacingMm: [side(i, n, 'i_mm'), side(j, n, 'j_mm'), side(k, n, 'k_mm')], source });
  });
  return known;
}

function side(text: string, row: number, column: string): number {
  const value = text === '' ? Number.NaN : Number(text);
  if (value >= sidesMm.least && value <= sidesMm.most) return value;
  throw unusable(row + 2, `has ${column} = "${text}"; expected are ${sidesMm.least} to ${sidesMm.most} mm`);
}

function unusable(line: number, what: string): PlusctError {
  return new PlusctError(
    'InvalidInput',
    `${trueSpacingFile}, line ${line}: ${what}. Correct the line or remove it.`,
  );
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
