import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { z } from 'zod';
import { DataError, PlusctError } from '../../domain/errors.js';
import { gridDifference } from '../../imaging/grid-difference.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { writeCt } from '../../imaging/nifti-write.js';
import { toOrientation } from '../../imaging/orientation.js';
import type { CtVolume } from '../../imaging/volume.js';
import { hostName } from '../../infra/host-name.js';
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
const ownerName = 'owner.json';

const Call = z.object({ command: z.string(), args: z.array(z.string()).readonly() });
/** Whose a folder is, and what ends the program that may run on it. */
const Owner = z.object({ pid: z.number(), identity: z.string(), removal: Call.optional() });
type Removal = z.infer<typeof Call>;

/**
 * Makes the folders and writes the image. The process that owns them is named in them before the scan is; `removalOf` tells what
 * would remove what runs on the folder, should that process be killed.
 */
export async function openExchange(
  image: CtVolume,
  removalOf: (folder: string) => Removal | undefined,
): Promise<Exchange> {
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${hostName()}-`));
  const exchange = { folder, input: join(folder, 'input'), output: join(folder, 'output') };
  const identity = identityOf(process.pid) ?? '';
  const owner = { pid: process.pid, identity, removal: removalOf(folder) };
  await writeFile(join(folder, ownerName), JSON.stringify(owner));
  await mkdir(exchange.input);
  await mkdir(exchange.output);
  await writeFile(
    join(exchange.input, inputName),
    await zipped(writeCt(image.geometry, image.hu), { level: constants.Z_BEST_SPEED }),
  );
  return exchange;
}

/** A folder whose process is gone, with what removes the program that it may have left. */
export interface AbandonedExchange extends Pick<Exchange, 'folder'> {
  readonly removal?: Removal | undefined;
}

/** Folders, with the scans in them, of processes of this host or container that are there no more. */
export async function abandonedExchanges(): Promise<AbandonedExchange[]> {
  const own = `${prefix}${hostName()}-`;
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(own));
  const found: AbandonedExchange[] = [];
  for (const name of names.filter((each) => !each.slice(own.length).includes('-'))) {
    const folder = join(tmpdir(), name);
    const owner = await readFile(join(folder, ownerName), 'utf8')
      .then((text) => Owner.parse(JSON.parse(text)))
      // Another one has removed it, or is about to name itself.
      .catch(() => undefined);
    if (owner === undefined || identityOf(owner.pid) === owner.identity) continue;
    found.push({ folder, removal: owner.removal });
  }
  return found;
}

/** Removes the scan, and leaves to a later sweep what could not be removed now. */
export async function abandonExchange({ folder }: Pick<Exchange, 'folder'>, removal: Removal): Promise<void> {
  for (const name of await readdir(folder))
    if (name !== ownerName) await rm(join(folder, name), { recursive: true, force: true });
  await writeFile(join(folder, ownerName), JSON.stringify({ pid: 0, identity: 'nobody', removal }));
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
