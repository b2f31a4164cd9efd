import { Client, Connection } from '@temporalio/client';
import { PlusctError } from '../domain/errors.js';
import type { Config } from './config.js';

const connectTimeoutMs = 10_000;

/** A Temporal client; a server that does not answer is one clear sentence. */
export async function connectClient(config: Config): Promise<Client> {
  const { address, namespace } = config.temporal;
  try {
    const connection = await Connection.connect({ address, connectTimeout: connectTimeoutMs });
    return new Client({ connection, namespace });
  } catch (cause) {
    throw new PlusctError(
      'InvalidInput',
      `No Temporal server answers at ${address}. Start everything with \`plusct up\`, or set TEMPORAL_ADDRESS.`,
      { cause },
    );
  }
}
