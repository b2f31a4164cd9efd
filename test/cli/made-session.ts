import type { Session } from '../../cli/session.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { readConfig } from '../../workers/config.js';

/** A session of commands that ask no server but the object store. */
export function storeSession(store: ObjectStore): Session {
  return {
    store,
    config: readConfig({
      TEMPORAL_ADDRESS: 'none:1',
      S3_ENDPOINT: 'http://none:1',
      S3_ACCESS_KEY_ID: 'none',
      S3_SECRET_ACCESS_KEY: 'none',
    }),
    client: () => Promise.reject(new Error('this command asks no server but the object store')),
    close: async () => undefined,
  };
}
