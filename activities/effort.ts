import { AuditRecord } from '../domain/audit.js';
import { caseName } from '../domain/case-name.js';
import { EffortLedger } from '../domain/effort.js';
import { type Forecast, forecast } from '../domain/forecast.js';
import { auditPrefix } from '../domain/keys.js';
import { caseOfEntity } from '../domain/workflow-ids.js';
import { seededRandom } from '../imaging/random.js';
import { requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readWorklist } from '../storage/worklists.js';

const readsAtOnce = 32;
/** Records read before the next are listed: bounds memory, whatever the campaign's size. */
const batch = 2000;

/** The ledger of a campaign, read from its records. */
export async function readEffort(store: ObjectStore, campaign: string): Promise<EffortLedger> {
  const ledger = new EffortLedger();
  let keys: string[] = [];
  const flush = async (): Promise<void> => {
    const records = await mapBounded(keys, readsAtOnce, (key) => requireJson(store, key, AuditRecord));
    for (const record of records) ledger.add(record);
    keys = [];
  };
  for await (const key of store.list(`${auditPrefix(campaign)}task/`)) {
    keys.push(key);
    if (keys.length === batch) await flush();
  }
  await flush();
  return ledger;
}

/** Hours that are left, cases included that no task was opened for yet; undefined while too little was measured. */
export async function forecastCampaign(
  store: ObjectStore,
  campaign: string,
  ledger: EffortLedger,
  seed: number,
): Promise<Forecast | undefined> {
  const tasks = ledger.taskEfforts();
  const opened = new Set(
    tasks.map(({ task }) => {
      const at = caseOfEntity(campaign, task);
      return `${at?.collection}/${at?.caseId}`;
    }),
  );
  const unopened: Record<string, number> = {};
  for (const { collection, caseId } of (await readWorklist(store, campaign))?.cases ?? []) {
    if (!opened.has(caseName({ collection, caseId }))) unopened[collection] = (unopened[collection] ?? 0) + 1;
  }
  return forecast({ tasks, unopened, random: seededRandom(`forecast/${campaign}/${seed}`) });
}
