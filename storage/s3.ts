import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { PlusctError } from '../domain/errors.js';
import type { ObjectStore } from './object-store.js';

export interface S3Settings {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** With the SDK's growing pauses some five seconds: a server that was just started again is not yet an outage. */
const attempts = 7;
const connectTimeoutMs = 5000;
/** For one request; the largest images are a few hundred megabytes. */
const answerTimeoutMs = 120_000;

/** An object store in one S3 bucket. Whatever S3 cannot do now is `StoreUnavailable`, which callers may retry. */
export function s3Store(settings: S3Settings): ObjectStore {
  // plusct pins the SDK's version; its notice about future versions would only hide ours.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new S3Client({
    endpoint: settings.endpoint,
    region: settings.region,
    credentials: { accessKeyId: settings.accessKeyId, secretAccessKey: settings.secretAccessKey },
    forcePathStyle: true,
    maxAttempts: attempts,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: answerTimeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  const Bucket = settings.bucket;

  const put = (key: string, bytes: Uint8Array, condition: { IfNoneMatch?: '*' }) =>
    write(client, { Bucket, Key: key, Body: bytes, ...condition });

  return {
    async get(key) {
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket, Key: key }));
        return await answer.Body!.transformToByteArray();
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw unavailable('read', Bucket, key, error);
      }
    },
    async has(key) {
      try {
        await client.send(new HeadObjectCommand({ Bucket, Key: key }));
        return true;
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw unavailable('look up', Bucket, key, error);
      }
    },
    async put(key, bytes) {
      await put(key, bytes, {});
    },
    putIfAbsent: (key, bytes) => put(key, bytes, { IfNoneMatch: '*' }),
    async *list(prefix) {
      for await (const page of pages(client, { Bucket, Prefix: prefix })) {
        for (const entry of page.Contents ?? []) yield entry.Key!;
      }
    },
    async folders(prefix) {
      const names: string[] = [];
      for await (const page of pages(client, { Bucket, Prefix: prefix, Delimiter: '/' })) {
        for (const entry of page.CommonPrefixes ?? []) names.push(entry.Prefix!.slice(prefix.length, -1));
      }
      return names;
    },
  };
}

/** Whether the object was written: not so when the condition does not hold. */
async function write(
  client: S3Client,
  object: { Bucket: string; Key: string; Body: Uint8Array; IfNoneMatch?: '*' },
): Promise<boolean> {
  try {
    await client.send(new PutObjectCommand({ ...object, ChecksumAlgorithm: 'SHA256' }));
    return true;
  } catch (error) {
    if (statusOf(error) === 412) return false;
    throw unavailable('write', object.Bucket, object.Key, error);
  }
}

async function* pages(
  client: S3Client,
  input: ListObjectsV2CommandInput & { Bucket: string; Prefix: string },
) {
  let token: string | undefined;
  do {
    const next = token === undefined ? {} : { ContinuationToken: token };
    const page = await client
      .send(new ListObjectsV2Command({ ...input, ...next }))
      .catch((error: unknown) => {
        throw unavailable('list', input.Bucket, input.Prefix, error);
      });
    yield page;
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function unavailable(verb: string, bucket: string, key: string, cause: unknown): PlusctError {
  const why = cause instanceof Error ? cause.message : String(cause);
  // A key or request that S3 calls wrong stays wrong.
  const kind = statusOf(cause) === 400 ? 'InvalidInput' : 'StoreUnavailable';
  return new PlusctError(
    kind,
    `Could not ${verb} [bucket=${bucket}, key=${key}]: ${why}. Check that the S3 server runs and the credentials fit.`,
    { cause },
  );
}
