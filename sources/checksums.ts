import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceCase } from '../domain/case.js';
import { PlusctError } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import type { CollectionListing } from './adapter.js';

/** What `sha256sum` writes, under the names that people give it. */
const sumsName = /^(sha256sums?|checksums?)(\.(txt|sha256))?$/i;
const sumsLine = /^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/i;

/**
 * The listing with the hashes that a list of checksums in the collection's folder gives to the files of its cases. Throws
 * `InvalidInput` on a line that is none of `sha256sum`.
 */
export async function withChecksums(
  directory: string,
  listing: CollectionListing,
): Promise<CollectionListing> {
  const entries = await readdir(directory, { withFileTypes: true });
  const name = entries.find((entry) => entry.isFile() && sumsName.test(entry.name))?.name;
  if (name === undefined) return listing;
  const sums = parseSums(await readFile(join(directory, name), 'utf8'), name);
  const cases = listing.cases.map((each): SourceCase => {
    const known = pathsOf(each).flatMap((path): [string, string][] => {
      const sum = sums.get(path);
      return sum === undefined ? [] : [[path, sum]];
    });
    return known.length === 0 ? each : { ...each, expectedSha256: Object.fromEntries(known) };
  });
  return { ...listing, cases };
}

/** FILE_CHANGED: files that are not those of the list. `hashes` are of the files as they were read. */
export function checksumFindings(
  { expectedSha256 = {} }: SourceCase,
  hashes: readonly { readonly path: string; readonly sha256: string }[],
): Finding[] {
  return hashes.flatMap(({ path, sha256 }) => {
    const expected = expectedSha256[path];
    if (expected === undefined || expected === sha256) return [];
    return finding('FILE_CHANGED', {
      where: path,
      field: 'sha256',
      value: sha256,
      message: `${path}: its SHA-256 is ${sha256}; the collection's checksums say ${expected}`,
      suggestion: 'fetch the file again; if it is meant to be another one, correct the list of checksums',
    });
  });
}

function pathsOf({ image, labelPath }: SourceCase): string[] {
  const images = image.kind === 'nifti' ? [image.path] : image.paths;
  return labelPath === undefined ? images : [...images, labelPath];
}

function parseSums(text: string, name: string): Map<string, string> {
  const lines = text.split(/\r?\n/).map((line, n) => ({ line: line.trimEnd(), number: n + 1 }));
  const sums = lines
    .filter(({ line }) => line !== '')
    .map(({ line, number }): [string, string] => {
      const [, sum, path] = sumsLine.exec(line) ?? [];
      if (sum !== undefined && path !== undefined) return [path, sum.toLowerCase()];
      const message = `${name}, line ${number}: no SHA-256 and path as sha256sum writes them. Correct the line or remove it.`;
      throw new PlusctError('InvalidInput', message);
    });
  return new Map(sums);
}
