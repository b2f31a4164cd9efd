import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { type Config, readConfig } from '../../workers/config.js';
import { createWorker } from '../../workers/roles.js';

const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** Real workflows and queues; what devices and the store would do is made up by the test. */
export interface Orchestration {
  readonly config: Config;
  readonly client: Client;
  readonly connection: NativeConnection;
  /** A worker of made-up deeds; unless told otherwise it takes one thing after the other. */
  takingWorker(queue: string, activities: object, atOnce?: number): Promise<Worker>;
  stop(): Promise<void>;
}

export async function orchestrate(name: string): Promise<Orchestration> {
  try {
    Runtime.install({ logger: silent, workerHeartbeatInterval: '1s' });
  } catch {
    // Installed by another test of this process.
  }
  const config = readConfig({ ...inject('servers'), PLUSCT_QUEUE_SUFFIX: `-${name}-${process.pid}` });
  const { address, namespace } = config.temporal;
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  const connection = await NativeConnection.connect({ address });
  const bundle = 'dist/workflow-bundle.js';
  const orchestration = await createWorker('orchestration', config, connection, { bundle });
  const orchestrating = orchestration.run();
  return {
    config,
    client,
    connection,
    takingWorker: (queue, activities, atOnce = 1) =>
      Worker.create({
        connection,
        namespace,
        taskQueue: queue,
        activities,
        maxConcurrentActivityTaskExecutions: atOnce,
        maxConcurrentActivityTaskPolls: atOnce,
      }),
    stop: async () => {
      orchestration.shutdown();
      await orchestrating;
      await connection.close();
      await client.connection.close();
    },
  };
}

/** Does something while workers take what comes. */
export async function during<T>(workers: readonly Worker[], work: () => Promise<T>): Promise<T> {
  const running = workers.map((worker) => worker.run());
  try {
    return await work();
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  }
}
