import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { HardwareClass } from '../domain/hardware-class.js';
import { projectRoot } from '../infra/home.js';
import { openSession } from './session.js';
import { modelCacheHere } from './worker-specs.js';
import { WrongOption } from './wrong-option.js';

export interface WorkerOptions {
  readonly role: string;
  /** Numbers of devices, by commas: a process for each. */
  readonly devices: string;
  readonly class?: string;
}

/** `plusct worker --role …`: workers in this terminal, connected like every other command; of devices one process each. */
export async function worker(options: WorkerOptions): Promise<void> {
  const { config } = openSession();
  const env = {
    ...process.env,
    ...modelCacheHere(),
    TEMPORAL_ADDRESS: config.temporal.address,
    TEMPORAL_NAMESPACE: config.temporal.namespace,
    S3_ENDPOINT: config.s3.endpoint,
    S3_ACCESS_KEY_ID: config.s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: config.s3.secretAccessKey,
    S3_BUCKET: config.s3.bucket,
    S3_REGION: config.s3.region,
  };
  const main = join(projectRoot(), 'dist', 'workers', 'main.js');
  const children = workerArguments(options).map((args) =>
    spawn(process.execPath, [main, ...args], { stdio: 'inherit', env }),
  );
  // The children hear Ctrl-C themselves; this process waits until they have stopped in order.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => {
    for (const child of children) child.kill('SIGTERM');
  });
  const codes = await Promise.all(children.map(exitCode));
  process.exitCode = codes.find((code) => code !== 0) ?? 0;
}

async function exitCode(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** The command line of each worker process. Throws `WrongOption` naming what cannot be. */
export function workerArguments({ role, devices, class: hardwareClass }: WorkerOptions): string[][] {
  if (role !== 'gpu') {
    if (hardwareClass === undefined) return [['--role', role]];
    throw new WrongOption(`--class ${hardwareClass} is for --role gpu, not for ${role}`);
  }
  if (!/^\d+(,\d+)*$/.test(devices)) {
    throw new WrongOption(`--devices ${devices}: expected numbers by commas, as in 0,1`);
  }
  const parsed = HardwareClass.optional().safeParse(hardwareClass);
  if (!parsed.success) {
    throw new WrongOption(`--class ${hardwareClass}: ${parsed.error.issues[0]!.message}`);
  }
  const ofClass = hardwareClass === undefined ? [] : ['--class', hardwareClass];
  return [...new Set(devices.split(','))].map((device) => ['--role', role, '--device', device, ...ofClass]);
}
