import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { problem } from '../problem.js';
import { isSafe, type OidcSettings } from './oidc-settings.js';
import type { SignedIn } from './signed-in.js';

/** What the console remembers while somebody is at the provider. */
export interface SignInUnderWay {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** An identity provider that signs people in, and whose access tokens programs send. */
export interface OidcProvider {
  /** Where a browser is sent to sign in. */
  begin(): Promise<{ url: URL; underWay: SignInUnderWay }>;
  /** Who comes back. `query` is what stands behind the ? of the address that they came back to. */
  finish(query: string, underWay: SignInUnderWay): Promise<Pick<SignedIn, 'id' | 'name'>>;
  /** Whose access token it is; undefined for one that does not hold. */
  ofAccessToken(token: string): Promise<SignedIn | undefined>;
}

/** Asymmetric only: nobody who can check a token can make one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const clockToleranceSeconds = 10;
export const callbackPath = '/api/v1/sign-in/callback';

/** The provider that the settings name; it is asked for its metadata when somebody first signs in. */
export function oidcProvider(settings: OidcSettings): OidcProvider {
  let found: Promise<openid.Configuration> | undefined;
  const configuration = () => {
    found ??= discover(settings).catch((cause: unknown) => {
      found = undefined;
      throw problem(
        503,
        `The identity provider does not answer: ${reasonOf(cause)}`,
        'Try again in a moment',
      );
    });
    return found;
  };
  const redirectUri = `${settings.publicUrl}${callbackPath}`;
  return {
    async begin() {
      const underWay = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
      };
      const url = openid.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: 'openid profile',
        code_challenge: await openid.calculatePKCECodeChallenge(underWay.verifier),
        code_challenge_method: 'S256',
        state: underWay.state,
        nonce: underWay.nonce,
      });
      return { url, underWay };
    },
    finish: async (query, underWay) =>
      personOf(await exchange(await configuration(), `${redirectUri}?${query}`, underWay), settings),
    ofAccessToken: accessTokens(settings, configuration),
  };
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<openid.Configuration> {
  const url = new URL(issuer);
  const local = url.protocol === 'http:' && isSafe(url);
  return openid.discovery(
    url,
    clientId,
    clientSecret,
    clientSecret === undefined ? openid.None() : openid.ClientSecretBasic(clientSecret),
    { execute: local ? [openid.allowInsecureRequests] : [] },
  );
}

/** The claims of who came back; every check of the code, state, nonce and signature is the library's. */
async function exchange(
  config: openid.Configuration,
  address: string,
  { state, nonce, verifier }: SignInUnderWay,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const tokens = await openid.authorizationCodeGrant(config, new URL(address), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('the answer holds no ID token');
    const more =
      config.serverMetadata().userinfo_endpoint === undefined
        ? {}
        : await openid.fetchUserInfo(config, tokens.access_token, claims.sub);
    return { ...more, ...claims };
  } catch (cause) {
    throw problem(401, `The identity provider’s answer does not hold: ${reasonOf(cause)}`, 'Sign in again');
  }
}

function personOf(
  claims: Readonly<Record<string, unknown>>,
  { personClaim }: OidcSettings,
): Pick<SignedIn, 'id' | 'name'> {
  const id = claims[personClaim];
  const { name } = claims;
  if (typeof id === 'string' && /^[a-z0-9][a-z0-9-]{0,39}$/.test(id)) {
    return { id, ...(typeof name === 'string' ? { name } : {}) };
  }
  throw problem(
    403,
    `The identity provider’s claim ${personClaim} holds no person id (lower-case letters, digits, hyphens)`,
    'Let PLUSCT_OIDC_PERSON_CLAIM name a claim that does',
  );
}

function accessTokens(
  settings: OidcSettings,
  configuration: () => Promise<openid.Configuration>,
): OidcProvider['ofAccessToken'] {
  const { audience, issuer } = settings;
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;
  return async (token) => {
    if (audience === undefined || token.split('.').length !== 3) return undefined;
    const metadata = (await configuration()).serverMetadata();
    if (metadata.jwks_uri === undefined) return undefined;
    keys ??= createRemoteJWKSet(new URL(metadata.jwks_uri));
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: metadata.issuer ?? issuer,
        audience,
        algorithms,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: clockToleranceSeconds,
      });
      return { ...personOf(payload, settings), by: 'jwt' };
    } catch {
      return undefined;
    }
  };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'no reason was given';
}
