import { z } from 'zod';
import { PlusctError } from './errors.js';
import { Sha256 } from './primitives.js';

/** A table that says which cases are of one person. */
export interface PatientTable {
  /** As the user named it. */
  readonly path: string;
  readonly sha256: string;
  readonly rows: readonly PatientRow[];
}

export interface PatientRow {
  /** Of a campaign `collection/case`. */
  readonly name: string;
  readonly patient: string;
  readonly line: number;
}

/** What proves that two cases are of one person: two lines of a table. What the table calls the person is not kept. */
export const SamePatient = z.object({
  kind: z.literal('same-patient'),
  /** The table's name without folders, and its hash. */
  table: z.string(),
  sha256: Sha256,
  lines: z.tuple([z.number().int(), z.number().int()]),
});
export type SamePatient = z.infer<typeof SamePatient>;

/** Two cases of one person. */
export const PatientPair = z.object({ first: z.string(), second: z.string(), same: SamePatient });
export type PatientPair = z.infer<typeof PatientPair>;

/** What a table that came after the build says of a campaign's cases; written once. */
export const KnownPatients = z.object({
  pairs: z.array(PatientPair).min(1),
  /** Who says that the table is right, and why. */
  by: z.string(),
  why: z.string(),
});
export type KnownPatients = z.infer<typeof KnownPatients>;

/** One line of evidence for people. */
export function patientText({ table, sha256, lines }: SamePatient): string {
  const [one, other] = lines;
  const where = one === other ? `line ${one}` : `lines ${one} and ${other}`;
  return `one patient: ${where} of ${table} (sha256 ${sha256.slice(0, 12)}…)`;
}

/** What two rows of one patient prove. */
export function samePatient({ path, sha256 }: PatientTable, one: PatientRow, other: PatientRow): SamePatient {
  const table = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return { kind: 'same-patient', table, sha256, lines: [one.line, other.line] };
}

/** Each further case of a patient with the patient's first. */
export function patientPairs(table: PatientTable): PatientPair[] {
  const firsts = new Map<string, PatientRow>();
  return table.rows.flatMap((row) => {
    const first = firsts.get(row.patient);
    if (first === undefined) firsts.set(row.patient, row);
    if (first === undefined || first.name === row.name) return [];
    return [{ first: first.name, second: row.name, same: samePatient(table, first, row) }];
  });
}

const linesNamed = 10;

/** Throws `InvalidInput`, naming lines and values, where a table names what is not among `names`; `whose` says what these are of, `remedy` how to put it right. */
export function requireNames(
  { path, rows }: PatientTable,
  names: ReadonlySet<string>,
  whose: string,
  remedy: string,
): void {
  const unknown = rows.filter(({ name }) => !names.has(name));
  if (unknown.length === 0) return;
  const named = unknown.slice(0, linesNamed).map(({ line, name }) => `line ${line}: case '${name}'`);
  const more = unknown.length > linesNamed ? `, and ${unknown.length - linesNamed} more` : '';
  const message = `--patients ${path}: ${named.join(', ')}${more}: no such case in ${whose}; ${remedy}, or take the line out`;
  throw new PlusctError('InvalidInput', message);
}
