import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainRange } from '../../imaging/int16-range.js';
import { VoxelScan, voxelHash } from '../../imaging/voxel-hash.js';

const volume = Int16Array.from({ length: 400_000 }, (_, n) => ((n * 7919) % 4096) - 1024);

describe('hash of voxels', () => {
  it('is that of their bytes, from wherever they begin', () => {
    const part = volume.subarray(3, 1000);
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    expect(voxelHash(part)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('and their extremes are the same however the voxels arrive', () => {
    const stops = fc.array(fc.nat(volume.length), { maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(volume.length), stops, (length, some) => {
        const hu = volume.subarray(0, length);
        const scan = new VoxelScan();
        for (const stop of some.toSorted((a, b) => a - b)) scan.add(hu, Math.min(stop, length));
        expect(scan.result(hu)).toEqual({ ...plainRange(hu), voxelSha256: voxelHash(hu) });
      }),
      { numRuns: 30 },
    );
  });
});
