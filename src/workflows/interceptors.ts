/** What has to happen before the SDK looks at an activation, and after it: the workflow cannot reach that from inside. */
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { metadataQuery, refreshCurrentDetails } from './current-details';
import { setBurstAside, type Activation } from './signal-burst';

type Internals = NonNullable<ReturnType<WorkflowInterceptorsFactory>['internals']>[number];

export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate(input, next) {
        releaseReservedSignals(input.activation);
        setBurstAside(input.activation);
        if (asksForDetails(input.activation)) refreshCurrentDetails();
        next(input);
      },
      concludeActivation(input, next) {
        const { commands } = next(input);
        return { commands: withAnswersFirst(commands) };
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

type Commands = Parameters<NonNullable<Internals['concludeActivation']>>[0]['commands'];

/**
 * Answers to updates before what the tracks have to say, whichever came to its words first. A worker that has lost the
 * workflow takes several workflow tasks in one, a later replay takes them one by one, and only what does not depend on
 * that is the same both times; an incident that does not replay stands still for ever (decision 0011).
 */
function withAnswersFirst(commands: Commands): Commands {
  const isAcceptance = ({ updateResponse }: Commands[number]) => Boolean(updateResponse?.accepted);
  const isAnswer = ({ updateResponse }: Commands[number]) => updateResponse && !updateResponse.accepted;
  return [
    ...commands.filter(isAcceptance),
    ...commands.filter(isAnswer),
    ...commands.filter(({ updateResponse }) => !updateResponse),
  ];
}
