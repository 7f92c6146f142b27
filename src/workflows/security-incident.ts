/**
 * One incident, from its declaration to the last settled entry: handlers first, then the tracks side by side over one
 * state. It may take months, and everything it knows is the list of its events.
 */
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Declaration } from '../contract/declaration';
import type { Policy } from '../contract/policy';
import type { EventBody } from '../domain/events';
import { fingerprintOf } from '../domain/fingerprint';
import { isReadyToClose } from '../domain/gates';
import { storyTakenOver } from '../domain/handed-over-story';
import { incidentOf } from '../domain/incident';
import { instantFromEpochMs } from '../domain/instant';
import { withOffset } from '../domain/moment';
import { statusOf, type IncidentStatus } from '../domain/operator-view';
import { clockTrack } from './clock-track';
import { decisionTrack } from './decisions';
import { deliveryControlTrack } from './delivery-control-track';
import { displayOf, keepShown, type Display } from './display';
import { followUpTrack } from './follow-up-track';
import { installHandlers } from './handlers';
import { authorOf, liveIncident, type LiveIncident } from './live-incident';
import { notificationTrack } from './notification-track';
import { pagingTrack } from './paging-track';
import { trackerTrack } from './tracker-track';
import { registerTrack } from './register-track';
import { isRunTooLong, storySoFar, type StorySoFar } from './run-length';
import { isBurstWaiting } from './signal-burst';
import { statusPostTrack } from './status-post-track';

export interface IncidentInput {
  readonly declaration: Declaration;
  readonly policy: Policy;
  /** Present after continue-as-new: the whole story so far. */
  readonly story?: StorySoFar;
  /** Continue as new past so many events of history; the server's own suggestion when absent. */
  readonly historyLimit?: number;
}

export async function securityIncident(input: IncidentInput): Promise<IncidentStatus> {
  const incident = begin(input);
  // Before the handlers: whatever waits for one is taken the moment it is there, and stands behind the declaration.
  if (input.story === undefined) recordDeclaration(incident);
  const signals = installHandlers(incident);

  const display = displayOf(incident);
  display.show();
  keepShown(incident, display);
  const tracks = [
    decisionTrack(incident),
    notificationTrack(incident),
    deliveryControlTrack(incident),
    statusPostTrack(incident),
    followUpTrack(incident),
    clockTrack(incident),
    pagingTrack(incident),
    registerTrack(incident),
    trackerTrack(incident),
  ];
  for (;;) {
    const isOver = () =>
      isReadyToClose(incident.state) || isRunTooLong(incident, signals, input.historyLimit);
    await Promise.race([Promise.all(tracks), incident.until(() => !isBurstWaiting() && isOver())]);
    if (isReadyToClose(incident.state)) return close(incident, display);
    await condition(() => allHandlersFinished() && !isBurstWaiting());
    const story = storySoFar(incident);
    if (story !== undefined) return continueAsNew<typeof securityIncident>({ ...input, story });
  }
}

function begin({ declaration, policy, story }: IncidentInput): LiveIncident {
  const startedAtMs = workflowInfo().startTime.getTime();
  const clockOffsetMs = story?.clockOffsetMs ?? offsetOf(declaration, startedAtMs);
  const declaredAt = story?.declaredAt ?? instantFromEpochMs(startedAtMs + clockOffsetMs);
  const initial = incidentOf({ declaration, policy, declaredAt });
  return liveIncident({ initial, events: story === undefined ? [] : storyTakenOver(story), clockOffsetMs });
}

/** A drill may say when it is supposed to happen: its clock is workflow time plus a fixed offset. */
function offsetOf({ mode, startsAt }: Declaration, startedAtMs: number): number {
  return mode === 'drill' && startsAt !== undefined ? Date.parse(startsAt) - startedAtMs : 0;
}

function recordDeclaration(incident: LiveIncident): void {
  const { declaration, policy } = incident.state;
  const provenance = { author: authorOf(declaration.reporter) };
  const { basis, ...moment } = declaration.detection;
  const anchors = [{ kind: 'detection' as const, basis, ...moment }, ...declaration.anchors];
  const counts = new Map<string, number>();
  incident.record(
    { type: 'declared', services: declaration.services.length, policyDigest: fingerprintOf(policy) },
    provenance,
  );
  for (const anchor of anchors) {
    const number = (counts.get(anchor.kind) ?? 0) + 1;
    counts.set(anchor.kind, number);
    const event: EventBody = {
      type: 'anchor-recorded',
      anchor: { ...withOffset(anchor), anchorId: `${anchor.kind}-${String(number)}` },
    };
    incident.record(event, provenance);
  }
}

async function close(incident: LiveIncident, display: Display): Promise<IncidentStatus> {
  incident.record({ type: 'incident-closed' });
  display.show();
  await condition(allHandlersFinished);
  return statusOf(incident.state);
}
