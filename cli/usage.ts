import { summariseUsage, type UsageGrouping, type UsageRow } from '../domain/usage.js';
import { readUsages } from '../storage/usages.js';
import { cut, printJson, printTable, say } from './output.js';
import type { Session } from './session.js';

export interface UsageOptions {
  readonly campaign?: string;
  readonly by: UsageGrouping;
  readonly json?: boolean;
}

const longestName = 42;

/** `plusct usage`: for how long devices worked for what. */
export async function usage(session: Session, options: UsageOptions): Promise<void> {
  const { by } = options;
  const usages = await readUsages(session.store, options.campaign);
  const rows = summariseUsage(usages, by);
  if (options.json) return printJson({ by, rows, usages });
  if (rows.length === 0) return say('No device has worked yet.');
  const devices = by === 'device';
  printTable(
    [by, 'trained', 'inferred', 'device s', 'loading', 'failed', devices ? 'in use' : 's/inference'],
    rows.map((row) => [
      cut(row.name, longestName),
      row.trainings,
      row.inferences,
      seconds(row.seconds),
      seconds(row.loadSeconds),
      seconds(row.failedSeconds),
      devices ? `${Math.round(100 * (row.utilisation ?? 0))} %` : perInference(row),
    ]),
  );
  say(`\n${seconds(usages.reduce((sum, each) => sum + each.seconds, 0))} s on devices in all.`);
}

function perInference({ secondsPerInference }: UsageRow): string {
  return secondsPerInference === undefined ? '–' : secondsPerInference.toFixed(2);
}

function seconds(value: number): string {
  return value.toFixed(1);
}
