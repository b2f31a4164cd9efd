import { describe, expect, it } from 'vitest';
import { siblingQueue, taskQueue } from '../../domain/queues.js';

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
});
