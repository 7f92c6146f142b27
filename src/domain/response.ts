/**
 * The response track: contain, eradicate, recover, watch — service by service, in rounds. Owns its records and what an
 * event makes of them; the questions asked of them are in response-questions.ts.
 */
import type { ConcernedService } from '../contract/declaration';
import type {
  Confidence,
  PlanKind,
  PlannedTask,
  PlanOption,
  Recommendation,
  RecoveryPart,
} from '../contract/messages';
import {
  happenedAt,
  type Author,
  type EventOf,
  type IncidentEvent,
  type Recording,
  type VulnerabilityState,
} from './events';
import type { Fingerprint } from './fingerprint';
import type { Instant } from './instant';

export interface Analysis {
  readonly analysisId: string;
  readonly by: string;
}

export interface Agreement {
  readonly party: string;
  readonly by: string;
  readonly verdict: 'agree' | 'decline';
  readonly reason?: string;
}

export interface Approval {
  readonly approver: string;
  readonly at: Instant;
  readonly tokenId: string;
}

export type PlanDecision =
  | { readonly kind: 'awaited'; readonly approvals: readonly Approval[] }
  | { readonly kind: 'rejected'; readonly by: string; readonly reason: string };

export interface Plan {
  readonly kind: PlanKind;
  readonly version: number;
  readonly round: number;
  readonly generation: number;
  readonly objective: string;
  readonly restsOn: readonly string[];
  readonly tasks: readonly PlannedTask[];
  readonly recommendation?: Recommendation;
  readonly options: readonly PlanOption[];
  readonly hash: Fingerprint;
  readonly proposedBy: string;
  readonly proposedAs: Author['role'];
  readonly proposedAt: Instant;
  readonly agreements: readonly Agreement[];
  readonly decision: PlanDecision;
}

export interface Completion {
  readonly service: string;
  readonly track: PlannedTask['track'];
  readonly what: string;
  readonly round: number;
  readonly at: Instant;
}

export type Foothold = { readonly foothold: string; readonly service?: string } & (
  | { readonly kind: 'known' }
  | { readonly kind: 'evicted'; readonly confidence: Confidence; readonly at: Instant }
);

export interface Vulnerability {
  readonly vulnerability: string;
  readonly service?: string;
  readonly kind: VulnerabilityState;
  readonly expiresAt?: Instant;
}

export type RootCause =
  | { readonly kind: 'not-stated' }
  | { readonly kind: 'removed'; readonly confidence: Confidence }
  | { readonly kind: 'not-proven'; readonly doneInstead: string };

export interface RecoveryRecord {
  readonly service: string;
  readonly part: RecoveryPart;
  readonly round: number;
  readonly at: Instant;
  readonly vulnerability?: string;
}

export interface EmergencyAction {
  readonly actionId: string;
  readonly by: string;
  readonly service?: string;
  /** Which work of the service it was, where its team has said so. */
  readonly track?: PlannedTask['track'];
  readonly round: number;
  readonly at: Instant;
  readonly review:
    | { readonly kind: 'awaited'; readonly dueAt: Instant }
    | { readonly kind: 'reviewed'; readonly verdict: 'upheld' | 'criticised' };
}

export type Watch =
  | { readonly kind: 'not-started' }
  | { readonly kind: 'running'; readonly startedAt: Instant; readonly endsAt: Instant }
  | { readonly kind: 'ended'; readonly at: Instant };

export type RecoveryConfirmation =
  { readonly kind: 'awaited' } | { readonly kind: 'confirmed'; readonly by: string };

export interface ResponseTrack {
  /** Counts from 1; a sign of breach begins the next one. */
  readonly round: number;
  readonly services: readonly ConcernedService[];
  readonly unaffected: readonly string[];
  readonly outsideStatements: readonly string[];
  readonly analyses: readonly Analysis[];
  readonly plans: readonly Plan[];
  readonly completions: readonly Completion[];
  readonly footholds: readonly Foothold[];
  readonly vulnerabilities: readonly Vulnerability[];
  readonly rootCause: RootCause;
  readonly recoveryConfirmation: RecoveryConfirmation;
  readonly recoveries: readonly RecoveryRecord[];
  readonly emergencyActions: readonly EmergencyAction[];
  readonly watch: Watch;
  readonly alarmedServices: readonly string[];
}

