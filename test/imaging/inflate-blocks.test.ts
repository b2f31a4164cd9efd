import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gunzipBlocks, inflatedBlockBytes } from '../../imaging/inflate-blocks.js';

const long = Uint8Array.from({ length: 3 * inflatedBlockBytes + 77 }, (_, n) => (n * n * 7919) >>> 5);
const none = (): void => undefined;

/** The content, and how far it had come each time that somebody looked. */
function inflated(packed: Uint8Array, room: number): { content?: Uint8Array; stops: number[] } {
  const target = new Uint8Array(room).fill(255);
  const stops: number[] = [];
  const length = gunzipBlocks(packed, target, (content, upTo) => {
    expect(Buffer.compare(content.subarray(0, upTo), long.subarray(0, upTo))).toBe(0);
    stops.push(upTo);
  });
  return { ...(length === undefined ? {} : { content: target.subarray(0, length) }), stops };
}

describe('gzip inflated block by block', () => {
  it('shows each block once it is there', () => {
    const { content, stops } = inflated(gzipSync(long), long.length + 1);
    expect(Buffer.compare(content!, long)).toBe(0);
    expect(stops).toEqual([inflatedBlockBytes, 2 * inflatedBlockBytes, 3 * inflatedBlockBytes, long.length]);
  });

  it('ends after content of exactly one block, and of none', () => {
    const block = long.subarray(0, inflatedBlockBytes);
    expect(inflated(gzipSync(block), block.length + 1).content?.length).toBe(block.length);
    expect(inflated(gzipSync(new Uint8Array(0)), 1).content?.length).toBe(0);
  });

  it('takes all members of a file', () => {
    const members = [long.subarray(0, 100), long.subarray(100, 400_000), long.subarray(400_000)];
    const packed = Buffer.concat(members.map((member) => gzipSync(member)));
    expect(Buffer.compare(inflated(packed, long.length + 64).content!, long)).toBe(0);
  });

  it('leaves content to zlib that does not fit with a byte to spare', () => {
    expect(inflated(gzipSync(long), long.length).content).toBeUndefined();
    expect(inflated(gzipSync(long), 1000).content).toBeUndefined();
  });

  it('leaves whatever is damaged to zlib', () => {
    const packed = gzipSync(long);
    for (const cut of [2, 9, 18, 1000, packed.length - 9, packed.length - 1])
      expect(gunzipBlocks(packed.subarray(0, cut), new Uint8Array(long.length + 64), none)).toBeUndefined();
    for (const fromEnd of [8, 4]) {
      const wrong = new Uint8Array(packed);
      wrong[wrong.length - fromEnd]! ^= 1;
      expect(gunzipBlocks(wrong, new Uint8Array(long.length + 64), none)).toBeUndefined();
    }
  });

  it('never reads other content than zlib does, whatever bit is flipped', () => {
    const packed = gzipSync(long.subarray(0, 5000));
    fc.assert(
      fc.property(fc.nat(packed.length * 8 - 1), (bit) => {
        const damaged = new Uint8Array(packed);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        const target = new Uint8Array(6000);
        const length = gunzipBlocks(damaged, target, none);
        // What is no part of checksums, as the time in the header, may change.
        if (length !== undefined)
          expect(Buffer.compare(target.subarray(0, length), long.subarray(0, 5000))).toBe(0);
      }),
    );
  });
});
