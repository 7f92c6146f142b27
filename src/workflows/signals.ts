/**
 * How signals are taken: in the order in which they came, with payloads of which nothing is known yet. No handler
 * throws, because a signal cannot be answered: what it gets wrong stands on the timeline.
 */
import { condition, defineSignal, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import type { LiveIncident } from './live-incident';
import { isBurstWaiting, nextOfBurst } from './signal-burst';

export interface SignalHandler {
  readonly name: string;
  /** Shown in the dialogs of the Temporal UI. */
  readonly description: string;
  readonly take: (payload: unknown) => void;
}

/** How many signals this run has taken, of whatever kind: the server lets no run have more than 10,000. */
export type SignalCount = () => number;

/**
 * Signals may be waiting when a run begins. Setting a handler hands over at once all that wait for that very name, so
 * a bug could be closed a second time before it is opened again: the handler of all names comes first, and takes them
 * one by one as they came.
 */
export function handleSignals(incident: LiveIncident, handlers: readonly SignalHandler[]): SignalCount {
  let taken = 0;
  const take = (name: string, payload: unknown): void => {
    taken += 1;
    const handler = handlers.find((each) => each.name === name);
    if (handler === undefined) noteRefusal(incident, name, 'no such signal is known here');
    else handler.take(payload);
  };
  setDefaultSignalHandler(take);
  for (const { name, description } of handlers)
    setHandler(defineSignal<[unknown]>(name), (payload) => take(name, payload), { description });
  void takeBursts(take);
  return () => taken;
}

/** So many of a burst at a time: a small part of the five seconds that workflow code may run without a pause. */
const takenTogether = 250;

async function takeBursts(take: (name: string, payload: unknown) => void): Promise<void> {
  for (;;) {
    await condition(isBurstWaiting);
    for (const { name, payload } of nextOfBurst(takenTogether)) take(name, payload);
  }
}

const longestProblem = 300;

export function noteRefusal(incident: LiveIncident, message: string, problem: string): void {
  const shortened = problem.slice(0, longestProblem);
  incident.recordRefusal({ message: message.slice(0, 100), problem: shortened });
}
