import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { alive } from '../../activities/alive.js';
import { beatMs, heartbeatInterceptor } from '../../workers/heartbeats.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const asked = { heartbeatTimeoutMs: 20_000 };
const long = () => new Promise((resolve) => setTimeout(resolve, 3.5 * beatMs));

/** What the server hears of an activity. */
async function heard(work: () => Promise<unknown>, info = {}): Promise<unknown[]> {
  const environment = new MockActivityEnvironment(info, { interceptors: [heartbeatInterceptor] });
  const beats: unknown[] = [];
  environment.on('heartbeat', (details) => beats.push(details));
  const end = environment.run(work);
  await vi.advanceTimersByTimeAsync(10 * beatMs);
  await end;
  return beats;
}

describe('an activity that is asked for heartbeats', () => {
  it('sends them while it works, and none after it has ended', async () => {
    expect(await heard(long, asked)).toHaveLength(3);
  });

  it('reports by itself where it can, and nothing else beats then', async () => {
    const beats = await heard(
      () =>
        alive(async ({ progress }) => {
          progress(0.5, 'half');
          await long();
        }),
      asked,
    );
    expect(beats).toEqual(Array(3).fill({ fraction: 0.5, note: 'half' }));
  });

  it('sends none where nobody asks', async () => {
    expect(await heard(long)).toEqual([]);
  });
});
