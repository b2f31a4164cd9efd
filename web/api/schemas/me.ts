import { z } from 'zod';
import { type Action, actions, tokenScopes } from '../../../domain/permissions.js';
import { CampaignName } from '../../../domain/primitives.js';
import { roles } from '../../../domain/role.js';

const [firstAction, ...moreActions] = actions;
const ActionName = z.enum<[Action, ...Action[]]>([firstAction!, ...moreActions]);

/** A campaign that somebody belongs to, and what they may do in it. */
export const Membership = z.object({
  campaign: CampaignName,
  role: z.enum(roles),
  actions: z.array(ActionName),
});
export type Membership = z.infer<typeof Membership>;

/** Who is signed in. */
export const Me = z.object({
  id: z.string(),
  name: z.string().optional(),
  signedInBy: z.enum(['local', 'oidc', 'jwt', 'token']),
  scopes: z.array(z.enum(tokenScopes)).optional(),
  /** Browser sessions send it as `x-csrf-token` with every request that changes something. */
  csrfToken: z.string().optional(),
  campaigns: z.array(Membership),
});
export type Me = z.infer<typeof Me>;

export const SignInMethods = z.object({ local: z.boolean(), oidc: z.boolean() });
export type SignInMethods = z.infer<typeof SignInMethods>;

export const SignInBody = z.object({ token: z.string().min(20).max(8000) });
