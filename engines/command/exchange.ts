import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { DataError, PlusctError } from '../../domain/errors.js';
import { gridDifference } from '../../imaging/grid-difference.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { writeCt } from '../../imaging/nifti-write.js';
import { toOrientation } from '../../imaging/orientation.js';
import type { CtVolume } from '../../imaging/volume.js';
import { identityOf } from '../../infra/process.js';
import { type LabelValues, toOrganValues } from '../label-values.js';

/** nnU-Net's names, which challenges took over: channel 0 of a scan in, the scan's labels out. */
const inputName = 'scan_0000.nii.gz';
const outputNames = ['scan.nii.gz', 'scan_0000.nii.gz', 'scan.nii'];
const shownAtMost = 5;
/** Beside the main thread, whose heartbeats go on. */
const zipped = promisify(gzip);

/** The two folders that one run of a program sees. */
export interface Exchange {
  readonly folder: string;
  readonly input: string;
  readonly output: string;
}

const prefix = 'plusct-command-';

/** Makes the folders and writes the image. */
export async function openExchange(image: CtVolume): Promise<Exchange> {
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  const exchange = { folder, input: join(folder, 'input'), output: join(folder, 'output') };
  await mkdir(exchange.input);
  await mkdir(exchange.output);
  await writeFile(
    join(exchange.input, inputName),
    await zipped(writeCt(image.geometry, image.hu), { level: constants.Z_BEST_SPEED }),
  );
  return exchange;
}

/** Folders, with the scans in them, that processes have left which are there no more. */
export async function abandonedExchanges(): Promise<Pick<Exchange, 'folder'>[]> {
  const names = await readdir(tmpdir());
  return names.flatMap((name) => {
    const [, owner] = new RegExp(`^${prefix}(\\d+)-\\w+$`).exec(name) ?? [];
    const left = owner !== undefined && identityOf(Number(owner)) === undefined;
    return left ? [{ folder: join(tmpdir(), name) }] : [];
  });
}

export function closeExchange({ folder }: Pick<Exchange, 'folder'>): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/**
 * The label map that a program wrote, in the image's index order. Axes in another order are turned back, which loses nothing; a
 * map on any other grid is refused. Throws `SchemaViolation` on whatever is not a label map of this image.
 */
export async function takeLabels(
  { output }: Exchange,
  image: CtVolume,
  values: LabelValues,
  others: 'refuse' | 'background',
): Promise<Uint8Array> {
  const written = (await readdir(output)).sort();
  const name = outputNames.find((each) => written.includes(each));
  if (name === undefined) throw missing(written);
  try {
    const map = readLabelMap(await readFile(join(output, name)), name);
    const turned = toOrientation(map.geometry, map.values, image.geometry.axisCodes);
    const difference = gridDifference([image.geometry], turned.geometry);
    if (difference !== undefined) {
      throw new PlusctError('SchemaViolation', `${name} does not lie on its image: ${difference.message}`);
    }
    return toOrganValues(turned.voxels, values, others, name);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new PlusctError('SchemaViolation', `the program wrote what is no label map: ${error.message}`);
  }
}

function missing(written: readonly string[]): PlusctError {
  const rest = written.length > shownAtMost ? `, and ${written.length - shownAtMost} more` : '';
  const found = written.length === 0 ? 'nothing' : `${written.slice(0, shownAtMost).join(', ')}${rest}`;
  return new PlusctError(
    'SchemaViolation',
    `the program wrote no ${outputNames[0]} for ${inputName}: it wrote ${found}`,
  );
}
