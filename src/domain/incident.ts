/**
 * The whole incident: what was declared, three tracks over one state, and `apply`, the only way it changes. The list
 * of events is kept beside it by the workflow; everything shown to people is a function of the two.
 */
import type { AnchorKind } from '../contract/anchor';
import type { Declaration, Impact } from '../contract/declaration';
import type { FactValue } from '../contract/messages';
import type { Policy } from '../contract/policy';
import { applyToHandSettlements, noHandSettlements, type HandSettlements } from './by-hand';
import { applyToDeliveryControl, noOrders, type DeliveryControl } from './delivery-control';
import { clockDecisionOf, type ClockDecision } from './due-instants';
import type { EventOf, IncidentEvent, RecordedAnchor, Recording } from './events';
import type { Fingerprint } from './fingerprint';
import { followUpPhase, noFollowUp, type FollowUpTrack } from './follow-up';
import { applyToFollowUp } from './follow-up-reducer';
import { applyToHolds, type Hold } from './holds';
import { compareInstants, type Instant } from './instant';
import { beginningOf } from './moment';
import { defaultPolicy } from './policy';
import {
  identifyStepKey,
  isReportable,
  noNotification,
  notificationPhase,
  type NotificationTrack,
} from './notification';
import { applyToNotification } from './notification-reducer';
import { pagesAfter, type OnCallPage } from './on-call';
import { applyToResponse, responseOf, type ResponseTrack } from './response';
import { isStable, responsePhase } from './response-questions';
import { applyToStatusPosts, type StatusPost } from './status-posts';
import { repeatingToTenants } from './submissions';

export type IncidentPhase =
  | 'detection-and-analysis'
  | 'containment'
  | 'eradication'
  | 'recovery'
  | 'watch'
  | 'post-incident'
  | 'closed';

export interface AnchorRecord extends RecordedAnchor {
  readonly by: string;
  readonly recordedAt: Instant;
  readonly supersededBy?: string;
}

/** A decision whose signature is still to be checked by an activity. */
export interface PendingDecision {
  readonly decisionId: string;
  readonly token: string;
}

export interface Incident {
  readonly declaration: Declaration;
  readonly policy: Policy;
  /** Absent before the declaration is recorded. */
  readonly policyDigest?: Fingerprint;
  readonly declaredAt: Instant;
  readonly closedAt?: Instant;
  readonly impact: Impact;
  readonly facts: Readonly<Record<string, FactValue>>;
  readonly anchors: readonly AnchorRecord[];
  readonly chosenAnchors: Partial<Readonly<Record<AnchorKind, string>>>;
  /** Rises with everything that an obligation may rest on; an assessment names the revision it saw. */
  readonly factsRevision: number;
  /** The last thing that people said on which clocks rest; absent before the first (invariant C7). */
  readonly clockDecision?: ClockDecision;
  readonly pendingDecisions: readonly PendingDecision[];
  readonly usedTokenIds: readonly string[];
  readonly warnedClocks: readonly string[];
  readonly missedClocks: readonly string[];
  /** The due instants whose latest safe start was reached with nothing sent. */
  readonly safeStartsReached: readonly Instant[];
  /** Steps that an activity refused for good; only a new message makes another step of it. */
  readonly failedSteps: readonly string[];
  readonly pagesToSend: readonly OnCallPage[];
  readonly response: ResponseTrack;
  readonly notification: NotificationTrack;
  readonly holds: readonly Hold[];
  readonly deliveryControl: DeliveryControl;
  readonly handSettlements: HandSettlements;
  readonly statusPosts: readonly StatusPost[];
  readonly followUp: FollowUpTrack;
}

export interface IncidentStart {
  readonly declaration: Declaration;
  readonly policy: Policy;
  readonly declaredAt: Instant;
}

/** For what a policy of an older version does not know yet; it asks nothing of people that it did not ask then. */
const whereNothingWasSaid: Policy = { ...defaultPolicy, supporterRequired: false };

