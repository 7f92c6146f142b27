/** What has to happen before the SDK looks at an activation: the workflow cannot reach it from inside. */
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { metadataQuery, refreshCurrentDetails } from './current-details';
import { setBurstAside, type Activation } from './signal-burst';

export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate(input, next) {
        releaseReservedSignals(input.activation);
        setBurstAside(input.activation);
        if (asksForDetails(input.activation)) refreshCurrentDetails();
        next(input);
      },
    },
  ],
});

const reservedPrefix = '__temporal_';

/**
 * The SDK throws at a signal whose name begins with its own prefix before any handler is asked, and the workflow task
 * then fails for ever: anybody who may signal could stop an incident. So it loses that claim, and is noted like any
 * other that nobody knows.
 */
function releaseReservedSignals({ jobs }: Activation): void {
  for (const { signalWorkflow } of jobs ?? [])
    if (signalWorkflow?.signalName?.startsWith(reservedPrefix) === true)
      signalWorkflow.signalName = `reserved:${signalWorkflow.signalName}`;
}

function asksForDetails({ jobs }: Activation): boolean {
  return (jobs ?? []).some(({ queryWorkflow }) => queryWorkflow?.queryType === metadataQuery);
}
