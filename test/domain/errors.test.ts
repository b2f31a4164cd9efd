import { describe, expect, it } from 'vitest';
import { DataError, PlusctError, passingFailures, permanentFailures } from '../../domain/errors.js';

describe('errors', () => {
  it('say by their kind whether a retry can help', () => {
    expect(permanentFailures.every((kind) => new PlusctError(kind, 'm').permanent)).toBe(true);
    expect(passingFailures.some((kind) => new PlusctError(kind, 'm').permanent)).toBe(false);
  });

  it('never call one kind both permanent and passing', () => {
    const kinds = [...permanentFailures, ...passingFailures];
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  it('keep their cause, their message and their name', () => {
    const cause = new Error('socket closed');
    const error = new PlusctError('StoreUnavailable', 'the store is away; start it', { cause });
    expect(error).toMatchObject({ name: 'PlusctError', message: 'the store is away; start it', cause });
    expect(error).toBeInstanceOf(Error);
  });

  it('of data carry what a finding needs and are permanent', () => {
    const fault = {
      code: 'FILE_EMPTY',
      message: 'scan.nii has no bytes',
      suggestion: 'fetch it again',
    } as const;
    const error = new DataError(fault);
    expect(error).toBeInstanceOf(PlusctError);
    expect(error).toMatchObject({ fault, message: fault.message, kind: 'CorruptVolume', permanent: true });
  });
});
