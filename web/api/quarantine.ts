import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { problem } from './problem.js';

/** A file that somebody sent and nobody has looked at yet. */
export interface Quarantined {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes what arrives into a file of its own that only this user can read, and stops at `maxBytes`. The file is removed when
 * `work` is done, whatever happens. Names that senders give are never used.
 */
export async function inQuarantine<Result>(
  body: Readable,
  { folder, maxBytes, declared }: { folder: string; maxBytes: number; declared: number | undefined },
  work: (file: Quarantined) => Promise<Result>,
): Promise<Result> {
  if (declared !== undefined && declared > maxBytes) throw tooLarge(maxBytes);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomUUID()}.upload`);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.byteLength;
        hash.update(chunk);
        if (bytes > maxBytes) done(tooLarge(maxBytes));
        else done(null, chunk);
      },
    });
    await pipeline(body, meter, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    return await work({ path, bytes, sha256: hash.digest('hex') });
  } finally {
    await rm(path, { force: true });
  }
}

function tooLarge(maxBytes: number) {
  return problem(
    413,
    `The body is larger than the ${Math.floor(maxBytes / 1024 ** 2)} MiB that an upload may have`,
    'Send one label map, gzipped',
  );
}
