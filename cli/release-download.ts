import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PlusctError } from '../domain/errors.js';
import { objectKey } from '../domain/keys.js';
import type { Publication } from '../domain/release.js';
import { type LayoutName, layoutOf } from '../domain/release-layout.js';
import { packedVolume } from '../imaging/layout-volume.js';
import { manifestPath, publicationPath } from '../reports/croissant.js';
import { getContent } from '../storage/content.js';
import { sha256 } from '../storage/hash.js';
import { canonicalJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readPublication, requireRelease, type StoredRelease } from '../storage/releases.js';
import { printJson, say } from './output.js';
import { stepDisplay } from './progress.js';
import type { ReleaseOptions } from './release.js';
import {
  checkPaths,
  type ExpectedFile,
  expectedFiles,
  FolderRecord,
  isRight,
  recordPath,
  writeWhole,
} from './release-folder.js';
import { segmentationFiles } from './release-seg.js';
import { chooseCampaign, type Session } from './session.js';
import { wholeNumber } from './wrong-option.js';

export interface DownloadOptions extends ReleaseOptions {
  readonly out: string;
  readonly layout: LayoutName;
  readonly datasetId: string;
  readonly series?: string;
}

/** What is downloaded, and where it goes. */
interface Download {
  readonly store: ObjectStore;
  readonly folder: string;
  readonly release: StoredRelease;
  readonly publication: Publication;
  record: FolderRecord;
  /** Ends when the record that was last asked for is on disk. */
  recorded: Promise<void>;
}

/** Volumes that are fetched and held in memory at once. */
const filesAtOnce = 4;

/** `plusct release download VERSION --out DIR`: a release in a layout; what is there already and whole is not fetched again. */
export async function downloadRelease(
  session: Session,
  version: string,
  options: DownloadOptions,
): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, options.campaign);
  const release = await requireRelease(store, campaign, version);
  const publication = await readPublication(store, campaign, version);
  if (publication === undefined)
    throw new PlusctError(
      'InvalidInput',
      `${campaign} ${version} has no publication; plusct release publish ${version} completes it`,
    );
  checkPaths(release.manifest);
  const folder = resolve(options.out);
  const record = await recordFor(folder, release, options);
  await writeWhole(folder, recordPath, canonicalJson(record));
  const recorded = Promise.resolve();
  const download: Download = { store, folder, release, publication, record, recorded };
  const display = stepDisplay();
  const said = (done: number, total: number) => display.update([{ name: 'files', done, total }]);
  const { leftOut, fetched, kept } =
    options.layout === 'dicom-seg'
      ? await fetchSegmentations(download, options.series, said)
      : await fetchLayout(download, said);
  display.end();
  if (options.json)
    return printJson({ folder, campaign, version, layout: options.layout, fetched, kept, leftOut });
  say(
    `${campaign} ${version} (${options.layout}) is in ${folder}: ${fetched} files written, ${kept} were there`,
  );
  for (const { case: name, why } of leftOut) say(`  left out: ${name}: ${why}`);
  say(`plusct release verify ${options.out} proves it without any server`);
}

/** The record of the folder, if it goes on with the same download; else a new one. */
async function recordFor(
  folder: string,
  { manifest, sha256: hash }: StoredRelease,
  options: DownloadOptions,
): Promise<FolderRecord> {
  const { campaign, version } = manifest;
  const { layout } = options;
  const datasetId = wholeNumber('--dataset-id', options.datasetId, 1, 999);
  const path = join(folder, recordPath);
  const fresh: FolderRecord = {
    format: 'plusct download 1',
    campaign,
    version,
    manifestSha256: hash,
    layout,
    datasetId,
    made: {},
  };
  if (!existsSync(path)) return fresh;
  // Every file is held against its hash: a record that cannot be read is made anew.
  const known = await readRecord(path);
  if (known === undefined) return fresh;
  const same = known.manifestSha256 === hash && known.layout === layout && known.datasetId === datasetId;
  if (same) return known;
  throw new PlusctError(
    'InvalidInput',
    `${folder} holds ${known.campaign} ${known.version} (${known.layout}); name another folder`,
  );
}

