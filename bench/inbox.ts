import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { campaignPlanKey } from '../domain/keys.js';
import { organs } from '../domain/organ.js';
import type { Person } from '../domain/person.js';
import type { TaskState } from '../domain/task.js';
import { defaultTaskPolicy } from '../domain/task-policy.js';
import { openTask } from '../domain/task-reducer.js';
import { taskEntity } from '../domain/workflow-ids.js';
import { appendAudit } from '../storage/audit-log.js';
import { sha256 } from '../storage/hash.js';
import { publishJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { humanPlan } from './human-plan.js';
import { openPlace } from './place.js';

const writesAtOnce = 32;
const campaign = 'large';
const rounds = 30;
const pages = 20;

const people: Person[] = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'boris', role: 'certified', simulated: false },
  { id: 'carla', role: 'senior', simulated: false },
];

/** `npm run bench -- inbox`: the inbox of a campaign with 10,000 tasks, from cold and warm. */
export async function run(root: string, say: (line: string) => void, args: readonly string[]): Promise<void> {
  const count = Number(args[0] ?? 10_000);
  const folder = mkdtempSync(join(tmpdir(), 'plusct-inbox-'));
  const place = await openPlace(root, folder, say);
  try {
    say(`Writing ${count} tasks …`);
    await writeTasks(place.store, count);
    const ask = async (person: string, query = '?limit=50') => {
      const began = performance.now();
      const response = await fetch(`${place.url}/api/v1/campaigns/${campaign}/inbox${query}`, {
        headers: { authorization: `Bearer ${place.tokenFor(person)}` },
      });
      const body = (await response.json()) as { total: number; next?: string };
      return { ms: performance.now() - began, ...body };
    };
    const cold = await ask('anna');
    console.log(`cold start: ${cold.ms.toFixed(0)} ms until the first page of ${cold.total} tasks`);
    for (const { id } of people) {
      const times: number[] = [];
      for (let n = 0; n < rounds; n += 1) times.push((await ask(id)).ms);
      print(`first page, ${id}`, times);
    }
    const times: number[] = [];
    let next: string | undefined = '';
    for (let n = 0; n < pages && next !== undefined; n += 1) {
      const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
      const page = await ask('anna', `?limit=50${cursor}`);
      times.push(page.ms);
      next = page.next;
    }
    print('page after page', times);
  } finally {
    await place.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0);
  console.log(`${what}: median ${at(0.5)} ms, slowest ${at(1)} ms of ${times.length}`);
}

/** Tasks as their first records leave them; a third each waits for a junior, a certified and a senior. */
async function writeTasks(store: ObjectStore, count: number): Promise<void> {
  const plan = humanPlan(campaign, people, { window: 100 });
  await publishJson(store, campaignPlanKey(campaign), plan);
  const hash = sha256('voxels');
  const labels = organs.map((organ) => ({
    organ,
    version: `model-${hash.slice(0, 12)}`,
    origin: 'model' as const,
    author: 'model',
    voxelSha256: hash,
    voxels: 10,
  }));
  const phases: readonly Partial<TaskState>[] = [
    {},
    { phase: 'submitted', version: 2, assignee: 'someone' },
    { phase: 'certified', version: 4, assignee: 'someone', reviewer: 'other' },
  ];
  const numbers = Array.from({ length: count }, (_, n) => n);
  await mapBounded(numbers, writesAtOnce, async (n) => {
    const at = { campaign, collection: 'lits', caseId: `volume-${n}` } as const;
    const open = openTask({ ...at, round: 1, labels, policy: defaultTaskPolicy });
    await appendAudit(store, {
      campaign,
      entity: taskEntity(at, 1),
      sequence: 0,
      at: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
      actor: 'plusct',
      role: 'system',
      simulated: false,
      action: 'open',
      outcome: 'done',
      labelsBefore: {},
      labelsAfter: {},
      task: { ...open, ...phases[n % phases.length] },
    });
  });
}
