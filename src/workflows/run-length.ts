/**
 * When a run of an incident has become long enough to go on as a new one, and what it hands over. The server suggests it
 * by the length of the history; signals it only counts, and takes no more than 10,000 of them in a run.
 */
import { workflowInfo } from '@temporalio/workflow';
import { handedOver, type HandedOverStory } from '../domain/handed-over-story';
import type { Instant } from '../domain/instant';
import type { LiveIncident } from './live-incident';
import type { SignalCount } from './signals';

/** The whole story so far, as the next run takes it over. */
export type StorySoFar = HandedOverStory & { readonly declaredAt: Instant; readonly clockOffsetMs: number };

/** Far below the limit: while a burst lasts, signals keep coming between the decision to go on and the new run. */
const signalLimit = 2000;

/** The step that fails when the story is too long to be handed over. */
const handOverStep = 'continue-as-new';

/** Past so many events of history, by default where the server suggests it; and past so many signals. */
export function isRunTooLong(
  incident: LiveIncident,
  signals: SignalCount,
  historyLimit: number | undefined,
): boolean {
  if (incident.state.failedSteps.includes(handOverStep)) return false;
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  const isHistoryLong = historyLimit === undefined ? continueAsNewSuggested : historyLength > historyLimit;
  return isHistoryLong || signals() >= signalLimit;
}

/** A story that is too long to be handed over stays in this run: the timeline says so, and there is none to take. */
export function storySoFar(incident: LiveIncident): StorySoFar | undefined {
  const story = handedOver(incident.events, incident.now());
  if (story === undefined) {
    const problem = 'the story is too long for the input of another run, so the incident stays in this one';
    incident.record({ type: 'step-failed', step: handOverStep, problem });
    return undefined;
  }
  const clockOffsetMs = Date.parse(incident.now()) - Date.now();
  return { declaredAt: incident.state.declaredAt, clockOffsetMs, ...story };
}
