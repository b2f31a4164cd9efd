import { describe, expect, it } from 'vitest';
import { deviceCheck, pinnedDevice } from '../../workers/device-check.js';

describe('the check of a device', () => {
  it('is passed by a command that succeeds, and takes the memory that it prints', async () => {
    expect(await deviceCheck('0', 'true')()).toEqual({});
    expect(await deviceCheck('0', 'echo "81559, 430"')()).toEqual({
      memory: { totalMb: 81559, usedMb: 430 },
    });
    expect(await deviceCheck('0', 'echo "all is well"')()).toEqual({});
  });

  it('is told which device it is for', async () => {
    expect(await deviceCheck('7', 'echo "$PLUSCT_DEVICE, 0"')()).toEqual({
      memory: { totalMb: 7, usedMb: 0 },
    });
  });

  it('fails with what the command said', async () => {
    expect(await deviceCheck('0', 'echo "GPU is lost" >&2; exit 15')()).toEqual({
      failure: 'its check ended with 15: GPU is lost',
    });
    expect(await deviceCheck('0', 'exit 3')()).toEqual({ failure: 'its check ended with 3' });
    expect((await deviceCheck('0', 'kill -9 $$')()).failure).toContain('SIGKILL');
  });
});

describe('the device that a number stands for', () => {
  it('is the number, or the one in that place where others have chosen already', () => {
    expect(pinnedDevice('1', undefined)).toBe('1');
    expect(pinnedDevice('1', '')).toBe('1');
    expect(pinnedDevice('1', '4, 6')).toBe('6');
    expect(pinnedDevice('0', 'GPU-8f2')).toBe('GPU-8f2');
  });

  it('is refused where there is none', () => {
    expect(() => pinnedDevice('2', '4,6')).toThrow('CUDA_VISIBLE_DEVICES is 4,6');
  });
});
