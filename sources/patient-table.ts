import { csvParseRows } from 'd3-dsv';
import { PlusctError } from '../domain/errors.js';
import type { PatientRow } from '../domain/patients.js';

const columns = ['case', 'patient'] as const;

/**
 * The rows of a table of patients: columns `case` and `patient`, in any order and beside others. Throws `InvalidInput`, naming line and
 * value, on a table that lacks one, on a row with an empty cell, and on a case of two patients; `where` names the table.
 */
export function parsePatientTable(text: string, where: string): PatientRow[] {
  const [head = [], ...cells] = csvParseRows(text.replace(/^\uFEFF/, ''));
  const at = columns.map((column) => head.map((name) => name.trim().toLowerCase()).indexOf(column));
  if (at.includes(-1))
    throw unusable(where, 1, `the columns are ${head.join(', ')}; expected are ${columns.join(', ')}`);
  const rows = new Map<string, PatientRow>();
  cells.forEach((row, n) => {
    const line = n + 2;
    const [name, patient] = at.map((column) => (row[column] ?? '').trim());
    if (row.every((cell) => cell.trim() === '')) return;
    if (name === '')
      throw unusable(
        where,
        line,
        `has no case for the patient '${patient}'; fill in both, or take the line out`,
      );
    if (patient === '')
      throw unusable(
        where,
        line,
        `has no patient for the case '${name}'; fill in both, or take the line out`,
      );
    const before = rows.get(name);
    if (before !== undefined && before.patient !== patient)
      throw unusable(
        where,
        line,
        `gives the case '${name}' the patient '${patient}', line ${before.line} '${before.patient}'; keep one of them`,
      );
    if (before === undefined) rows.set(name, { name, patient, line });
  });
  return [...rows.values()];
}

function unusable(where: string, line: number, what: string): PlusctError {
  return new PlusctError('InvalidInput', `${where}, line ${line}: ${what}`);
}
