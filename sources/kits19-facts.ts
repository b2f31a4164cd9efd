import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SourceCase } from '../domain/case.js';
import { type Finding, finding } from '../domain/finding.js';
import { nameOf } from './file-tree.js';
import { knownOf } from './listing.js';

/** One patient of `kits.json`. Values are numbers, strings, booleans, null and nested, and are kept as they are. */
const Entry = z.object({ case_id: z.string().regex(/^case_\d{5}$/) }).catchall(z.json());
const Spacing = z.object({ x_spacing: z.number(), y_spacing: z.number(), z_spacing: z.number() });

export type KitsPatient = Pick<SourceCase, 'facts' | 'listedSpacingMm'>;

/** What `kits.json` says, by case; empty where there is none, and with a finding where it cannot be read. */
export async function readKitsPatients(
  directory: string,
  files: readonly string[],
): Promise<{ patients: Map<string, KitsPatient>; findings: Finding[] }> {
  const path = files.find((each) => /^kits(21|23)?\.json$/.test(nameOf(each)));
  if (path === undefined) return { patients: new Map(), findings: [] };
  try {
    const entries = z.array(Entry).parse(JSON.parse(await readFile(join(directory, path), 'utf8')));
    return { patients: new Map(entries.map(patientOf)), findings: [] };
  } catch {
    const message = `${path}: no list of cases; they were listed from the folders alone`;
    const suggestion = 'Fetch kits.json of KiTS19 again.';
    return { patients: new Map(), findings: [finding('FILE_CORRUPT', { where: path, message, suggestion })] };
  }
}

function patientOf({ case_id: caseId, ...facts }: z.infer<typeof Entry>): [string, KitsPatient] {
  const spacing = Spacing.safeParse(facts.voxel_spacing);
  if (!spacing.success) return [caseId, { facts }];
  const { x_spacing: leftRight, y_spacing: backFront, z_spacing: footHead } = spacing.data;
  return [caseId, { facts, listedSpacingMm: { leftRight, backFront, footHead } }];
}

/** What its change log, its issues and later editions say of cases, by number. */
const known: readonly (readonly [cases: readonly number[], what: string])[] = [
  [[22, 61, 117], 'was cut on 2019-04-15: a second phase had been appended to it'],
  [[15, 60, 102, 174], 'was replaced on 2019-04-15'],
  [[40, 42, 155, 166], 'had its label corrected on 2019-04-15'],
  [[15, 23, 37, 125], 'had its label corrected on 2019-12-20'],
  [[15, 37], 'had its label replaced by a prediction in the winning entry of 2019'],
  [[23, 68, 125, 133], 'was left out by the winning entry of 2019 for its label'],
  [[23], 'has its tumour at another place in KiTS23; the organ agrees (DSC 0.98)'],
  [[160], 'has 796 columns, all others 512'],
  [[205], 'has an angiomyolipoma that KiTS21 moved from cyst to tumour'],
];

export function knownOfKits(caseId: string): Finding[] {
  const number = Number(caseId.slice('case_'.length));
  return known
    .filter(([cases]) => cases.includes(number))
    .map(([, what]) =>
      knownOf('KNOWN_FACT', caseId, what, 'nothing to do; the label of the organ is checked'),
    );
}