async function readRecord(path: string): Promise<FolderRecord | undefined> {
  try {
    return FolderRecord.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

type Said = (done: number, total: number) => void;
type Fetched = { leftOut: readonly { case: string; why: string }[]; fetched: number; kept: number };

async function fetchLayout(download: Download, said: Said): Promise<Fetched> {
  const { release, publication, record } = download;
  const { layout, datasetId } = record;
  if (layout === 'dicom-seg') throw new PlusctError('InvalidInput', 'segmentations are made, not fetched');
  const { texts, leftOut } = layoutOf(release.manifest, { layout, datasetId });
  const own = new Map<string, Uint8Array | string>([
    [manifestPath, release.bytes],
    [publicationPath, canonicalJson(publication)],
    ...texts.map(({ path, text }) => [path, text] as const),
  ]);
  const bytesOf = new Map(release.manifest.files.map((file) => [file.sha256, file.bytes]));
  bytesOf.set(publication.croissant.sha256, publication.croissant.bytes);
  const expected = expectedFiles(release, publication, record);
  let [done, fetched] = [0, 0];
  await mapBounded(expected, filesAtOnce, async (file) => {
    if (!(await isThere(download, file))) {
      await writeExpected(download, file, own.get(file.path), bytesOf);
      fetched += 1;
    }
    said(++done, expected.length);
  });
  return { leftOut, fetched, kept: expected.length - fetched };
}

async function isThere({ folder, record }: Download, file: ExpectedFile): Promise<boolean> {
  const path = join(folder, ...file.path.split('/'));
  return existsSync(path) && isRight(new Uint8Array(await readFile(path)), file, record);
}

async function writeExpected(
  download: Download,
  file: ExpectedFile,
  own: Uint8Array | string | undefined,
  bytesOf: ReadonlyMap<string, number>,
): Promise<void> {
  const { store, folder } = download;
  if (own !== undefined) return writeWhole(folder, file.path, own);
  const hash = file.sha256 ?? '';
  const bytes = await getContent(store, {
    key: objectKey(hash),
    sha256: hash,
    bytes: bytesOf.get(hash) ?? 0,
  });
  const laid = file.packed ? packedVolume(bytes) : bytes;
  if (!isRight(laid, file, download.record)) await noteMade(download, file.path, laid);
  await writeWhole(folder, file.path, laid);
}

/** A file whose bytes follow from the release's, but are not those: its hash goes into the folder's record first. */
function noteMade(download: Download, path: string, bytes: Uint8Array): Promise<void> {
  return note(download, { made: { ...download.record.made, [path]: sha256(bytes) } });
}

async function note(download: Download, more: Partial<FolderRecord>): Promise<void> {
  const { folder, record } = download;
  download.record = { ...record, ...more };
  const write = () => writeWhole(folder, recordPath, canonicalJson(download.record));
  download.recorded = download.recorded.then(write);
  await download.recorded;
}

async function fetchSegmentations(
  download: Download,
  series: string | undefined,
  said: Said,
): Promise<Fetched> {
  const { store, folder, release, publication } = download;
  const { files, leftOut } = segmentationFiles(store, release.manifest, new Date(publication.at), series);
  // What is broken off from here on lacks files, and says so.
  await note(download, { planned: files.map(({ path }) => path) });
  await writeWhole(folder, manifestPath, release.bytes);
  await writeWhole(folder, publicationPath, canonicalJson(publication));
  const lacking = [...leftOut];
  let [done, fetched, kept] = [0, 0, 0];
  for (const { path, case: name, make } of files) {
    const made = await make();
    if (typeof made === 'string') lacking.push({ case: name, why: made });
    else if (await holds(join(folder, ...path.split('/')), made)) kept += 1;
    else {
      await writeWhole(folder, path, made);
      fetched += 1;
    }
    if (typeof made !== 'string') await noteMade(download, path, made);
    said(++done, files.length);
  }
  await note(download, { planned: Object.keys(download.record.made) });
  return { leftOut: lacking, fetched, kept };
}

async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  return existsSync(path) && sha256(new Uint8Array(await readFile(path))) === sha256(bytes);
}