export function responseOf(services: readonly ConcernedService[]): ResponseTrack {
  return {
    round: 1,
    services,
    unaffected: [],
    outsideStatements: [],
    analyses: [],
    plans: [],
    completions: [],
    footholds: [],
    vulnerabilities: [],
    rootCause: { kind: 'not-stated' },
    recoveryConfirmation: { kind: 'awaited' },
    recoveries: [],
    emergencyActions: [],
    watch: { kind: 'not-started' },
    alarmedServices: [],
  };
}

// What an event changes

export function applyToResponse(track: ResponseTrack, event: IncidentEvent): ResponseTrack {
  switch (event.type) {
    case 'service-added':
      return { ...track, services: [...track.services, event.service] };
    case 'analysis-recorded':
      return { ...track, analyses: [...track.analyses, { analysisId: event.analysisId, by: event.by }] };
    case 'plan-proposed':
      return { ...track, plans: [...track.plans, planFrom(track, event)] };
    case 'agreement-given':
      return {
        ...track,
        plans: track.plans.map((plan) => (isAbout(event, plan) ? agreed(plan, event) : plan)),
      };
    case 'decision-accepted':
      return /^eradication(:|$)/.test(event.gate) ? withPlanDecision(track, event) : track;
    case 'task-completed':
      return { ...track, completions: [...track.completions, completionFrom(track.round, event)] };
    case 'service-marked-unaffected':
      return { ...track, unaffected: [...track.unaffected, event.service] };
    case 'outside-statement-recorded':
      return { ...track, outsideStatements: [...track.outsideStatements, event.service] };
    case 'foothold-recorded':
      return {
        ...track,
        footholds: replaced(track.footholds, 'foothold', footholdFrom(event, { kind: 'known' })),
      };
    case 'foothold-evicted':
      return { ...track, footholds: replaced(track.footholds, 'foothold', evictedFrom(event)) };
    case 'vulnerability-recorded':
      return { ...track, vulnerabilities: withVulnerability(track.vulnerabilities, event) };
    case 'root-cause-stated':
      return { ...track, rootCause: rootCauseFrom(event) };
    case 'recovery-confirmed':
      return { ...track, recoveryConfirmation: { kind: 'confirmed', by: event.by } };
    case 'recovery-recorded':
      return { ...track, recoveries: [...track.recoveries, recoveryFrom(track.round, event)] };
    case 'emergency-action-recorded':
      return {
        ...track,
        emergencyActions: [...track.emergencyActions, emergencyActionFrom(track.round, event)],
      };
    case 'emergency-action-reviewed':
      return { ...track, emergencyActions: track.emergencyActions.map((action) => reviewed(action, event)) };
    case 'watch-started':
      return { ...track, watch: { kind: 'running', startedAt: happenedAt(event), endsAt: event.endsAt } };
    case 'watch-ended':
      return { ...track, watch: { kind: 'ended', at: happenedAt(event) } };
    case 'containment-alarm-raised':
      return { ...track, alarmedServices: [...track.alarmedServices, ...event.services] };
    case 'sign-of-breach-reported':
      return nextRound(track);
    default:
      return track;
  }
}

/** Footholds and vulnerabilities stay known; everything that claimed the intruder to be out has to be said anew. */
function nextRound(track: ResponseTrack): ResponseTrack {
  return {
    ...track,
    round: track.round + 1,
    unaffected: [],
    outsideStatements: [],
    rootCause: { kind: 'not-stated' },
    recoveryConfirmation: { kind: 'awaited' },
    watch: { kind: 'not-started' },
    alarmedServices: [],
  };
}

function planFrom(track: ResponseTrack, event: EventOf<'plan-proposed'> & Recording): Plan {
  const { plan: kind, version, objective, restsOn, tasks, options, hash } = event;
  return {
    kind,
    version,
    round: track.round,
    generation: gateGeneration(track, kind) + 1,
    objective,
    restsOn,
    tasks,
    options,
    hash,
    proposedBy: event.by,
    proposedAs: event.role,
    proposedAt: event.at,
    agreements: [],
    decision: { kind: 'awaited', approvals: [] },
    ...(event.recommendation && { recommendation: event.recommendation }),
  };
}

function isAbout(event: EventOf<'agreement-given'>, plan: Plan): boolean {
  return plan.kind === event.plan && plan.version === event.version;
}

