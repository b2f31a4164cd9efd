import { basename } from 'node:path';
import { collectionFacts } from '../domain/collection.js';
import type { Finding } from '../domain/finding.js';
import { type Severity, severities } from '../domain/finding-catalogue.js';
import { closed, sentence } from '../domain/sentence.js';
import type { Geometry } from '../domain/volume.js';
import { sidesKnown } from '../imaging/geometry-repair.js';
import type { Inspection } from '../sources/inspection.js';
import { cut, printTable, say, styled, terminalWidth, wrapped } from './output.js';

/** The colour of each severity on a terminal. */
export const severityColours = {
  reject: 'red',
  quarantine: 'red',
  exclude: 'yellow',
  flag: 'yellow',
  note: 'dim',
} as const satisfies Record<Severity, string>;

/** One file in full. */
export function printInspection(inspection: Inspection): void {
  const { path, kind, collection, geometry, intensity, labelPath, values, findings } = inspection;
  const rules =
    collection === undefined ? '' : `, looked at by the rules of ${collectionFacts[collection].title}`;
  const what = { ct: 'CT', labels: 'label map', unreadable: 'cannot be read' }[kind];
  say(`${styled('bold', path)}  ${what}${rules}`);
  if (geometry !== undefined) printGeometry(geometry);
  if (intensity !== undefined) {
    const { minHu, p1Hu, medianHu, p99Hu, maxHu, notFinite } = intensity;
    line('values', `${minHu}…${maxHu} HU; 1 % ${p1Hu}, median ${medianHu}, 99 % ${p99Hu}`);
    if (notFinite > 0) line('', `${notFinite} voxels are no numbers`);
  }
  if (labelPath !== undefined) line('label', labelPath);
  if (kind === 'labels' && values.length === 0) line('values', 'nothing is labelled');
  if (values.length > 0) {
    say('');
    printTable(
      ['value', 'label', 'voxels', 'mL'],
      values.map(({ value, name, voxels, ml }) => [
        value,
        name,
        voxels.toLocaleString('en'),
        ml?.toFixed(1) ?? '–',
      ]),
    );
  }
  say('');
  say(findings.length === 0 ? 'Nothing was found.' : styled('bold', `Findings (${findings.length})`));
  for (const each of bySeverity(findings)) printFinding(each);
}

const deciderSays: Readonly<Record<Geometry['decidedBy'], string>> = {
  sform: 'sform says',
  qform: 'qform says',
  pixdim: 'pixdim says',
  dicom: 'DICOM positions say',
  'space directions': 'NRRD fields "space directions" and "space origin" say',
};

function printGeometry(geometry: Geometry): void {
  const { shape, spacingMm, axisCodes, affine, decidedBy, repairs } = geometry;
  const mm = (value: number): string => String(Number(value.toPrecision(5)));
  const extent = shape.map((size, axis) => mm(size * spacingMm[axis]!)).join(' × ');
  line('shape', `${shape.join(' × ')} voxels`);
  const size = sidesKnown(geometry) ? `${extent} mm in all` : 'a placeholder: the true one is not known';
  line('spacing', `${spacingMm.map(mm).join(' × ')} mm, ${size}`);
  line('axes', `${axisCodes}, as the ${deciderSays[decidedBy]}`);
  affine.forEach((row, at) => {
    line(at === 0 ? 'affine' : '', row.map((value) => mm(value).padStart(10)).join(''));
  });
  repairs.forEach(({ why }, at) => {
    line(at === 0 ? 'repaired' : '', why);
  });
}

function line(name: string, content: string): void {
  say(`  ${name.padEnd(9)} ${content}`);
}

/** One finding on two lines: what and where, then in words. */
export function printFinding({ severity, code, message, suggestion }: Finding): void {
  say(`${styled(severityColours[severity], severity.padEnd(10))} ${code}`);
  say(wrapped(`${closed(message)} ${sentence(suggestion)}`, 11));
}

/** Worst first; among equals in the order in which they were found. */
export function bySeverity<T extends Finding>(findings: readonly T[]): T[] {
  return [...findings].sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

/** Files of a folder, one line each. */
export function printInspections(folder: string, inspections: readonly Inspection[]): void {
  const width = Math.max(24, terminalWidth() - 62);
  say(styled('bold', `${basename(folder)}: ${inspections.length} volumes`));
  printTable(
    ['file', 'kind', 'shape', 'spacing mm', 'axes', 'findings'],
    inspections.map(({ path, kind, geometry, findings }) => [
      path.length <= width ? path : `…${path.slice(1 - width)}`,
      kind,
      geometry?.shape.join('×') ?? '–',
      geometry?.spacingMm.map((side) => side.toFixed(2)).join('×') ?? '–',
      geometry?.axisCodes ?? '–',
      codesOf(findings),
    ]),
  );
}

function codesOf(findings: readonly Finding[]): string {
  const [worst] = bySeverity(findings);
  if (worst === undefined) return 'none';
  const codes = [...new Set(bySeverity(findings).map(({ code }) => code))].join(', ');
  return styled(severityColours[worst.severity], cut(codes, 60));
}
