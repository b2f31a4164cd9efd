import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PlusctError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import { type DicomSeries, readDicomSeries } from '../imaging/dicom.js';
import { readSegmentation } from '../imaging/dicom-seg.js';
import { writeSegmentation } from '../imaging/dicom-seg-write.js';
import { labelsOnGrid } from '../imaging/label-grid.js';
import { readLabelMap, readNiftiHeader } from '../imaging/nifti.js';
import { gzipStable, writeNifti } from '../imaging/nifti-write.js';
import { mayBeDicom, seriesUnder } from '../sources/dicom-files.js';
import { filesUnder } from '../sources/file-tree.js';
import { getContent } from '../storage/content.js';
import { requireResult } from '../storage/results.js';
import { parseCase } from './case-argument.js';
import { printTable, say } from './output.js';
import { chooseCampaign, type Session } from './session.js';

interface SeriesOptions {
  readonly series: string;
  readonly seriesUid?: string;
}
interface WriteOptions extends SeriesOptions {
  readonly labels?: string;
  readonly case?: string;
  readonly campaign?: string;
  readonly byIndex?: boolean;
  readonly out: string;
}
interface ReadOptions extends Partial<SeriesOptions> {
  readonly grid?: string;
  readonly out: string;
}

/** `plusct seg write --series DIR --labels FILE --out FILE`. */
export async function writeSeg(options: WriteOptions): Promise<void> {
  const { labels } = options;
  if (labels === undefined)
    throw new PlusctError('InvalidInput', 'Give --labels FILE or --case COLLECTION/CASE.');
  await writeFrom(options, labels, await readFile(labels));
}

/** `plusct seg write --series DIR --case CASE --out FILE`: the final labels of a finished case. */
export async function writeSegOfCase(session: Session, options: WriteOptions): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const address = parseCase(options.case ?? '');
  const { labelMap } = await requireResult(session.store, { campaign, ...address });
  await writeFrom(options, `labels of ${options.case}`, await getContent(session.store, labelMap));
}

/** `plusct seg read FILE --out FILE`. */
export async function readSeg(file: string, options: ReadOptions): Promise<void> {
  const grid = await gridOf(options);
  const { geometry, values, segments } = readSegmentation(file, await readFile(file), grid?.geometry);
  const form = { code: 1, affine: geometry.affine };
  const { shape, spacingMm } = geometry;
  const nifti = writeNifti({ shape, spacingMm, voxels: values, sform: form, qform: form, descrip: 'plusct' });
  await writeFile(options.out, gzipStable(nifti));
  const counts = countsOf(values);
  printTable(
    ['value', 'segment', 'code', 'voxels'],
    segments.map(({ value, label, code }) => [value, label, code, counts.get(value) ?? 0]),
  );
  say(resolve(options.out));
}

async function writeFrom(options: WriteOptions, name: string, bytes: Uint8Array): Promise<void> {
  const series = await readSeries(options);
  const labels = labelsOnGrid(
    readLabelMap(bytes, name),
    series.image.geometry,
    name,
    options.byIndex === true,
  );
  await writeFile(options.out, writeSegmentation({ series, labels, created: new Date() }));
  for (const note of [...series.notes, ...series.remarks.map(({ message }) => message)]) say(note);
  say(resolve(options.out));
}

async function readSeries({ series, seriesUid }: SeriesOptions): Promise<DicomSeries> {
  const all = (await filesUnder(series)).filter(mayBeDicom);
  const paths = seriesUid === undefined ? all : await pathsOf(series, all, seriesUid);
  const files = await Promise.all(
    paths.map(async (path) => ({ path, bytes: await readFile(join(series, path)) })),
  );
  return readDicomSeries(files);
}

async function pathsOf(directory: string, files: readonly string[], uid: string): Promise<string[]> {
  const found = await seriesUnder(directory, files);
  const wanted = found.find((each) => each.seriesInstanceUid === uid);
  if (wanted !== undefined) return wanted.paths;
  const there = found.map((each) => `${each.seriesInstanceUid} (${each.paths.length} files)`).join(', ');
  throw new PlusctError('InvalidInput', `${directory} has no series ${uid}; there are ${there || 'none'}`);
}

async function gridOf(options: ReadOptions): Promise<{ geometry: Geometry } | undefined> {
  if (options.grid !== undefined) return readNiftiHeader(await readFile(options.grid), options.grid);
  const { series, seriesUid } = options;
  if (series === undefined) return undefined;
  return (await readSeries({ series, ...(seriesUid === undefined ? {} : { seriesUid }) })).image;
}

function countsOf(values: Uint8Array | Uint16Array): Map<number, number> {
  const counts = new Uint32Array(65536);
  for (let n = 0; n < values.length; n++) counts[values[n]]++;
  return new Map([...counts.entries()].filter(([, count]) => count > 0));
}
