import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { objectKey } from '../../domain/keys.js';
import { getContent, putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { s3Store } from '../../storage/s3.js';
import { readConfig } from '../../workers/config.js';

const mib = 1024 ** 2;

/** A way to the object store that counts what goes up. */
async function countingWay(endpoint: string) {
  const { hostname, port } = new URL(endpoint);
  const way = {
    sent: 0,
    onSent: (_sent: number): void => undefined,
    endpoint: '',
    close: () => undefined as unknown,
  };
  const server = createServer((inside) => {
    const outside = connect(Number(port), hostname);
    inside.on('data', (chunk) => {
      way.sent += chunk.length;
      way.onSent(way.sent);
    });
    inside.pipe(outside).pipe(inside);
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ])
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  way.endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  way.close = () => server.close();
  return way;
}

describe('a large object in S3', () => {
  it('goes on after a kill in the middle where it was broken off, and is never sent twice', async () => {
    const { s3 } = readConfig(inject('servers'));
    const way = await countingWay(s3.endpoint);
    const settings = { ...s3, endpoint: way.endpoint };
    const seed = randomBytes(8).toString('hex');
    const size = 100 * mib + 12345;
    const program = `
      import { s3Store } from ${JSON.stringify(pathToFileURL(resolve('dist/storage/s3.js')).href)};
      import { putContent } from ${JSON.stringify(pathToFileURL(resolve('dist/storage/content.js')).href)};
      await putContent(s3Store(${JSON.stringify(settings)}), (${made})('${seed}', ${size}));
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' });
    way.onSent = (sent) => {
      if (sent > 70 * mib) child.kill('SIGKILL');
    };
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');

    const bytes = made(seed, size);
    const store = s3Store(settings);
    expect(await store.has(objectKey(sha256(bytes)))).toBe(false);
    way.onSent = () => undefined;
    way.sent = 0;
    const ref = await putContent(store, bytes);
    expect(way.sent).toBeGreaterThan(20 * mib);
    expect(way.sent).toBeLessThan(85 * mib);
    expect(sha256(await getContent(store, ref))).toBe(ref.sha256);

    way.sent = 0;
    await putContent(store, bytes);
    expect(way.sent).toBeLessThan(mib);
    way.close();
  }, 120_000);

  it('may be written by several at once', async () => {
    const store = s3Store(readConfig(inject('servers')).s3);
    const bytes = made(randomBytes(8).toString('hex'), 40 * mib);
    const refs = await Promise.all([1, 2, 3].map(() => putContent(store, bytes)));
    expect(new Set(refs.map(({ key }) => key)).size).toBe(1);
    expect(sha256(await getContent(store, refs[0]))).toBe(refs[0].sha256);
  }, 120_000);
});

/** Bytes that follow from a seed; sent to another process as text, so it may use nothing from here. */
function made(seed: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = Number.parseInt(seed.slice(0, 8), 16) | 1;
  const words = new Uint32Array(bytes.buffer, 0, size >> 2);
  for (let n = 0; n < words.length; n += 1) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + n;
    words[n] = state;
  }
  return bytes;
}
