import { forecastCampaign, readEffort } from '../activities/effort.js';
import { type EffortGrouping, type EffortRow, wholeCase } from '../domain/effort.js';
import type { Forecast } from '../domain/forecast.js';
import { organs } from '../domain/organ.js';
import { printJson, printTable, say } from './output.js';
import { chooseCampaign, type Session } from './session.js';
import { wholeNumber } from './wrong-option.js';

/** `plusct effort`: active minutes, voxels changed, returns, proposals accepted as they were; and what is left. */
export async function effort(
  session: Session,
  named: string | undefined,
  options: { by: EffortGrouping; seed: string; json?: boolean },
): Promise<void> {
  const campaign = await chooseCampaign(session.store, named);
  const ledger = await readEffort(session.store, campaign);
  const rows = ledger.rows(options.by);
  const left = await forecastCampaign(
    session.store,
    campaign,
    ledger,
    wholeNumber('--seed', options.seed, 0),
  );
  if (options.json) {
    printJson({ campaign, by: options.by, rows, total: ledger.total(), forecast: left ?? null });
    return;
  }
  printRows(options.by, [...rows, ...(rows.length > 1 ? [ledger.total()] : [])]);
  printForecast(left);
}

const minutes = (value: number | undefined): string => (value ?? 0).toFixed(1);

function printRows(by: EffortGrouping, rows: readonly EffortRow[]): void {
  if (rows.length === 0) {
    say('No work of people is on record.');
    return;
  }
  const columns = by === 'organ' ? [] : ([...organs, wholeCase] as const);
  printTable(
    [by, 'tasks', 'minutes', ...columns, 'voxels changed', 'submitted', 'returned', 'accepted as is'],
    rows.map((row) => [
      row.name,
      row.tasks,
      minutes(row.activeMinutes),
      ...columns.map((column) => minutes(row.minutesByOrgan[column])),
      row.changedVoxels,
      row.submissions,
      row.returns,
      row.proposals === 0 ? '–' : `${row.acceptedAsIs} of ${row.proposals}`,
    ]),
  );
}

function printForecast(left: Forecast | undefined): void {
  if (left === undefined) {
    say('No forecast: it takes three tasks with measured time in every stage.');
    return;
  }
  const { hours, low, high, remaining, byStage } = left;
  const parts = Object.entries(byStage).map(([stage, value]) => `${stage} ${value.toFixed(1)}`);
  say(
    `\nLeft: ${hours.toFixed(1)} hours (90 % of draws between ${low.toFixed(1)} and ${high.toFixed(1)}) ` +
      `for ${remaining} cases: ${parts.join(', ')}.`,
  );
}
