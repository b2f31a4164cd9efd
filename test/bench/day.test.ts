import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDay } from '../../bench/day-run.js';
import { type MadeConsole, makeConsole } from '../web/made-console.js';
import { type Installation, install } from '../workflows/installation.js';

let installation: Installation;
let server: MadeConsole;

beforeAll(async () => {
  installation = await install('day', ['orchestration', 'io']);
  server = await makeConsole(installation);
});
afterAll(async () => {
  await server.close();
  await installation.stop();
});

describe('a scripted day', () => {
  it('ends with every case verified, none twice and none lost, and a ledger that adds up', async () => {
    const { client, store, queueSuffix } = installation;
    const tokenFor = (person: string) => server.console.identity.tokenFor(person);
    const report = await runDay(
      { client, store, queueSuffix, url: server.url, tokenFor },
      { cases: 24, juniors: 6, certified: 2, seniors: 2, leaseSeconds: 12 },
    );
    expect(report.faults).toEqual([]);
    expect(report.verified).toBe(24);
    expect(report.expired).toBeGreaterThanOrEqual(report.abandoned);
    expect(report.abandoned).toBeGreaterThan(0);
    expect(report.returned).toBeGreaterThan(0);
    expect(report.refused).toBeGreaterThan(0);
  }, 240_000);
});
