/** Figures of one incident, computed from its state and events (process: timeline, record, metrics). */
import { approvalWaitsOf, type ApprovalWait } from './approval-waits';
import { happenedAt, type IncidentEvent } from './events';
import { isOverdue, isSettled } from './follow-up';
import { recoveryLacks } from './gates';
import { anchorInForce, incidentPhase, type Incident, type IncidentPhase } from './incident';
import { compareInstants, epochMsOf, type Instant } from './instant';
import { spanOf } from './moment';
import { isDutyToTellMet, obligationGroups, sentNotices } from './notification';
import type { ObligationGroup } from './obligations';
import { refusalsIn } from './refused-messages';
import { isRepetitionMet, isRepetitionOver } from './repeating-duties';
import { containedAt, isEveryServiceRestored, isUnaffected } from './response-questions';

/** How long something took. The two differ where only the day or month of a moment is known. */
export interface Span {
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

/** Each span counts from detection, but for `timeToDetect`; it is absent while one of its moments is not known. */
export interface IncidentMetrics {
  /** From occurrence. */
  readonly timeToDetect?: Span;
  /** To the last service that is affected. */
  readonly timeToContain?: Span;
  readonly timeToEradicate?: Span;
  readonly timeToRecover?: Span;
  readonly timeToDetermine?: Span;
  /** To the first tenant whose message was accepted, and to the last one of the newest version of the set. */
  readonly timeToFirstNotice?: Span;
  readonly timeToLastNotice?: Span;
  readonly timeToClose?: Span;
  readonly services: readonly ServiceFigures[];
  readonly duties: readonly DutyFigures[];
  readonly approvals: readonly ApprovalWait[];
  readonly entries: EntryFigures;
  readonly refusedMessages: number;
  readonly deadlinesMissed: number;
}

export interface ServiceFigures {
  readonly service: string;
  readonly timeToContain?: Span;
}

/** A duty of the provider's own that applies, or may apply. */
export interface DutyFigures {
  readonly ruleId: string;
  readonly stage: string;
  readonly outcome: ObligationGroup['outcome'];
  readonly dueAt?: Instant;
  /** `policy` marks what no law says. */
  readonly basis?: 'rule' | 'policy';
  readonly metAt?: Instant;
  readonly timeToMeet?: Span;
  /** How late it was met or, when it is not met, is already; 0 in time. */
  readonly lateMs?: number;
}

export interface EntryFigures {
  readonly opened: number;
  readonly open: number;
  /** Open, and called to mind without effect. */
  readonly overdue: number;
  readonly escalated: number;
}

/** The figures of one incident among others, with what tells it from them. */
export interface IncidentFigures extends IncidentMetrics {
  readonly incidentId: string;
  readonly title: string;
  readonly severity: string;
  readonly mode: 'live' | 'drill';
  readonly phase: IncidentPhase;
  readonly declaredAt: Instant;
  readonly closedAt?: Instant;
}

export function figuresOf(
  incident: Incident,
  events: readonly IncidentEvent[],
  now: Instant,
): IncidentFigures {
  const { incidentId, title, severity, mode } = incident.declaration;
  const { declaredAt, closedAt } = incident;
  return {
    incidentId,
    title,
    severity,
    mode,
    phase: incidentPhase(incident),
    declaredAt,
    ...(closedAt !== undefined && { closedAt }),
    ...metricsOf(incident, events, now),
  };
}

/** @param now what still runs is measured up to here; of a closed incident up to its end */
export function metricsOf(
  incident: Incident,
  events: readonly IncidentEvent[],
  now: Instant,
): IncidentMetrics {
  const asOf = incident.closedAt ?? now;
  const detected = momentsOfAnchor(incident, 'detection');
  const since = (to: Moments | undefined) => span(detected, to);
  const sinceInstant = (to: Instant | undefined) => since(momentsAt(to));
  const toldAt = lastToldAt(incident, events);
  return {
    ...known('timeToDetect', span(momentsOfAnchor(incident, 'occurrence'), detected)),
    ...known('timeToContain', sinceInstant(allContainedAt(incident))),
    ...known('timeToEradicate', sinceInstant(eradicatedAt(incident, events, asOf))),
    ...known('timeToRecover', sinceInstant(restoredAt(incident))),
    ...known('timeToDetermine', since(momentsOfAnchor(incident, 'determination'))),
    ...known('timeToFirstNotice', sinceInstant(firstToldAt(events))),
    ...known('timeToLastNotice', sinceInstant(toldAt)),
    ...known('timeToClose', sinceInstant(incident.closedAt)),
    services: affectedServices(incident).map((service) => ({
      service,
      ...known('timeToContain', sinceInstant(containedAt(incident.response, service))),
    })),
    duties: dutiesOf(incident, { asOf, toldAt, sinceInstant }),
    approvals: approvalWaitsOf(events, asOf),
    entries: entryFigures(incident),
    refusedMessages: refusalsIn(events),
    deadlinesMissed: incident.missedClocks.length,
  };
}

// Spans

/** What a moment can mean: the two differ for a day or a month. */
interface Moments {
  readonly earliest: Instant;
  readonly latest: Instant;
}

/** Nothing is found before it happened: a day that is known only roughly does not make it so. */
function span(from: Moments | undefined, to: Moments | undefined): Span | undefined {
  if (from === undefined || to === undefined) return undefined;
  const atLeastMs = epochMsOf(to.earliest) - epochMsOf(from.latest);
  const atMostMs = epochMsOf(to.latest) - epochMsOf(from.earliest);
  return { atLeastMs: atMostMs >= 0 && atLeastMs < atMostMs ? Math.max(0, atLeastMs) : atLeastMs, atMostMs };
}

function momentsOfAnchor(incident: Incident, kind: Parameters<typeof anchorInForce>[1]): Moments | undefined {
  const anchor = anchorInForce(incident, kind);
  return anchor && spanOf(anchor);
}

function momentsAt(instant: Instant | undefined): Moments | undefined {
  return instant === undefined ? undefined : { earliest: instant, latest: instant };
}

function known<Name extends string>(name: Name, value: Span | undefined): { [Key in Name]?: Span } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Span });
}

