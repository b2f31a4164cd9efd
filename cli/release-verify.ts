import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ReleaseCheck, verifyStoredRelease } from '../activities/release-verify.js';
import type { ReleaseFault } from '../domain/release-fault.js';
import { ensureCroissantValidator, validateCroissant } from '../infra/croissant-validator.js';
import { resolveHome } from '../infra/home.js';
import { croissantOf, croissantPath, manifestPath, publicationPath } from '../reports/croissant.js';
import { sha256 } from '../storage/hash.js';
import { canonicalJson } from '../storage/json.js';
import { printJson, say, styled } from './output.js';
import { stepDisplay } from './progress.js';
import type { ReleaseOptions } from './release.js';
import { expectedFiles, filesOf, isRight, readFolder, recordPath } from './release-folder.js';
import { chooseCampaign, type Session } from './session.js';

export interface VerifyOptions extends ReleaseOptions {
  /** Hash of the manifest that was kept elsewhere. */
  readonly manifest?: string;
  readonly croissant?: boolean;
}

/** Whether what is to be verified is a folder on this machine. */
export const isFolder = (text: string): boolean => existsSync(text) && statSync(text).isDirectory();

/** `plusct release verify FOLDER`: needs no server. */
export async function verifyFolder(path: string, options: VerifyOptions): Promise<void> {
  const folder = resolve(path);
  const display = stepDisplay();
  const check = await checkFolder(folder, (done, total) => display.update([{ name: 'files', done, total }]));
  display.end();
  const metadata = options.croissant ? await croissantFaults(folder) : [];
  report({ ...check, faults: [...check.faults, ...metadata] }, folder, options);
}

/** `plusct release verify VERSION`: every object in the store. */
export async function verifyRelease(
  session: Session,
  version: string,
  options: VerifyOptions,
): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const display = stepDisplay();
  const check = await verifyStoredRelease(session.store, campaign, version, (done, total) =>
    display.update([{ name: 'files', done, total }]),
  );
  display.end();
  report(check, `${campaign} ${version}`, options);
}

/** Compares every file of a folder with the manifest in it. */
export async function checkFolder(
  folder: string,
  progress: (done: number, of: number) => void = () => undefined,
): Promise<ReleaseCheck> {
  const { record, release, publication } = await readFolder(folder);
  const faults: ReleaseFault[] = [];
  if (publication.manifestSha256 !== release.sha256)
    faults.push({
      kind: 'changed',
      path: manifestPath,
      why: `it has the hash ${release.sha256}; its publication names ${publication.manifestSha256}`,
    });
  const facts = {
    at: publication.at,
    manifestSha256: release.sha256,
    manifestBytes: release.bytes.byteLength,
  };
  if (publication.croissant.sha256 !== sha256(canonicalJson(croissantOf(release.manifest, facts))))
    faults.push({
      kind: 'changed',
      path: publicationPath,
      why: 'what it says does not follow from the manifest',
    });
  const expected = expectedFiles(release, publication, record);
  let done = 0;
  for (const file of expected) {
    const at = join(folder, ...file.path.split('/'));
    if (!existsSync(at)) faults.push({ kind: 'missing', path: file.path, why: 'it is not in the folder' });
    else if (!isRight(new Uint8Array(await readFile(at)), file, record))
      faults.push({ kind: 'changed', path: file.path, why: 'its bytes are not those of the release' });
    progress(++done, expected.length);
  }
  const known = new Set([recordPath, ...expected.map(({ path }) => path)]);
  for (const path of await filesOf(folder))
    if (!known.has(path)) faults.push({ kind: 'extra', path, why: 'no part of the release' });
  return { version: record.version, manifestSha256: release.sha256, files: expected.length, faults };
}

async function croissantFaults(folder: string): Promise<ReleaseFault[]> {
  const { toolsDir } = resolveHome();
  const python = await ensureCroissantValidator({
    toolsDir,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const said = await validateCroissant(python, join(folder, croissantPath));
  return said.valid ? [] : [{ kind: 'changed', path: croissantPath, why: said.output }];
}

function report(check: ReleaseCheck, name: string, options: VerifyOptions): void {
  const { manifest: kept } = options;
  const other = kept !== undefined && kept.toLowerCase() !== check.manifestSha256;
  const faults: ReleaseFault[] = [
    ...check.faults,
    ...(other
      ? [
          {
            kind: 'changed' as const,
            path: manifestPath,
            why: `it has the hash ${check.manifestSha256}, not ${kept}`,
          },
        ]
      : []),
  ];
  if (faults.length > 0) process.exitCode = 1;
  if (options.json) {
    printJson({ ...check, faults });
    return;
  }
  for (const { kind, path, why } of faults) say(`${styled('red', kind)} ${path}: ${why}`);
  const whole = `${name} is whole: ${check.files} files, manifest ${check.manifestSha256}`;
  say(faults.length === 0 ? whole : `${name}: ${faults.length} faults in ${check.files} files`);
}
