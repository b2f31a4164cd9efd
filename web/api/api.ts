import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client } from '@temporalio/client';
import type {
  FastifyBaseLogger,
  FastifyContextConfig,
  FastifyInstance,
  FastifyRequest,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { VolumeWork } from '../../activities/volume-work.js';
import type { Action } from '../../domain/permissions.js';
import type { Person } from '../../domain/person.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { Boards } from './board-index.js';
import type { Proofs } from './identity/authenticator.js';
import type { OidcProvider } from './identity/oidc.js';
import type { SignedIn } from './identity/signed-in.js';
import { problem } from './problem.js';
import type { Rosters } from './rosters.js';
import type { Turns } from './turns.js';

/** The server as routes see it: schemas are zod's. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes live on. */
export interface ApiContext {
  readonly store: ObjectStore;
  client(): Promise<Client>;
  /** Keeps two installations on one Temporal server apart. */
  readonly queueSuffix: string;
  readonly work: VolumeWork;
  readonly rosters: Rosters;
  readonly boards: Boards;
  /** What one person asks of tasks goes one after the other: of claims at one moment each sees those before it. */
  readonly turns: Turns;
  readonly proofs: Proofs;
  /** Largest upload, and where uploads wait until they are checked. */
  readonly uploads: { readonly maxBytes: number; readonly folder: string };
  /** Signing in through a provider, where there is one. */
  readonly oidc?: { readonly provider: OidcProvider; readonly secret: string; readonly secure: boolean };
  /** How people can sign in. */
  readonly signInBy: { readonly local: boolean; readonly oidc: boolean };
}

/** An address of the server and who may use it. */
export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly action: NonNullable<FastifyContextConfig['action']>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The line of the permission table that the route stands under; `signed-in`: everybody who is; `public`: everybody. */
    readonly action?: Action | 'signed-in' | 'public';
  }
  interface FastifyInstance {
    /** Every route with the line of the permission table that it stands under. */
    readonly declared: DeclaredRoute[];
  }
  interface FastifyRequest {
    signedIn: SignedIn | null;
    /** The person of the address's campaign who asks; set for routes of a campaign. */
    person: Person | null;
  }
}

/** Who asks; routes that are not public have somebody. */
export function signedInOf(request: FastifyRequest): SignedIn {
  if (request.signedIn !== null) return request.signedIn;
  throw problem(401, 'Nobody is signed in', 'Sign in');
}

/** Who asks, as the campaign's roster has them. */
export function personOf(request: FastifyRequest): Person {
  if (request.person !== null) return request.person;
  throw problem(403, 'You are not of this campaign', 'Ask its lead to add you');
}
