import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OriginalScan, SourceCase } from '../domain/case.js';
import { DataError } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import { readDicomSeries } from '../imaging/dicom.js';
import type { CollectionListing, SourceAdapter } from './adapter.js';
import { type DicomFiles, seriesUnder } from './dicom-files.js';
import { filesUnder, folderOf } from './file-tree.js';
import { softTissueHash } from './soft-tissue-hash.js';

/** What people call the folder of 3D-IRCADb-01; its archive unpacks as `3Dircadb1`. */
const folderName = /^3d[-_ ]?ircadb/i;
/** Beside a patient's images the archive has the same with masks drawn in, and every mask as a series. */
const imagesFolder = /(^|\/)PATIENT_DICOM(\/|$)/i;

/**
 * The listing with the voxel sides of the original scans, where the collection's folder holds the DICOM series of 3D-IRCADb-01
 * and has cases that lost theirs. Which scan is which case is left to the voxels. A series that cannot be read is a finding.
 */
export async function withOriginalScans(
  directory: string,
  listing: CollectionListing,
  { lostGeometry }: Pick<SourceAdapter, 'lostGeometry'>,
): Promise<CollectionListing> {
  if (lostGeometry === undefined) return listing;
  const entries = await readdir(directory, { withFileTypes: true });
  const folder = entries.find((entry) => !entry.isFile() && folderName.test(entry.name))?.name;
  if (folder === undefined) return listing;
  const root = join(directory, folder);
  const files = await filesUnder(root);
  const images = files.filter((path) => imagesFolder.test(path));
  const findings: Finding[] = [];
  const originals: OriginalScan[] = [];
  for (const series of await seriesUnder(root, images.length > 0 ? images : files)) {
    const read = await originalScan(root, folder, series);
    if ('code' in read) findings.push(read);
    else originals.push(read);
  }
  const given = listing.cases.map(
    (each): SourceCase => (lostGeometry.holdsFor(each.caseId) ? { ...each, originals } : each),
  );
  return { ...listing, cases: given, findings: [...listing.findings, ...findings] };
}

/** One series at a time is in memory. */
async function originalScan(
  root: string,
  folder: string,
  { paths }: DicomFiles,
): Promise<OriginalScan | Finding> {
  const source = `${folder}/${folderOf(paths[0]!)}`;
  const files = await Promise.all(
    paths.map(async (path) => ({ path, bytes: new Uint8Array(await readFile(join(root, path))) })),
  );
  try {
    const { geometry, hu } = readDicomSeries(files).image;
    return {
      source,
      softTissueSha256: softTissueHash(hu),
      shape: geometry.shape,
      spacingMm: geometry.spacingMm,
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { code, ...details } = error.fault;
    return finding(code, { where: source, ...details });
  }
}
