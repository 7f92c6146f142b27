/** What an activity says that has failed for good. All others are retried until they work and never show up here. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';

const longestProblem = 500;

/** Its sentence, or nothing when the error is another one: that is ours, and must not be swallowed. */
export function finalProblem(error: unknown): string | undefined {
  if (!(error instanceof ActivityFailure)) return undefined;
  const said = error.cause instanceof ApplicationFailure ? error.cause : error;
  return said.message.slice(0, longestProblem);
}
