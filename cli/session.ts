import type { Client } from '@temporalio/client';
import { campaignNames } from '../activities/campaign-status.js';
import { PlusctError } from '../domain/errors.js';
import { externalConnection, liveConnection, resolveHome } from '../infra/home.js';
import type { ObjectStore } from '../storage/object-store.js';
import { s3Store } from '../storage/s3.js';
import { type Config, readConfig } from '../workers/config.js';
import { connectClient } from '../workers/connect.js';

/** What a command needs of a running installation; each part is opened when it is first asked for. */
export interface Session {
  readonly config: Config;
  readonly store: ObjectStore;
  client(): Promise<Client>;
  close(): Promise<void>;
}

/** Connects to what the environment names, else to what `plusct up` or `npm start` runs from this home. */
export function openSession(environment?: Readonly<Record<string, string>>): Session {
  const config = readConfig({ ...process.env, ...(environment ?? connection()) });
  let client: Promise<Client> | undefined;
  return {
    config,
    store: s3Store(config.s3),
    client: () => {
      client ??= connectClient(config);
      return client;
    },
    close: async () => (await client)?.connection.close(),
  };
}

function connection(): Readonly<Record<string, string>> {
  const reached = externalConnection(process.env) ?? liveConnection(resolveHome());
  if (reached !== undefined) return reached;
  throw new PlusctError(
    'InvalidInput',
    'Nothing runs here. Start it with `plusct up`, or set TEMPORAL_ADDRESS, S3_ENDPOINT, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.',
  );
}

/** The campaign that was named, or the only one there is. */
export async function chooseCampaign(store: ObjectStore, named: string | undefined): Promise<string> {
  const names = await campaignNames(store);
  if (named !== undefined) {
    if (names.includes(named)) return named;
    throw new PlusctError('InvalidInput', `There is no campaign '${named}'. There ${listed(names)}.`);
  }
  if (names.length === 1) return names[0]!;
  throw new PlusctError('InvalidInput', `Name a campaign: there ${listed(names)}.`);
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'are none yet; `plusct build` makes one' : `are ${names.join(', ')}`;
}
