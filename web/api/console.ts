import type { Client } from '@temporalio/client';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { Api, ApiContext } from './api.js';
import { Boards } from './board-index.js';
import { apiTokenProof } from './identity/api-token-proof.js';
import { type LocalIdentity, openLocalIdentity } from './identity/local-identity.js';
import { oidcProvider } from './identity/oidc.js';
import type { OidcSettings } from './identity/oidc-settings.js';
import { Sessions } from './identity/session-cookie.js';
import { Rosters } from './rosters.js';
import { createServer, type ServerOptions } from './server.js';
import { Turns } from './turns.js';

/** Everybody's local operator: the owner of the machine. */
export const localOperator = 'operator';

export interface ConsoleOptions extends ServerOptions {
  readonly store: ObjectStore;
  client(): Promise<Client>;
  readonly queueSuffix?: string;
  /** File with the console's keys. */
  readonly keyFile: string;
  readonly quarantineFolder: string;
  /** The identity provider; without one people sign in with tokens of this machine. */
  readonly oidc?: OidcSettings;
  /** Person ids that are operators of every campaign. */
  readonly operators?: readonly string[];
  /** Largest upload. */
  readonly maxUploadBytes?: number;
}

/** A console that can be listened to and closed. */
export interface Console {
  readonly api: Api;
  readonly identity: LocalIdentity;
  close(): Promise<void>;
}

const defaultUploadBytes = 512 * 1024 ** 2;
/** Threads that put label maps together for viewers. */
const threads = 1;

/** Puts the console together around a store and a Temporal client, with local identity. */
export async function openConsole(options: ConsoleOptions): Promise<Console> {
  const { store, client, keyFile, quarantineFolder, maxUploadBytes = defaultUploadBytes } = options;
  const identity = openLocalIdentity(keyFile);
  const work = workVolumesInThreads(threads);
  const context: ApiContext = {
    store,
    client,
    queueSuffix: options.queueSuffix ?? '',
    work,
    rosters: new Rosters(store, options.operators ?? (options.oidc === undefined ? [localOperator] : [])),
    boards: new Boards(store),
    turns: new Turns(),
    ...proofsOf(store, identity, options.oidc),
    uploads: { maxBytes: maxUploadBytes, folder: quarantineFolder },
  };
  const api = await createServer(context, options);
  return {
    api,
    identity,
    close: async () => {
      await api.close();
      await work.close();
    },
  };
}

/** With a provider it alone signs people in; programs may have API tokens either way. */
function proofsOf(
  store: ObjectStore,
  identity: LocalIdentity,
  settings: OidcSettings | undefined,
): Pick<ApiContext, 'proofs' | 'oidc' | 'signInBy'> {
  const sessions = new Sessions(identity.sessionSecret);
  const apiToken = apiTokenProof(store);
  if (settings === undefined) {
    return { proofs: { sessions, apiToken, local: identity }, signInBy: { local: true, oidc: false } };
  }
  const provider = oidcProvider(settings);
  const secure = settings.publicUrl.startsWith('https:');
  return {
    proofs: { sessions, apiToken, jwt: (token) => provider.ofAccessToken(token) },
    oidc: { provider, secret: identity.sessionSecret, secure },
    signInBy: { local: false, oidc: true },
  };
}
