import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CampaignPlan } from '../domain/campaign.js';
import { caseName } from '../domain/case-name.js';
import { DataError } from '../domain/errors.js';
import { campaignPlanKey, objectKey } from '../domain/keys.js';
import type { ReleaseCase, ReleaseManifest } from '../domain/release.js';
import { readDicomSeries } from '../imaging/dicom.js';
import { writeSegmentation } from '../imaging/dicom-seg-write.js';
import { labelsOnGrid } from '../imaging/label-grid.js';
import { readLabelMap } from '../imaging/nifti.js';
import { mayBeDicom } from '../sources/dicom-files.js';
import { getContent } from '../storage/content.js';
import { sha256 } from '../storage/hash.js';
import { requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';

/** A segmentation that can be made: its bytes, or why it cannot. */
export interface SegmentationFile {
  readonly path: string;
  readonly case: string;
  readonly make: () => Promise<Uint8Array | string>;
}

/**
 * Segmentations of the cases whose source is DICOM, on the slices of their own series, which a release does not hold: they are
 * read from `series`, the collection's folder as it was taken in, and compared with the hashes in the manifest. The same
 * release and slices give the same bytes.
 */
export function segmentationFiles(
  store: ObjectStore,
  manifest: ReleaseManifest,
  created: Date,
  series: string | undefined,
): { files: SegmentationFile[]; leftOut: { case: string; why: string }[] } {
  const isDicom = ({ geometry }: ReleaseCase): boolean => geometry.decidedBy === 'dicom';
  const others = manifest.cases.filter((item) => !isDicom(item));
  const files = manifest.cases.filter(isDicom).map((item) => ({
    path: `seg/${caseName(item)}.dcm`,
    case: caseName(item),
    make: async () =>
      segmentation(store, manifest, item, created, series ?? (await folderOf(store, manifest, item))),
  }));
  return {
    files,
    leftOut: others.map((item) => ({ case: caseName(item), why: 'its source is no DICOM series' })),
  };
}

/** Where the campaign read the collection. */
async function folderOf(
  store: ObjectStore,
  { campaign }: ReleaseManifest,
  { collection }: ReleaseCase,
): Promise<string> {
  const { collections } = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
  return collections.find((each) => each.collection === collection)?.directory ?? '';
}

async function segmentation(
  store: ObjectStore,
  manifest: ReleaseManifest,
  item: ReleaseCase,
  created: Date,
  folder: string,
): Promise<Uint8Array | string> {
  const files: { path: string; bytes: Uint8Array }[] = [];
  for (const { path, sha256: hash } of item.sourceFiles.filter((file) => mayBeDicom(file.path))) {
    const at = join(folder, path);
    if (!existsSync(at)) return `${at} is not there; name the collection’s folder with --series`;
    const bytes = new Uint8Array(await readFile(at));
    if (sha256(bytes) !== hash) return `${at} is not the file that the release was made of`;
    files.push({ path, bytes });
  }
  const { sha256: hash, bytes } = manifest.files.find(({ path }) => path === item.labels)!;
  const map = readLabelMap(
    await getContent(store, { key: objectKey(hash), sha256: hash, bytes }),
    item.labels,
  );
  try {
    const read = readDicomSeries(files);
    const labels = labelsOnGrid(map, read.image.geometry, item.labels);
    return writeSegmentation({ series: read, labels, created });
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
}
