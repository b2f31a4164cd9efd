import { createHmac } from 'node:crypto';
import { PlusctError } from '../domain/errors.js';
import type { FinishedCase } from '../domain/export-choice.js';
import { type BlindVolumes, blindVolumes } from '../imaging/blind-volume.js';
import { readCt, readLabelMap } from '../imaging/nifti.js';
import { getContent } from '../storage/content.js';
import { sha256 } from '../storage/hash.js';
import { canonicalJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { ExportFolder } from './export-folder.js';

export interface BlindExport {
  readonly seed: string;
  readonly out: string;
  /** Folder for the organiser alone. */
  readonly key: string;
  /** Name and text of pages that name sources: they go to the organiser. */
  readonly pages: Readonly<Record<string, string>>;
}

const easilyGuessed = 16;

/**
 * Writes images and label maps under ids that say nothing, in the order of those ids, without header text, source orientation, origin
 * and file times; the key that undoes it goes to another folder, and only its hash stays with the export.
 */
export async function exportBlind(
  store: ObjectStore,
  cases: readonly FinishedCase[],
  { seed, out, key: keyPath, pages }: BlindExport,
): Promise<void> {
  if (seed.length < easilyGuessed)
    process.stderr.write(
      `The seed has less than ${easilyGuessed} characters: who guesses it can name every case.\n`,
    );
  const [folder, keyFolder] = [new ExportFolder(out), new ExportFolder(keyPath)];
  const named = cases.map((view) => ({ id: blindId(seed, view.name), view }));
  if (new Set(named.map(({ id }) => id)).size < named.length)
    throw new PlusctError(
      'InvalidInput',
      'two cases get the same blind id under this seed: take another one',
    );
  named.sort((a, b) => (a.id < b.id ? -1 : 1));
  const files: string[] = [];
  const keep = async (name: string, content: Uint8Array | string): Promise<void> => {
    await folder.write(name, content);
    files.push(name);
  };
  const keys = [];
  const lines = [];
  for (const { id, view } of named) {
    const volumes = await volumesOf(store, view);
    await keep(`images/${id}_0000.nii.gz`, volumes.image);
    await keep(`labels/${id}.nii.gz`, volumes.labelMap);
    keys.push(keyOf(id, view, volumes));
    lines.push(JSON.stringify({ id, shape: volumes.shape, spacingMm: volumes.spacingMm }));
  }
  const key = canonicalJson({ format: 'plusct blind export 1', cases: keys });
  await keep('cases.jsonl', `${lines.join('\n')}\n`);
  await keep('SEAL.txt', `${sha256(key)}  key.json\n`);
  await keyFolder.write('key.json', key, 0o600);
  for (const [file, text] of Object.entries(pages)) await keyFolder.write(file, text, 0o600);
  await folder.forgetTimes([...files, 'images', 'labels', '.']);
}

/** Ten letters and digits that follow from seed and case; without the seed they tell nothing. */
export function blindId(seed: string, name: string): string {
  const digits = createHmac('sha256', seed).update(`plusct blind ${name}`).digest();
  return `case-${[...digits.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('')}`;
}

/** Thirty-two signs that are not mixed up when they are read out. */
const alphabet = '23456789abcdefghijkmnpqrstuvwxyz';

async function volumesOf(
  store: ObjectStore,
  { passport, result, name }: FinishedCase,
): Promise<BlindVolumes> {
  const image = readCt(await getContent(store, passport.image!), name);
  const { values } = readLabelMap(await getContent(store, result.labelMap), name);
  return blindVolumes({ ...image, geometry: passport.geometry! }, Uint8Array.from(values));
}

/** What the organiser needs to name a case, and to lay what was handed in back on its native grid. */
function keyOf(id: string, { name, licence, passport, result }: FinishedCase, volumes: BlindVolumes) {
  return {
    id,
    case: name,
    licence,
    citation: passport.citation,
    native: passport.geometry,
    labelMapSha256: result.labelMap.sha256,
    blind: { imageSha256: sha256(volumes.image), labelMapSha256: sha256(volumes.labelMap) },
  };
}
