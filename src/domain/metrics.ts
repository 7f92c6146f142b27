/** Figures of one incident, computed from its state and events (process: timeline, record, metrics). */
import type { EventType, IncidentEvent } from './events';
import { happenedAt } from './events';
import { anchorInForce, type Incident } from './incident';
import { compareInstants, epochMsOf, type Instant } from './instant';
import { containedAt, isEveryServiceRestored, isUnaffected } from './response';

export interface IncidentMetrics {
  /** Milliseconds from one moment to another; absent while one of the two is not known. */
  readonly timeToDetectMs?: number;
  readonly timeToContainMs?: number;
  readonly timeToRecoverMs?: number;
  readonly timeToDetermineMs?: number;
  readonly timeToFirstNoticeMs?: number;
  readonly timeToCloseMs?: number;
  readonly refusedMessages: number;
  readonly deadlinesMissed: number;
}

export function metricsOf(incident: Incident, events: readonly IncidentEvent[]): IncidentMetrics {
  const detectedAt = anchorInForce(incident, 'detection')?.at;
  const occurredAt = anchorInForce(incident, 'occurrence')?.at;
  const since = (to: Instant | undefined) => span(detectedAt, to);
  return {
    ...known('timeToDetectMs', span(occurredAt, detectedAt)),
    ...known('timeToContainMs', since(allContainedAt(incident))),
    ...known('timeToRecoverMs', since(restoredAt(incident))),
    ...known('timeToDetermineMs', since(anchorInForce(incident, 'determination')?.at)),
    ...known('timeToFirstNoticeMs', since(firstOf(events, 'campaign-started'))),
    ...known('timeToCloseMs', since(incident.closedAt)),
    refusedMessages: events.filter(
      (event) => event.type === 'message-refused' || event.type === 'decision-refused',
    ).length,
    deadlinesMissed: incident.missedClocks.length,
  };
}

function span(from: string | undefined, to: string | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : epochMsOf(to) - epochMsOf(from);
}

function known<Name extends string>(name: Name, value: number | undefined): { [Key in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: number });
}

function allContainedAt({ response }: Incident): Instant | undefined {
  const affected = response.services.filter(({ service }) => !isUnaffected(response, service));
  const instants = affected.map(({ service }) => containedAt(response, service));
  const contained = instants.filter((instant) => instant !== undefined);
  return contained.length < instants.length ? undefined : contained.sort(compareInstants).at(-1);
}

function restoredAt({ response }: Incident): Instant | undefined {
  if (!isEveryServiceRestored(response)) return undefined;
  return response.recoveries
    .filter((record) => record.part === 'restored')
    .map((record) => record.at)
    .sort(compareInstants)
    .at(-1);
}

function firstOf(events: readonly IncidentEvent[], type: EventType): Instant | undefined {
  const first = events.find((event) => event.type === type);
  return first === undefined ? undefined : happenedAt(first);
}
