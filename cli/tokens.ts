import { tokenScopes } from '../domain/permissions.js';
import { createApiToken, listApiTokens, revokeApiToken } from '../storage/api-tokens.js';
import { printJson, printTable, say } from './output.js';
import type { Session } from './session.js';
import { WrongOption, wholeNumber } from './wrong-option.js';

export interface TokenOptions {
  readonly as: string;
  readonly scope: string[];
  readonly days: string;
  readonly campaign?: string;
  readonly json?: boolean;
}

const longestDays = 366;

/** `plusct tokens create`: a token for a program that acts in a person's name. It is printed once. */
export async function createToken(session: Session, options: TokenOptions): Promise<void> {
  const days = wholeNumber('--days', options.days, 1, longestDays);
  const scopes = (options.scope.length === 0 ? ['read'] : options.scope).map(scopeOf);
  const about = {
    person: options.as,
    scopes,
    createdBy: 'terminal',
    ...(options.campaign === undefined ? {} : { campaigns: [options.campaign] }),
  };
  const { token, text } = await createApiToken(session.store, about, { now: new Date(), days });
  if (options.json) return printJson({ id: token.id, token: text, expiresAt: token.expiresAt });
  say(text);
  process.stderr.write(
    `Token ${token.id} acts as ${token.person} (${scopes.join(', ')}) until ${token.expiresAt.slice(0, 10)}. It is not shown again.\n`,
  );
}

/** `plusct tokens list`. */
export async function listTokens(session: Session, options: { json?: boolean }): Promise<void> {
  const all = await listApiTokens(session.store);
  if (options.json) {
    return printJson(all.map(({ token: { secretSha256: _, ...token }, revoked }) => ({ ...token, revoked })));
  }
  if (all.length === 0) return say('There is no token.');
  const now = new Date().toISOString();
  printTable(
    ['id', 'acts as', 'scopes', 'campaigns', 'expires', 'state'],
    all.map(({ token, revoked }) => [
      token.id,
      token.person,
      token.scopes.join(', '),
      token.campaigns?.join(', ') ?? 'all',
      token.expiresAt.slice(0, 10),
      revoked === undefined ? (token.expiresAt > now ? 'valid' : 'expired') : `revoked by ${revoked.by}`,
    ]),
  );
}

/** `plusct tokens revoke`. */
export async function revokeToken(session: Session, id: string): Promise<void> {
  await revokeApiToken(session.store, id, 'terminal', new Date());
  say(`Token ${id} is revoked.`);
}

function scopeOf(text: string) {
  const scope = tokenScopes.find((each) => each === text);
  if (scope !== undefined) return scope;
  throw new WrongOption(`--scope is '${text}'; there are ${tokenScopes.join(', ')}`);
}
