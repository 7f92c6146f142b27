/**
 * Signals of a burst, set aside before the SDK sees them. It asks every condition of the workflow and makes several
 * promises for each signal it hands over, so ten thousand of them at once take longer than workflow code may run.
 */
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { payloadConverter } from './payload-converter';

export interface SetAsideSignal {
  readonly name: string;
  readonly payload: unknown;
}

/** Jobs for a workflow, as the SDK is about to hand them over. */
export type Activation = Parameters<
  NonNullable<NonNullable<ReturnType<WorkflowInterceptorsFactory>['internals']>[number]['activate']>
>[0]['activation'];

/** So many that come together are handed over as usual. */
const handedOverAtOnce = 10;

/** Always emptied by the workflow within the activation that filled it. */
const waiting: SetAsideSignal[] = [];

/** Takes all signals beyond the first ten out of an activation; they keep their order, behind all its other jobs. */
export function setBurstAside(activation: Activation): void {
  let signals = 0;
  activation.jobs = (activation.jobs ?? []).filter(({ signalWorkflow }) => {
    if (!signalWorkflow) return true;
    signals += 1;
    if (signals <= handedOverAtOnce) return true;
    const [payload] = signalWorkflow.input ?? [];
    waiting.push({
      name: signalWorkflow.signalName ?? '',
      payload: payload ? payloadConverter.fromPayload(payload) : undefined,
    });
    return false;
  });
}

export function isBurstWaiting(): boolean {
  return waiting.length > 0;
}

/** The oldest of those that wait. */
export function nextOfBurst(count: number): readonly SetAsideSignal[] {
  return waiting.splice(0, count);
}
