import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { exportHistories } from '../../activities/audit-export.js';
import { verifyAudit } from '../../activities/audit-verify.js';
import { labelDeeds } from '../../activities/labels.js';
import { draftRelease } from '../../activities/release-draft.js';
import { verifyStoredRelease } from '../../activities/release-verify.js';
import { askTask } from '../../activities/task-desk.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { planRelease } from '../../cli/release.js';
import { downloadRelease } from '../../cli/release-download.js';
import { reopenForErratum, reportFault } from '../../cli/release-errata.js';
import { publishRelease } from '../../cli/release-publish.js';
import { checkFolder } from '../../cli/release-verify.js';
import type { Session } from '../../cli/session.js';
import { objectKey, releaseManifestKey } from '../../domain/keys.js';
import type { LabelSummary } from '../../domain/label-version.js';
import { type Organ, organs } from '../../domain/organ.js';
import type { Person } from '../../domain/person.js';
import { taskQueue } from '../../domain/queues.js';
import type { ReleaseChoice } from '../../domain/release.js';
import type { TaskCommand } from '../../domain/task-command.js';
import {
  releaseWorkflowId,
  reopenedCaseId,
  taskWorkflowId,
  workflowTypes,
} from '../../domain/workflow-ids.js';
import { getContent, putContent } from '../../storage/content.js';
import { readErrata } from '../../storage/errata.js';
import { sha256 } from '../../storage/hash.js';
import { memoryStore } from '../../storage/memory.js';
import { releaseVersions, requireRelease } from '../../storage/releases.js';
import { putPerson } from '../../storage/roster.js';
import { tasksOfCase } from '../../storage/task-board.js';
import { readConfig } from '../../workers/config.js';
import type { PublishOutcome } from '../../workflows/publish-release.js';
import { storeMiniCampaign } from '../activities/mini-campaign.js';
import { choice as strict } from '../domain/releases.js';
import { type Installation, install } from './installation.js';
import { labelMapFile, type MiniCase, organVoxels, storeMiniCase } from './mini-case.js';

/** Releases on real servers: publish, race, tamper, an erratum from its report to the patch that settles it. */
const campaign = `release-${process.pid}`;
const people: Person[] = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'ben', role: 'junior', simulated: false },
  { id: 'clara', role: 'certified', simulated: false },
  { id: 'david', role: 'senior', simulated: false },
  { id: 'lea', role: 'lead', simulated: false },
];
const choice: ReleaseChoice = { ...strict, unfinished: true };
const folder = mkdtempSync(join(tmpdir(), 'plusct-release-'));
const work = workVolumesInThreads(1);
let installation: Installation;
let session: Session;
let mini: MiniCase;

/** One round of people's work on a case, `volume-0` unless told otherwise, whose spleen gets so many voxels. */
async function round(number: number, drawer: string, spleen: number, at = mini.at): Promise<void> {
  const { client, store, queueSuffix } = installation;
  const voxels = Object.fromEntries(organs.map((organ) => [organ, organVoxels(organ)]));
  const file = labelMapFile(mini.image, { ...voxels, spleen: organVoxels('spleen').slice(0, spleen) });
  const steps = [
    { kind: 'claim', actor: drawer },
    { kind: 'submit', actor: drawer, upload: await putContent(store, file) },
    { kind: 'review', actor: 'clara' },
    { kind: 'approve', actor: 'clara' },
    { kind: 'start-verification', actor: 'david' },
    { kind: 'verify', actor: 'david' },
  ];
  for (const [index, step] of steps.entries()) {
    const command = { commandId: `${at.caseId}-${number}-${index}`, ...step } as TaskCommand;
    const answer = await askTask({ client, store, queueSuffix }, { ...at, round: number }, command);
    expect(answer, step.kind).toMatchObject({ accepted: true });
  }
}

async function finishCase(): Promise<void> {
  const { client, store, queueSuffix } = installation;
  mini = await storeMiniCase(store, campaign, 'volume-0', { licence: 'CC-BY-4.0' });
  const task = await client.workflow.start(workflowTypes.refineCase, {
    workflowId: taskWorkflowId(mini.at, 1),
    taskQueue: taskQueue('orchestration', queueSuffix),
    args: [{ at: mini.at, round: 1, labels: mini.labels, people }],
  });
  await round(1, 'anna', 7);
  const ended = (await task.result()) as { labels: LabelSummary[]; absent: Organ[] };
  await new MockActivityEnvironment().run(labelDeeds({ store, work }).finaliseCase, {
    at: mini.at,
    ...ended,
  });
}

