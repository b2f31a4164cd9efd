import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { type FailureKind, PlusctError } from '../../domain/errors.js';
import { asFailure } from '../../workers/failures.js';

const failed = (error: unknown, attempt = 1, cancelled = false) =>
  asFailure(error, attempt, cancelled) as ApplicationFailure;
const known = (kind: FailureKind, attempt?: number) => failed(new PlusctError(kind, 'why'), attempt);

describe('what an activity throws', () => {
  it('is retried unless it is a failure that no retry can mend', () => {
    expect(known('EngineCrashed', 59)).toMatchObject({ type: 'EngineCrashed', nonRetryable: false });
    expect(known('InvalidInput')).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
  });

  it('for want of device memory is tried once more, and then goes to a larger device', () => {
    expect(known('DeviceOutOfMemory')).toMatchObject({ nonRetryable: false });
    expect(known('DeviceOutOfMemory', 2)).toMatchObject({ type: 'DeviceOutOfMemory', nonRetryable: true });
  });

  it('unforeseen is tried a few times', () => {
    expect(failed(new TypeError('oh'), 4)).toMatchObject({ type: 'UnexpectedFailure', nonRetryable: false });
    expect(failed('oh', 5)).toMatchObject({ message: 'oh', nonRetryable: true });
  });

  it('is a cancellation only where somebody cancelled', () => {
    const gone = new PlusctError('Cancelled', 'given up');
    expect(failed(gone, 1, true)).toBeInstanceOf(CancelledFailure);
    expect(failed(gone)).toMatchObject({ type: 'Cancelled', nonRetryable: false });
    const made = ApplicationFailure.create({ message: 'made' });
    expect(failed(made)).toBe(made);
  });
});
