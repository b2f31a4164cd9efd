import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { exportHistories } from '../../activities/audit-export.js';
import { verifyAudit } from '../../activities/audit-verify.js';
import { askTask } from '../../activities/task-desk.js';
import { auditKey, feedPrefix, historyKey, labelKey } from '../../domain/keys.js';
import type { Person } from '../../domain/person.js';
import { taskQueue } from '../../domain/queues.js';
import type { TaskCommand } from '../../domain/task-command.js';
import { taskEntity, taskWorkflowId, workflowTypes } from '../../domain/workflow-ids.js';
import { newestAudit, readAudit } from '../../storage/audit-log.js';
import { writeCheckpoint } from '../../storage/checkpoints.js';
import { putContent } from '../../storage/content.js';
import { copyingStore, folderStore } from '../../storage/folder-store.js';
import { readConfig } from '../../workers/config.js';
import { type Installation, install } from './installation.js';
import { labelMapFile, type MiniCase, organVoxels, storeMiniCase } from './mini-case.js';

/** A small campaign of people on real servers: one task verified, one under review, one queued. */
const people: Person[] = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'clara', role: 'certified', simulated: false },
  { id: 'david', role: 'senior', simulated: false },
];
const campaign = `audit-${process.pid}`;
const cases: Record<string, MiniCase> = {};
let installation: Installation;
let count = 0;

async function openTask(caseId: string): Promise<void> {
  const { client, store, queueSuffix } = installation;
  const mini = await storeMiniCase(store, campaign, caseId);
  cases[caseId] = mini;
  await client.workflow.start(workflowTypes.refineCase, {
    workflowId: taskWorkflowId(mini.at, 1),
    taskQueue: taskQueue('orchestration', queueSuffix),
    args: [{ at: mini.at, round: 1, labels: mini.labels, people }],
  });
  while ((await newestAudit(store, campaign, taskEntity(mini.at, 1))) === undefined) await sleep(100);
}

async function ask(caseId: string, kind: string, actor: string, more = {}): Promise<void> {
  const command = { kind, actor, commandId: `c${count++}`, ...more } as TaskCommand;
  const { at } = cases[caseId]!;
  const answer = await askTask(installation, { ...at, round: 1 }, command);
  expect(answer, `${kind} by ${actor}`).toMatchObject({ accepted: true });
}

async function draw(caseId: string, spleen: number): Promise<{ upload: unknown }> {
  const voxels = {
    liver: organVoxels('liver'),
    kidney: organVoxels('kidney'),
    spleen: organVoxels('spleen').slice(0, spleen),
    pancreas: organVoxels('pancreas'),
  };
  return { upload: await putContent(installation.store, labelMapFile(cases[caseId]!.image, voxels)) };
}

beforeAll(async () => {
  installation = await install('audit', ['orchestration', 'io']);
  for (const caseId of ['volume-0', 'volume-1', 'volume-2']) await openTask(caseId);
  for (const caseId of ['volume-0', 'volume-1']) {
    await ask(caseId, 'claim', 'anna');
    await ask(caseId, 'submit', 'anna', { ...(await draw(caseId, 5)), effort: { activeSeconds: 60 } });
    await ask(caseId, 'review', 'clara');
  }
  await ask('volume-0', 'approve', 'clara', { effort: { activeSeconds: 20 } });
  await ask('volume-0', 'start-verification', 'david');
  await ask('volume-0', 'verify', 'david');
  const { client } = installation;
  await client.workflow.getHandle(taskWorkflowId(cases['volume-0']!.at, 1)).result();
  // Lists of workflows are brought up to date a moment later.
  for (;;) {
    const { temporal } = await verify();
    if (temporal?.ended === 1 && temporal.asked === 2) break;
    await sleep(300);
  }
});
afterAll(() => installation.stop());

const verify = () => verifyAudit({ store: installation.store, client: installation.client, campaign });
const entity = (caseId: string) => taskEntity(cases[caseId]!.at, 1);
const recordKey = (caseId: string, sequence: number) => auditKey(campaign, entity(caseId), sequence);

/** Damages the store, looks at what verification says, and puts everything back. */
async function withDamage(
  changes: Record<string, Uint8Array | undefined>,
): Promise<readonly { kind: string; key: string; sentence: string }[]> {
  const { store } = installation;
  const before = new Map<string, Uint8Array>();
  for (const key of Object.keys(changes)) before.set(key, (await store.get(key))!);
  for (const [key, bytes] of Object.entries(changes)) {
    if (bytes === undefined) await remove(key);
    else await store.put(key, bytes);
  }
  try {
    return (await verify()).faults;
  } finally {
    for (const [key, bytes] of before) await store.put(key, bytes);
  }
}

async function remove(key: string): Promise<void> {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = readConfig(inject('servers')).s3;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  client.destroy();
}

async function feedOf(caseId: string, sequence?: number): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of installation.store.list(feedPrefix(campaign))) {
    const digits = sequence === undefined ? '' : String(sequence).padStart(8, '0');
    if (key.includes(`~${entity(caseId).replaceAll('/', '~')}~${digits}`)) keys.push(key);
  }
  return keys;
}

const nothing = (keys: string[]) => Object.fromEntries(keys.map((key) => [key, undefined]));

