import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../domain/audit.js';
import { boardSnapshotsPrefix } from '../../domain/keys.js';
import { defaultTaskPolicy } from '../../domain/task-policy.js';
import { openTask } from '../../domain/task-reducer.js';
import { taskEntity } from '../../domain/workflow-ids.js';
import { appendAudit } from '../../storage/audit-log.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { TaskBoard } from '../../storage/task-board.js';

const campaign = 'board';
const start = Date.UTC(2026, 0, 1);
let store: ObjectStore;
let reads: string[];

function recordOf(n: number, sequence: number, phase: 'queued' | 'submitted' = 'queued'): AuditEntry {
  const at = { campaign, collection: 'lits', caseId: `volume-${n}` } as const;
  const task = openTask({ ...at, round: 1, labels: [], policy: defaultTaskPolicy });
  return {
    campaign,
    entity: taskEntity(at, 1),
    sequence,
    at: new Date(start + (1000 * sequence + n) * 1000).toISOString(),
    actor: 'plusct',
    role: 'system',
    simulated: false,
    action: sequence === 0 ? 'open' : 'submit',
    outcome: 'done',
    labelsBefore: {},
    labelsAfter: {},
    task: { ...task, phase, version: sequence },
  };
}

async function open(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await appendAudit(store, recordOf(n, 0));
}

async function snapshots(): Promise<number> {
  let count = 0;
  for await (const _ of store.list(boardSnapshotsPrefix(campaign))) count += 1;
  return count;
}

beforeEach(() => {
  const inner = memoryStore();
  reads = [];
  store = {
    ...inner,
    get: (key) => {
      reads.push(key);
      return inner.get(key);
    },
  };
});

describe('the board of a campaign', () => {
  it('holds every task as its newest record leaves it, and reads again only what changed', async () => {
    await open(3);
    await appendAudit(store, recordOf(1, 1, 'submitted'));
    const board = new TaskBoard(store, campaign);
    const phases = (await board.read()).map(({ task }) => `${task.caseId} ${task.phase}`);
    expect(phases.sort()).toEqual(['volume-0 queued', 'volume-1 submitted', 'volume-2 queued']);

    await appendAudit(store, recordOf(2, 1, 'submitted'));
    reads = [];
    const told: string[] = [];
    await board.follow(({ entity, task }) => told.push(`${entity} ${task?.phase}`));
    expect(told).toEqual(['task/lits/volume-2/1 submitted']);
    expect(reads).toHaveLength(1);
    expect(board.entry('task/lits/volume-2/1')?.task.version).toBe(1);
  });

  it('is told of other entities without reading them', async () => {
    const { task: _, ...record } = recordOf(0, 0);
    await appendAudit(store, { ...record, entity: 'case/lits/volume-0' });
    reads = [];
    const told: unknown[] = [];
    await new TaskBoard(store, campaign).follow((change) => told.push(change));
    expect(told).toEqual([{ entity: 'case/lits/volume-0', at: record.at }]);
    expect(reads).toEqual([]);
  });

  it('goes on from a snapshot where a reader before had to read many records', async () => {
    await open(600);
    const first = await new TaskBoard(store, campaign).read();
    expect(await snapshots()).toBe(1);
    await appendAudit(store, recordOf(7, 1, 'submitted'));

    reads = [];
    const again = await new TaskBoard(store, campaign).read();
    const records = reads.filter((key) => key.includes('/audit/'));
    expect(records).toEqual([expect.stringContaining('task/lits/volume-7/1/00000001')]);
    const named = (entries: typeof first) =>
      new Map(entries.map(({ task, since }) => [task.caseId, { phase: task.phase, since }]));
    const expected = named(first).set('volume-7', {
      phase: 'submitted',
      since: recordOf(7, 1).at,
    });
    expect(named(again)).toEqual(expected);
    expect(await snapshots()).toBe(1);
  });
});
