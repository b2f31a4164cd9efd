import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { apiTokenPrefix } from '../../../domain/api-token.js';
import { problem } from '../problem.js';
import type { LocalIdentity } from './local-identity.js';
import { type Session, type Sessions, sessionCookieName } from './session-cookie.js';
import type { SignedIn } from './signed-in.js';

/** The ways to prove who one is that this server offers. */
export interface Proofs {
  readonly sessions: Sessions;
  /** Only on servers that this machine alone can reach. */
  readonly local?: LocalIdentity;
  /** API tokens, `plusct_…`; undefined for one that is unknown, expired or revoked. */
  readonly apiToken?: (token: string) => Promise<SignedIn | undefined>;
  /** Tokens of an identity provider; undefined for one that does not hold. */
  readonly jwt?: (token: string) => Promise<SignedIn | undefined>;
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Who sends a request; undefined when it brings no proof. A proof that does not hold is a problem 401, and a request of a
 * browser session that changes something without the session's token is a problem 403.
 */
export async function identify(request: FastifyRequest, proofs: Proofs): Promise<SignedIn | undefined> {
  const { authorization } = request.headers;
  if (authorization !== undefined) return ofHeader(authorization, proofs);
  const cookie = request.cookies[sessionCookieName];
  if (cookie === undefined) return undefined;
  const session = await proofs.sessions.read(cookie);
  if (session === undefined || !stillHolds(session, proofs)) return undefined;
  if (!safeMethods.has(request.method)) checkCsrf(request, session, proofs.sessions);
  const { sub: id, by, name } = session;
  return {
    id,
    by,
    csrfToken: proofs.sessions.csrfToken(session),
    ...(name === undefined ? {} : { name }),
  };
}

async function ofHeader(authorization: string, proofs: Proofs): Promise<SignedIn> {
  const [, token] = /^Bearer ([\w.~+/=-]{20,8000})$/i.exec(authorization) ?? [];
  const found = token === undefined ? undefined : await ofBearer(token, proofs);
  if (found !== undefined) return found;
  throw problem(401, 'The token is unknown, expired, revoked or not meant for this server', 'Sign in again');
}

async function ofBearer(token: string, proofs: Proofs): Promise<SignedIn | undefined> {
  if (token.startsWith(apiTokenPrefix)) return proofs.apiToken?.(token);
  const id = proofs.local?.personOf(token);
  if (id !== undefined) return { id, by: 'local' };
  return proofs.jwt?.(token);
}

/** The trace of a local token in the session that it opened. */
export function proofOf(token: string): string {
  return createHash('sha256').update(`session ${token}`).digest('hex').slice(0, 32);
}

/** A session by a local token holds as long as that token is the person's. */
function stillHolds({ by, sub, proof }: Session, { local }: Proofs): boolean {
  return by !== 'local' || (local !== undefined && proof === proofOf(local.tokenFor(sub)));
}

function checkCsrf(request: FastifyRequest, session: Session, sessions: Sessions): void {
  const given = request.headers['x-csrf-token'];
  if (typeof given === 'string' && sessions.isCsrfToken(session, given)) return;
  throw problem(
    403,
    'The request changes something and does not carry the token of its session',
    'Send the csrfToken that GET /api/v1/me tells as the header x-csrf-token',
  );
}
