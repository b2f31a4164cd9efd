import { readFile } from 'node:fs/promises';
import { PlusctError } from '../domain/errors.js';
import type { PatientTable } from '../domain/patients.js';
import { parsePatientTable } from '../sources/patient-table.js';
import { sha256 } from '../storage/hash.js';

/** The table that `--patients` names. Throws `InvalidInput` where it cannot be read or used. */
export async function readPatientTable(path: string): Promise<PatientTable> {
  const bytes = await readFile(path).catch((cause) => {
    const message = `--patients ${path}: cannot be read (${cause.code}); give a CSV file with the columns case,patient`;
    throw new PlusctError('InvalidInput', message, { cause });
  });
  const rows = parsePatientTable(bytes.toString('utf8'), `--patients ${path}`);
  return { path, sha256: sha256(bytes), rows };
}
