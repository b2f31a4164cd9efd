import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlusctError } from '../domain/errors.js';
import { CollectionName } from '../domain/primitives.js';
import { sidesKnown } from '../imaging/geometry-repair.js';
import { threePlanes } from '../imaging/three-planes.js';
import { toPng } from '../reports/raster.js';
import { drawThreePlanes } from '../reports/three-plane-picture.js';
import { type Inspected, type InspectInput, inspectVolume } from '../sources/inspection.js';
import { readLabels } from './evaluate-options.js';
import { printInspection, printInspections } from './inspect-print.js';
import { type Volume, volumesAt } from './inspect-volumes.js';
import { printJson, say } from './output.js';
import { WrongOption } from './wrong-option.js';

export interface InspectOptions {
  readonly label?: string;
  readonly png?: string;
  readonly collection?: string;
  readonly labels?: string;
  readonly json?: boolean;
}

type Rules = Pick<InspectInput, 'names' | 'collection'>;

/** `plusct inspect FILE|DIR`: what files hold and what is wrong with them, without any server. */
export async function inspect(path: string, options: InspectOptions): Promise<void> {
  const rules = rulesOf(options);
  const volumes = await volumesAt(path, options.label);
  if (volumes.length === 1) return inspectOne(volumes[0]!, rules, options);
  if (options.png !== undefined || options.label !== undefined) {
    const option = options.png === undefined ? '--label' : '--png';
    const message = `${option}: ${path} holds ${volumes.length} volumes; name one file or the folder of one series`;
    throw new PlusctError('InvalidInput', message);
  }
  const inspections = [];
  for (const volume of volumes) inspections.push((await inspected(volume, rules)).inspection);
  if (options.json) return printJson(inspections);
  printInspections(path, inspections);
}

async function inspectOne(volume: Volume, rules: Rules, options: InspectOptions): Promise<void> {
  const result = await inspected(volume, rules);
  if (options.json) printJson(result.inspection);
  else printInspection(result.inspection);
  if (options.png === undefined) return;
  await writePicture(result, options.png);
  if (!options.json) say(`\nPicture ${options.png}`);
}

async function inspected({ directory, image, path, labelPath }: Volume, rules: Rules): Promise<Inspected> {
  const own = image.kind === 'nifti' ? [image.path] : image.paths;
  const files = new Map<string, Uint8Array>();
  for (const each of own) files.set(each, await readFile(join(directory, each)));
  if (labelPath !== undefined) files.set(labelPath, await readLabelFile(labelPath));
  return inspectVolume({ image, path, files, ...rules, ...(labelPath === undefined ? {} : { labelPath }) });
}

async function readLabelFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new PlusctError('InvalidInput', `--label ${path}: there is no such file`, { cause });
  }
}

function rulesOf({ collection, labels }: InspectOptions): Rules {
  const named = labels === undefined ? [] : readLabels(labels);
  const names = new Map(
    named.flatMap((each) => each.labels.map((value): [number, string] => [value, each.organ])),
  );
  if (collection === undefined) return { names };
  const parsed = CollectionName.safeParse(collection);
  if (parsed.success) return { names, collection: parsed.data };
  throw new WrongOption(`--collection ${collection}: expected ${CollectionName.options.join(', ')}`);
}

async function writePicture({ inspection, geometry, hu, labels }: Inspected, file: string): Promise<void> {
  if (geometry === undefined) {
    const message = `--png: ${inspection.path} cannot be read, so there is no picture of it`;
    throw new PlusctError('InvalidInput', message);
  }
  const views = threePlanes(geometry, {
    ...(hu === undefined ? {} : { hu }),
    ...(labels === undefined ? {} : { labels }),
  });
  const { shape, spacingMm, axisCodes } = geometry;
  const known = sidesKnown(geometry);
  const sides = spacingMm.map((side) => Number(side.toPrecision(4))).join(' × ');
  const size = known ? `of ${sides} mm` : 'of unknown size';
  const title = [inspection.path, `${shape.join(' × ')} voxels ${size} · ${axisCodes}`] as const;
  await writeFile(file, toPng(drawThreePlanes(views, { title, values: inspection.values, scaleBar: known })));
}
