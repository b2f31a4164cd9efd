import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListPartsCommand,
  type Part,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { PlusctError } from '../domain/errors.js';
import { closed } from '../domain/sentence.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

export interface S3Settings {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** With the SDK's growing pauses some six seconds: a server that was just started again is not yet an outage. */
const attempts = 8;
const connectTimeoutMs = 5000;
/** For one request; the largest images are a few hundred megabytes. */
const answerTimeoutMs = 120_000;

/** Larger objects go in parts of this size; S3 takes at most 10,000 of them and none but the last below 5 MiB. */
const partBytes = 16 * 1024 ** 2;
const partsAtOnce = 4;

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
    has: (key) => exists(client, { Bucket, Key: key }),
    async put(key, bytes) {
      if (bytes.byteLength > partBytes) await putInParts(client, { Bucket, Key: key }, bytes);
      else await put(key, bytes, {});
    },
    putIfAbsent: (key, bytes) => put(key, bytes, { IfNoneMatch: '*' }),
    async *list(prefix, after) {
      const behind = after === undefined ? {} : { StartAfter: after };
      for await (const page of pages(client, { Bucket, Prefix: prefix, ...behind })) {
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
    `Could not ${verb} [bucket=${bucket}, key=${key}]: ${closed(why)} Check that the S3 server runs and the credentials fit; one that is starting again answers in a moment.`,
    { cause },
  );
}

interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/**
 * Uploads in parts, each with its SHA-256. The key is the hash of the content, so whatever an upload that was broken off left behind is
 * of the same bytes: its parts are kept where size and checksum agree, and only the others are sent. Writers of one key help each other.
 */
async function putInParts(client: S3Client, target: Target, bytes: Uint8Array): Promise<void> {
  try {
    await sendParts(client, target, bytes, await openUpload(client, target));
  } catch (error) {
    // Another writer was quicker and has closed the upload, or the server has dropped it.
    if (statusOf(error) !== 404) throw unavailable('write', target.Bucket, target.Key, error);
    if (await exists(client, target)) return;
    try {
      await sendParts(client, target, bytes, await openUpload(client, target));
    } catch (again) {
      throw unavailable('write', target.Bucket, target.Key, again);
    }
  }
}

/** The latest upload of this key that was begun and not ended, else a new one. */
async function openUpload(client: S3Client, target: Target): Promise<string> {
  const { Bucket, Key } = target;
  const open = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
  const known = (open.Uploads ?? []).filter((each) => each.Key === Key).at(-1)?.UploadId;
  if (known !== undefined) return known;
  const created = await client.send(
    new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'SHA256' }),
  );
  return created.UploadId!;
}

async function sendParts(
  client: S3Client,
  target: Target,
  bytes: Uint8Array,
  UploadId: string,
): Promise<void> {
  const there = await partsOf(client, target, UploadId);
  const numbers = Array.from({ length: Math.ceil(bytes.byteLength / partBytes) }, (_, n) => n + 1);
  const Parts = await mapBounded(numbers, partsAtOnce, async (PartNumber) => {
    const Body = bytes.subarray((PartNumber - 1) * partBytes, PartNumber * partBytes);
    const ChecksumSHA256 = createHash('sha256').update(Body).digest('base64');
    const known = there.get(PartNumber);
    if (known !== undefined && holds(known, Body, ChecksumSHA256))
      return { PartNumber, ChecksumSHA256, ETag: known.ETag };
    const sent = await client.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber, Body, ChecksumSHA256 }),
    );
    return { PartNumber, ChecksumSHA256, ETag: sent.ETag };
  });
  await client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
}

async function partsOf(client: S3Client, target: Target, UploadId: string): Promise<Map<number, Part>> {
  const found = new Map<number, Part>();
  for (let PartNumberMarker: string | undefined; ; ) {
    const page = await client.send(
      new ListPartsCommand({
        ...target,
        UploadId,
        ...(PartNumberMarker === undefined ? {} : { PartNumberMarker }),
      }),
    );
    for (const part of page.Parts ?? []) found.set(part.PartNumber!, part);
    if (!page.IsTruncated || page.NextPartNumberMarker === undefined) return found;
    PartNumberMarker = page.NextPartNumberMarker;
  }
}

/** Whether a part on the server has these bytes, by its SHA-256 or, from servers that do not tell it, by its MD5. */
function holds(part: Part, body: Uint8Array, checksum: string): boolean {
  if (part.Size !== body.byteLength) return false;
  if (part.ChecksumSHA256 !== undefined) return part.ChecksumSHA256 === checksum;
  return part.ETag?.replaceAll('"', '') === createHash('md5').update(body).digest('hex');
}

async function exists(client: S3Client, target: Target): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand(target));
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw unavailable('look up', target.Bucket, target.Key, error);
  }
}
