import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflate, inflateStart, inflateUpTo } from '../../imaging/inflate.js';
import { faultOf } from './data-fault.js';

const text = (words: string): Uint8Array => new Uint8Array(Buffer.from(words));
const ramp = Uint8Array.from({ length: 100_000 }, (_, n) => (n * n) % 251);

describe('inflate', () => {
  it('hands back what is not gzip as it is', () => {
    const plain = text('plain bytes');
    expect(inflate(plain, 'a.nii')).toBe(plain);
  });

  it('inflates one member', () => {
    expect(Buffer.compare(inflate(gzipSync(ramp), 'a.nii.gz'), ramp)).toBe(0);
  });

  it('inflates every member of a file, whatever size the last one states', () => {
    const members = Buffer.concat([gzipSync(ramp), gzipSync(text('second')), gzipSync(text('3'))]);
    const content = inflate(members, 'a.nii.gz');
    expect(content.length).toBe(ramp.length + 7);
    expect(Buffer.from(content.subarray(ramp.length)).toString()).toBe('second3');
  });

  it('refuses an empty file', () => {
    expect(faultOf(() => inflate(new Uint8Array(0), 'a.nii.gz'))).toMatchObject({
      code: 'FILE_EMPTY',
      value: '0',
    });
  });

  it('refuses a file that is cut off at any length', () => {
    const packed = gzipSync(ramp);
    for (const length of [2, 9, 18, packed.length >> 1, packed.length - 9, packed.length - 1]) {
      expect(faultOf(() => inflate(packed.subarray(0, length), 'a.nii.gz')).code).toBe('FILE_CORRUPT');
    }
  });

  it('refuses a wrong checksum and a wrong length', () => {
    for (const fromEnd of [8, 4]) {
      const packed = gzipSync(ramp);
      packed[packed.length - fromEnd] ^= 1;
      expect(faultOf(() => inflate(packed, 'a.nii.gz'))).toMatchObject({
        code: 'FILE_CORRUPT',
        field: 'gzip',
      });
    }
  });

  it('refuses a single flipped bit anywhere in the packed data', () => {
    for (let n = 0; n < 40; n++) {
      const packed = gzipSync(ramp);
      packed[10 + ((n * 997) % (packed.length - 18))] ^= 1 << (n % 8);
      expect(faultOf(() => inflate(packed, 'a.nii.gz')).code).toBe('FILE_CORRUPT');
    }
  });

  it('stops a file that inflates without end, also one that states a small size', () => {
    const bomb = gzipSync(new Uint8Array(20_000_000));
    new DataView(bomb.buffer, bomb.byteOffset).setUint32(bomb.length - 4, 10, true);
    const fault = faultOf(() => inflate(bomb, 'bomb.nii.gz', 1_000_000));
    expect(fault).toMatchObject({ code: 'FILE_CORRUPT', message: expect.stringContaining('bomb.nii.gz') });
  });

  it('takes content of exactly the largest size, and reports one byte more as too large', () => {
    const packed = gzipSync(ramp);
    expect(inflateUpTo(packed, 'a', ramp.length)?.length).toBe(ramp.length);
    expect(inflateUpTo(packed, 'a', ramp.length - 1)).toBeUndefined();
    expect(inflateUpTo(ramp, 'a', ramp.length - 1)).toBeUndefined();
  });
});

describe('inflateStart', () => {
  it('gives the first bytes of plain and packed files', () => {
    for (const file of [ramp, gzipSync(ramp)]) {
      expect([...inflateStart(file, 'a', 5)]).toEqual([0, 1, 4, 9, 16]);
    }
  });

  it('gives all there is where a file is shorter than asked', () => {
    expect(inflateStart(gzipSync(text('short')), 'a', 348).length).toBe(5);
  });

  it('reads on where a member begins with a long name', () => {
    const packed = gzipSync(ramp);
    const name = Buffer.concat([Buffer.alloc(9000, 'n'), Buffer.from([0])]);
    const head = Buffer.from(packed.subarray(0, 10));
    head[3] = 8;
    const named = Buffer.concat([head, name, packed.subarray(10)]);
    expect([...inflateStart(named, 'a', 4)]).toEqual([0, 1, 4, 9]);
    expect(inflate(named, 'a').length).toBe(ramp.length);
  });
});
