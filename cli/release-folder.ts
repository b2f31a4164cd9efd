import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import { CampaignName, Sha256 } from '../domain/primitives.js';
import { Publication, type ReleaseManifest, ReleaseVersion } from '../domain/release.js';
import { layoutNames, layoutOf } from '../domain/release-layout.js';
import { isGzip } from '../imaging/inflate.js';
import { croissantOf, croissantPath, manifestPath, publicationPath } from '../reports/croissant.js';
import { sha256 } from '../storage/hash.js';
import { canonicalJson } from '../storage/json.js';
import { parseRelease, type StoredRelease } from '../storage/releases.js';

/** Name of the record that a download keeps in its folder. */
export const recordPath = 'plusct-release.json';

/** What lies in a folder, and how it was laid out. */
export const FolderRecord = z.object({
  format: z.literal('plusct download 1'),
  campaign: CampaignName,
  version: ReleaseVersion,
  manifestSha256: Sha256,
  layout: z.enum(layoutNames),
  datasetId: z.number().int(),
  /** Files whose bytes are not those of the release, packed or not: mended headers, and segmentations. */
  made: z.record(z.string(), Sha256),
  /** Files that are to be made; those that cannot be are struck out at the end. */
  planned: z.array(z.string()).optional(),
});
export type FolderRecord = z.infer<typeof FolderRecord>;

/** A file that has to be in a folder. */
export interface ExpectedFile {
  readonly path: string;
  /** Hash of the release's object that it holds; absent of files that were made on the way. */
  readonly sha256?: string;
  /** The object may have been packed. */
  readonly packed?: boolean;
}

/** Every file that a folder has to hold, but for the record itself. */
export function expectedFiles(
  release: StoredRelease,
  publication: Publication,
  record: FolderRecord,
): ExpectedFile[] {
  const { manifest } = release;
  const own: ExpectedFile[] = [
    { path: manifestPath, sha256: record.manifestSha256 },
    { path: publicationPath, sha256: sha256(canonicalJson(publication)) },
  ];
  const { layout, datasetId } = record;
  if (layout === 'dicom-seg') {
    const paths = new Set([...(record.planned ?? []), ...Object.keys(record.made)]);
    return [...own, ...[...paths].sort().map((path) => ({ path }))];
  }
  const { volumes, texts } = layoutOf(manifest, { layout, datasetId });
  const hashes = new Map(manifest.files.map(({ path, sha256: hash }) => [path, hash]));
  const facts = {
    at: publication.at,
    manifestSha256: release.sha256,
    manifestBytes: release.bytes.byteLength,
  };
  const metadata = { path: croissantPath, sha256: sha256(canonicalJson(croissantOf(manifest, facts))) };
  return [
    ...own,
    // Its paths are those of the plain layout.
    ...(layout === 'plain' ? [metadata] : []),
    ...texts.map(({ path, text }) => ({ path, sha256: sha256(text) })),
    ...volumes.map(({ path, of, packed }) => ({ path, sha256: hashOfFile(hashes, of), packed })),
  ];
}

function hashOfFile(hashes: ReadonlyMap<string, string>, path: string): string {
  const found = hashes.get(path);
  if (found !== undefined) return found;
  throw new PlusctError(
    'SchemaViolation',
    `${manifestPath} names no file ${path}, which one of its cases has`,
  );
}

/** Whether bytes are what a file has to hold. */
export function isRight(
  bytes: Uint8Array,
  { path, sha256: wanted, packed }: ExpectedFile,
  record: FolderRecord,
): boolean {
  const hash = sha256(bytes);
  if (hash === wanted || record.made[path] === hash) return true;
  return packed === true && isGzip(bytes) && unpackedHash(bytes) === wanted;
}

/** Undefined of what cannot be unpacked. */
function unpackedHash(bytes: Uint8Array): string | undefined {
  try {
    return sha256(gunzipSync(bytes));
  } catch {
    return undefined;
  }
}

/** The record, manifest and publication of a folder. Throws `InvalidInput` where it is none of a release. */
export async function readFolder(
  folder: string,
): Promise<{ record: FolderRecord; release: StoredRelease; publication: Publication }> {
  if (!existsSync(folder)) {
    const message = `there is no folder ${folder}; name one that \`plusct release download\` wrote, or a version`;
    throw new PlusctError('InvalidInput', message);
  }
  const record = await readJsonFile(folder, recordPath, FolderRecord);
  const publication = await readJsonFile(folder, publicationPath, Publication);
  const path = join(folder, manifestPath);
  if (!existsSync(path)) throw unreadable(folder, manifestPath);
  return { record, publication, release: parseRelease(new Uint8Array(await readFile(path)), path) };
}

async function readJsonFile<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
  } catch (cause) {
    throw unreadable(folder, name, cause);
  }
}

function unreadable(folder: string, name: string, cause?: unknown): PlusctError {
  const message = `${join(folder, name)} is missing or was changed: download the release into this folder again to mend it`;
  return new PlusctError('InvalidInput', message, { cause });
}

/** Files below a folder, by their names in it. */
export async function filesOf(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Writes a file under its name only when it is whole; what was broken off is left as `.part` and written anew. */
export async function writeWhole(folder: string, name: string, content: Uint8Array | string): Promise<void> {
  const path = join(folder, ...name.split('/'));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}

/** Paths of a manifest come from a server: none may lead out of the folder. */
export function checkPaths({ files }: Pick<ReleaseManifest, 'files'>): void {
  const astray = files.find(
    ({ path }) => path.startsWith('/') || path.split('/').some((part) => part === '..' || part === ''),
  );
  if (astray !== undefined)
    throw new PlusctError(
      'SchemaViolation',
      `${manifestPath}: the path ${astray.path} leads out of the release`,
    );
}