function agreed(plan: Plan, event: EventOf<'agreement-given'> & Recording): Plan {
  const agreement: Agreement = {
    party: event.party,
    by: event.by,
    verdict: event.verdict,
    ...(event.reason !== undefined && { reason: event.reason }),
  };
  return {
    ...plan,
    agreements: [...plan.agreements.filter((other) => other.party !== event.party), agreement],
  };
}

function withPlanDecision(
  track: ResponseTrack,
  event: EventOf<'decision-accepted'> & Recording,
): ResponseTrack {
  const decided = (plan: Plan) =>
    plan.kind === 'eradication' && plan.generation === event.generation && plan.hash === event.objectHash;
  return { ...track, plans: track.plans.map((plan) => (decided(plan) ? planDecided(plan, event) : plan)) };
}

function planDecided(plan: Plan, event: EventOf<'decision-accepted'> & Recording): Plan {
  if (plan.decision.kind === 'rejected') return plan;
  if (event.verdict === 'reject')
    return { ...plan, decision: { kind: 'rejected', by: event.approver, reason: event.reason ?? '' } };
  const approval: Approval = { approver: event.approver, at: event.at, tokenId: event.tokenId };
  const others = plan.decision.approvals.filter((earlier) => earlier.approver !== event.approver);
  return { ...plan, decision: { kind: 'awaited', approvals: [...others, approval] } };
}

function completionFrom(round: number, event: EventOf<'task-completed'> & Recording): Completion {
  return { service: event.service, track: event.track, what: event.what, round, at: happenedAt(event) };
}

type FootholdState = { kind: 'known' } | { kind: 'evicted'; confidence: Confidence; at: Instant };

function footholdFrom(event: { foothold: string; service?: string }, state: FootholdState): Foothold {
  return {
    foothold: event.foothold,
    ...(event.service !== undefined && { service: event.service }),
    ...state,
  };
}

function evictedFrom(event: EventOf<'foothold-evicted'> & Recording): Foothold {
  return footholdFrom(event, { kind: 'evicted', confidence: event.confidence, at: happenedAt(event) });
}

/** What was once known does not become harmless by being called unknown. */
function withVulnerability(
  known: readonly Vulnerability[],
  event: EventOf<'vulnerability-recorded'>,
): readonly Vulnerability[] {
  const isKnown = known.some((each) => each.vulnerability === event.vulnerability);
  return isKnown && event.state === 'unknown'
    ? known
    : replaced(known, 'vulnerability', vulnerabilityFrom(event));
}

function vulnerabilityFrom(event: EventOf<'vulnerability-recorded'>): Vulnerability {
  return {
    vulnerability: event.vulnerability,
    kind: event.state,
    ...(event.service !== undefined && { service: event.service }),
    ...(event.expiresAt !== undefined && { expiresAt: event.expiresAt }),
  };
}

function rootCauseFrom(event: EventOf<'root-cause-stated'>): RootCause {
  return event.verdict === 'removed'
    ? { kind: 'removed', confidence: event.confidence ?? 'low' }
    : { kind: 'not-proven', doneInstead: event.doneInstead ?? '' };
}

function recoveryFrom(round: number, event: EventOf<'recovery-recorded'> & Recording): RecoveryRecord {
  return {
    service: event.service,
    part: event.part,
    round,
    at: happenedAt(event),
    ...(event.vulnerability !== undefined && { vulnerability: event.vulnerability }),
  };
}

function emergencyActionFrom(
  round: number,
  event: EventOf<'emergency-action-recorded'> & Recording,
): EmergencyAction {
  return {
    actionId: event.actionId,
    by: event.by,
    round,
    at: happenedAt(event),
    review: { kind: 'awaited', dueAt: event.reviewDueAt },
    ...(event.service !== undefined && { service: event.service }),
    ...(event.track !== undefined && { track: event.track }),
  };
}

function reviewed(action: EmergencyAction, event: EventOf<'emergency-action-reviewed'>): EmergencyAction {
  if (action.actionId !== event.actionId) return action;
  return { ...action, review: { kind: 'reviewed', verdict: event.verdict } };
}

function replaced<Item>(items: readonly Item[], key: keyof Item, item: Item): Item[] {
  const isNew = !items.some((other) => other[key] === item[key]);
  return isNew ? [...items, item] : items.map((other) => (other[key] === item[key] ? item : other));
}

/** Rises with every new version and every new round, so that no approval outlives what it was given for. */
export function gateGeneration(track: ResponseTrack, kind: PlanKind): number {
  return track.plans.filter((plan) => plan.kind === kind).length + (track.round - 1);
}
