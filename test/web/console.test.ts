import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signInLinks } from '../../cli/serve.js';
import { auditPrefix } from '../../domain/keys.js';
import { organs } from '../../domain/organ.js';
import type { Person } from '../../domain/person.js';
import type { TaskState } from '../../domain/task.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { type Installation, install } from '../workflows/installation.js';
import { labelMapFile, organVoxels } from '../workflows/mini-case.js';
import { type MadeCampaign, type MadeConsole, makeCampaign, makeConsole } from './made-console.js';

const people: Person[] = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'ben', role: 'junior', simulated: false },
  { id: 'cem', role: 'junior', simulated: false },
  { id: 'clara', role: 'certified', simulated: false },
  { id: 'david', role: 'senior', simulated: false },
];

const everyOrgan = Object.fromEntries(organs.map((organ) => [organ, organVoxels(organ)]));

let installation: Installation;
let console_: MadeConsole;
let made: MadeCampaign;

beforeAll(async () => {
  installation = await install('console', ['orchestration', 'io']);
  console_ = await makeConsole(installation);
  made = await makeCampaign(installation, people, 4);
  await vi.waitFor(
    async () =>
      expect((await console_.as('anna').get(`/campaigns/${made.campaign}/inbox`)).body.total).toBe(4),
    { timeout: 20_000, interval: 200 },
  );
});
afterAll(async () => {
  await console_.close();
  await installation.stop();
});

