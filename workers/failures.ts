import { ApplicationFailure, type Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { PlusctError } from '../domain/errors.js';

/** Faults that nobody foresaw are tried this often before they end the activity. */
const unexpectedAttempts = 5;
/** Memory that was not enough so often is not enough. */
const outOfMemoryAttempts = 2;

/** Turns what activities throw into failures whose type tells Temporal whether a retry can help. */
export function failureInterceptor(context: Context): { inbound: ActivityInboundCallsInterceptor } {
  return {
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          throw asFailure(error, context.info.attempt, context.cancellationSignal.aborted);
        }
      },
    },
  };
}

/** The failure for an error on the given attempt. Pure. */
export function asFailure(error: unknown, attempt: number, cancelled: boolean): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof PlusctError) {
    if (error.kind === 'Cancelled' && cancelled) return new CancelledFailure(error.message);
    return ApplicationFailure.create({
      type: error.kind,
      message: error.message,
      nonRetryable: error.permanent || (error.kind === 'DeviceOutOfMemory' && attempt >= outOfMemoryAttempts),
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return ApplicationFailure.create({
    type: 'UnexpectedFailure',
    message,
    nonRetryable: attempt >= unexpectedAttempts,
    ...(error instanceof Error ? { cause: error } : {}),
  });
}
