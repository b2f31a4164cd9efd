import {
  type MetricContract,
  type MetricName,
  metricNames,
  type OrganRule,
  type PresetName,
} from '../domain/metric.js';
import { metricContract } from '../domain/metric-preset.js';
import { type PublishedRow, publishedTables } from '../reports/published-tables.js';
import { WrongOption, wholeNumber } from './wrong-option.js';

/** Options of `plusct evaluate --truth` as they are typed. */
export interface EvaluateFilesOptions {
  readonly truth?: string;
  readonly reference?: string;
  readonly prediction?: string;
  readonly compare: readonly string[];
  readonly labels?: string;
  readonly preset: PresetName;
  readonly toleranceMm?: string;
  readonly metrics: string;
  readonly failureBelow?: string;
  readonly json?: string | true;
  readonly csv?: string;
  readonly report?: string;
  readonly plots?: string;
  readonly images?: string;
  readonly strata?: string;
  readonly published?: string;
  readonly title?: string;
  readonly jobs?: string;
  readonly ignoreGeometry?: boolean;
  readonly ignoreUnknownLabels?: boolean;
  readonly skipFaulty?: boolean;
}

/** What is to be done, checked. Paths are as they were typed. */
export interface EvaluateRequest {
  readonly truth: string;
  /** The judged prediction first, then those to compare it with. */
  readonly predictions: readonly string[];
  readonly contract: MetricContract;
  readonly title: string;
  readonly skipFaulty: boolean;
  readonly jobs?: number;
  readonly json?: string;
  readonly csv?: string;
  readonly report?: string;
  readonly plots?: string;
  readonly images?: string;
  readonly strata?: string;
  readonly published?: PublishedRow;
}

/** Throws `InvalidInput` with the option's name and what it takes. */
export function evaluateRequest(options: EvaluateFilesOptions): EvaluateRequest {
  const { truth, prediction, labels, jobs, published } = options;
  if (truth === undefined)
    throw wrong('--truth', 'and --prediction are needed, or --reference for a campaign');
  if (options.reference !== undefined) throw wrong('--reference', 'is for campaigns; files have --truth');
  if (prediction === undefined) throw wrong('--prediction', 'is needed beside --truth');
  if (labels === undefined) throw wrong('--labels', 'is needed beside --truth: --labels 1=liver,2=kidney');
  const tolerancesMm = options.toleranceMm === undefined ? undefined : readTolerances(options.toleranceMm);
  const contract = metricContract({
    preset: options.preset,
    organs: readLabels(labels),
    metrics: readMetrics(options.metrics),
    ...(tolerancesMm === undefined ? {} : { tolerancesMm }),
    ...(options.failureBelow === undefined ? {} : { failureBelowDsc: readShare(options.failureBelow) }),
    ignoreGeometry: options.ignoreGeometry ?? false,
    ignoreUnknownLabels: options.ignoreUnknownLabels ?? false,
  });
  const names = contract.organs.map(({ organ }) => organ);
  const organs = names.length > 4 ? `${names.length} organs` : names.join(', ');
  return {
    truth,
    predictions: [prediction, ...options.compare],
    contract,
    title: options.title ?? `Segmentation of ${organs}`,
    skipFaulty: options.skipFaulty ?? false,
    ...(jobs === undefined ? {} : { jobs: wholeNumber('--jobs', jobs, 1, 256) }),
    ...(typeof options.json === 'string' ? { json: options.json } : {}),
    ...(options.csv === undefined ? {} : { csv: options.csv }),
    ...(options.report === undefined ? {} : { report: options.report }),
    ...(options.plots === undefined ? {} : { plots: options.plots }),
    ...(options.images === undefined ? {} : { images: options.images }),
    ...(options.strata === undefined ? {} : { strata: options.strata }),
    ...(published === undefined ? {} : { published: findPublished(published) }),
  };
}

/** `1=liver,2=kidney,3=kidney` or `1=liver,2+3=kidney`: values of one organ are merged. */
export function readLabels(text: string): Pick<OrganRule, 'organ' | 'labels'>[] {
  const organs = new Map<string, number[]>();
  for (const part of text.split(',')) {
    const [values = '', ...rest] = part.split('=');
    const organ = rest.join('=').trim();
    const labels = values.split('+').map((value) => (/^\s*\d+\s*$/.test(value) ? Number(value) : Number.NaN));
    if (organ === '' || labels.some((label) => !(label >= 1 && label <= 65535))) {
      throw wrong(
        '--labels',
        `has '${part}'; write value=organ with values from 1 to 65535, as in 1=liver,2=kidney`,
      );
    }
    organs.set(organ, [...(organs.get(organ) ?? []), ...labels]);
  }
  return [...organs].map(([organ, labels]) => ({ organ, labels }));
}

function readTolerances(text: string): number[] {
  const tolerances = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (tolerances.every((each) => each >= 0 && each <= 1000)) return [...new Set(tolerances)];
  throw wrong('--tolerance-mm', `is '${text}'; give millimetres from 0 to 1000, as in 1,2.5`);
}

function readMetrics(text: string): MetricName[] {
  const names = text.split(',').map((part) => part.trim());
  const unknown = names.find((name) => !(metricNames as readonly string[]).includes(name));
  if (unknown === undefined) return metricNames.filter((name) => name === 'dsc' || names.includes(name));
  throw wrong('--metrics', `has '${unknown}'; there are ${metricNames.join(', ')}`);
}

function readShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share >= 0 && share <= 1) return share;
  throw wrong('--failure-below', `is '${text}'; give a DSC from 0 to 1`);
}

function findPublished(id: string): PublishedRow {
  const found = publishedTables.find((row) => row.id === id);
  if (found !== undefined) return found;
  throw wrong('--published', `is '${id}'; there are ${publishedTables.map((row) => row.id).join(', ')}`);
}

function wrong(option: string, what: string): WrongOption {
  return new WrongOption(`${option} ${what}`);
}
