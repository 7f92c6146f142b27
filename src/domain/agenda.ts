/**
 * What the incident does next by itself: the steps of notification, and the alarms of its one durable clock. Pure, so
 * that the tracks only carry out what stands here.
 */
import type { AffectedTenantsRequest, EventBody } from './events';
import { isSettled, type Entry } from './follow-up';
import { noticeGateOf } from './gates';
import { anchorInForce, isAssessmentStale, type Incident } from './incident';
import { addMs, compareInstants, earliestOf, instantFromEpochMs, latestOf, type Instant } from './instant';
import {
  awaitedTenantSet,
  currentTenantSet,
  identifyStepKey,
  isEveryoneTold,
  isNotRequired,
  isReportedSettled,
  obligationGroups,
  sentNotices,
  type Campaign,
  type Notice,
  type PreparedNotice,
} from './notification';
import type { ObligationGroup } from './obligations';
import { remembered } from './remembered';
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
  | { readonly kind: 'count'; readonly key: string; readonly campaign: Campaign }
  | {
      readonly kind: 'send';
      readonly key: string;
      readonly notice: Notice;
      readonly prepared: PreparedNotice;
    };

/** The one thing to do now, or nothing while people are awaited. A step that failed for good is not taken again. */
export const nextNotificationStep = remembered((incident: Incident): NotificationStep | undefined => {
  const isOpen = (step: NotificationStep) => !incident.failedSteps.includes(step.key);
  return (
    identifySteps(incident).find(isOpen) ??
    assessSteps(incident).find(isOpen) ??
    prepareSteps(incident).find(isOpen) ??
    sendSteps(incident).find(isOpen) ??
    startSteps(incident).find(isOpen) ??
    countSteps(incident).find(isOpen)
  );
});

function identifySteps({ notification }: Incident): readonly NotificationStep[] {
  const set = awaitedTenantSet(notification);
  if (set === undefined) return [];
  return [
    { kind: 'identify', key: identifyStepKey(set.version), version: set.version, request: set.request },
  ];
}

function assessSteps(incident: Incident): readonly NotificationStep[] {
  const set = currentTenantSet(incident.notification);
  if (set === undefined || isNotRequired(incident.notification) || !isAssessmentStale(incident)) return [];
  return [{ kind: 'assess', key: `assess/${String(incident.factsRevision)}`, tenantSetVersion: set.version }];
}

function prepareSteps(incident: Incident): readonly NotificationStep[] {
  const { notification, factsRevision } = incident;
  if (currentTenantSet(notification) === undefined || notification.assessment.kind === 'awaited') return [];
  return notification.notices
    .filter((notice) => needsPreparation(incident, notice))
    .map((notice) => {
      const key = `prepare/${notice.noticeId}/${String(notice.revision)}/${String(factsRevision)}`;
      return { kind: 'prepare', key, notice };
    });
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

function sendSteps(incident: Incident): readonly NotificationStep[] {
  return incident.notification.notices.flatMap((notice): NotificationStep[] => {
    if (notice.state.kind !== 'prepared' || !noticeGateOf(incident, notice).isOpen) return [];
    const key = `send/${notice.noticeId}/${String(notice.revision)}/${notice.state.prepared.objectHash}`;
    return [{ kind: 'send', key, notice, prepared: notice.state.prepared }];
  });
}

function startSteps({ notification }: Incident): readonly NotificationStep[] {
  return sentNotices(notification)
    .map((notice) => notice.state.campaign)
    .filter((campaign) => !campaign.isUnderWay)
    .map((campaign) => ({ kind: 'start-shards', key: `start-shards/${campaign.campaignId}`, campaign }));
}

function countSteps({ notification }: Incident): readonly NotificationStep[] {
  return sentNotices(notification)
    .map((notice) => notice.state.campaign)
    .filter((campaign) => !campaign.isConfirmed && isReportedSettled(campaign))
    .map((campaign) => ({ kind: 'count', key: `count/${campaign.campaignId}`, campaign }));
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

export const nextAlarm = remembered(
  (incident: Incident): Alarm | undefined =>
    [...alarmsOf(incident)].sort((left, right) => compareInstants(left.at, right.at))[0],
);

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
  const unowned = unsettled(incident).filter((entry) => entry.owner === undefined);
  return reminder(incident, unowned, 'unowned', incident.policy.entryGraceHours * hourMs);
}

/** S66: the review comes back until the last entry is settled. */
function reviewAlarms(incident: Incident): readonly Alarm[] {
  if (!isStable(incident.response)) return [];
  return reminder(incident, unsettled(incident), 'open', incident.policy.reminderHours * hourMs);
}

function unsettled(incident: Incident): readonly Entry[] {
  return incident.followUp.entries.filter((entry) => !isSettled(incident.followUp, entry));
}

/** Names the entries that are old enough when it rings: the first time after their grace, then at every interval. */
function reminder(
  incident: Incident,
  entries: readonly Entry[],
  because: 'unowned' | 'open',
  graceMs: number,
): readonly Alarm[] {
  const dueAt = (entry: Entry) => addMs(entry.openedAt, graceMs);
  const first = earliestOf(entries.map(dueAt));
  if (first === undefined) return [];
  const last = incident.followUp.reminded[because];
  const at = latestOf(
    first,
    last === undefined ? first : addMs(last, incident.policy.reminderHours * hourMs),
  );
  const refs = entries.filter((entry) => compareInstants(dueAt(entry), at) <= 0).map((entry) => entry.ref);
  return [{ at, event: { type: 'entries-reminded', refs, because } }];
}