describe('the console on real servers', () => {
  it('tells who is signed in and what they may do', async () => {
    const { status, body } = await console_.as('anna').get('/me');
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 'anna', signedInBy: 'local' });
    const [membership] = body.campaigns.filter(
      (each: { campaign: string }) => each.campaign === made.campaign,
    );
    expect(membership.role).toBe('junior');
    expect(membership.actions).toContain('task.take');
    expect(membership.actions).not.toContain('people.change');
  });

  it('carries a case from claim through a return to verification', async () => {
    const { campaign } = made;
    const [anna, clara, david] = ['anna', 'clara', 'david'].map((id) => console_.as(id));
    const taken = await anna!.post(`/campaigns/${campaign}/inbox/next`);
    expect(taken.status, JSON.stringify(taken.body)).toBe(200);
    const { task } = taken.body.taken;
    const at = `${task.collection}/${task.caseId}`;
    const mini = made.cases.find((each) => each.at.caseId === task.caseId)!;
    const command = `/campaigns/${campaign}/tasks/${at}/1/commands`;
    const every = {
      liver: organVoxels('liver'),
      kidney: organVoxels('kidney'),
      pancreas: organVoxels('pancreas'),
    };
    const file = labelMapFile(mini.image, { ...every, spleen: [40, 41] });
    const upload = await anna!.upload(campaign, file);
    expect(upload.status, JSON.stringify(upload.body)).toBe(200);
    const submitted = await anna!.post(command, { kind: 'submit', upload: upload.body });
    expect(submitted.body).toMatchObject({ accepted: true, phase: 'submitted' });
    const own = await console_.as('ben').post(command, { kind: 'approve' });
    expect(own.status).toBe(409);
    expect(own.body).toMatchObject({ status: 409, phase: 'submitted' });
    expect(own.body.remedy.length).toBeGreaterThan(10);
    for (const [who, body] of [
      [clara, { kind: 'review' }],
      [clara, { kind: 'approve' }],
      [david, { kind: 'start-verification' }],
      [david, { kind: 'verify' }],
    ] as const) {
      const answer = await who!.post(command, body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    }
    const shown = await anna!.get(`/campaigns/${campaign}/cases/${at}`);
    expect(shown.body.tasks[0].task.phase).toBe('verified');
    expect(shown.body.versions[0].organ).toBe('liver');
    const trail = await clara!.get(`/campaigns/${campaign}/tasks/${at}/1/audit`);
    expect(trail.body.breaks).toEqual([]);
    const map = await anna!.get(`/campaigns/${campaign}/cases/${at}/labelmap`);
    expect(map.status).toBe(200);
    const { values } = readLabelMap(map.body, 'map');
    expect(values.filter((value) => value === 3)).toHaveLength(2);
    const image = await anna!.get(`/campaigns/${campaign}/cases/${at}/image`);
    expect(image.status).toBe(200);
  });

  it('refuses a submission with the findings against it, and takes it once they are acknowledged', async () => {
    const { campaign } = made;
    const ben = console_.as('ben');
    const { task } = (await ben.post(`/campaigns/${campaign}/inbox/next`)).body.taken;
    const mini = made.cases.find((each) => each.at.caseId === task.caseId)!;
    const command = `/campaigns/${campaign}/tasks/lits/${task.caseId}/1/commands`;
    const { spleen: _, ...others } = everyOrgan;
    const sent = await ben.upload(campaign, labelMapFile(mini.image, others));
    const empty = await ben.post(command, { kind: 'submit', upload: sent.body });
    expect(empty.status).toBe(409);
    expect(empty.body.findings).toMatchObject([{ code: 'SUBMISSION_EMPTY', severity: 'flag' }]);
    expect(empty.body.findings[0].message).toContain('spleen');
    expect(empty.body.remedy).toContain('SUBMISSION_EMPTY');
    const shifted = Buffer.from(gunzipSync(labelMapFile(mini.image, everyOrgan)));
    shifted.writeFloatLE(shifted.readFloatLE(292) + 30, 292);
    const moved = await ben.upload(campaign, shifted);
    const refused = await ben.post(command, { kind: 'submit', upload: moved.body });
    expect(refused.status).toBe(409);
    expect(refused.body.findings).toMatchObject([{ code: 'SUBMISSION_GRID', severity: 'reject' }]);
    expect(refused.body.remedy).toBe('Correct the mask and send it again');
    const seen = { acknowledged: ['SUBMISSION_EMPTY'], reason: 'taken out in 2011' };
    const taken = await ben.post(command, { kind: 'submit', upload: sent.body, ...seen });
    expect(taken.body).toMatchObject({ accepted: true, phase: 'submitted' });
  });

  it('hands a task over with its draft, which only those may see who may see the task', async () => {
    const { campaign } = made;
    const [anna, ben, cem, clara] = ['anna', 'ben', 'cem', 'clara'].map((id) => console_.as(id));
    const { task } = (await anna!.post(`/campaigns/${campaign}/inbox/next`)).body.taken;
    const mini = made.cases.find((each) => each.at.caseId === task.caseId)!;
    const command = `/campaigns/${campaign}/tasks/lits/${task.caseId}/1/commands`;
    const draftMap = `/campaigns/${campaign}/cases/lits/${task.caseId}/labelmap?of=draft`;
    expect((await anna!.get(draftMap)).status).toBe(404);
    const file = labelMapFile(mini.image, { ...everyOrgan, liver: [], spleen: [40, 41, 42] });
    const draft = (await anna!.upload(campaign, file)).body;
    const given = await anna!.post(command, { kind: 'hand-over', to: 'ben', reason: 'my shift ends', draft });
    expect(given.status, JSON.stringify(given.body)).toBe(200);
    const wanted = labelMapFile(mini.image, { ...everyOrgan, spleen: [40, 41, 42] });
    for (const who of [ben, clara]) {
      const map = await who!.get(draftMap);
      expect(map.status).toBe(200);
      expect(readLabelMap(map.body, 'draft').values).toEqual(readLabelMap(wanted, 'wanted').values);
    }
    expect((await cem!.get(draftMap)).status).toBe(403);
    const bundle = unzipSync(
      (await ben!.get(`/campaigns/${campaign}/cases/lits/${task.caseId}/bundle`)).body,
    );
    const mask = bundle[`lits-${task.caseId}/mask.nii.gz`]!;
    expect(readLabelMap(mask, 'mask').values).toEqual(readLabelMap(wanted, 'wanted').values);
    const plain = unzipSync((await cem!.get(`/campaigns/${campaign}/cases/lits/${task.caseId}/bundle`)).body);
    const before = readLabelMap(labelMapFile(mini.image, everyOrgan), 'before').values;
    expect(readLabelMap(plain[`lits-${task.caseId}/mask.nii.gz`]!, 'mask').values).toEqual(before);
  });

  it('makes a lease an offline one, whose token the bundle carries and the submission proves', async () => {
    const { campaign } = made;
    const ben = console_.as('ben');
    const inbox = (await ben.get(`/campaigns/${campaign}/inbox`)).body.tasks;
    const { task } = inbox.find((each: { task: TaskState }) => each.task.lease?.holder === 'ben');
    const mini = made.cases.find((each) => each.at.caseId === task.caseId)!;
    const command = `/campaigns/${campaign}/tasks/lits/${task.caseId}/1/commands`;
    const leaseToken = 'a-token-of-ben-for-his-bundle';
    const renewed = await ben.post(command, { kind: 'renew', offline: true, leaseToken });
    expect(Date.parse(renewed.body.deadline) - Date.now()).toBeGreaterThan(10 * 24 * 3_600_000);
    const address = `${console_.url}/api/v1/campaigns/${campaign}/cases/lits/${task.caseId}/bundle`;
    const headers = { authorization: `Bearer ${ben.token}`, 'x-lease-token': leaseToken };
    const zip = unzipSync(new Uint8Array(await (await fetch(address, { headers })).arrayBuffer()));
    const note = new TextDecoder().decode(zip[`lits-${task.caseId}/README.txt`]);
    expect(note).toContain(leaseToken);
    const upload = (await ben.upload(campaign, labelMapFile(mini.image, everyOrgan))).body;
    const stale = await ben.post(command, { kind: 'submit', upload, leaseToken: 'of-an-older-bundle' });
    expect(stale.status).toBe(409);
    expect(stale.body.detail).toContain('the lease of this bundle was lost');
    expect((await ben.post(command, { kind: 'submit', upload, leaseToken })).status).toBe(200);
  });

  it('answers every list', async () => {
    const operator = console_.as('operator');
    for (const path of [
      '',
      '/progress',
      '/findings',
      '/cases',
      '/people',
      '/audit',
      '/evaluations',
      '/cases?where=collection%3Dlits&limit=1',
    ]) {
      const { status, body } = await operator.get(`/campaigns/${made.campaign}${path}`);
      expect(status, `${path} ${JSON.stringify(body)}`).toBe(200);
    }
    const document = await fetch(`${console_.url}/api/v1/openapi.json`).then(
      (each) => each.json() as Promise<{ paths: object }>,
    );
    expect(Object.keys(document.paths).length).toBeGreaterThan(15);
  });

  it('tells the record of a campaign newest first, each record once', async () => {
    const seen: { at: string; entity: string; sequence: number }[] = [];
    let cursor = '';
    do {
      const { body } = await console_
        .as('clara')
        .get(`/campaigns/${made.campaign}/audit?limit=7${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      seen.push(...body.records);
      cursor = body.next ?? '';
    } while (cursor !== '');
    const times = seen.map(({ at }) => at);
    expect(times).toEqual(times.toSorted().reverse());
    let records = 0;
    for await (const _ of installation.store.list(auditPrefix(made.campaign))) records += 1;
    expect(new Set(seen.map(({ entity, sequence }) => `${entity} ${sequence}`)).size).toBe(seen.length);
    expect(seen.length).toBe(records);
  });

  it('has a sign-in link for everybody of the campaign, those who joined later too', async () => {
    const { campaign } = made;
    const eva = { id: 'eva', role: 'junior', simulated: false };
    expect((await console_.as('operator').post(`/campaigns/${campaign}/people`, eva)).status).toBe(200);
    const links = await signInLinks(installation, console_.console, console_.url, campaign);
    expect(links.map(({ id }) => id)).toEqual(['anna', 'ben', 'cem', 'clara', 'david', 'eva']);
    expect((await console_.as('eva').get('/me')).body.campaigns).toMatchObject([
      { campaign, role: 'junior' },
    ]);
  });

  it('streams changes to whoever listens', async () => {
    const { token } = console_.as('clara');
    const abort = new AbortController();
    const response = await fetch(`${console_.url}/api/v1/campaigns/${made.campaign}/events`, {
      headers: { authorization: `Bearer ${token}` },
      signal: abort.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const { body } = await console_.as('ben').post(`/campaigns/${made.campaign}/inbox/next`);
    const reader = response.body!.getReader();
    let text = '';
    while (!text.includes(body.taken.task.caseId))
      text += new TextDecoder().decode((await reader.read()).value);
    abort.abort();
    expect(text).toContain('event: change');
  });
});
