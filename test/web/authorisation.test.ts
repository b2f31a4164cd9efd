import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { actions, permissionRefusal, permissions } from '../../domain/permissions.js';
import { type Role, roles } from '../../domain/role.js';
import { createApiToken, revokeApiToken } from '../../storage/api-tokens.js';
import type { ApiContext, DeclaredRoute } from '../../web/api/api.js';
import { guard } from '../../web/api/authorise.js';
import { type Installation, install } from '../workflows/installation.js';
import { answerOf, type MadeCampaign, type MadeConsole, makeCampaign, makeConsole } from './made-console.js';

/** One person of each role. */
const people = roles.map((role) => ({ id: `one-${role}`, role, simulated: false }));

let installation: Installation;
let server: MadeConsole;
let made: MadeCampaign;
let other: MadeCampaign;

beforeAll(async () => {
  installation = await install('authorise', ['orchestration', 'io']);
  server = await makeConsole(installation);
  made = await makeCampaign(installation, people, 4);
  other = await makeCampaign(installation, [{ id: 'stranger', role: 'lead', simulated: false }], 1);
  await vi.waitFor(
    async () =>
      expect((await server.as('one-junior').get(`/campaigns/${made.campaign}/inbox`)).body.total).toBe(4),
    { timeout: 30_000, interval: 200 },
  );
});
afterAll(async () => {
  await server.close();
  await installation.stop();
});

/** The address of a route with names of things that are there. */
function addressOf({ url }: DeclaredRoute, campaign = made.campaign): string {
  const values: Record<string, string> = {
    campaign,
    collection: 'lits',
    caseId: 'volume-0',
    round: '1',
    organ: 'spleen',
    version: made.cases[0]!.labels.find(({ organ }) => organ === 'spleen')!.version,
    evaluation: 'none',
    file: 'none.json',
  };
  return `${server.url}${url.replace(/:(\w+)/g, (_, name: string) => values[name]!)}`;
}

