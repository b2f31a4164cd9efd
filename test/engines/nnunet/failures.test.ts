import { describe, expect, it } from 'vitest';
import {
  failureOf,
  lastWords,
  nextRung,
  predictionFailure,
  rungs,
} from '../../../engines/nnunet/failures.js';

const ended = (output: string, code: number | null = 1, signal: NodeJS.Signals | null = null) => ({
  code,
  signal,
  output,
});

describe('how nnU-Net failed', () => {
  it.each([
    [
      'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB',
      'DeviceOutOfMemory',
      /out of memory/,
    ],
    [
      'RuntimeError: Failed to find C compiler. Please specify via CC environment variable.',
      'EngineCrashed',
      /nnUNet_compile=f/,
    ],
    ['RuntimeError: Some background workers are no longer alive', 'EngineCrashed', /prepares data died/],
    [
      'RuntimeError: One or more background workers are no longer alive. Exiting.',
      'EngineCrashed',
      /prepares data/,
    ],
    ['OSError: [Errno 28] No space left on device', 'EngineCrashed', /the disk is full/],
    ['RuntimeError: CUDA error: device-side assert triggered', 'EngineCrashed', /the CUDA device failed/],
    ['Error: Unexpected labels found in file 0001.nii.gz.', 'InvalidInput', /found the dataset wanting/],
    ["ModuleNotFoundError: No module named 'nnunetv2'", 'EngineMissing', /plusct engine install nnunet/],
    [
      'RuntimeError: nnUNet_raw is not defined. Please read documentation/setting_up_paths.md',
      'EngineMissing',
      /whole/,
    ],
    [
      'RuntimeError: Error(s) in loading state_dict for PlainConvUNet',
      'InvalidInput',
      /do not fit the plans/,
    ],
    ['ValueError: something that nobody foresaw', 'EngineCrashed', /exit code 1 \(ValueError: something/],
  ])('is told by its words: %s', (output, kind, message) => {
    expect(failureOf('nnUNetv2_train', ended(output))).toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
  });

  it('is told by its end when it said nothing', () => {
    expect(failureOf('nnUNetv2_train', ended('', null, 'SIGKILL'))).toMatchObject({
      kind: 'EngineCrashed',
      message: expect.stringContaining('killed, most likely for want of memory'),
    });
    expect(failureOf('nnUNetv2_train', ended('', 2)).kind).toBe('InvalidInput');
  });

  it('is quoted by the line that names the error, however much follows it', () => {
    const output = 'Traceback (most recent call last):\n  File "x.py"\nValueError: no such fold\n\nbye\n';
    expect(lastWords(output)).toBe('ValueError: no such fold');
    expect(lastWords('only this')).toBe('only this');
    expect(lastWords('')).toBe('');
  });
});

describe('the ladder of memory', () => {
  it('leads from the device over the main memory to the processor, and ends there', () => {
    const climbed = [rungs[0]];
    for (let next = nextRung(rungs[0], 'OutOfMemoryError'); next; next = nextRung(next, 'OutOfMemoryError'))
      climbed.push(next as (typeof rungs)[0]);
    expect(climbed).toEqual([...rungs]);
  });

  it('is not climbed for any other fault', () => {
    expect(nextRung(rungs[0], 'AssertionError')).toBeUndefined();
  });

  it('tells faults of an image from those that may pass', () => {
    expect(predictionFailure('ImageFileError', 'Cannot work out file type').kind).toBe('InvalidInput');
    expect(predictionFailure('OutOfMemoryError', 'CUDA out of memory').kind).toBe('DeviceOutOfMemory');
  });
});
