import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const folder = 'test/histories';

/** Writes a run's history for replay.test.ts, without who ran it; gives back what was written. */
export async function writeHistory(client: Client, name: string, workflowId: string): Promise<string> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const json = historyToJSON(history).replaceAll(/"identity": "[^"]*"/g, '"identity": "recorded"');
  writeHistoryText(name, json);
  return json;
}

export function writeHistoryText(name: string, json: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${json}\n`);
}
