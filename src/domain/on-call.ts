/**
 * What wakes whoever is on call: an alarm of containment and missed deadlines (S13). Each is kept until it is known to be
 * sent, so that none is lost and none is counted twice.
 */
import type { Declaration, Severity } from '../contract/declaration';
import type { Policy } from '../contract/policy';
import type { EventOf, IncidentEvent, Recording } from './events';
import type { Instant } from './instant';
import { sentenceOf } from './timeline';

export interface OnCallPage {
  /** The same for the same alarm, however often it is sent: `<incident id>/<number of the event>`. */
  readonly idempotencyKey: string;
  readonly incidentId: string;
  readonly severity: Severity;
  readonly alarm: AlarmType;
  readonly text: string;
  readonly at: Instant;
  /** Nobody is in danger: this is an exercise. */
  readonly drill: boolean;
}

type AlarmType = 'containment-alarm-raised' | 'deadlines-missed';

export interface OnCallRules {
  readonly declaration: Declaration;
  readonly policy: Policy;
}

/** The pages that are still to be sent, after one more event. */
export function pagesAfter(
  pages: readonly OnCallPage[],
  event: IncidentEvent,
  rules: OnCallRules,
): readonly OnCallPage[] {
  switch (event.type) {
    case 'containment-alarm-raised':
    case 'deadlines-missed':
      return isPaged(rules) ? [...pages, pageOf(event, rules)] : pages;
    case 'on-call-paged':
      return pages.filter(({ idempotencyKey }) => idempotencyKey !== event.idempotencyKey);
    default:
      return pages;
  }
}

function isPaged({ declaration, policy }: OnCallRules): boolean {
  return declaration.mode === 'live' || policy.pageDrills;
}

/** Names services and clocks alone: what people typed stays with us. */
function pageOf(event: EventOf<AlarmType> & Recording, { declaration }: OnCallRules): OnCallPage {
  const { incidentId, severity, mode } = declaration;
  return {
    idempotencyKey: `${incidentId}/${String(event.seq)}`,
    incidentId,
    severity,
    alarm: event.type,
    text: sentenceOf(event),
    at: event.at,
    drill: mode === 'drill',
  };
}
