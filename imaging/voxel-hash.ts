import { createHash, type Hash } from 'node:crypto';
import { int16Range, type Range, union } from './int16-range.js';

/** SHA-256 of HU as little-endian int16 in index order; little-endian hosts only, as everywhere in plusct. */
export function voxelHash(hu: Int16Array): string {
  return createHash('sha256').update(bytesOf(hu)).digest('hex');
}

/** A multiple of the blocks in which `int16Range` is quick. */
const blockVoxels = 128 * 1024;

/**
 * Hash and extremes of int16 voxels that arrive bit by bit, each looked at once while the processor has it at hand: fetching a
 * volume from memory once more takes as long as a third of its hash.
 */
export class VoxelScan {
  private readonly hash: Hash = createHash('sha256');
  private range: Range = int16Range(new Int16Array(0));
  private at = 0;

  /** The first `upTo` voxels of `hu` are final; those of `hu` before stay what they were. */
  add(hu: Int16Array, upTo: number): void {
    while (upTo - this.at >= blockVoxels) this.take(hu.subarray(this.at, this.at + blockVoxels));
  }

  /** Of all voxels. */
  result(hu: Int16Array): Range & { readonly voxelSha256: string } {
    this.add(hu, hu.length);
    this.take(hu.subarray(this.at));
    return { ...this.range, voxelSha256: this.hash.digest('hex') };
  }

  private take(block: Int16Array): void {
    this.hash.update(bytesOf(block));
    this.range = union(this.range, int16Range(block));
    this.at += block.length;
  }
}

function bytesOf(voxels: Int16Array): Uint8Array {
  return new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
}
