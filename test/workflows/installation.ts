import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import type { Dependencies } from '../../activities/dependencies.js';
import { Device } from '../../activities/device.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import type { QueueRole } from '../../domain/queues.js';
import { engineByName } from '../../engines/registry.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { s3Store } from '../../storage/s3.js';
import { type Config, readConfig } from '../../workers/config.js';
import { DeviceSlots } from '../../workers/device-slots.js';
import { createDeviceWorker, createWorker, workflowStatusFrom } from '../../workers/roles.js';

/** Workers of this process on the real servers of the test run, on queues of their own. */
export interface Installation {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly queueSuffix: string;
  stop(): Promise<void>;
}

const bundle = resolve('dist/workflow-bundle.js');
const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export async function install(name: string, roles: readonly QueueRole[]): Promise<Installation> {
  if (!existsSync(bundle)) throw new Error('dist/workflow-bundle.js is missing: run npm run build');
  try {
    Runtime.install({ logger: silent });
  } catch {
    // Installed by another test of this process.
  }
  const queueSuffix = `-${name}-${process.pid}`;
  const config = readConfig({ ...inject('servers'), PLUSCT_QUEUE_SUFFIX: queueSuffix });
  const store = s3Store(config.s3);
  const { address, namespace } = config.temporal;
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection, namespace });
  const connection = await NativeConnection.connect({ address });
  const work = workVolumesInThreads(2);
  const dependencies: Dependencies = {
    store,
    work,
    engineByName,
    workflowStatus: workflowStatusFrom(client),
    now: () => new Date(),
  };
  const workers: Worker[] = [];
  for (const role of roles) {
    if (role === 'gpu') workers.push(await deviceWorker(config, connection, dependencies));
    else workers.push(await createWorker(role, config, connection, { bundle, dependencies }));
  }
  const running = workers.map((worker) => worker.run());
  return {
    client,
    store,
    queueSuffix,
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await work.close();
      await connection.close();
      await clientConnection.close();
    },
  };
}

/** A worker of one processor. */
function deviceWorker(config: Config, connection: NativeConnection, dependencies: Dependencies) {
  const name = 'test-0';
  const device = new Device({ ...dependencies, about: { name } });
  const slots = new DeviceSlots(() => device.load).supplier();
  return createDeviceWorker(undefined, config, connection, {
    name,
    dependencies: { ...dependencies, device },
    slots,
  });
}
