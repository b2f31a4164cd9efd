import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { permissionRefusal } from '../../domain/permissions.js';
import { CampaignName } from '../../domain/primitives.js';
import type { Api, ApiContext } from './api.js';
import { identify } from './identity/authenticator.js';
import type { SignedIn } from './identity/signed-in.js';
import { problem } from './problem.js';

const CampaignParams = z.object({ campaign: CampaignName });

/** Every request passes here before its body is read; a route that names no action does not start. */
export function guard(api: Api, context: ApiContext): void {
  api.decorateRequest('signedIn', null);
  api.decorateRequest('person', null);
  api.decorate('declared', []);
  api.addHook('onRoute', ({ url, method, config }) => {
    const action = config?.action;
    if (action === undefined) throw new Error(`route ${url} names no action`);
    for (const each of [method].flat()) api.declared.push({ method: each, url, action });
  });
  api.addHook('onRequest', async (request) => {
    request.signedIn = (await identify(request, context.proofs)) ?? null;
  });
}

/** The second half of the guard, after requests were counted: whether this person may do this. */
export function guardActions(api: Api, context: ApiContext): void {
  api.addHook('onRequest', async (request) => {
    const { action } = request.routeOptions.config;
    if (action === undefined || action === 'public') return;
    const { signedIn } = request;
    if (signedIn === null) {
      throw problem(401, 'Nobody is signed in', 'Sign in, or send a token as Authorization: Bearer');
    }
    if (action === 'signed-in') return;
    const person = await personFor(request, signedIn, context);
    const refusal = permissionRefusal(action, person.role, signedIn.scopes);
    if (refusal !== undefined) throw problem(403, refusal, 'Ask the lead of the campaign for another role');
    request.person = person;
  });
}

/** The person of the campaign in the address. Of a campaign that one is not of, one does not learn whether it exists. */
async function personFor(request: FastifyRequest, signedIn: SignedIn, { rosters }: ApiContext) {
  const params = CampaignParams.safeParse(request.params);
  if (!params.success) throw problem(404, 'There is no such campaign', 'GET /api/v1/campaigns lists yours');
  const { campaign } = params.data;
  const meant = signedIn.campaigns?.includes(campaign) ?? true;
  const person = meant ? await rosters.person(campaign, signedIn.id) : undefined;
  if (person !== undefined) return person;
  throw problem(
    403,
    `${signedIn.id} is not of the campaign ${campaign}, or there is no such campaign`,
    'GET /api/v1/campaigns lists yours; its lead can add you',
  );
}
