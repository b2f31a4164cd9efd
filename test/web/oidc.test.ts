import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../infra/ports.js';
import { readOidcSettings } from '../../web/api/identity/oidc-settings.js';
import { type Installation, install } from '../workflows/installation.js';
import { Browser, type MadeProvider, makeProvider } from './identity-provider.js';
import { answerOf, type MadeCampaign, type MadeConsole, makeCampaign, makeConsole } from './made-console.js';

const people = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'lena', role: 'lead', simulated: false },
];

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

let installation: Installation;
let made: MadeCampaign;

beforeAll(async () => {
  installation = await install('oidc', ['orchestration', 'io']);
  made = await makeCampaign(installation, people, 1);
});
afterAll(() => installation.stop());

describe('signing in through an OpenID provider', () => {
  let provider: MadeProvider;
  let server: MadeConsole;
  let url: string;

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    provider = await makeProvider(`${url}/api/v1/sign-in/callback`);
    const { issuer, clientId, clientSecret } = provider;
    const settings = { issuer, clientId, clientSecret, personClaim: 'preferred_username', publicUrl: url };
    server = await makeConsole(installation, { oidc: settings, port });
  });
  afterAll(async () => {
    await server.close();
    await provider.close();
  });

  /** Signs in at the provider, up to the address that leads back. */
  async function atProvider(browser: Browser, login: string): Promise<string> {
    const back = (address: string) => address.startsWith(`${url}/api/v1/sign-in/callback`);
    let step = await browser.follow(`${url}/api/v1/sign-in`, back);
    for (let n = 0; n < 4 && !back(step.url); n += 1) {
      const page = await step.response.text();
      const [, action = step.url] = /action="([^"]+)"/.exec(page) ?? [];
      const [, prompt = 'login'] = /name="prompt" value="([^"]+)"/.exec(page) ?? [];
      const sent = await browser.go(new URL(action, step.url).href, { prompt, login, password: 'x' });
      step = await browser.follow(new URL(sent.response.headers.get('location')!, sent.url).href, back);
    }
    return step.url;
  }

  it('goes there with PKCE, state and nonce, and comes back with a session', async () => {
    const browser = new Browser();
    const { response } = await browser.go(`${url}/api/v1/sign-in`);
    const address = new URL(response.headers.get('location')!);
    expect(address.searchParams.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(address.searchParams.get(name)!.length, name).toBeGreaterThan(20);
    }
    const back = await atProvider(browser, 'anna');
    const { response: home } = await browser.go(back);
    expect(home.status, await home.clone().text()).toBe(302);
    expect(home.headers.get('location')).toBe('/');
    const cookie = `plusct_session=${browser.cookie(url, 'plusct_session')}`;
    const me = await fetch(`${url}/api/v1/me`, { headers: { cookie } }).then(answerOf);
    expect(me.body).toMatchObject({ id: 'anna', name: 'Dr anna', signedInBy: 'oidc' });
    expect(me.body.campaigns).toContainEqual(
      expect.objectContaining({ campaign: made.campaign, role: 'junior' }),
    );
  }, 60_000);

  it('refuses a return that this browser did not begin, a changed state, and a code that was used', async () => {
    const browser = new Browser();
    const back = await atProvider(browser, 'lena');
    expect((await new Browser().go(back)).response.status).toBe(401);
    const changed = new URL(back);
    changed.searchParams.set('state', 'x'.repeat(43));
    expect((await browser.go(changed.href)).response.status).toBe(401);
    expect((await browser.go(back)).response.status).toBe(302);
    expect((await browser.go(back)).response.status).toBe(401);
    const person = await fetch(back, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([person.status, person.headers.get('location')]).toEqual([302, '/sign-in?failed=answer']);
  }, 60_000);

  it('gives nobody a role that no roster gives them, and takes no local token', async () => {
    const browser = new Browser();
    await browser.go(await atProvider(browser, 'eve'));
    const cookie = `plusct_session=${browser.cookie(url, 'plusct_session')}`;
    const status = await fetch(`${url}/api/v1/campaigns/${made.campaign}`, { headers: { cookie } });
    expect(status.status).toBe(403);
    expect((await server.as('lena').get('/me')).status).toBe(401);
    expect((await fetch(`${url}/api/v1/sign-in/methods`).then(answerOf)).body).toEqual({
      local: false,
      oidc: true,
    });
  }, 60_000);
});

