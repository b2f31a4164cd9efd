import { z } from 'zod';
import { tokenScopes } from './permissions.js';
import { CampaignName, Sha256 } from './primitives.js';

/** What is on record of an API token; the token itself is told once and kept nowhere. */
export const ApiToken = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** Person id in whose name it acts. */
  person: z.string(),
  scopes: z.array(z.enum(tokenScopes)).min(1),
  /** Campaigns that it is meant for; all of the person's when absent. */
  campaigns: z.array(CampaignName).optional(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  expiresAt: z.iso.datetime(),
  secretSha256: Sha256,
});
export type ApiToken = z.infer<typeof ApiToken>;

export const ApiTokenRevocation = z.object({ by: z.string(), at: z.iso.datetime() });
export type ApiTokenRevocation = z.infer<typeof ApiTokenRevocation>;

/** What every API token begins with, so that it can be told from other tokens, and found where it should not be. */
export const apiTokenPrefix = 'plusct_';

/** The parts of a token, `plusct_{id}_{secret}`; undefined for anything else. */
export function parseApiToken(text: string): { id: string; secret: string } | undefined {
  const [, id, secret] = /^plusct_([0-9a-f]{16})_([\w-]{40,60})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}
