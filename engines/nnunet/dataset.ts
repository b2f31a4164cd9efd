import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { PlusctError } from '../../domain/errors.js';
import { organs as houseOrder, type Organ, organValue } from '../../domain/organ.js';
import { writeNifti } from '../../imaging/nifti-write.js';
import type { CtVolume } from '../../imaging/volume.js';
import { mapBounded } from '../../storage/map-bounded.js';
import { type TrainingCase, unlabelled } from '../engine.js';

const pack = promisify(gzip);

/** nnU-Net knows a dataset by a number; each training has a folder, and with it the numbers, to itself. */
export const datasetName = 'Dataset001_plusct';
export const datasetNumber = '1';
/** Axes are turned to RAS when a file is read, and back when a result is written: collections lie in every direction. */
const reader = 'NibabelIOWithReorient';
const ending = '.nii.gz';

/** A model's labels: nnU-Net wants consecutive values, in the order of the organs of the house. */
export function modelLabels(organs: readonly Organ[]): ReadonlyMap<Organ, number> {
  return new Map(houseOrder.filter((organ) => organs.includes(organ)).map((organ, n) => [organ, n + 1]));
}

/** Contents of dataset.json. The ignore label is there only where a case has unlabelled voxels: sampling differs with it. */
export function datasetJson(organs: readonly Organ[], cases: number, partial: boolean): object {
  const labels = modelLabels(organs);
  return {
    // This very word selects nnU-Net's normalisation for CT.
    channel_names: { 0: 'CT' },
    labels: {
      background: 0,
      ...Object.fromEntries(labels),
      ...(partial ? { ignore: labels.size + 1 } : {}),
    },
    numTraining: cases,
    file_ending: ending,
    overwrite_image_reader_writer: reader,
  };
}

/** The name that a case has inside nnU-Net: its place in the set, and its own name as far as file names allow. */
export function identifierOf(position: number, id: string): string {
  return `${String(position + 1).padStart(4, '0')}-${id.replace(/[^A-Za-z0-9]+/g, '-')}`;
}

/**
 * Organ values as nnU-Net's: consecutive, `unlabelled` as the ignore label. Pure.
 * @throws PlusctError InvalidInput for a value that is no trained organ, naming it
 */
export function toModelLabels(
  values: Uint8Array,
  organs: readonly Organ[],
  where: string,
): { labels: Uint8Array; partial: boolean } {
  const table = new Int16Array(256).fill(-1);
  table[0] = 0;
  const own = modelLabels(organs);
  for (const [organ, label] of own) table[organValue[organ]] = label;
  table[unlabelled] = own.size + 1;
  const labels = new Uint8Array(values.length);
  let partial = false;
  for (let n = 0; n < values.length; n++) {
    const label = table[values[n]];
    if (label < 0) {
      const known = [0, ...[...own.keys()].map((organ) => organValue[organ]), unlabelled].join(', ');
      throw new PlusctError('InvalidInput', `${where} has the label ${values[n]}: expected ${known}`);
    }
    labels[n] = label;
    partial ||= label > own.size;
  }
  return { labels, partial };
}

/** An image as nnU-Net reads it: voxels where the geometry says they lie. */
export function niftiOf({ geometry }: CtVolume, voxels: Int16Array | Uint8Array): Uint8Array {
  const { shape, spacingMm, affine } = geometry;
  return writeNifti({ shape, voxels, spacingMm, sform: { code: 1, affine } });
}

/** nnU-Net's name of each case, and the case's own. */
export function identifiersOf(cases: readonly Pick<TrainingCase, 'id'>[]): ReadonlyMap<string, string> {
  return new Map(cases.map(({ id }, position) => [identifierOf(position, id), id]));
}

/** Volumes in memory together: packing them takes longer than fetching. */
const writtenAtOnce = 4;

/**
 * Writes cases as `folder/Dataset001_plusct`, in the layout of nnUNet_raw. Resolves to the SHA-256 of everything that was written:
 * equal datasets are one training. `step` hears of each case that is begun.
 */
export async function writeDataset(
  folder: string,
  organs: readonly Organ[],
  cases: readonly TrainingCase[],
  step: (done: number, id: string) => void,
): Promise<string> {
  const at = join(folder, datasetName);
  for (const each of ['imagesTr', 'labelsTr']) await mkdir(join(at, each), { recursive: true });
  let begun = 0;
  const places = cases.map((each, position) => ({ ...each, identifier: identifierOf(position, each.id) }));
  const written = await mapBounded(places, writtenAtOnce, async (each) => {
    step(begun++, each.id);
    return writeCase(at, organs, each);
  });
  const partial = written.some((each) => each.partial);
  const contents = JSON.stringify(datasetJson(organs, cases.length, partial));
  await writeFile(join(at, 'dataset.json'), contents);
  const hash = createHash('sha256');
  for (const { digest } of written) hash.update(digest);
  return hash.update(contents).digest('hex');
}

async function writeCase(
  at: string,
  organs: readonly Organ[],
  { id, identifier, load }: TrainingCase & { readonly identifier: string },
): Promise<{ digest: string; partial: boolean }> {
  const { image, labels } = await load();
  if (labels.length !== image.hu.length) {
    const sizes = `${labels.length} label voxels, ${image.hu.length} image voxels`;
    throw new PlusctError('InvalidInput', `case ${id} has ${sizes}: bring both to one grid`);
  }
  const own = toModelLabels(labels, organs, `case ${id}`);
  const files = [niftiOf(image, image.hu), niftiOf(image, own.labels)] as const;
  await writePacked(join(at, 'imagesTr', `${identifier}_0000${ending}`), files[0]);
  await writePacked(join(at, 'labelsTr', `${identifier}${ending}`), files[1]);
  const hash = createHash('sha256');
  for (const file of files) hash.update(file);
  return { digest: hash.digest('hex'), partial: own.partial };
}

/** Off the main thread, and quickly rather than small: the folder lives as long as the training. */
async function writePacked(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, await pack(bytes, { level: constants.Z_BEST_SPEED }));
}