async function send(route: DeclaredRoute, headers: Record<string, string>, campaign?: string) {
  const abort = new AbortController();
  const response = await fetch(addressOf(route, campaign), {
    method: route.method,
    headers: { ...headers, ...(route.method === 'POST' ? { 'content-type': 'application/json' } : {}) },
    ...(route.method === 'POST' ? { body: '{}' } : {}),
    signal: abort.signal,
    redirect: 'manual',
  });
  const stream = response.headers.get('content-type')?.includes('event-stream') ?? false;
  if (!stream) return answerOf(response);
  abort.abort();
  return { status: response.status, body: undefined };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const isApi = ({ url, method }: DeclaredRoute) => url.startsWith('/api/') && method !== 'HEAD';
const routesOf = (which: (route: DeclaredRoute) => boolean) =>
  server.console.api.declared.filter((route) => isApi(route) && which(route));
const guarded = () => routesOf(({ action }) => action !== 'public');
const inTable = () => routesOf(({ action }) => action !== 'public' && action !== 'signed-in');

describe('the permission table', () => {
  it('has a route for every action, and no route without one', () => {
    const used = new Set<string>(inTable().map(({ action }) => action));
    expect(actions.filter((action) => !used.has(action))).toEqual([]);
    expect(inTable().length).toBeGreaterThanOrEqual(20);
  });

  it('names every route: what stands open to all, or to all who are signed in, is a list of its own', () => {
    const standing = (which: 'public' | 'signed-in') =>
      routesOf(({ action }) => action === which).map(({ method, url }) => `${method} ${url}`);
    expect(standing('public')).toEqual([
      'GET /api/v1/health',
      'GET /api/v1/ready',
      'GET /api/v1/sign-in/methods',
      'POST /api/v1/session',
      'GET /api/v1/openapi.json',
    ]);
    expect(standing('signed-in')).toEqual([
      'GET /api/v1/me',
      'DELETE /api/v1/session',
      'GET /api/v1/campaigns',
    ]);
    expect(inTable().map(({ method, url, action }) => `${action}: ${method} ${url}`)).toMatchInlineSnapshot(`
      [
        "campaign.read: GET /api/v1/campaigns/:campaign",
        "campaign.read: GET /api/v1/campaigns/:campaign/progress",
        "findings.read: GET /api/v1/campaigns/:campaign/findings",
        "case.read: GET /api/v1/campaigns/:campaign/cases",
        "case.read: GET /api/v1/campaigns/:campaign/cases/:collection/:caseId",
        "volume.read: GET /api/v1/campaigns/:campaign/cases/:collection/:caseId/image",
        "volume.read: GET /api/v1/campaigns/:campaign/cases/:collection/:caseId/labels/:organ/:version",
        "volume.read: GET /api/v1/campaigns/:campaign/cases/:collection/:caseId/labelmap",
        "bundle.read: GET /api/v1/campaigns/:campaign/cases/:collection/:caseId/bundle",
        "volume.read: GET /api/v1/campaigns/:campaign/cases/:collection/:caseId/diff",
        "effort.read: GET /api/v1/campaigns/:campaign/effort",
        "effort.read: GET /api/v1/campaigns/:campaign/people/figures",
        "agreement.read: GET /api/v1/campaigns/:campaign/agreement",
        "inbox.read: GET /api/v1/campaigns/:campaign/inbox",
        "task.take: POST /api/v1/campaigns/:campaign/inbox/next",
        "task.command: POST /api/v1/campaigns/:campaign/tasks/:collection/:caseId/:round/commands",
        "task-audit.read: GET /api/v1/campaigns/:campaign/tasks/:collection/:caseId/:round/audit",
        "audit.read: GET /api/v1/campaigns/:campaign/audit",
        "people.read: GET /api/v1/campaigns/:campaign/people",
        "people.change: POST /api/v1/campaigns/:campaign/people",
        "campaign.read: GET /api/v1/campaigns/:campaign/events",
        "evaluation.read: GET /api/v1/campaigns/:campaign/evaluations",
        "evaluation.read: GET /api/v1/campaigns/:campaign/evaluations/:evaluation",
        "evaluation.read: GET /api/v1/campaigns/:campaign/evaluations/:evaluation/files/:file",
        "round.read: GET /api/v1/campaigns/:campaign/rounds",
        "release.read: GET /api/v1/campaigns/:campaign/releases",
        "device.read: GET /api/v1/campaigns/:campaign/devices",
        "case.decide: POST /api/v1/campaigns/:campaign/decisions",
        "mask.upload: POST /api/v1/campaigns/:campaign/uploads",
      ]
    `);
  });

  it('does not start with a route that names no action', async () => {
    const api = fastify();
    guard(api, { proofs: {} } as ApiContext);
    expect(() => api.get('/anything', () => 'open')).toThrow('names no action');
    await api.close();
  });

  it('lets in who it names and nobody else, on every route of a running server', async () => {
    const faults: string[] = [];
    let checks = 0;
    for (const role of roles) {
      const headers = bearer(server.as(`one-${role}`).token);
      for (const route of inTable()) {
        const allowed = (
          permissions[route.action as keyof typeof permissions].roles as readonly Role[]
        ).includes(role);
        const { status, body } = await send(route, headers);
        const fits = allowed
          ? status !== 401 && status !== 403
          : status === 403 && body.detail.includes(role);
        if (!fits) faults.push(`${role} ${route.method} ${route.url}: ${status}, allowed ${allowed}`);
        if (status >= 500) faults.push(`${role} ${route.method} ${route.url}: ${status}`);
        checks += 1;
      }
    }
    expect(faults).toEqual([]);
    expect(checks).toBe(roles.length * inTable().length);
  }, 60_000);

  it('lets nobody in who brings no proof, on any route but the public ones', async () => {
    for (const route of guarded()) {
      const { status, body } = await send(route, {});
      expect(status, `${route.method} ${route.url}`).toBe(401);
      expect(body).toMatchObject({ status: 401, title: 'Not signed in' });
    }
  });

  it('refuses people of other campaigns, and does not tell them whether there is one of that name', async () => {
    const headers = bearer(server.as('stranger').token);
    for (const route of inTable()) {
      const there = await send(route, headers);
      const nowhere = await send(route, headers, 'no-such-campaign');
      expect([there.status, nowhere.status], `${route.method} ${route.url}`).toEqual([403, 403]);
      expect(there.body.detail.replace(made.campaign, 'X')).toBe(
        nowhere.body.detail.replace('no-such-campaign', 'X'),
      );
    }
    expect((await server.as('stranger').get('/campaigns')).body.campaigns).toEqual([
      { campaign: other.campaign, role: 'lead' },
    ]);
  });

  it('refuses tokens that are unknown, altered or of another kind, on every route', async () => {
    const { token } = server.as('one-lead');
    const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const route of guarded()) {
      for (const authorization of [
        `Bearer ${altered}`,
        'Bearer x',
        `Basic ${token}`,
        `Bearer ${'a'.repeat(9000)}`,
      ]) {
        const { status } = await send(route, { authorization });
        expect(status, `${route.method} ${route.url} ${authorization.slice(0, 20)}`).toBe(401);
      }
    }
  }, 60_000);
});

describe('API tokens', () => {
  const make = (scopes: ('read' | 'work' | 'manage')[], more: { days?: number; campaigns?: string[] } = {}) =>
    createApiToken(
      installation.store,
      {
        person: 'one-lead',
        scopes,
        createdBy: 'test',
        ...(more.campaigns === undefined ? {} : { campaigns: more.campaigns }),
      },
      { now: new Date(), days: more.days ?? 1 },
    );

  it('reach as far as their scopes, whatever the role allows', async () => {
    const { text } = await make(['read']);
    for (const route of inTable()) {
      const action = route.action as keyof typeof permissions;
      const { status } = await send(route, bearer(text));
      const refused = permissionRefusal(action, 'lead', ['read']) !== undefined;
      expect(status === 403, `${route.method} ${route.url}: ${status}`).toBe(refused);
    }
  });

  it('are refused when they are expired, altered, revoked or meant for another campaign', async () => {
    const path = `/campaigns/${made.campaign}`;
    const status = async (token: string) =>
      (await fetch(`${server.url}/api/v1${path}`, { headers: bearer(token) })).status;
    const [expired, right, foreign] = [
      await make(['read'], { days: -1 }),
      await make(['read']),
      await make(['read'], { campaigns: [other.campaign] }),
    ];
    expect(await status(expired.text)).toBe(401);
    expect(await status(`${right.text.slice(0, -2)}xx`)).toBe(401);
    expect(await status(foreign.text)).toBe(403);
    expect(await status(right.text)).toBe(200);
    await revokeApiToken(installation.store, right.token.id, 'test', new Date());
    await vi.waitFor(async () => expect(await status(right.text)).toBe(401), {
      timeout: 5000,
      interval: 300,
    });
  });

  it('are kept as hashes only', async () => {
    const { text, token } = await make(['read']);
    const secret = text.slice(`plusct_${token.id}_`.length);
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(token)).not.toContain(secret);
  });
});

