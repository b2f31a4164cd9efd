import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

export const sessionCookieName = 'plusct_session';
/** Everybody signs in anew after half a day. */
export const sessionSeconds = 12 * 3600;
const audience = 'plusct-session';

const Claims = z.object({
  sub: z.string(),
  jti: z.string(),
  exp: z.number(),
  by: z.enum(['local', 'oidc']),
  name: z.string().optional(),
  /** Hash of the local token that opened it: a new token ends old sessions. */
  proof: z.string().optional(),
});
export type Session = z.infer<typeof Claims>;

/** Browser sessions: a signed cookie that holds who it is, and nothing that has to be kept on the server. */
export class Sessions {
  private readonly key: Uint8Array;
  private readonly ended = new Map<string, number>();

  constructor(secret: string) {
    this.key = new TextEncoder().encode(secret);
  }

  open(about: Pick<Session, 'sub' | 'by' | 'name' | 'proof'>): Promise<string> {
    const { sub, ...claims } = about;
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(sub)
      .setJti(randomUUID())
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${sessionSeconds}s`)
      .sign(this.key);
  }

  /** The session of a cookie; undefined when it is expired, ended, forged or for something else. */
  async read(cookie: string): Promise<Session | undefined> {
    try {
      const { payload } = await jwtVerify(cookie, this.key, { audience, algorithms: ['HS256'] });
      const session = Claims.parse(payload);
      return this.ended.has(session.jti) ? undefined : session;
    } catch {
      return undefined;
    }
  }

  /** Ends a session before its time; it is remembered until it would have ended by itself. */
  end(session: Session): void {
    const now = Date.now() / 1000;
    for (const [id, until] of this.ended) if (until < now) this.ended.delete(id);
    this.ended.set(session.jti, session.exp);
  }

  /** What a page of this session sends with requests that change something; no other site can know it. */
  csrfToken(session: Session): string {
    return createHmac('sha256', this.key).update(`csrf ${session.jti}`).digest('base64url');
  }

  isCsrfToken(session: Session, token: string): boolean {
    const [given, right] = [Buffer.from(token), Buffer.from(this.csrfToken(session))];
    return given.length === right.length && timingSafeEqual(given, right);
  }
}
