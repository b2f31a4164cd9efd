import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../infra/home.js';
import { openSession } from './session.js';

/** `plusct worker --role …`: one worker process in this terminal, connected like every other command. */
export async function worker(options: { role: string; device: string }): Promise<void> {
  const { config } = openSession();
  const main = join(projectRoot(), 'dist', 'workers', 'main.js');
  const child = spawn(process.execPath, [main, '--role', options.role, '--device', options.device], {
    stdio: 'inherit',
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: config.temporal.address,
      TEMPORAL_NAMESPACE: config.temporal.namespace,
      S3_ENDPOINT: config.s3.endpoint,
      S3_REGION: config.s3.region,
      S3_BUCKET: config.s3.bucket,
      S3_ACCESS_KEY_ID: config.s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: config.s3.secretAccessKey,
    },
  });
  // The child hears Ctrl-C itself; this process waits until it has stopped in order.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
