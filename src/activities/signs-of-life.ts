/**
 * Every activity tells the server that its process lives, as long as it runs: a worker that is killed is missed after
 * the heartbeat time-out, not after the half hour that a statement over a million tenants may take.
 */
import type { Context } from '@temporalio/activity';

const everyMs = 2000;

interface ActivityInterceptor<Input> {
  readonly inbound: {
    execute(input: Input, next: (input: Input) => Promise<unknown>): Promise<unknown>;
  };
}

/** An interceptor for the worker's activities. Their own heartbeats go on beside it. */
export function signsOfLife<Input>(context: Pick<Context, 'heartbeat'>): ActivityInterceptor<Input> {
  return {
    inbound: {
      async execute(input, next) {
        const pulse = setInterval(() => context.heartbeat(), everyMs);
        try {
          return await next(input);
        } finally {
          clearInterval(pulse);
        }
      },
    },
  };
}