describe('access tokens of a provider', () => {
  const audience = 'urn:plusct:api';
  let issuer: string;
  let server: MadeConsole;
  let sign: (claims: JWTPayload, more?: { key?: Key; alg?: string }) => Promise<string>;
  let publicKey: string;
  let closeIssuer: () => void;
  let foreignKey: Key;

  beforeAll(async () => {
    const own = await generateKeyPair('RS256', { extractable: true });
    const foreign = await generateKeyPair('RS256', { extractable: true });
    foreignKey = foreign.privateKey;
    publicKey = await exportSPKI(own.publicKey);
    const keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] };
    const http = createServer((request, answer) => {
      answer.setHeader('content-type', 'application/json');
      const metadata = {
        issuer,
        jwks_uri: `${issuer}/keys`,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      };
      answer.end(JSON.stringify(request.url === '/keys' ? keys : metadata));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    closeIssuer = () => void http.close();
    issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    sign = (claims, { key = own.privateKey, alg = 'RS256' } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid: 'one' }).sign(key);
    const publicUrl = 'http://127.0.0.1:1';
    const personClaim = 'preferred_username';
    server = await makeConsole(installation, {
      oidc: { issuer, clientId: 'console', audience, personClaim, publicUrl },
    });
  });
  afterAll(async () => {
    await server.close();
    closeIssuer();
  });

  const now = () => Math.floor(Date.now() / 1000);
  const claims = (more: JWTPayload = {}): JWTPayload => ({
    iss: issuer,
    aud: audience,
    sub: '1',
    preferred_username: 'lena',
    iat: now(),
    exp: now() + 600,
    ...more,
  });
  const status = async (token: string, path = `/campaigns/${made.campaign}`) =>
    (await fetch(`${server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })).status;

  it('are taken when they are signed by the provider for this API', async () => {
    expect(await status(await sign(claims()))).toBe(200);
  });

  it('are refused when they are expired, forged, or for another audience or issuer, on every route', async () => {
    const { exp: _, ...endless } = claims();
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none' })}.${part(claims())}.`;
    const body = `${part({ alg: 'HS256', kid: 'one' })}.${part(claims())}`;
    const confused = `${body}.${createHmac('sha256', publicKey).update(body).digest('base64url')}`;
    const right = await sign(claims());
    const [head, , signature] = right.split('.');
    const tokens: Record<string, string> = {
      expired: await sign(claims({ exp: now() - 60 })),
      'not yet valid': await sign(claims({ nbf: now() + 600 })),
      endless: await sign(endless),
      forged: await sign(claims(), { key: foreignKey }),
      'other audience': await sign(claims({ aud: 'urn:other:api' })),
      'ID token of the console': await sign(claims({ aud: 'console' })),
      'other issuer': await sign(claims({ iss: 'https://evil.example' })),
      unsigned,
      'signed with the public key': confused,
      'changed after signing': `${head}.${part(claims({ preferred_username: 'anna' }))}.${signature}`,
    };
    const routes = server.console.api.declared.filter(
      ({ url, method, action }) => action !== 'public' && method === 'GET' && url.startsWith('/api/'),
    );
    expect(routes.length).toBeGreaterThan(12);
    for (const [name, token] of Object.entries(tokens)) {
      for (const { url } of routes) {
        const path = url.replace('/api/v1', '').replace(':campaign', made.campaign).replace(/:\w+/g, 'x');
        expect(await status(token, path), `${name} at ${url}`).toBe(401);
      }
    }
  }, 60_000);

  it('name nobody when the claim holds no person id', async () => {
    expect(await status(await sign(claims({ preferred_username: 'Lena Ärztin' })))).toBe(401);
  });
});

describe('settings of a provider', () => {
  const right = {
    PLUSCT_OIDC_ISSUER: 'https://id.example',
    PLUSCT_OIDC_CLIENT_ID: 'console',
    PLUSCT_PUBLIC_URL: 'https://plusct.example/',
  };

  it('are none where no issuer is named, and say what is missing or unsafe', () => {
    expect(readOidcSettings({})).toBeUndefined();
    expect(readOidcSettings(right)).toMatchObject({ publicUrl: 'https://plusct.example' });
    expect(() => readOidcSettings({ PLUSCT_OIDC_ISSUER: 'https://id.example' })).toThrow(
      /PLUSCT_OIDC_CLIENT_ID/,
    );
    expect(() => readOidcSettings({ ...right, PLUSCT_OIDC_ISSUER: 'http://id.example' })).toThrow(/https/);
    expect(() => readOidcSettings({ ...right, PLUSCT_PUBLIC_URL: 'http://plusct.example' })).toThrow(/https/);
    expect(() => readOidcSettings({ ...right, PLUSCT_OIDC_AUDIENCE: 'console' })).toThrow(/audience/);
  });
});
