import { z } from 'zod';
import { PlusctError } from '../../../domain/errors.js';

/** How the console knows its identity provider; from the environment. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** Audience of access tokens that programs send; without it no JWT is taken. */
  readonly audience?: string;
  /** The claim that holds the person's id in rosters. */
  readonly personClaim: string;
  /** Where browsers reach the console, without a path. */
  readonly publicUrl: string;
}

const Environment = z.object({
  PLUSCT_OIDC_ISSUER: z.url(),
  PLUSCT_OIDC_CLIENT_ID: z.string().min(1),
  PLUSCT_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  PLUSCT_OIDC_AUDIENCE: z.string().min(1).optional(),
  PLUSCT_OIDC_PERSON_CLAIM: z.string().min(1).default('preferred_username'),
  PLUSCT_PUBLIC_URL: z.url(),
});

/** The provider's settings; undefined where none is named. Throws `InvalidInput` naming what is missing or unsafe. */
export function readOidcSettings(
  environment: Readonly<Record<string, string | undefined>>,
): OidcSettings | undefined {
  if (!environment.PLUSCT_OIDC_ISSUER) return undefined;
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new PlusctError('InvalidInput', `The identity provider is not set up: ${faults.join('; ')}`);
  }
  const env = parsed.data;
  for (const [name, url] of Object.entries({
    PLUSCT_OIDC_ISSUER: env.PLUSCT_OIDC_ISSUER,
    PLUSCT_PUBLIC_URL: env.PLUSCT_PUBLIC_URL,
  })) {
    if (!isSafe(new URL(url))) throw new PlusctError('InvalidInput', `${name}=${url}: use https`);
  }
  // Else the proof that somebody signed in at the console would open its API to whoever gets hold of it.
  if (env.PLUSCT_OIDC_AUDIENCE === env.PLUSCT_OIDC_CLIENT_ID) {
    throw new PlusctError(
      'InvalidInput',
      'PLUSCT_OIDC_AUDIENCE is the client id: give the API an audience of its own',
    );
  }
  return {
    issuer: env.PLUSCT_OIDC_ISSUER,
    clientId: env.PLUSCT_OIDC_CLIENT_ID,
    personClaim: env.PLUSCT_OIDC_PERSON_CLAIM,
    publicUrl: new URL(env.PLUSCT_PUBLIC_URL).origin,
    ...(env.PLUSCT_OIDC_CLIENT_SECRET === undefined ? {} : { clientSecret: env.PLUSCT_OIDC_CLIENT_SECRET }),
    ...(env.PLUSCT_OIDC_AUDIENCE === undefined ? {} : { audience: env.PLUSCT_OIDC_AUDIENCE }),
  };
}

/** Plain HTTP stays inside this machine. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
