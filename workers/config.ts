import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';

/** What a process needs to reach the servers; read from the environment, then frozen. */
const Environment = z.object({
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  S3_ENDPOINT: z.url(),
  S3_REGION: z.string().min(1).default('us-east-1'),
  S3_BUCKET: z.string().min(1).default('plusct'),
  S3_ACCESS_KEY_ID: z.string().min(1),
  S3_SECRET_ACCESS_KEY: z.string().min(1),
  /** Keeps two installations on one Temporal server apart. */
  PLUSCT_QUEUE_SUFFIX: z.string().default(''),
  PLUSCT_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** Threads for work on volumes in one io worker. */
  PLUSCT_THREADS: z.coerce.number().int().min(1).max(64).optional(),
  /** Where device workers keep weights. */
  PLUSCT_MODEL_CACHE: z.string().min(1).optional(),
  /** Memory of a device in MB, where it is not the one that its check tells. */
  PLUSCT_DEVICE_MEMORY_MB: z.coerce.number().int().positive().optional(),
  /** A command that succeeds while a device is well. */
  PLUSCT_DEVICE_CHECK: z.string().min(1).optional(),
});

export interface Config {
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly queueSuffix: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly threads: number | undefined;
  readonly modelCache: string;
  readonly deviceMemoryMb: number | undefined;
  readonly deviceCheck: string | undefined;
}

/** Every variable that is wrong is named, with what it should be. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new PlusctError(
      'InvalidInput',
      `The environment is incomplete: ${faults.join('; ')}. Run \`plusct up\`, which sets everything, or set them.`,
    );
  }
  const env = parsed.data;
  return Object.freeze({
    temporal: Object.freeze({ address: env.TEMPORAL_ADDRESS, namespace: env.TEMPORAL_NAMESPACE }),
    s3: Object.freeze({
      endpoint: env.S3_ENDPOINT,
      region: env.S3_REGION,
      bucket: env.S3_BUCKET,
      accessKeyId: env.S3_ACCESS_KEY_ID,
      secretAccessKey: env.S3_SECRET_ACCESS_KEY,
    }),
    queueSuffix: env.PLUSCT_QUEUE_SUFFIX,
    logLevel: env.PLUSCT_LOG_LEVEL,
    threads: env.PLUSCT_THREADS,
    modelCache: env.PLUSCT_MODEL_CACHE ?? join(tmpdir(), `plusct-models-${userInfo().uid}`),
    deviceMemoryMb: env.PLUSCT_DEVICE_MEMORY_MB,
    deviceCheck: env.PLUSCT_DEVICE_CHECK,
  });
}