describe('an audit on real servers', () => {
  it('finds an untouched campaign whole, and asks every workflow', async () => {
    expect(await verify()).toMatchObject({
      entities: 3,
      records: 12,
      proved: 12,
      believed: 0,
      feedEntries: 12,
      temporal: { asked: 2, ended: 1, unanswered: 0 },
      faults: [],
    });
    const { records } = await readAudit(installation.store, campaign, entity('volume-0'));
    expect(records.map((each) => each.workflowId)).toEqual(
      records.map(() => taskWorkflowId(cases['volume-0']!.at, 1)),
    );
    expect(new Set(records.map((each) => each.runId)).size).toBe(1);
    expect(records[2]).toMatchObject({ action: 'submit', effort: { activeSeconds: 60 } });
  });

  it('names a record of which one byte was flipped', async () => {
    const key = recordKey('volume-0', 2);
    const bytes = (await installation.store.get(key))!;
    bytes[200] = bytes[200]! ^ 1;
    const faults = await withDamage({ [key]: bytes });
    expect(faults).toMatchObject([{ kind: 'changed', key }]);
    expect(faults[0]!.sentence).toContain(`ecord 2 of ${entity('volume-0')} was changed`);
  });

  it('names a record that was dropped: in the middle, the newest, a whole task', async () => {
    expect(await withDamage(nothing([recordKey('volume-0', 3)]))).toMatchObject([
      { kind: 'missing', key: recordKey('volume-0', 3) },
    ]);
    expect(await withDamage(nothing([recordKey('volume-1', 3)]))).toMatchObject([
      { kind: 'missing', key: recordKey('volume-1', 3) },
    ]);
    expect(await withDamage(nothing([recordKey('volume-2', 0)]))).toMatchObject([
      {
        kind: 'missing',
        sentence: `All 1 records of ${entity('volume-2')} are missing: the change feed knows them`,
      },
    ]);
  });

  it('names two records that were swapped', async () => {
    const [a, b] = [recordKey('volume-0', 1), recordKey('volume-1', 1)];
    const { store } = installation;
    const faults = await withDamage({ [a]: (await store.get(b))!, [b]: (await store.get(a))! });
    expect(faults.map(({ kind, key }) => [kind, key])).toEqual([
      ['reordered', a],
      ['reordered', b],
    ]);
  });

  it('names a label version that was edited', async () => {
    const { task } = (await newestAudit(installation.store, campaign, entity('volume-0')))!;
    const { version } = task!.organs.spleen.label!;
    const key = labelKey(cases['volume-0']!.at, 'spleen', version);
    const text = Buffer.from((await installation.store.get(key))!).toString();
    const faults = await withDamage({ [key]: Buffer.from(text.replace('"voxels": 5', '"voxels": 6')) });
    expect(faults).toMatchObject([{ kind: 'changed', key }]);
  });

  it('knows from the workflows what was taken out of record and feed alike', async () => {
    const newest = await withDamage(nothing([recordKey('volume-1', 3), ...(await feedOf('volume-1', 3))]));
    expect(newest).toMatchObject([{ kind: 'disagrees', key: recordKey('volume-1', 2) }]);
    expect(newest[0]!.sentence).toContain('the workflow is at version 3 (in-review)');
    const ended = await withDamage(
      nothing([
        ...[2, 3, 4, 5, 6].map((n) => recordKey('volume-0', n)),
        ...(await Promise.all([2, 3, 4, 5, 6].map((n) => feedOf('volume-0', n)))).flat(),
      ]),
    );
    expect(ended).toMatchObject([{ kind: 'disagrees', key: recordKey('volume-0', 1) }]);
    const whole = await withDamage(nothing([recordKey('volume-2', 0), ...(await feedOf('volume-2'))]));
    expect(whole).toMatchObject([
      {
        kind: 'missing',
        sentence: `All records of ${entity('volume-2')} are missing: Temporal has its workflow`,
      },
    ]);
  });

  it('exports histories once, and verifies an exported folder without any server', async () => {
    const { store, client } = installation;
    expect(await exportHistories({ store, client }, campaign)).toEqual({ written: 1, known: 0, running: 2 });
    expect(await exportHistories({ store, client }, campaign)).toEqual({ written: 0, known: 1, running: 2 });
    await writeCheckpoint(store, campaign, { actor: 'olga', reason: 'test', at: new Date() });
    const directory = mkdtempSync(join(tmpdir(), 'plusct-audit-'));
    try {
      const copied = await verifyAudit({ store: copyingStore(store, directory), campaign });
      const offline = await verifyAudit({ store: folderStore(directory), campaign });
      expect(offline).toEqual(copied);
      expect(offline).toMatchObject({ records: 13, histories: 1, checkpoints: 1, faults: [] });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('holds exported histories against the records, whatever became of feed and chain', async () => {
    const { store } = installation;
    const at = cases['volume-0']!.at;
    const { records } = await readAudit(store, campaign, entity('volume-0'));
    const history = historyKey(campaign, taskWorkflowId(at, 1), records[0]!.runId!);
    expect(await store.has(history)).toBe(true);
    // The approval's time is made longer in both places where it stands, and the feed is silenced.
    const key = recordKey('volume-0', 4);
    const text = Buffer.from((await store.get(key))!).toString();
    const forged = text.replaceAll('"activeSeconds": 20', '"activeSeconds": 90');
    const faults = await withDamage({ [key]: Buffer.from(forged), ...nothing(await feedOf('volume-0')) });
    expect(faults.find((each) => each.key === key)?.sentence).toBe(
      `Record 4 of ${entity('volume-0')} has another effort.activeSeconds than history ${history} wrote`,
    );
  });
});
