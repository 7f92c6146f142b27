/**
 * What messages at any time of the response become: concerned services, analyses, break-glass, a sign of breach. Plans,
 * eradication and recovery have their own files beside this one.
 */
import type {
  AddServices,
  MarkUnaffected,
  RecordAnalysis,
  RecordEmergencyAction,
  RecordOutsideStatement,
  RecordSharing,
  ReportSignOfBreach,
  ReviewEmergencyAction,
} from '../../contract/messages';
import { refusalOfRole } from '../authority';
import type { EventBody } from '../events';
import type { Incident } from '../incident';
import { addMs, type Instant } from '../instant';
import { findService } from '../response-questions';
import { optional } from './optional';
import { refuse, refuseIf } from './refusal';
import { knownService, serviceFor } from './services';

const hourMs = 3_600_000;

export function acceptAddServices(incident: Incident, message: AddServices): EventBody[] {
  refuseIf(refusalOfRole('record', message));
  const known = (service: string) => findService(incident.response, service) !== undefined;
  const added = [...new Map(message.services.map((each) => [each.service, each])).values()].filter(
    ({ service }) => !known(service),
  );
  if (added.length === 0) refuse('AlreadyDone', 'every service named is already part of this incident');
  return added.map((service) => ({
    type: 'service-added',
    service: { ...service, regions: service.regions ?? [] },
  }));
}

export function acceptRecordAnalysis(incident: Incident, message: RecordAnalysis): EventBody[] {
  if (message.role !== 'participant') refuseIf(refusalOfRole('record', message));
  const analysisId = `A${String(incident.response.analyses.length + 1)}`;
  return [{ type: 'analysis-recorded', analysisId, text: message.text, evidence: message.evidence ?? [] }];
}

/** Break-glass is always accepted: containment never waits for an approval. */
export function acceptEmergencyAction(
  incident: Incident,
  message: RecordEmergencyAction,
  now: Instant,
): EventBody[] {
  const { service, track } = message;
  if (track !== undefined) refuseClaimForOthers(incident, message);
  const actionId = `E${String(incident.response.emergencyActions.length + 1)}`;
  const reviewDueAt = addMs(now, incident.policy.emergencyReviewHours * hourMs);
  return [
    {
      type: 'emergency-action-recorded',
      actionId,
      what: message.what,
      why: message.why,
      reviewDueAt,
      ...optional({ service, track }),
    },
  ];
}

/** The action itself anybody may record; that it completes work of a service is for the team of the service to say. */
function refuseClaimForOthers(incident: Incident, message: RecordEmergencyAction): void {
  if (message.service === undefined)
    refuse('Malformed', 'service is missing: with track, name the service whose work was done');
  serviceFor(incident, 'complete-task', message, message.service);
}

export function acceptEmergencyReview(incident: Incident, message: ReviewEmergencyAction): EventBody[] {
  refuseIf(refusalOfRole('review-emergency', message));
  const action = incident.response.emergencyActions.find((each) => each.actionId === message.action);
  if (action === undefined) return refuse('NotKnown', `there is no emergency action ${message.action}`);
  if (action.review.kind === 'reviewed')
    return refuse('AlreadyDone', `emergency action ${message.action} is reviewed already`);
  if (action.by === message.by)
    return refuse('NotAllowed', `${message.by} took this action; someone else reviews it`);
  return [
    {
      type: 'emergency-action-reviewed',
      actionId: action.actionId,
      verdict: message.verdict,
      reason: message.reason,
    },
  ];
}

/** S08: when it was shared is `happenedAt`. Nobody outside shares in our name. */
export function acceptSharing(_incident: Incident, message: RecordSharing): EventBody[] {
  refuseIf(refusalOfRole('record-fact', message));
  const { what, under, evidence } = message;
  return [{ type: 'information-shared', with: message.with, what, under, evidence: evidence ?? [] }];
}

export function acceptUnaffected(incident: Incident, message: MarkUnaffected): EventBody[] {
  serviceFor(incident, 'mark-unaffected', message, message.service);
  return [{ type: 'service-marked-unaffected', service: message.service, reason: message.reason }];
}

export function acceptOutsideStatement(incident: Incident, message: RecordOutsideStatement): EventBody[] {
  refuseIf(refusalOfRole('record', message));
  const service = knownService(incident, message.service);
  if (service.outside === undefined)
    refuse('Malformed', `${message.service} is owned by team ${service.team}, not outside`);
  return [
    {
      type: 'outside-statement-recorded',
      service: message.service,
      statement: message.statement,
      evidence: message.evidence ?? [],
    },
  ];
}

export function acceptSignOfBreach(_incident: Incident, message: ReportSignOfBreach): EventBody[] {
  return [{ type: 'sign-of-breach-reported', what: message.what, evidence: message.evidence ?? [] }];
}
