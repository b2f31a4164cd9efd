import { ActivityFailure, isCancellation } from '@temporalio/workflow';

/** What the innermost cause of an error says. */
export function rootMessage(error: unknown): string {
  let deepest: unknown = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest instanceof Error ? deepest.message : String(deepest);
}

/** Why an activity failed for good. Anything else, a cancellation too, is thrown on. */
export function whyFailed(error: unknown): string {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  return rootMessage(error);
}
