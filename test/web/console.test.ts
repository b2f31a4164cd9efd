import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Person } from '../../domain/person.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { type Installation, install } from '../workflows/installation.js';
import { labelMapFile, organVoxels } from '../workflows/mini-case.js';
import { type MadeCampaign, type MadeConsole, makeCampaign, makeConsole } from './made-console.js';

const people: Person[] = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'ben', role: 'junior', simulated: false },
  { id: 'clara', role: 'certified', simulated: false },
  { id: 'david', role: 'senior', simulated: false },
];

let installation: Installation;
let console_: MadeConsole;
let made: MadeCampaign;

beforeAll(async () => {
  installation = await install('console', ['orchestration', 'io']);
  console_ = await makeConsole(installation);
  made = await makeCampaign(installation, people, 3);
  await vi.waitFor(
    async () =>
      expect((await console_.as('anna').get(`/campaigns/${made.campaign}/inbox`)).body.total).toBe(3),
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
