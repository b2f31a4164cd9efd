import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Installation, install } from '../workflows/installation.js';
import { type MadeCampaign, type MadeConsole, makeCampaign, makeConsole } from './made-console.js';

const tasks = 50;
const claimers = Array.from({ length: 100 }, (_, n) => `junior-${n}`);
const people = [
  ...claimers.map((id) => ({ id, role: 'junior', simulated: false })),
  { id: 'hasty', role: 'junior', simulated: false, quota: 2 },
];

let installation: Installation;
let servers: MadeConsole[];
let made: MadeCampaign;

beforeAll(async () => {
  installation = await install('claimers', ['orchestration', 'io']);
  servers = [await makeConsole(installation), await makeConsole(installation)];
  made = await makeCampaign(installation, people, tasks);
  await vi.waitFor(
    async () =>
      expect((await servers[0]!.as('junior-0').get(`/campaigns/${made.campaign}/inbox`)).body.total).toBe(
        tasks,
      ),
    { timeout: 60_000, interval: 300 },
  );
}, 120_000);
afterAll(async () => {
  for (const server of servers) await server.close();
  await installation.stop();
});

describe('the work queue', () => {
  it('gives nobody more than their quota who claims several cases at one moment', async () => {
    const hasty = servers[0]!.as('hasty');
    const of = ({ at }: MadeCampaign['cases'][number]) =>
      `/campaigns/${made.campaign}/tasks/${at.collection}/${at.caseId}/1/commands`;
    const paths = made.cases.slice(0, 6).map(of);
    const claims = await Promise.all(
      paths.map(async (path) => ({ path, ...(await hasty.post(path, { kind: 'claim' })) })),
    );
    const [held, refused] = [200, 409].map((code) => claims.filter(({ status }) => status === code));
    expect([held!.length, refused!.length]).toEqual([2, 4]);
    for (const { body } of refused!) expect(body.detail).toContain('hasty holds 2 of at most 2 tasks');
    for (const { path } of held!) expect((await hasty.post(path, { kind: 'release' })).status).toBe(200);
  });

  it('gives 50 leases to 100 people who ask at once, at two servers', async () => {
    const path = `/campaigns/${made.campaign}/inbox/next`;
    const answers = await Promise.all(
      claimers.map(async (id, n) => ({ id, ...(await servers[n % 2]!.as(id).post(path)) })),
    );
    expect(answers.map(({ status }) => status)).toEqual(claimers.map(() => 200));
    const taken = answers.filter(({ body }) => body.taken !== null);
    const cases = taken.map(({ body }) => body.taken.task.caseId);
    expect(taken).toHaveLength(tasks);
    expect(new Set(cases).size).toBe(tasks);
    for (const { id, body } of taken) expect(body.taken.task.lease.holder).toBe(id);
    for (const { body } of answers) if (body.taken === null) expect(body.why.length).toBeGreaterThan(10);
  }, 120_000);
});
