import { readFile } from 'node:fs/promises';
import type { Worklist } from '../domain/campaign.js';
import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import { type PatientTable, requireNames } from '../domain/patients.js';
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

/** As `readPatientTable`, of a campaign: every case that it names has to be one of those, left out or not; these names too. */
export async function readCampaignTable(
  path: string,
  campaign: string,
  { cases, leftOut }: Worklist,
): Promise<{ table: PatientTable; names: string[] }> {
  const table = await readPatientTable(path);
  const names = [...cases, ...leftOut].map(caseName);
  const remedy = `write cases as \`plusct cases ${campaign}\` does`;
  requireNames(table, new Set(names), `campaign ${campaign}`, remedy);
  return { table, names };
}