beforeAll(async () => {
  installation = await install('release', ['orchestration', 'io']);
  const { client, store, queueSuffix } = installation;
  const config = readConfig({ ...inject('servers'), PLUSCT_QUEUE_SUFFIX: queueSuffix });
  session = { config, store, client: async () => client, close: async () => undefined };
  await storeMiniCampaign(store, campaign);
  for (const person of people)
    await putPerson(store, campaign, person, { actor: 'lea', role: 'lead', at: new Date() });
  await finishCase();
}, 120_000);

afterAll(async () => {
  await installation.stop();
  await work.close();
  process.exitCode = 0;
  rmSync(folder, { recursive: true, force: true });
});

function publishing(version: string, more: Partial<ReleaseChoice>, id: string): Promise<PublishOutcome> {
  const { client, queueSuffix } = installation;
  return client.workflow.execute(workflowTypes.publishRelease, {
    workflowId: `${releaseWorkflowId(campaign)}${id}`,
    taskQueue: taskQueue('orchestration', queueSuffix),
    args: [{ campaign, version, choice: { ...choice, ...more }, by: 'lea', reason: 'first' }],
  }) as Promise<PublishOutcome>;
}

/** What a command prints. */
async function said(command: () => Promise<unknown>): Promise<string> {
  const out: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => out.push(String(text)) > 0),
  );
  try {
    await command();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return out.join('');
}

