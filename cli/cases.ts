import { csvFormatRows } from 'd3-dsv';
import { readCaseViews } from '../activities/case-views.js';
import { caseField, caseFields, fieldsOf, isCaseField, knownFields } from '../domain/case-fields.js';
import type { CaseView } from '../domain/case-view.js';
import { PlusctError } from '../domain/errors.js';
import { parseQuery } from '../domain/query.js';
import { parseCase } from './case-argument.js';
import { printPassport } from './case-print.js';
import { printFittingTable } from './fit-table.js';
import { printJson, say, terminalWidth } from './output.js';
import { chooseCampaign, type Session } from './session.js';
import { WrongOption } from './wrong-option.js';

export interface CasesOptions {
  readonly where?: string;
  readonly columns?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly fields?: boolean;
}

const usualColumns = [
  'case',
  'status',
  'stage',
  'axes',
  'spacing',
  'licence',
  'organ.liver.origin',
  'organ.kidney.origin',
  'organ.spleen.origin',
  'organ.pancreas.origin',
];

/** `plusct cases`: the cases of a campaign for which a query holds, any field of theirs as columns. */
export async function listCases(
  session: Session,
  campaign: string | undefined,
  options: CasesOptions,
): Promise<void> {
  const columns = columnsOf(options.columns).map(caseField);
  const holds = caseQuery(options.where);
  const name = await chooseCampaign(session.store, campaign);
  const all = await readCaseViews(session.store, name);
  const found = all.filter(holds);
  const cells = found.map((view) => columns.map(({ read }) => read(view)));
  const head = columns.map((column) => column.name);
  if (options.json) {
    const chosen = options.columns === undefined ? caseFields : columns;
    return printJson(
      found.map((view) => Object.fromEntries(chosen.map(({ name, read }) => [name, plain(read(view))]))),
    );
  }
  const rows = cells.map((row) => row.map((values) => values.join(', ')));
  if (options.csv) return say(csvFormatRows([head, ...rows]));
  const short = head.map((text) => text.replace(/^organ\.(\w+)\.origin$/, '$1'));
  if (found.length > 0) printFittingTable(short, rows, terminalWidth());
  say(`${found.length} of ${all.length} cases of ${name}`);
}

/** `plusct cases --fields`: every field that queries and columns can name. */
export function listFields(): void {
  printFittingTable(
    ['field', 'holds'],
    caseFields.map(({ name, about }) => [name, about]),
    terminalWidth(),
  );
}

/** `plusct cases show`: one case's passport and what became of each organ. */
export async function showCase(
  session: Session,
  text: string,
  options: { campaign?: string; json?: boolean },
): Promise<void> {
  const { collection, caseId } = parseCase(text);
  const campaign = await chooseCampaign(session.store, options.campaign);
  const views = await readCaseViews(session.store, campaign);
  const view = views.find(({ name }) => name === `${collection}/${caseId}`);
  if (view === undefined) throw new PlusctError('InvalidInput', `${campaign} has no case ${text}`);
  if (options.json) printJson(view);
  else printPassport(view);
}

/** Whether a case is asked for; without a query, every case is. Throws `InvalidInput` on a query that cannot be read. */
export function caseQuery(where: string | undefined): (view: CaseView) => boolean {
  if (where === undefined) return () => true;
  try {
    const holds = parseQuery(where, isCaseField);
    return (view) => holds(fieldsOf(view));
  } catch (error) {
    if (!(error instanceof PlusctError)) throw error;
    throw new WrongOption(`${error.message} ${knownFields}`);
  }
}

function columnsOf(list: string | undefined): string[] {
  if (list === undefined) return usualColumns;
  return list.split(',').map((name) => name.trim());
}

/** None, one value or a list, as JSON has them. */
function plain(values: ReturnType<(typeof caseFields)[number]['read']>) {
  return values.length > 1 ? values : (values[0] ?? null);
}
