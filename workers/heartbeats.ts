import type { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { noteOf } from '../activities/alive.js';

export const beatMs = 2000;

/** Heartbeats for activities that report or are asked for them, so that none counts as dead while it works. */
export function heartbeatInterceptor(context: Context): { inbound: ActivityInboundCallsInterceptor } {
  const asked = context.info.heartbeatTimeoutMs !== undefined;
  return {
    inbound: {
      async execute(input, next) {
        const timer = setInterval(() => {
          const note = noteOf(context);
          if (asked || note !== undefined) context.heartbeat(note);
        }, beatMs);
        try {
          return await next(input);
        } finally {
          clearInterval(timer);
        }
      },
    },
  };
}