describe('browser sessions', () => {
  async function signIn(person: string) {
    const response = await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: server.as(person).token }),
    });
    const header = response.headers.get('set-cookie') ?? '';
    return { header, cookie: header.split(';')[0]!, me: (await answerOf(response)).body };
  }

  it('are cookies that scripts cannot read and other sites cannot send', async () => {
    const { header, me } = await signIn('one-lead');
    expect(header).toMatch(/HttpOnly/);
    expect(header).toMatch(/SameSite=Lax/);
    expect(me).toMatchObject({ id: 'one-lead', signedInBy: 'local' });
  });

  it('change nothing without the token of the session', async () => {
    const { cookie, me } = await signIn('one-junior');
    const { cookie: foreign } = await signIn('one-senior');
    const post = async (headers: Record<string, string>) => {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{}',
      };
      return (await fetch(`${server.url}/api/v1/campaigns/${made.campaign}/inbox/next`, init)).status;
    };
    expect(await post({ cookie })).toBe(403);
    expect(await post({ cookie, 'x-csrf-token': 'a'.repeat(43) })).toBe(403);
    expect(await post({ cookie: foreign, 'x-csrf-token': me.csrfToken })).toBe(403);
    expect(await post({ cookie, 'x-csrf-token': me.csrfToken })).toBe(200);
  });

  it('end when somebody signs out, and are refused when they are altered', async () => {
    const { cookie, me } = await signIn('one-lead');
    const status = async (value: string) =>
      (await fetch(`${server.url}/api/v1/me`, { headers: { cookie: value } })).status;
    expect(await status(cookie)).toBe(200);
    expect(await status(`${cookie.slice(0, -3)}abc`)).toBe(401);
    await fetch(`${server.url}/api/v1/session`, {
      method: 'DELETE',
      headers: { cookie, 'x-csrf-token': me.csrfToken },
    });
    expect(await status(cookie)).toBe(401);
  });

  it('are opened by no token but a person’s own', async () => {
    const response = await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'x'.repeat(43) }),
    });
    expect(response.status).toBe(401);
  });
});

describe('the server', () => {
  it('answers under its own names only', async () => {
    const { port } = new URL(server.url);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      request(
        { port, host: '127.0.0.1', path: '/api/v1/health', headers: { host: 'evil.example' } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      ).end();
    });
    expect(status).toBe(421);
  });

  it('sends headers that keep a page from loading or framing anything foreign', async () => {
    const { headers } = await fetch(`${server.url}/api/v1/health`);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('content-security-policy')).not.toContain("'unsafe-eval'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('refuses addresses that lead out of their folder', async () => {
    const operator = server.as('one-operator');
    for (const path of [
      `/campaigns/..%2F..%2Fetc`,
      `/campaigns/${made.campaign}/cases/lits/..%2F..%2Fplan`,
      `/campaigns/${made.campaign}/cases/lits/volume-0/labels/spleen/..%2Fpassport`,
      `/campaigns/${made.campaign}/evaluations/..%2F..%2Fx/files/summary.json`,
      `/campaigns/${made.campaign}/evaluations/none/files/..%2Fsummary.json`,
    ]) {
      expect([400, 404], path).toContain((await operator.get(path)).status);
    }
  });

  it('refuses commands larger than any can be', async () => {
    const { token } = server.as('one-junior');
    const response = await fetch(
      `${server.url}/api/v1/campaigns/${made.campaign}/tasks/lits/volume-0/1/commands`,
      {
        method: 'POST',
        headers: { ...bearer(token), 'content-type': 'application/json' },
        body: JSON.stringify({ kind: 'claim', commandId: 'x'.repeat(300_000) }),
      },
    );
    expect(response.status).toBe(413);
  });

  it('slows down who asks too often', async () => {
    const strict = await makeConsole(installation, { requestsPerMinute: { person: 5, stranger: 3 } });
    const lead = strict.as('one-lead');
    const all = [];
    for (let n = 0; n < 7; n += 1) all.push((await lead.get('/me')).status);
    expect(all).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect((await strict.as('one-senior').get('/me')).status).toBe(200);
    await strict.close();
  });
});
