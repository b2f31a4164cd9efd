import { expect } from 'vitest';
import { DataError, type DataFault } from '../../domain/errors.js';

/** The fault that `action` throws; fails when it throws none, another error, or a fault that says too little. */
export function faultOf(action: () => unknown): DataFault {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    const { fault } = error as DataError;
    for (const part of [fault.field, fault.value, fault.message, fault.suggestion]) expect(part).toBeTruthy();
    return fault;
  }
  throw new Error('expected a DataError, nothing was thrown');
}
