import type { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { beatMs, reportsItself } from '../activities/alive.js';

/** Heartbeats for activities that are asked for them and do not report by themselves, so that none counts as dead while it works. */
export function heartbeatInterceptor(context: Context): { inbound: ActivityInboundCallsInterceptor } {
  return {
    inbound: {
      async execute(input, next) {
        if (context.info.heartbeatTimeoutMs === undefined) return next(input);
        const timer = setInterval(() => {
          if (!reportsItself(context)) context.heartbeat();
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
