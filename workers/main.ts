import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { type Logger, pino } from 'pino';
import { workVolumesInThreads } from '../activities/volume-pool.js';
import { HardwareClass } from '../domain/hardware-class.js';
import { type WorkerRole, workerRoles } from '../domain/queues.js';
import { removeAbandoned } from '../engines/command/abandoned.js';
import { allowsCommands } from '../engines/command/program.js';
import { engineByName } from '../engines/registry.js';
import { s3Store } from '../storage/s3.js';
import { type Config, readConfig } from './config.js';
import { connectClient } from './connect.js';
import { deviceCheck, pinnedDevice } from './device-check.js';
import { runDevice } from './device-worker.js';
import { createWorker, workflowStatusFrom } from './roles.js';
import { runSimulatedPeople } from './simulated-people.js';

/** `node dist/workers/main.js --role orchestration|io|gpu|simulated [--device N] [--class NAME]`, settings from the environment. */
const bundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      role: { type: 'string' },
      device: { type: 'string', default: '0' },
      class: { type: 'string' },
    },
  });
  const role = workerRoles.find((each) => each === values.role);
  if (role === undefined)
    throw new Error(`--role needs one of ${workerRoles.join(', ')}, not '${values.role}'`);
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel, base: { role, pid: process.pid } });
  const hardwareClass = values.class === undefined ? undefined : HardwareClass.parse(values.class);
  await runRole(role, config, log, { number: values.device, hardwareClass });
}

/** Engines see one device. They and nvidia-smi count by place on the bus. */
function pin(number: string): string {
  const device = pinnedDevice(number, process.env.CUDA_VISIBLE_DEVICES);
  process.env.CUDA_DEVICE_ORDER ??= 'PCI_BUS_ID';
  process.env.CUDA_VISIBLE_DEVICES = device;
  return device;
}

interface Pinned {
  readonly number: string;
  readonly hardwareClass: string | undefined;
}

async function runRole(role: WorkerRole, config: Config, log: Logger, pinned: Pinned): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const method = level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'info';
      log[method]({ ...meta }, message);
    }),
    shutdownSignals: ['SIGINT', 'SIGTERM'],
  });
  const store = s3Store(config.s3);
  if (role === 'simulated') {
    return runSimulatedPeople({ store, client: await connectClient(config), log, signal: stopSignal() });
  }
  const connection = await NativeConnection.connect({ address: config.temporal.address });
  if (role === 'orchestration') {
    const worker = await createWorker(role, config, connection, { bundle: bundlePath });
    log.info('ready');
    return worker.run();
  }
  const work = workVolumesInThreads(config.threads);
  const workflowStatus = workflowStatusFrom(await connectClient(config));
  const dependencies = { store, work, engineByName, workflowStatus, now: () => new Date() };
  if (role === 'gpu') {
    const check = deviceCheck(pin(pinned.number), config.deviceCheck);
    const name = `${hostname().replaceAll(/[^A-Za-z0-9._-]/g, '-')}-${pinned.number}`;
    const { hardwareClass } = pinned;
    const signal = stopSignal();
    if (allowsCommands(process.env)) void removeAbandoned(process.env);
    await runDevice({ config, connection, dependencies, name, hardwareClass, check, log, signal });
  } else {
    const worker = await createWorker(role, config, connection, { dependencies });
    log.info('ready');
    await worker.run();
  }
  await work.close();
}

/** Aborted when this process is asked to stop. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