export function incidentOf({ declaration, policy, declaredAt }: IncidentStart): Incident {
  return {
    declaration,
    policy: { ...whereNothingWasSaid, ...policy },
    declaredAt,
    impact: declaration.impact,
    facts: {},
    anchors: [],
    chosenAnchors: {},
    factsRevision: 0,
    pendingDecisions: [],
    usedTokenIds: [],
    warnedClocks: [],
    missedClocks: [],
    safeStartsReached: [],
    failedSteps: [],
    pagesToSend: [],
    response: responseOf(declaration.services),
    notification: noNotification,
    holds: [],
    deliveryControl: noOrders,
    handSettlements: noHandSettlements,
    statusPosts: [],
    followUp: noFollowUp,
  };
}

/** Pure and total: any event on any incident yields an incident. */
export function apply(incident: Incident, event: IncidentEvent): Incident {
  const shared = withClockDecision(incident, applyShared(incident, event), event);
  const response = applyToResponse(shared.response, event);
  return {
    ...shared,
    pagesToSend: pagesAfter(shared.pagesToSend, event, shared),
    response,
    notification: applyToNotification(shared.notification, event),
    holds: applyToHolds(shared.holds, event),
    deliveryControl: applyToDeliveryControl(shared.deliveryControl, event),
    handSettlements: applyToHandSettlements(shared.handSettlements, event),
    statusPosts: applyToStatusPosts(shared.statusPosts, event),
    followUp: applyToFollowUp(shared.followUp, event, () => isStable(response)),
  };
}

function applyShared(incident: Incident, event: IncidentEvent): Incident {
  switch (event.type) {
    case 'declared':
      return { ...incident, policyDigest: event.policyDigest };
    case 'fact-recorded':
      return event.name === undefined ? incident : withFact(incident, event.name, event.value ?? true);
    case 'impact-stated':
      return { ...incident, impact: event.impact };
    case 'anchor-recorded':
      return withAnchor(incident, event);
    case 'anchor-chosen':
      return withChosenAnchor(incident, event.anchorId);
    case 'decision-received':
      return {
        ...incident,
        pendingDecisions: [
          ...incident.pendingDecisions,
          { decisionId: event.decisionId, token: event.token },
        ],
      };
    case 'decision-refused':
      return withoutPending(incident, event.decisionId);
    case 'decision-accepted':
      return {
        ...withoutPending(incident, event.decisionId),
        usedTokenIds: [...incident.usedTokenIds, event.tokenId],
      };
    case 'deadlines-neared':
      return { ...incident, warnedClocks: [...incident.warnedClocks, ...event.clocks] };
    case 'deadlines-missed':
      return { ...incident, missedClocks: [...incident.missedClocks, ...event.clocks] };
    case 'latest-safe-start-reached':
      return { ...incident, safeStartsReached: [...incident.safeStartsReached, event.dueAt] };
    case 'shards-started':
      return repeatingToTenants(incident.notification).length > 0 ? revised(incident) : incident;
    case 'step-failed':
      return { ...incident, failedSteps: [...incident.failedSteps, event.step] };
    case 'step-retried':
      return withoutFailure(incident, event.step);
    case 'affected-tenants-requested':
      return withoutFailure(incident, identifyStepKey(event.version));
    case 'affected-tenants-identified':
    case 'undecided-decided':
    case 'filing-recorded':
      return revised(incident);
    case 'incident-closed':
      return { ...incident, closedAt: event.at };
    default:
      return incident;
  }
}

/** Which tenants are affected is no decision about when their duties are due. */
function withClockDecision(before: Incident, now: Incident, event: IncidentEvent): Incident {
  const { factsRevision } = now;
  if (factsRevision === before.factsRevision || event.type === 'affected-tenants-identified') return now;
  return { ...now, clockDecision: clockDecisionOf(event, factsRevision) };
}

function revised(incident: Incident): Incident {
  return { ...incident, factsRevision: incident.factsRevision + 1 };
}

function withFact(incident: Incident, name: string, value: FactValue): Incident {
  return revised({ ...incident, facts: { ...incident.facts, [name]: value } });
}

