import { actions, permissionRefusal } from '../../../domain/permissions.js';
import { type Api, type ApiContext, signedInOf } from '../api.js';
import { proofOf } from '../identity/authenticator.js';
import { sessionCookieName, sessionSeconds } from '../identity/session-cookie.js';
import type { SignedIn } from '../identity/signed-in.js';
import { problem } from '../problem.js';
import { Me, SignInBody, SignInMethods } from '../schemas/me.js';
import { problems } from '../schemas/problems.js';

/** Who is signed in, and signing in and out with a local token. */
export function sessionRoutes(api: Api, context: ApiContext): void {
  const { sessions, local } = context.proofs;
  api.get(
    '/me',
    { config: { action: 'signed-in' }, schema: { tags: ['identity'], response: { 200: Me, ...problems } } },
    (request) => meOf(signedInOf(request), context),
  );
  api.get(
    '/sign-in/methods',
    { config: { action: 'public' }, schema: { tags: ['identity'], response: { 200: SignInMethods } } },
    () => context.signInBy,
  );
  api.post(
    '/session',
    {
      config: { action: 'public', rateLimit: { max: 20, timeWindow: '1 minute' } },
      schema: { tags: ['identity'], body: SignInBody, response: { 200: Me, ...problems } },
    },
    async (request, reply) => {
      const { token } = request.body;
      const id = local?.personOf(token);
      if (id === undefined) {
        throw problem(
          401,
          'The token opens nothing here',
          'Take the sign-in link that `plusct serve` prints',
        );
      }
      const cookie = await sessions.open({ sub: id, by: 'local', proof: proofOf(token) });
      const session = await sessions.read(cookie);
      reply.setCookie(sessionCookieName, cookie, cookieOptions(request.protocol === 'https'));
      return meOf(
        { id, by: 'local', ...(session === undefined ? {} : { csrfToken: sessions.csrfToken(session) }) },
        context,
      );
    },
  );
  api.delete(
    '/session',
    { config: { action: 'signed-in' }, schema: { tags: ['identity'] } },
    async (request, reply) => {
      const session = await sessions.read(request.cookies[sessionCookieName] ?? '');
      if (session !== undefined) sessions.end(session);
      await reply.clearCookie(sessionCookieName, { path: '/' }).code(204).send();
    },
  );
}

/** Same site only, out of reach of scripts; over TLS also never without it. */
export function cookieOptions(secure: boolean) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: sessionSeconds } as const;
}

async function meOf(signedIn: SignedIn, { rosters }: ApiContext): Promise<Me> {
  const { id, name, by, scopes, campaigns, csrfToken } = signedIn;
  const memberships = await rosters.campaignsOf(id);
  return {
    id,
    signedInBy: by,
    ...(name === undefined ? {} : { name }),
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
    ...(csrfToken === undefined ? {} : { csrfToken }),
    campaigns: memberships
      .filter(({ campaign }) => campaigns?.includes(campaign) ?? true)
      .map(({ campaign, role }) => ({
        campaign,
        role,
        actions: actions.filter((action) => permissionRefusal(action, role, scopes) === undefined),
      })),
  };
}
