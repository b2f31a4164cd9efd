import type { Api, ApiContext } from '../api.js';
import { sessionCookieName } from '../identity/session-cookie.js';
import { openSignIn, sealSignIn, signInCookieName, signInSeconds } from '../identity/sign-in-cookie.js';
import { problem } from '../problem.js';
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
  api.get('/sign-in/callback', { config, schema: { tags: ['identity'] } }, async (request, reply) => {
    const underWay = await openSignIn(request.cookies[signInCookieName] ?? '', secret);
    if (underWay === undefined) {
      throw problem(401, 'This browser has begun no sign-in, or took too long', 'Sign in again');
    }
    const { id, name } = await provider.finish(request.url.split('?')[1] ?? '', underWay);
    const session = await proofs.sessions.open({
      sub: id,
      by: 'oidc',
      ...(name === undefined ? {} : { name }),
    });
    return reply
      .clearCookie(signInCookieName, { path })
      .setCookie(sessionCookieName, session, cookieOptions(secure))
      .redirect('/', 302);
  });
}
