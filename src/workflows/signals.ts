/**
 * How signals are taken: in the order in which they came, with payloads of which nothing is known yet. No handler
 * throws, because a signal cannot be answered: what it gets wrong stands on the timeline.
 */
import { defineSignal, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import type { LiveIncident } from './live-incident';

export interface SignalHandler {
  readonly name: string;
  /** Shown in the dialogs of the Temporal UI. */
  readonly description: string;
  readonly take: (payload: unknown) => void;
}

/**
 * Signals may be waiting when a run begins. Setting a handler hands over at once all that wait for that very name, so
 * a bug could be closed a second time before it is opened again: the handler of all names comes first, and takes them
 * one by one as they came.
 */
export function handleSignals(incident: LiveIncident, handlers: readonly SignalHandler[]): void {
  setDefaultSignalHandler((name, payload) => {
    const handler = handlers.find((each) => each.name === name);
    if (handler === undefined) noteRefusal(incident, name, 'no such signal is known here');
    else handler.take(payload);
  });
  for (const { name, take, description } of handlers)
    setHandler(defineSignal<[unknown]>(name), take, { description });
}

const longestProblem = 300;

export function noteRefusal(incident: LiveIncident, message: string, problem: string): void {
  const shortened = problem.slice(0, longestProblem);
  incident.record({ type: 'message-refused', message: message.slice(0, 100), problem: shortened });
}
