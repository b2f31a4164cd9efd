import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { VolumeMemory } from '../../activities/thread-memory.js';

const script = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData).then(({ dropVolumes }) => {
    const volume = new WeakRef(new Uint8Array(16 * 1024 * 1024).fill(1));
    // The reference holds what it refers to until the end of the turn in which it was made.
    setTimeout(() => {
      dropVolumes();
      parentPort.postMessage(volume.deref() === undefined);
    });
  });`;
const compiled = new URL('../../dist/activities/thread-memory.js', import.meta.url).href;

async function dropped(): Promise<boolean> {
  const worker = new Worker(script, { eval: true, workerData: compiled });
  const [gone] = await once(worker, 'message');
  await worker.terminate();
  return gone;
}

describe('a volume that is no longer used', () => {
  it('is given back at once in each of many threads that ask together', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await Promise.all(Array.from({ length: 6 }, dropped))).toEqual(Array(6).fill(true));
    }
  }, 60_000);
});

describe('memory for one volume', () => {
  it('is used again, grows, and is replaced once it was handed over', () => {
    const memory = new VolumeMemory();
    const first = memory.take(1000).fill(7);
    expect(memory.take(900).buffer).toBe(first.buffer);
    expect(memory.holds(first)).toBe(true);
    const larger = memory.take(129 * 1024 ** 2);
    expect(larger.length).toBe(129 * 1024 ** 2);
    expect(memory.holds(first)).toBe(false);
    const moved = structuredClone(larger, { transfer: [larger.buffer as ArrayBuffer] });
    expect(moved.length).toBe(129 * 1024 ** 2);
    expect(memory.take(1000).length).toBe(1000);
  });
});