describe('a release on real servers', () => {
  it('has one winner of two that are published at once, and no mixture', async () => {
    const { store } = installation;
    const race = await Promise.all([
      publishing('1.0.0', {}, ''),
      publishing('1.0.0', { labelsUnder: 'CC0-1.0' }, '/rival'),
    ]);
    expect(race.map(({ state }) => state).sort()).toEqual(['lost', 'published']);
    const [winner, loser] = race[0].state === 'published' ? race : [race[1], race[0]];
    expect(loser).toMatchObject({ manifestSha256: (winner as { manifestSha256: string }).manifestSha256 });
    const { manifest, sha256: hash } = await requireRelease(store, campaign, '1.0.0');
    expect(winner).toMatchObject({ manifestSha256: hash, cases: 2 });
    expect(await verifyStoredRelease(store, campaign, '1.0.0')).toMatchObject({ faults: [] });

    const again = { ...manifest.choice };
    expect(await publishing('1.0.0', again, '')).toMatchObject({ state: 'published', manifestSha256: hash });
    const other = { campaign, as: 'lea', reason: 'again', images: false };
    const text = await said(() => publishRelease(session, '1.0.0', { ...other, unfinished: true }));
    expect(text).toContain('refused');
    expect(text).toContain('1.0.0 was published by lea on');
    expect(process.exitCode).toBe(3);
  });

  it('is built a second time, on another store, with the same bytes', async () => {
    const { store } = installation;
    const copy = memoryStore();
    const { manifest, sha256: hash } = await requireRelease(store, campaign, '1.0.0');
    for await (const key of store.list('v1/')) {
      const bytes = await store.get(key);
      if (
        bytes !== undefined &&
        !key.includes('/releases/') &&
        (key.includes(campaign) || !key.includes('/campaigns/'))
      )
        await copy.put(key, bytes);
    }
    const draft = await draftRelease(
      { store: copy, work },
      { campaign, version: '1.0.0', choice: manifest.choice },
    );
    expect(draft).toMatchObject({ manifest: { sha256: hash } });
    const { manifest: ref } = draft as { manifest: Parameters<typeof getContent>[1] };
    expect(sha256(await getContent(copy, ref))).toBe(
      sha256((await store.get(releaseManifestKey(campaign, '1.0.0')))!),
    );
  });

  it('names one byte that was changed in the object store, and a download refuses it', async () => {
    const { store } = installation;
    const { manifest } = await requireRelease(store, campaign, '1.0.0');
    const readme = manifest.files.find(({ path }) => path === 'README.md')!;
    const whole = (await store.get(objectKey(readme.sha256)))!;
    const damaged = whole.slice();
    damaged[10] ^= 1;
    await store.put(objectKey(readme.sha256), damaged);
    const { faults } = await verifyStoredRelease(store, campaign, '1.0.0');
    expect(faults.map(({ kind, path }) => [kind, path])).toEqual([['changed', 'README.md']]);
    const options = { campaign, out: folder, layout: 'plain' as const, datasetId: '501' };
    await expect(said(() => downloadRelease(session, '1.0.0', options))).rejects.toThrow(
      'does not have the hash',
    );
    await store.put(objectKey(readme.sha256), whole);
    await said(() => downloadRelease(session, '1.0.0', options));
    expect(await checkFolder(folder)).toMatchObject({ faults: [] });
  });

  it('is mended by an erratum: report, another round, a patch that says what changed', async () => {
    const { store, client } = installation;
    const report = {
      campaign,
      release: '1.0.0',
      case: 'lits/volume-0',
      organ: 'spleen',
      reason: 'cut off',
      as: 'reader',
    };
    await said(() => reportFault(session, report));
    const [erratum] = await readErrata(store, campaign);
    expect(erratum).toMatchObject({ organ: 'spleen', state: 'reported', reportedBy: 'reader' });
    const refused = await said(() => reopenForErratum(session, erratum.id, { campaign, as: 'anna' }));
    expect(refused).toContain('refused');
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await said(() => reopenForErratum(session, erratum.id, { campaign, as: 'lea' }))).toContain(
        'Round 2 of lits/volume-0',
      );
    }
    await vi.waitFor(async () => expect(await tasksOfCase(store, mini.at)).toHaveLength(2), 30_000);
    const early = await said(() => planRelease(session, undefined, { campaign, unfinished: true }));
    expect(early).toContain(`erratum ${erratum.id}: spleen of lits/volume-0, still reopened`);
    await round(2, 'ben', 10);
    await client.workflow.getHandle(reopenedCaseId(mini.at, 2)).result();

    const plan = await said(() => planRelease(session, undefined, { campaign, unfinished: true }));
    expect(plan).toContain('This needs a patch step: the spleen of lits/volume-0 was corrected');
    expect(plan).toContain(`erratum ${erratum.id}: spleen of lits/volume-0, settled by this release`);
    expect(plan).toContain('plusct release publish 1.0.1');
    const published = await said(() =>
      publishRelease(session, '1.0.1', { campaign, as: 'lea', reason: 'erratum', unfinished: true }),
    );
    expect(published).toContain('1.0.1 is published: 2 cases');
    const { manifest } = await requireRelease(store, campaign, '1.0.1');
    expect(manifest).toMatchObject({
      settles: [erratum.id],
      previous: { version: '1.0.0' },
      changes: { step: 'patch' },
    });
    expect(manifest.changes?.changed).toMatchObject([
      { case: 'lits/volume-0', organs: [{ organ: 'spleen', addedVoxels: 3, removedVoxels: 0 }] },
    ]);
    const wrong = await said(() =>
      publishRelease(session, '1.0.2', { campaign, as: 'lea', reason: 'again', unfinished: true }),
    );
    expect(wrong).toContain('nothing has changed since 1.0.1');
  }, 120_000);

  it('opens a case that was finished without people for an erratum', async () => {
    const { store, client, queueSuffix } = installation;
    const at = { ...mini.at, caseId: 'volume-2' };
    expect(await tasksOfCase(store, at)).toEqual([]);
    const report = {
      campaign,
      release: '1.0.1',
      case: 'lits/volume-2',
      organ: 'spleen',
      reason: 'too small',
    };
    await said(() => reportFault(session, { ...report, as: 'reader' }));
    const erratum = (await readErrata(store, campaign)).find(({ caseId }) => caseId === 'volume-2')!;
    const reopen = (as: string) => said(() => reopenForErratum(session, erratum.id, { campaign, as }));
    expect(await reopen('anna')).toContain("opened again by a lead; 'anna' is junior");
    for (let turn = 0; turn < 2; turn += 1)
      expect(await reopen('lea')).toContain('Round 2 of lits/volume-2 is open');
    await vi.waitFor(async () => expect(await tasksOfCase(store, at)).toHaveLength(1), 30_000);
    const again = { kind: 'reopen', actor: 'lea', commandId: 'again', reason: 'by hand' } as const;
    expect(await askTask({ client, store, queueSuffix }, { ...at, round: 2 }, again)).toMatchObject({
      accepted: false,
    });
    await round(2, 'ben', 9, at);
    await client.workflow.getHandle(reopenedCaseId(at, 2)).result();
    expect(await readErrata(store, campaign)).toMatchObject([{ state: 'settled' }, { state: 'settled' }]);
  }, 60_000);

  it('makes two versions that are asked for at once one after the other', async () => {
    const { store } = installation;
    const options = { campaign, as: 'lea', reason: 'at once', unfinished: true };
    const texts = await said(() =>
      Promise.all(['1.0.2', '1.1.0'].map((version) => publishRelease(session, version, options))),
    );
    const versions = await releaseVersions(store, campaign);
    expect(versions).toHaveLength(3);
    expect(texts).toContain(`${versions.at(-1)} is published`);
    expect(texts).toContain('waiting for the end of that');
    expect(texts).toContain(`nothing has changed since ${versions.at(-1)}`);
  }, 60_000);

  it('leaves a record that the audit takes', async () => {
    const { store, client } = installation;
    await exportHistories({ store, client }, campaign);
    const verdict = await verifyAudit({ store, campaign, client });
    expect(verdict.faults).toEqual([]);
    // Rounds 1 and 2 of a case, and round 2 as the case's own.
    expect(verdict.histories).toBeGreaterThan(2);
    expect(verdict.checkpoints).toBeGreaterThan(0);
  });
});
