/**
 * One incident, from its declaration to the last settled entry: handlers first, then the tracks side by side over one
 * state. It may take months, and everything it knows is the list of its events.
 */
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Declaration } from '../contract/declaration';
import type { Policy } from '../contract/policy';
import type { EventBody, IncidentEvent } from '../domain/events';
import { isReadyToClose } from '../domain/gates';
import { incidentOf } from '../domain/incident';
import { instantFromEpochMs, type Instant } from '../domain/instant';
import { statusOf, type IncidentStatus } from '../domain/operator-view';
import { clockTrack } from './clock-track';
import { decisionTrack } from './decisions';
import { displayOf, keepShown, type Display } from './display';
import { followUpTrack } from './follow-up-track';
import { installHandlers } from './handlers';
import { authorOf, liveIncident, type LiveIncident } from './live-incident';
import { notificationTrack } from './notification-track';

export interface IncidentInput {
  readonly declaration: Declaration;
  readonly policy: Policy;
  /** Present after continue-as-new: the whole story so far. */
  readonly story?: {
    readonly declaredAt: Instant;
    readonly clockOffsetMs: number;
    readonly events: readonly IncidentEvent[];
  };
  /** Continue as new past so many events of history; the server's own suggestion when absent. */
  readonly historyLimit?: number;
}

export async function securityIncident(input: IncidentInput): Promise<IncidentStatus> {
  const incident = begin(input);
  // Before the handlers: whatever waits for one is taken the moment it is there, and stands behind the declaration.
  if (input.story === undefined) recordDeclaration(incident);
  installHandlers(incident);

  const display = displayOf(incident);
  display.show();
  keepShown(incident, display);
  const tracks = [
    decisionTrack(incident),
    notificationTrack(incident),
    followUpTrack(incident),
    clockTrack(incident),
  ];
  await Promise.race([Promise.all(tracks), untilClosedOrTooLong(incident, input)]);

  if (isReadyToClose(incident.state)) return close(incident, display);
  await condition(allHandlersFinished);
  return continueAsNew<typeof securityIncident>(storySoFar(incident, input));
}

function begin({ declaration, policy, story }: IncidentInput): LiveIncident {
  const startedAtMs = workflowInfo().startTime.getTime();
  const clockOffsetMs = story?.clockOffsetMs ?? offsetOf(declaration, startedAtMs);
  const declaredAt = story?.declaredAt ?? instantFromEpochMs(startedAtMs + clockOffsetMs);
  const initial = incidentOf({ declaration, policy, declaredAt });
  return liveIncident({ initial, events: story?.events ?? [], clockOffsetMs });
}

/** A drill may say when it is supposed to happen: its clock is workflow time plus a fixed offset. */
function offsetOf({ mode, startsAt }: Declaration, startedAtMs: number): number {
  return mode === 'drill' && startsAt !== undefined ? Date.parse(startsAt) - startedAtMs : 0;
}

function recordDeclaration(incident: LiveIncident): void {
  const { declaration } = incident.state;
  const provenance = { author: authorOf(declaration.reporter) };
  const { basis, ...moment } = declaration.detection;
  const anchors = [{ kind: 'detection' as const, basis, ...moment }, ...declaration.anchors];
  const counts = new Map<string, number>();
  incident.record({ type: 'declared', services: declaration.services.length }, provenance);
  for (const anchor of anchors) {
    const number = (counts.get(anchor.kind) ?? 0) + 1;
    counts.set(anchor.kind, number);
    const event: EventBody = {
      type: 'anchor-recorded',
      anchor: { ...anchor, anchorId: `${anchor.kind}-${String(number)}` },
    };
    incident.record(event, provenance);
  }
}

async function untilClosedOrTooLong(incident: LiveIncident, { historyLimit }: IncidentInput): Promise<void> {
  const isTooLong = () => {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return historyLimit === undefined ? continueAsNewSuggested : historyLength > historyLimit;
  };
  await incident.until((state) => isReadyToClose(state) || isTooLong());
}

async function close(incident: LiveIncident, display: Display): Promise<IncidentStatus> {
  incident.record({ type: 'incident-closed' });
  display.show();
  await condition(allHandlersFinished);
  return statusOf(incident.state);
}

function storySoFar(
  incident: LiveIncident,
  { declaration, policy, historyLimit }: IncidentInput,
): IncidentInput {
  const clockOffsetMs = Date.parse(incident.now()) - Date.now();
  const story = { declaredAt: incident.state.declaredAt, clockOffsetMs, events: incident.events };
  return { declaration, policy, story, ...(historyLimit !== undefined && { historyLimit }) };
}
