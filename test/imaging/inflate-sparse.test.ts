import { deflateRawSync, gunzipSync, gzipSync, constants as zlib } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inflateKnowing } from '../../imaging/inflate.js';
import { checksumBytes, checksumZeros } from '../../imaging/inflate-checksum.js';
import { blockBytes, gunzipSparse } from '../../imaging/inflate-sparse.js';
import { seededRandom } from '../../imaging/random.js';

/** Background with rows of labels here and there, as in a label map; `density` is the share of labels. */
function labels(length: number, density: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const content = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const run = 1 + Math.floor(random() ** 3 * 3000);
    if (random() < density) content.fill(1 + Math.floor(random() * 4), at, at + 1 + (run >> 3));
    if (random() < density / 4) for (let n = 0; n < 40; n++) content[at + n] = Math.floor(random() * 256);
    at += run;
  }
  return content;
}

function expectSame(packed: Uint8Array, content: Uint8Array): void {
  const sparse = gunzipSparse(packed, content.length);
  expect(sparse?.content.length).toBe(content.length);
  expect(Buffer.compare(sparse?.content ?? new Uint8Array(), content)).toBe(0);
  content.forEach((byte, at) => {
    if (byte !== 0 && sparse?.occupied[Math.floor(at / blockBytes)] !== 1) {
      throw new Error(`the block of byte ${at} counts as empty`);
    }
  });
}

describe('gunzipSparse', () => {
  const strategies = fc.constantFrom(
    zlib.Z_DEFAULT_STRATEGY,
    zlib.Z_FILTERED,
    zlib.Z_HUFFMAN_ONLY,
    zlib.Z_RLE,
    zlib.Z_FIXED,
  );

  it('gives what was packed, at every level and with every strategy', () => {
    const settings = fc.record({
      level: fc.integer({ min: 0, max: 9 }),
      strategy: strategies,
      memLevel: fc.integer({ min: 1, max: 9 }),
      windowBits: fc.integer({ min: 9, max: 15 }),
    });
    const length = fc.constantFrom(0, 1, 255, 256, 257, 258, 5000, 70_000);
    fc.assert(
      fc.property(
        settings,
        length,
        fc.constantFrom(0, 0.02, 0.3, 1),
        fc.nat(1e6),
        (how, n, density, seed) => {
          const content = labels(n, density, seed);
          expectSame(gzipSync(content, how), content);
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  it('gives every member of a file', () => {
    const parts = [labels(9000, 0.1, 1), new Uint8Array(100_000), labels(300, 1, 2), new Uint8Array(0)];
    const packed = Buffer.concat(parts.map((part, n) => gzipSync(part, { level: 2 * n + 1 })));
    expectSame(packed, Buffer.concat(parts));
  });

  it('reads headers with a name, a comment and an extra field', () => {
    const content = labels(5000, 0.1, 3);
    const plain = gzipSync(content);
    const head = Buffer.from(plain.subarray(0, 10));
    head[3] = 4 | 8 | 16;
    const fields = Buffer.from([3, 0, 1, 2, 3, ...Buffer.from('mask.nii\0by hand\0')]);
    expectSame(Buffer.concat([head, fields, plain.subarray(10)]), content);
  });

  it('takes runs of zeros that no other writer would make: from far back, and across blocks', () => {
    const content = new Uint8Array(3_000_000);
    content.set(labels(40_000, 0.3, 4), 1000);
    content.set(labels(40_000, 0.3, 5), 2_000_001);
    expectSame(gzipSync(content, { level: 1 }), content);
    expectSame(gzipSync(content, { level: 9, memLevel: 1 }), content);
  });

  it('has no answer for content that is longer than expected', () => {
    const packed = gzipSync(labels(5000, 0.1, 6));
    expect(gunzipSparse(packed, 4999)).toBeUndefined();
    expect(gunzipSparse(gzipSync(new Uint8Array(1e6)), 1000)).toBeUndefined();
    expect(gunzipSparse(packed, 6000)?.content.length).toBe(5000);
  });

  it('has no answer for a wrong checksum, a wrong length, a cut-off file or bytes behind it', () => {
    const packed = gzipSync(labels(50_000, 0.1, 7));
    for (const fromEnd of [8, 5, 4, 1]) {
      const wrong = Buffer.from(packed);
      wrong[wrong.length - fromEnd] ^= 16;
      expect(gunzipSparse(wrong, 50_000)).toBeUndefined();
    }
    for (let length = 0; length < packed.length; length += 37) {
      if (length > 0) expect(gunzipSparse(packed.subarray(0, length), 50_000)).toBeUndefined();
    }
    expect(gunzipSparse(Buffer.concat([packed, Buffer.from([1])]), 50_000)).toBeUndefined();
  });

  it('never takes damaged data for good where zlib does not', () => {
    const content = labels(4000, 0.2, 8);
    const packed = gzipSync(content);
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(packed);
        damaged[at] ^= change;
        const sparse = gunzipSparse(damaged, content.length);
        if (sparse) expect(Buffer.compare(sparse.content, gunzipSync(damaged))).toBe(0);
      }),
      { numRuns: 2000, seed: 9 },
    );
  });

  it('refuses matches that reach into the member before', () => {
    const zeros = gzipSync(new Uint8Array(1000));
    // A raw stream that was made with the zeros before it as dictionary, wrapped as a member of its own.
    const raw = deflateRawSync(new Uint8Array(600), { dictionary: Buffer.alloc(1000), level: 9 });
    const member = Buffer.concat([zeros.subarray(0, 10), raw, gzipSync(new Uint8Array(600)).subarray(-8)]);
    const both = Buffer.concat([zeros, member]);
    expect(() => gunzipSync(both)).toThrow(/distance/);
    expect(gunzipSparse(both, 1600)).toBeUndefined();
  });
});

describe('inflateKnowing', () => {
  it('leaves the zeros of a label map alone and says where the others are', () => {
    const content = new Uint8Array(4_000_000);
    content.fill(3, 1_000_000, 1_000_100);
    const inflated = inflateKnowing(gzipSync(content), 'a', content.length);
    expect(Buffer.compare(inflated?.content ?? new Uint8Array(), content)).toBe(0);
    expect(inflated?.occupied?.reduce((sum, block) => sum + block, 0)).toBe(1);
  });

  it('says nothing of what is not packed tightly or not at all', () => {
    const random = seededRandom(1);
    const content = Uint8Array.from({ length: 5000 }, () => Math.floor(random() * 256));
    expect(inflateKnowing(gzipSync(content), 'a', 5000)).not.toHaveProperty('occupied');
    expect(inflateKnowing(content, 'a', 5000)).toEqual({ content });
  });
});

describe('the checksum', () => {
  it('is that of zlib, bytes and runs of zeros mixed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(100_000), fc.uint8Array(), (head, run, tail) => {
        const content = Buffer.concat([head, Buffer.alloc(run), tail]);
        const packed = gzipSync(content, { level: 1 });
        let crc = checksumBytes(-1, content, 0, head.length);
        crc = checksumZeros(crc, run);
        crc = checksumBytes(crc, content, head.length + run, content.length);
        expect(~crc).toBe(packed.readInt32LE(packed.length - 8));
      }),
    );
  });
});
