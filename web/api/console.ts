import type { Client } from '@temporalio/client';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { Api, ApiContext } from './api.js';
import { Boards } from './board-index.js';
import { type LocalIdentity, openLocalIdentity } from './identity/local-identity.js';
import { Sessions } from './identity/session-cookie.js';
import { Rosters } from './rosters.js';
import { createServer, type ServerOptions } from './server.js';

/** Everybody's local operator: the owner of the machine. */
export const localOperator = 'operator';

export interface ConsoleOptions extends ServerOptions {
  readonly store: ObjectStore;
  client(): Promise<Client>;
  /** File with the console's keys. */
  readonly keyFile: string;
  readonly quarantineFolder: string;
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
    work,
    rosters: new Rosters(store, [localOperator]),
    boards: new Boards(store),
    proofs: { sessions: new Sessions(identity.sessionSecret), local: identity },
    uploads: { maxBytes: maxUploadBytes, folder: quarantineFolder },
    signInBy: { local: true, oidc: false },
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