function withAnchor(incident: Incident, event: EventOf<'anchor-recorded'> & Recording): Incident {
  const record: AnchorRecord = { ...event.anchor, by: event.by, recordedAt: event.at };
  const earlier = incident.anchors.map((anchor) =>
    anchor.anchorId === event.supersedes ? { ...anchor, supersededBy: record.anchorId } : anchor,
  );
  return revised({ ...incident, anchors: [...earlier, record], chosenAnchors: choiceAfter(incident, event) });
}

/** Who chose an anchor chose what it stood for: the choice goes over to its correction. */
function choiceAfter(
  { chosenAnchors }: Incident,
  { anchor, supersedes }: EventOf<'anchor-recorded'>,
): Incident['chosenAnchors'] {
  const isChosen = supersedes !== undefined && chosenAnchors[anchor.kind] === supersedes;
  return isChosen ? { ...chosenAnchors, [anchor.kind]: anchor.anchorId } : chosenAnchors;
}

function withChosenAnchor(incident: Incident, anchorId: string): Incident {
  const anchor = incident.anchors.find((each) => each.anchorId === anchorId);
  if (anchor === undefined) return incident;
  return revised({ ...incident, chosenAnchors: { ...incident.chosenAnchors, [anchor.kind]: anchorId } });
}

/** A new request is a new step, though it bears the number of one that failed. */
function withoutFailure(incident: Incident, step: string): Incident {
  return { ...incident, failedSteps: incident.failedSteps.filter((failed) => failed !== step) };
}

function withoutPending(incident: Incident, decisionId: string): Incident {
  return {
    ...incident,
    pendingDecisions: incident.pendingDecisions.filter((pending) => pending.decisionId !== decisionId),
  };
}

// Questions

/** The anchors that count, the chosen one of each kind first; a missing kind stays missing. */
export function anchorsInForce(incident: Incident): readonly AnchorRecord[] {
  return incident.anchors.filter(
    (anchor) => anchorInForce(incident, anchor.kind)?.anchorId === anchor.anchorId,
  );
}

/** The chosen anchor of a kind, by default the earliest that no correction supersedes. */
export function anchorInForce(incident: Incident, kind: AnchorKind): AnchorRecord | undefined {
  const standing = incident.anchors.filter(
    (anchor) => anchor.kind === kind && anchor.supersededBy === undefined,
  );
  const chosen = standing.find((anchor) => anchor.anchorId === incident.chosenAnchors[kind]);
  return (
    chosen ?? [...standing].sort((left, right) => compareInstants(beginningOf(left), beginningOf(right)))[0]
  );
}

export function incidentPhase(incident: Incident): IncidentPhase {
  if (incident.closedAt !== undefined) return 'closed';
  const phase = responsePhase(incident.response);
  if (phase === 'analysis') return 'detection-and-analysis';
  return phase === 'stable' ? 'post-incident' : phase;
}

/** S50: incidents that touched customers or breached data need a postmortem unless someone says why not. */
export function needsPostmortem(incident: Incident): boolean {
  const { requirement } = incident.followUp;
  if (requirement.kind !== 'by-default') return requirement.kind === 'required';
  return (
    isReportable(incident.notification) ||
    incident.impact.customerData.length > 0 ||
    incident.impact.customers.length > 0
  );
}

export function phaseOfFollowUp(incident: Incident): ReturnType<typeof followUpPhase> {
  return followUpPhase(incident.followUp, isStable(incident.response), needsPostmortem(incident));
}

export function isNotificationSettled(incident: Incident): boolean {
  const phase = notificationPhase(incident.notification);
  return phase === 'complete' || phase === 'not-required';
}

/** What people said since the obligations were last looked up; only that lets them become due later. */
export function decisionSinceAssessment({ clockDecision, notification }: Incident): string | undefined {
  const { assessment } = notification;
  const seen = assessment.kind === 'made' ? assessment.factsRevision : -1;
  return clockDecision !== undefined && clockDecision.factsRevision > seen ? clockDecision.text : undefined;
}

/** Obligations must be looked up again: facts, anchors or tenants changed since the last assessment. */
export function isAssessmentStale(incident: Incident): boolean {
  const { assessment } = incident.notification;
  return assessment.kind === 'awaited' || assessment.factsRevision < incident.factsRevision;
}
