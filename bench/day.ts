import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlusctError } from '../domain/errors.js';
import { type DayReport, runDay } from './day-run.js';
import { openPlace } from './place.js';

/** `npm run bench -- day`: 15 juniors, 2 certified, 3 seniors and 200 cases on real servers, through the HTTP API. */
export async function run(root: string, say: (line: string) => void, args: readonly string[]): Promise<void> {
  const cases = Number(args[0] ?? 200);
  const folder = mkdtempSync(join(tmpdir(), 'plusct-day-'));
  const place = await openPlace(root, folder, say);
  try {
    const report = await runDay(place, { cases, juniors: 15, certified: 2, seniors: 3, leaseSeconds: 20 });
    print(report);
    if (report.faults.length > 0) throw new PlusctError('InvalidInput', `${report.faults.length} faults`);
  } finally {
    await place.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(report: DayReport): void {
  const { faults, commands, ...figures } = report;
  for (const [name, value] of Object.entries(figures)) {
    console.log(`${name.padEnd(14)} ${Number.isInteger(value) ? value : value.toFixed(1)}`);
  }
  for (const [action, count] of Object.entries(commands)) console.log(`  ${action.padEnd(20)} ${count}`);
  for (const fault of faults) console.log(`FAULT ${fault}`);
  if (faults.length === 0)
    console.log('No case twice, none lost, every lease that ran out came back, the ledger adds up.');
}
