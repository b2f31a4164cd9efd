import { describe, expect, it } from 'vitest';
import { classesToTry } from '../../domain/device-plan.js';
import { HardwareClass } from '../../domain/hardware-class.js';
import { deviceQueue, fairnessKey, siblingQueue, taskQueue } from '../../domain/queues.js';

describe('task queues', () => {
  it('are named by role', () => {
    expect(taskQueue('gpu')).toBe('plusct-gpu');
    expect(taskQueue('io', '-nightly')).toBe('plusct-io-nightly');
  });

  it.each(['', '-nightly', '-io', '-orchestration'])('find their siblings in installation "%s"', (suffix) => {
    const own = taskQueue('orchestration', suffix);
    for (const role of ['orchestration', 'io', 'gpu'] as const) {
      expect(siblingQueue(own, role)).toBe(taskQueue(role, suffix));
    }
  });

  it('are apart for each class of devices', () => {
    expect(deviceQueue(undefined)).toBe('plusct-gpu');
    expect(deviceQueue('a100', '-nightly')).toBe('plusct-gpu-a100-nightly');
    expect(siblingQueue(taskQueue('orchestration', '-nightly'), 'gpu', 'a100')).toBe(
      'plusct-gpu-a100-nightly',
    );
    for (const name of ['A100', '80g', 'a-100', ''])
      expect(HardwareClass.safeParse(name).success).toBe(false);
  });
});

describe('devices of a plan', () => {
  it('are any, unless the plan names a class, and then the larger ones in order', () => {
    expect(classesToTry(undefined, 'inference')).toEqual([undefined]);
    const plan = { inference: 't4', larger: ['t4', 'a100', 'h100'] };
    expect(classesToTry(plan, 'inference')).toEqual(['t4', 'a100', 'h100']);
    expect(classesToTry(plan, 'training')).toEqual([undefined, 't4', 'a100', 'h100']);
  });
});

describe('fairness keys', () => {
  it('keep the collections of each campaign apart in what Temporal takes', () => {
    const keys = ['a', 'b'].flatMap((campaign) =>
      ['lits', 'kits19'].map((collection) => fairnessKey({ campaign, collection })),
    );
    expect(new Set(keys).size).toBe(4);
    const long = fairnessKey({ campaign: 'c'.repeat(63), collection: 'nih-pancreas' });
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(64);
  });
});
