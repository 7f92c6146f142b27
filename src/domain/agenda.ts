/**
 * What the incident does next by itself: the steps of notification, and the alarms of its one durable clock. Pure, so
 * that the tracks only carry out what stands here.
 */
import type { AffectedTenantsRequest, EventBody } from './events';
import { isSettled, isEveryEntrySettled, type Entry } from './follow-up';
import { noticeGateOf } from './gates';
import { anchorInForce, isAssessmentStale, type Incident } from './incident';
import { addMs, compareInstants, earliestOf, instantFromEpochMs, type Instant } from './instant';
import {
  awaitedTenantSet,
  currentTenantSet,
  isEveryoneTold,
  isNotRequired,
  obligationGroups,
  sentNotices,
  type Campaign,
  type Notice,
  type PreparedNotice,
} from './notification';
import type { ObligationGroup } from './obligations';
import { isContained, isStable, openReviews } from './response';

// Steps

export type NotificationStep =
  | {
      readonly kind: 'identify';
      readonly key: string;
      readonly version: number;
      readonly request: AffectedTenantsRequest;
    }
  | { readonly kind: 'assess'; readonly key: string; readonly tenantSetVersion: number }
  | { readonly kind: 'prepare'; readonly key: string; readonly notice: Notice }
  | { readonly kind: 'start-shards'; readonly key: string; readonly campaign: Campaign }
  | {
      readonly kind: 'send';
      readonly key: string;
      readonly notice: Notice;
      readonly prepared: PreparedNotice;
    };

/** The one thing to do now, or nothing while people are awaited. A step that failed for good is not taken again. */
export function nextNotificationStep(incident: Incident): NotificationStep | undefined {
  const step =
    identifyStep(incident) ??
    assessStep(incident) ??
    prepareStep(incident) ??
    sendStep(incident) ??
    startStep(incident);
  return step !== undefined && incident.failedSteps.includes(step.key) ? undefined : step;
}

function identifyStep({ notification, failedSteps }: Incident): NotificationStep | undefined {
  const set = awaitedTenantSet(notification);
  if (set === undefined) return undefined;
  const key = `identify/${String(set.version)}`;
  return failedSteps.includes(key)
    ? undefined
    : { kind: 'identify', key, version: set.version, request: set.request };
}

function assessStep(incident: Incident): NotificationStep | undefined {
  const set = currentTenantSet(incident.notification);
  if (set === undefined || isNotRequired(incident.notification) || !isAssessmentStale(incident))
    return undefined;
  return { kind: 'assess', key: `assess/${String(incident.factsRevision)}`, tenantSetVersion: set.version };
}

function prepareStep(incident: Incident): NotificationStep | undefined {
  const notice = incident.notification.notices.find((each) => needsPreparation(incident, each));
  if (notice === undefined || currentTenantSet(incident.notification) === undefined) return undefined;
  const key = `prepare/${notice.noticeId}/${String(notice.revision)}/${String(incident.factsRevision)}`;
  return { kind: 'prepare', key, notice };
}

/** What was bound to other tenants or another rule pack is bound anew, which voids its approvals. */
function needsPreparation(incident: Incident, notice: Notice): boolean {
  const { state } = notice;
  if (state.kind === 'proposed') return true;
  if (state.kind !== 'prepared' || incident.notification.assessment.kind === 'awaited') return false;
  const { packDigest } = incident.notification.assessment.result;
  const isOfTheseTenants =
    state.prepared.tenantSetVersion === currentTenantSet(incident.notification)?.version;
  return !isOfTheseTenants || state.prepared.packDigest !== packDigest;
}

function sendStep(incident: Incident): NotificationStep | undefined {
  for (const notice of incident.notification.notices) {
    if (notice.state.kind !== 'prepared' || !noticeGateOf(incident, notice).isOpen) continue;
    const key = `send/${notice.noticeId}/${String(notice.revision)}/${notice.state.prepared.objectHash}`;
    return { kind: 'send', key, notice, prepared: notice.state.prepared };
  }
  return undefined;
}

function startStep({ notification }: Incident): NotificationStep | undefined {
  const waiting = sentNotices(notification).find((notice) => !notice.state.campaign.isUnderWay);
  if (waiting === undefined) return undefined;
  const { campaign } = waiting.state;
  return { kind: 'start-shards', key: `start-shards/${campaign.campaignId}`, campaign };
}

// Clocks

/** Something that has to be done by an instant. */
export interface Clock {
  readonly clock: string;
  readonly dueAt: Instant;
  /** `policy` marks what no law says. */
  readonly basis: 'rule' | 'policy';
}

/** The provider's own running clocks that are not met; those of the tenants are theirs to keep. */
export function runningClocks(incident: Incident): readonly Clock[] {
  return [...obligationClocks(incident), ...reviewClocks(incident)].sort((left, right) =>
    compareInstants(left.dueAt, right.dueAt),
  );
}

function obligationClocks(incident: Incident): readonly Clock[] {
  const told = isEveryoneTold(incident.notification);
  const filed = new Set(incident.notification.filings.map((filing) => `${filing.ruleId}/${filing.stage}`));
  const isMet = (group: ObligationGroup) =>
    group.duty === 'provider-to-tenant' ? told : filed.has(`${group.ruleId}/${group.stage}`);
  return obligationGroups(incident.notification)
    .filter((group) => group.duty !== 'tenant-own' && !isMet(group))
    .flatMap(clockOf);
}