// Response

function affectedServices({ response }: Incident): readonly string[] {
  return response.services
    .map(({ service }) => service)
    .filter((service) => !isUnaffected(response, service));
}

function allContainedAt(incident: Incident): Instant | undefined {
  const instants = affectedServices(incident).map((service) => containedAt(incident.response, service));
  const contained = instants.filter((instant) => instant !== undefined);
  return contained.length < instants.length ? undefined : lastOf(contained);
}

/** When the last of what the recovery gate asks for became so; that somebody confirmed it is another thing. */
function eradicatedAt(
  incident: Incident,
  events: readonly IncidentEvent[],
  asOf: Instant,
): Instant | undefined {
  const lacks = recoveryLacks(incident, asOf).filter(({ code }) => code !== 'confirmation');
  if (lacks.length > 0) return undefined;
  const thisRound = events.slice(events.findLastIndex(({ type }) => type === 'sign-of-breach-reported') + 1);
  return lastOf(thisRound.filter(isPartOfEradication).map(happenedAt));
}

function isPartOfEradication(event: IncidentEvent): boolean {
  if (event.type === 'task-completed') return event.track === 'eradication';
  return (
    event.type === 'foothold-evicted' ||
    event.type === 'vulnerability-recorded' ||
    event.type === 'root-cause-stated' ||
    event.type === 'service-marked-unaffected' ||
    event.type === 'outside-statement-recorded'
  );
}

function restoredAt({ response }: Incident): Instant | undefined {
  if (!isEveryServiceRestored(response)) return undefined;
  return lastOf(response.recoveries.filter(({ part }) => part === 'restored').map(({ at }) => at));
}

function lastOf(instants: readonly Instant[]): Instant | undefined {
  return [...instants].sort(compareInstants).at(-1);
}

// Notification

function firstToldAt(events: readonly IncidentEvent[]): Instant | undefined {
  return events.find(
    (event) =>
      (event.type === 'delivery-progressed' && event.totals.accepted > 0) ||
      (event.type === 'deliveries-counted' && event.shards.some(({ accepted }) => accepted > 0)),
  )?.at;
}

/** Of the newest version of the set; the updates that follow tell nobody for the first time. */
function lastToldAt(incident: Incident, events: readonly IncidentEvent[]): Instant | undefined {
  if (!isDutyToTellMet(incident.notification)) return undefined;
  const updates = sentNotices(incident.notification)
    .filter(({ stage }) => stage === 'update' || stage === 'final')
    .map(({ state }) => state.campaign.campaignId);
  return events.findLast(
    (event) => event.type === 'deliveries-counted' && !updates.includes(event.campaignId),
  )?.at;
}

interface Measure {
  readonly asOf: Instant;
  readonly toldAt: Instant | undefined;
  readonly sinceInstant: (to: Instant | undefined) => Span | undefined;
}

function dutiesOf(incident: Incident, measure: Measure): readonly DutyFigures[] {
  return obligationGroups(incident.notification)
    .filter(({ duty, outcome }) => duty !== 'tenant-own' && outcome !== 'suppressed')
    .map((group) => dutyFigures(incident, group, measure));
}

function dutyFigures(
  incident: Incident,
  group: ObligationGroup,
  { asOf, toldAt, sinceInstant }: Measure,
): DutyFigures {
  const filing = filingFor(incident, group);
  const metAt = group.duty === 'provider-to-tenant' ? toldAt : filing?.submittedAt;
  const dueAt = filing?.judgement?.dueAt ?? group.dueAt ?? group.softDueAt;
  const until = group.repeats === undefined ? (metAt ?? asOf) : isNothingDue(incident, group) ? dueAt : asOf;
  return {
    ruleId: group.ruleId,
    stage: group.stage,
    outcome: group.outcome,
    ...(dueAt !== undefined && {
      dueAt,
      basis: group.dueAt === undefined ? ('policy' as const) : ('rule' as const),
      lateMs: latenessMs(filing?.judgement?.latestDueAt ?? dueAt, until ?? dueAt),
    }),
    ...(group.repeats === undefined && metAt !== undefined && { metAt }),
    ...known('timeToMeet', group.repeats === undefined ? sinceInstant(metAt) : undefined),
  };
}

/** A repeating duty is never met for good: it is due again, or it is over. */
function isNothingDue(incident: Incident, group: ObligationGroup): boolean {
  return isRepetitionMet(incident, group) || isRepetitionOver(incident, group);
}

function filingFor({ notification }: Incident, { duty, ruleId, stage, repeats }: ObligationGroup) {
  if (duty === 'provider-to-tenant' || repeats !== undefined) return undefined;
  return notification.filings.find((filing) => filing.ruleId === ruleId && filing.stage === stage);
}

/** Where the due time is a range: by how much it is late at least. */
function latenessMs(dueAt: Instant, until: Instant): number {
  return Math.max(0, epochMsOf(until) - epochMsOf(dueAt));
}

// Follow-up

function entryFigures({ followUp }: Incident): EntryFigures {
  const open = followUp.entries.filter((entry) => !isSettled(followUp, entry));
  return {
    opened: followUp.entries.length,
    open: open.length,
    overdue: open.filter((entry) => isOverdue(followUp, entry)).length,
    escalated: open.filter(({ escalatedAt }) => escalatedAt !== undefined).length,
  };
}
