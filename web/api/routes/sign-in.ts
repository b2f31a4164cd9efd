import type { FastifyRequest } from 'fastify';
import type { Api, ApiContext } from '../api.js';
import { sessionCookieName } from '../identity/session-cookie.js';
import { openSignIn, sealSignIn, signInCookieName, signInSeconds } from '../identity/sign-in-cookie.js';
import { Problem, problem } from '../problem.js';
import { cookieOptions } from './session.js';

const path = '/api/v1/sign-in';

/** Signing in through an identity provider: there, and back with a session. */
export function signInRoutes(api: Api, { proofs, oidc }: ApiContext): void {
  if (oidc === undefined) return;
  const { provider, secret, secure } = oidc;
  const config = { action: 'public', rateLimit: { max: 30, timeWindow: '1 minute' } } as const;
  api.get('/sign-in', { config, schema: { tags: ['identity'] } }, async (_request, reply) => {
    const { url, underWay } = await provider.begin();
    const cookie = await sealSignIn(underWay, secret);
    // Lax: the cookie has to come along when the provider sends the browser back.
    reply.setCookie(signInCookieName, cookie, { ...cookieOptions(secure), path, maxAge: signInSeconds });
    return reply.redirect(url.href, 302);
  });
  const signedIn = async (request: FastifyRequest): Promise<string> => {
    const underWay = await openSignIn(request.cookies[signInCookieName] ?? '', secret);
    if (underWay === undefined) {
      throw problem(401, 'This browser has begun no sign-in, or took too long', 'Sign in again');
    }
    const { id, name } = await provider.finish(request.url.split('?')[1] ?? '', underWay);
    return proofs.sessions.open({ sub: id, by: 'oidc', ...(name === undefined ? {} : { name }) });
  };
  api.get('/sign-in/callback', { config, schema: { tags: ['identity'] } }, async (request, reply) => {
    try {
      const session = await signedIn(request);
      return await reply
        .clearCookie(signInCookieName, { path })
        .setCookie(sessionCookieName, session, cookieOptions(secure))
        .redirect('/', 302);
    } catch (error) {
      // People come back to the page, which says what to do; programs get the problem itself.
      if (!(error instanceof Problem) || !request.headers.accept?.includes('text/html')) throw error;
      request.log.warn({ detail: error.details.detail }, 'a sign-in failed');
      return reply.redirect(
        error.status === 503 ? '/sign-in?failed=provider' : '/sign-in?failed=answer',
        302,
      );
    }
  });
}