function clockOf(group: ObligationGroup): readonly Clock[] {
  const dueAt = group.dueAt ?? group.softDueAt;
  if (dueAt === undefined) return [];
  const basis = group.dueAt === undefined ? 'policy' : 'rule';
  return [{ clock: clockIdOf(group, dueAt), dueAt, basis }];
}

export function clockIdOf({ ruleId, stage }: ObligationGroup, dueAt: Instant): string {
  return `${ruleId}/${stage}@${dueAt}`;
}

function reviewClocks(incident: Incident): readonly Clock[] {
  return openReviews(incident.response).flatMap(({ actionId, review }) =>
    review.kind === 'awaited'
      ? [{ clock: `review/${actionId}`, dueAt: review.dueAt, basis: 'policy' as const }]
      : [],
  );
}

export function nextDeadline(incident: Incident): Clock | undefined {
  return runningClocks(incident)[0];
}

// Alarms

/** An event that time alone brings about. */
export interface Alarm {
  readonly at: Instant;
  readonly event: EventBody;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

export function nextAlarm(incident: Incident): Alarm | undefined {
  return [...alarmsOf(incident)].sort((left, right) => compareInstants(left.at, right.at))[0];
}

export function dueAlarms(incident: Incident, now: Instant): readonly Alarm[] {
  return alarmsOf(incident).filter((alarm) => compareInstants(alarm.at, now) <= 0);
}

export function alarmsOf(incident: Incident): readonly Alarm[] {
  return [
    ...clockAlarms(incident),
    ...containmentAlarms(incident),
    ...waiverAlarms(incident),
    ...ownerAlarms(incident),
    ...reviewAlarms(incident),
  ];
}

function clockAlarms(incident: Incident): readonly Alarm[] {
  const clocks = runningClocks(incident);
  const marginMs = incident.policy.deadlineMarginMinutes * minuteMs;
  const dueInstants = [...new Set(clocks.map((clock) => clock.dueAt))];
  return dueInstants.flatMap((dueAt) => {
    const ids = clocks.filter((clock) => clock.dueAt === dueAt).map((clock) => clock.clock);
    return [
      ...alarmUnless(incident.warnedClocks, ids, addMs(dueAt, -marginMs), (fresh) => ({
        type: 'deadlines-neared',
        clocks: fresh,
        dueAt,
      })),
      ...alarmUnless(incident.missedClocks, ids, dueAt, (fresh) => ({
        type: 'deadlines-missed',
        clocks: fresh,
        dueAt,
      })),
    ];
  });
}

function alarmUnless(
  recorded: readonly string[],
  clocks: readonly string[],
  at: Instant,
  eventFor: (fresh: readonly string[]) => EventBody,
): readonly Alarm[] {
  const fresh = clocks.filter((clock) => !recorded.includes(clock));
  return fresh.length === 0 ? [] : [{ at, event: eventFor(fresh) }];
}

/** Containment is measured from detection; without that anchor from the declaration (S13). */
function containmentAlarms(incident: Incident): readonly Alarm[] {
  const { response, policy, declaration } = incident;
  const late = response.services
    .map(({ service }) => service)
    .filter((service) => !isContained(response, service) && !response.alarmedServices.includes(service));
  if (late.length === 0 || isStable(response)) return [];
  const detectedAt = instantFromEpochMs(
    Date.parse(anchorInForce(incident, 'detection')?.at ?? incident.declaredAt),
  );
  const at = addMs(detectedAt, policy.containmentAlarmMinutes[declaration.severity] * minuteMs);
  return [{ at, event: { type: 'containment-alarm-raised', services: late } }];
}

function waiverAlarms(incident: Incident): readonly Alarm[] {
  return incident.followUp.entries.flatMap(({ ref, state }) =>
    state.kind === 'waived' ? [{ at: state.expiresAt, event: { type: 'waiver-expired', ref } as const }] : [],
  );
}

/** S65: no entry stays without an owner past its grace time. */
function ownerAlarms(incident: Incident): readonly Alarm[] {
  const graceMs = incident.policy.entryGraceHours * hourMs;
  const unowned = unsettled(incident).filter((entry) => entry.owner === undefined);
  return reminder(incident, unowned, 'unowned', (entry) => addMs(entry.openedAt, graceMs));
}

/** S66: the review comes back until the last entry is settled. */
function reviewAlarms(incident: Incident): readonly Alarm[] {
  if (!isStable(incident.response) || isEveryEntrySettled(incident.followUp)) return [];
  const intervalMs = incident.policy.reminderHours * hourMs;
  return reminder(incident, unsettled(incident), 'open', (entry) => addMs(entry.openedAt, intervalMs));
}

function unsettled(incident: Incident): readonly Entry[] {
  return incident.followUp.entries.filter((entry) => !isSettled(incident.followUp, entry));
}

function reminder(
  incident: Incident,
  entries: readonly Entry[],
  because: 'unowned' | 'open',
  firstAt: (entry: Entry) => Instant,
): readonly Alarm[] {
  const first = earliestOf(entries.map(firstAt));
  if (first === undefined) return [];
  const last = incident.followUp.reminded[because];
  const again = last === undefined ? first : addMs(last, incident.policy.reminderHours * hourMs);
  const at = compareInstants(first, again) > 0 ? first : again;
  return [{ at, event: { type: 'entries-reminded', refs: entries.map((entry) => entry.ref), because } }];
}
